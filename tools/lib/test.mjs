// @ts-check
/**
 * `npm test`: the checks, a whole build, and every test, on the software adapter of a browser that is found or
 * fetched. The last line is always `N passed, N failed`.
 */

import { ensureBrowser } from './browser.mjs';
import { buildAll } from './build.mjs';
import { runChecks } from './checks.mjs';
import { runProject } from './vitest.mjs';

/** @returns {Promise<number>} exit code */
export async function test() {
  const browser = await ensureBrowser();
  if (browser === null) {
    process.stdout.write('0 passed, 1 failed\n');
    return 1;
  }
  process.stdout.write(`Browser of the tests: ${browser}\n`);
  const outcomes = [await runBuild(), ...(await runChecks())];
  const env = { GATEWISE_CHROME: browser };
  outcomes.push(await runProject('unit', env));
  // Each of the two computes on one core most of the time. The page, whose times are held, has both cores for itself.
  outcomes.push(
    ...(await Promise.all([runProject('gpu', env), runProject('numerics', env, { isToldAtEnd: true })])),
  );
  outcomes.push(await runProject('browser', env, { hasSecondTry: true }));
  return report(outcomes);
}

/** @returns {Promise<import('./checks.mjs').Outcome>} */
async function runBuild() {
  const started = performance.now();
  const ok = (await buildAll()) === 0;
  const seconds = (performance.now() - started) / 1000;
  process.stdout.write(`${ok ? 'ok    ' : 'FAILED'} build, ${seconds.toFixed(1)} s\n`);
  return { name: 'build', passed: ok ? 1 : 0, failed: ok ? 0 : 1, seconds };
}

/** @param {import('./checks.mjs').Outcome[]} outcomes @returns {number} exit code */
function report(outcomes) {
  process.stdout.write('\n');
  for (const { name, passed, failed, seconds, names = [], told = [] } of outcomes) {
    const counts = `${passed} passed, ${failed} failed`;
    process.stdout.write(
      `${failed === 0 ? 'ok    ' : 'FAILED'} ${name}: ${counts}, ${seconds.toFixed(1)} s${told.length > 0 ? ', with a second try' : ''}\n`,
    );
    for (const failure of names) process.stdout.write(`       ${failure}\n`);
    for (const failure of told) {
      process.stdout.write(`       passed on its second try, red at first: ${failure}\n`);
    }
  }
  const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
  const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0);
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 && passed > 0 ? 0 : 1;
}
