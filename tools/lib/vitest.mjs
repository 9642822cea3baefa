// @ts-check
/** Runs one Vitest project and counts its tests. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fromRoot } from './paths.mjs';
import { runAloud } from './run.mjs';

const VITEST = fromRoot('node_modules/vitest/vitest.mjs');
/** A project that hangs is ended and counted as failed, ms. */
const LIMIT = 25 * 60_000;

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
  const { passed, failed } = count(report);
  const seconds = (performance.now() - started) / 1000;
  // Vitest also fails for what is no test: no files, a hook, an error nobody caught.
  const isUnexplained = (!ok || passed === 0) && failed === 0;
  return { name: `${project} tests`, passed, failed: isUnexplained ? 1 : failed, seconds };
}

/**
 * A skipped test counts as failed: a test that cannot run here is red. So does a file that could not be loaded.
 * @param {string} report
 */
function count(report) {
  if (!existsSync(report)) return { passed: 0, failed: 0 };
  /** @type {{ testResults: { status: string, assertionResults: { status: string }[] }[] }} */
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  let passed = 0;
  let failed = 0;
  for (const { status, assertionResults } of testResults) {
    const passedHere = assertionResults.filter((test) => test.status === 'passed').length;
    const failedHere = assertionResults.length - passedHere;
    passed += passedHere;
    failed += status === 'failed' && failedHere === 0 ? 1 : failedHere;
  }
  return { passed, failed };
}
