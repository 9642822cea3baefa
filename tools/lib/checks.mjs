// @ts-check
/** The checks that run no code of gatewise: types, style and import direction, unused files and exports. */
import { fromRoot } from './paths.mjs';
import { runQuietly } from './run.mjs';

/**
 * @typedef {{ name: string, passed: number, failed: number, seconds: number, names?: string[], told?: string[] }} Outcome
 * names: what failed, where the counts stand for more than one thing
 * told: what failed at first and passed on a second try
 */

const CHECKS = [
  { name: 'types (tsc)', script: 'node_modules/typescript/bin/tsc', args: ['--noEmit'] },
  {
    name: 'style and import direction (biome)',
    script: 'node_modules/@biomejs/biome/bin/biome',
    args: ['check', '--error-on-warnings', '--max-diagnostics=20'],
  },
  { name: 'nothing unused (knip)', script: 'node_modules/knip/bin/knip.js', args: ['--no-progress'] },
];

/** Of what a check that failed has found. */
const SHOWN_LINES = 300;

/** `npm run check`. @returns {Promise<number>} exit code */
export async function check() {
  const outcomes = await runChecks();
  return outcomes.every(({ failed }) => failed === 0) ? 0 : 1;
}

/** @returns {Promise<Outcome[]>} each check counts as one test; what it found is printed */
export async function runChecks() {
  const outcomes = [];
  for (const { name, script, args } of CHECKS) {
    const started = performance.now();
    const { ok, output } = await runQuietly(process.execPath, [fromRoot(script), ...args], {
      lines: SHOWN_LINES,
    });
    const seconds = (performance.now() - started) / 1000;
    process.stdout.write(`${ok ? 'ok    ' : 'FAILED'} ${name}, ${seconds.toFixed(1)} s\n`);
    if (!ok) process.stdout.write(`${output}\n`);
    outcomes.push({ name, passed: ok ? 1 : 0, failed: ok ? 0 : 1, seconds });
  }
  return outcomes;
}
