// @ts-check
/**
 * Builds into dist/: lib (the doors of the package), types, cli (the command), page, and the bundled data. Nothing
 * is written to stdout.
 */
import { rmSync } from 'node:fs';
import { fingerprint, isFresh, writeStamp } from './fingerprint.mjs';
import { withLock } from './lock.mjs';
import { fromRoot } from './paths.mjs';
import { runQuietly } from './run.mjs';

const VITE = fromRoot('node_modules/vite/bin/vite.js');
const TSC = fromRoot('node_modules/typescript/bin/tsc');
const DATA = fromRoot('tools/bundle-data.mjs');

const COMMAND_STAMP = 'dist/cli/.built-from';
const COMMAND_SOURCES = [
  'src/cli',
  'src/engine',
  'src/shaders',
  'tools/bundle-data.mjs',
  'vite.config.ts',
  'package.json',
  'package-lock.json',
];

/** A build that takes longer than this says so, ms. */
const PATIENCE = 1500;

/** Everything. @returns {Promise<number>} exit code */
export function buildAll() {
  return withLock('build', async () => {
    const current = fingerprint(COMMAND_SOURCES);
    const steps = [
      () => bundleData(),
      () => step('the library', VITE, ['build', '--mode', 'lib', '--logLevel', 'warn']),
      () => buildTypes(),
      () => step('the command', VITE, ['build', '--mode', 'cli', '--logLevel', 'warn']),
      () => step('the page', VITE, ['build', '--logLevel', 'warn']),
    ];
    for (const build of steps) {
      if (!(await build())) return 1;
    }
    writeStamp(COMMAND_STAMP, current);
    process.stderr.write('Built dist/lib, dist/types, dist/cli and dist/page.\n');
    return 0;
  });
}

/** The command alone, when its sources have changed. @returns {Promise<boolean>} */
export async function ensureCommand() {
  if (isFresh(COMMAND_STAMP, fingerprint(COMMAND_SOURCES))) return true;
  return withLock('build', async () => {
    const current = fingerprint(COMMAND_SOURCES);
    if (isFresh(COMMAND_STAMP, current)) return true; // by the process that held the lock
    const ok =
      (await bundleData()) &&
      (await step('the command', VITE, ['build', '--mode', 'cli', '--logLevel', 'warn']));
    if (ok) writeStamp(COMMAND_STAMP, current);
    return ok;
  });
}

/** The weather series that come with the page and the command, from the vega-datasets package. @returns {Promise<boolean>} */
export async function bundleData() {
  return step('the bundled data', DATA, []);
}

function buildTypes() {
  rmSync(fromRoot('dist/types'), { recursive: true, force: true });
  return step('the types', TSC, ['--project', fromRoot('tsconfig.build.json')]);
}

/**
 * @param {string} what
 * @param {string} script
 * @param {string[]} args
 * @returns {Promise<boolean>} false, with the reason on stderr, when it failed
 */
async function step(what, script, args) {
  const { ok, output } = await runQuietly(process.execPath, [script, ...args], {
    notice: { after: PATIENCE, text: `Building ${what} ...` },
  });
  if (!ok) process.stderr.write(`Building ${what} failed:\n${output}\n`);
  return ok;
}
