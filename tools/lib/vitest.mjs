// @ts-check
/** Runs one Vitest project and counts its tests. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { fromRoot } from './paths.mjs';
import { runAloud } from './run.mjs';

const VITEST = fromRoot('node_modules/vitest/vitest.mjs');
/** A project that hangs is ended and counted as failed, ms. */
const LIMIT = 50 * 60_000;

/**
 * @param {string} project of vitest.config.ts
 * @param {Record<string, string>} env for Vitest and the tests
 * @returns {Promise<import('./checks.mjs').Outcome>}
 */
export async function runProject(project, env) {
  const report = fromRoot(`test-output/${project}.json`);
  mkdirSync(fromRoot('test-output'), { recursive: true });
  rmSync(report, { force: true });
  const started = performance.now();
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const ok = await runAloud(process.execPath, [VITEST, 'run', '--project', project, ...reporters], {
    env,
    timeout: LIMIT,
  });
  const { passed, failed, names } = count(report);
  const seconds = (performance.now() - started) / 1000;
  // Vitest also fails for what is no test: no files, a hook, an error nobody caught.
  const isUnexplained = (!ok || passed === 0) && failed === 0;
  return { name: `${project} tests`, passed, failed: isUnexplained ? 1 : failed, seconds, names };
}

/** Of a test's message, so much that one violation of axe-core with its place fits. */
const MESSAGE_LENGTH = 600;

/**
 * A skipped test counts as failed: a test that cannot run here is red. So does a file that could not be loaded.
 * @param {string} report
 * @returns {{ passed: number, failed: number, names: string[] }} names of what failed, each with the head of its message
 */
function count(report) {
  if (!existsSync(report)) return { passed: 0, failed: 0, names: [] };
  /**
   * @type {{ testResults: { name: string, status: string, message: string,
   *   assertionResults: { status: string, fullName: string, failureMessages: string[] }[] }[] }}
   */
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  let [passed, failed] = [0, 0];
  const names = [];
  for (const { name, status, message, assertionResults } of testResults) {
    const file = basename(name);
    const bad = assertionResults.filter((test) => test.status !== 'passed');
    passed += assertionResults.length - bad.length;
    for (const { fullName, status: outcome, failureMessages } of bad) {
      names.push(`${file}, ${fullName}: ${head(failureMessages[0] ?? outcome)}`);
    }
    failed += status === 'failed' ? Math.max(1, bad.length) : bad.length;
    if (status === 'failed' && message !== '') names.push(`${file}: ${head(message)}`);
  }
  return { passed, failed, names };
}

/** @param {string} message */
function head(message) {
  return (stripVTControlCharacters(message).split('\n')[0] ?? '').slice(0, MESSAGE_LENGTH);
}
