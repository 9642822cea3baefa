// @ts-check
/** Runs one Vitest project and counts its tests. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fromRoot } from './paths.mjs';
import { runAloud } from './run.mjs';
import { filesToTryAgain, settled } from './second-try.mjs';
import { filesOf } from './vitest-report.mjs';

const VITEST = fromRoot('node_modules/vitest/vitest.mjs');
/** A project that hangs is ended and counted as failed, ms. */
const LIMIT = 50 * 60_000;
/** The same for a few files of it. */
const LIMIT_AGAIN = 15 * 60_000;

/**
 * @param {string} project of vitest.config.ts
 * @param {Record<string, string>} env for Vitest and the tests
 * @param {{ hasSecondTry?: boolean }} [options] whether a few red files are run once more
 * @returns {Promise<import('./checks.mjs').Outcome>}
 */
export async function runProject(project, env, { hasSecondTry = false } = {}) {
  const started = performance.now();
  const first = await runOnce(project, env, project, [], LIMIT);
  let { ok } = first;
  let { files } = first;
  /** @type {string[]} */
  let told = [];
  const paths = hasSecondTry ? filesToTryAgain(files) : [];
  if (paths.length > 0) {
    process.stdout.write(`Once more, in a new browser: ${paths.join(', ')}\n`);
    const second = await runOnce(project, env, `${project}-again`, paths, LIMIT_AGAIN);
    ({ files, told } = settled(files, second.files));
    ok = second.ok;
  }
  const sum = (/** @type {'passed' | 'failed'} */ key) => files.reduce((all, file) => all + file[key], 0);
  const [passed, failed] = [sum('passed'), sum('failed')];
  const seconds = (performance.now() - started) / 1000;
  // Vitest also fails for what is no test: no files, a hook, an error nobody caught.
  const isUnexplained = (!ok || passed === 0) && failed === 0;
  const names = files.flatMap((file) => file.names);
  return { name: `${project} tests`, passed, failed: isUnexplained ? 1 : failed, seconds, names, told };
}

/**
 * @param {string} project
 * @param {Record<string, string>} env
 * @param {string} reportName
 * @param {string[]} paths of test files; none means all
 * @param {number} timeout ms
 */
async function runOnce(project, env, reportName, paths, timeout) {
  const report = fromRoot(`test-output/${reportName}.json`);
  mkdirSync(fromRoot('test-output'), { recursive: true });
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const args = [VITEST, 'run', '--project', project, ...reporters, ...paths];
  const ok = await runAloud(process.execPath, args, { env, timeout });
  return { ok, files: existsSync(report) ? filesOf(JSON.parse(readFileSync(report, 'utf8'))) : [] };
}
