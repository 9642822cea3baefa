// @ts-check
/** Runs one Vitest project and counts its tests. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fromRoot } from './paths.mjs';
import { runAloud, runHeldBack } from './run.mjs';
import { filesToTryAgain, settled } from './second-try.mjs';
import { filesOf } from './vitest-report.mjs';

const VITEST = fromRoot('node_modules/vitest/vitest.mjs');
/** A project that hangs is ended and counted as failed, ms. */
const LIMIT = 80 * 60_000;
/** The same for the files of a second try. */
const LIMIT_AGAIN = 20 * 60_000;

/**
 * @param {string} project of vitest.config.ts
 * @param {Record<string, string>} env for Vitest and the tests
 * @param {{ hasSecondTry?: boolean, isToldAtEnd?: boolean }} [options] whether page tests may have a second try, and whether
 *   what Vitest writes waits for its end, because another project runs beside it
 * @returns {Promise<import('./checks.mjs').Outcome>}
 */
export async function runProject(project, env, { hasSecondTry = false, isToldAtEnd = false } = {}) {
  const started = performance.now();
  const run = isToldAtEnd ? runHeldBack : runAloud;
  let { ok, files, uncaught } = await runOnce(project, env, project, [], LIMIT, run);
  /** @type {string[]} */
  let told = [];
  const paths = hasSecondTry && uncaught === 0 ? filesToTryAgain(files) : [];
  if (paths.length > 0) {
    process.stdout.write(`Once more, in a new browser: ${paths.join(', ')}\n`);
    const second = await runOnce(project, env, `${project}-again`, paths, LIMIT_AGAIN);
    if (second.files.length < paths.length) process.stdout.write('The second try did not end.\n');
    ({ files, told } = settled(files, second.files));
    ({ ok, uncaught } = second);
  }
  const sum = (/** @type {'passed' | 'failed'} */ key) => files.reduce((all, file) => all + file[key], 0);
  const [passed, failed] = [sum('passed'), sum('failed')];
  const seconds = (performance.now() - started) / 1000;
  // Vitest also fails for what is no test: no files, a hook, an error nobody caught.
  const isUnexplained = uncaught > 0 || ((!ok || passed === 0) && failed === 0);
  const names = files.flatMap((file) => file.names);
  if (isUnexplained) names.push(`Vitest failed beside its tests; errors nobody caught: ${uncaught}`);
  return { name: `${project} tests`, passed, failed: failed + (isUnexplained ? 1 : 0), seconds, names, told };
}

/**
 * @param {string} project
 * @param {Record<string, string>} env
 * @param {string} name of its reports
 * @param {string[]} paths of test files; none means all
 * @param {number} timeout ms
 * @param {typeof runAloud} [run]
 */
async function runOnce(project, env, name, paths, timeout, run = runAloud) {
  const report = fromRoot(`test-output/${name}.json`);
  const count = fromRoot(`test-output/${name}-uncaught.txt`);
  mkdirSync(fromRoot('test-output'), { recursive: true });
  for (const file of [report, count]) rmSync(file, { force: true });
  const reporters = ['default', 'json', fromRoot('tools/lib/uncaught-reporter.mjs')];
  const options = [...reporters.map((reporter) => `--reporter=${reporter}`), `--outputFile.json=${report}`];
  const ok = await run(process.execPath, [VITEST, 'run', '--project', project, ...options, ...paths], {
    env: { ...env, GATEWISE_UNCAUGHT: count },
    timeout,
  });
  return {
    ok,
    files: existsSync(report) ? filesOf(JSON.parse(readFileSync(report, 'utf8'))) : [],
    // Without its count it did not come to its end.
    uncaught: existsSync(count) ? Number(readFileSync(count, 'utf8')) : 1,
  };
}
