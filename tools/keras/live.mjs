// @ts-check
/**
 * Real Keras and gatewise on each other's files: `node tools/keras/live.mjs [COUNT]`. Keras writes COUNT (30) random models;
 * the command gatewise predicts with each and writes it back in Keras' three formats; Keras checks predictions, weights and
 * optimizers. Files of Keras 1.0.8 to 3.15.1 are converted, and today's Keras must predict what the old one did. Last, a
 * training goes 50 steps here, 50 in Keras, 50 here. Ends with `N passed, N failed`. Needs the network once, for Keras.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ensureCommand } from '../lib/build.mjs';
import { fromRoot } from '../lib/paths.mjs';

const FOLDER = fromRoot('test-output/keras-live-back');
const GATEWISE = fromRoot('bin/gatewise.mjs');
/** The command itself, without the launcher that looks for a driver: enough for convert, and half the processes. */
const COMMAND = fromRoot('dist/cli/main.js');
const RUN = fromRoot('tools/keras/run.mjs');
const GENUINE = fromRoot('test/fixtures/keras/genuine');

process.exitCode = await main();

/** @returns {Promise<number>} exit code */
async function main() {
  if (!(await ensureCommand())) return 1;
  rmSync(FOLDER, { recursive: true, force: true });
  if (!python('live_make.py', FOLDER, process.argv[2] ?? '30', GENUINE)) return 1;
  await inTurn([...randomModels(), ...genuineFiles()]);
  await train();
  return python('live_check.py', FOLDER) ? 0 : 1;
}

/** What gatewise does with each model that Keras drew. @returns {(() => Promise<void>)[]} */
function randomModels() {
  const folder = join(FOLDER, 'random');
  return named(folder, '.json').flatMap((name) => {
    const at = (/** @type {string} */ ending) => join(folder, name + ending);
    const x = ['--x', at('.x.npy')];
    return [
      () => gatewise(at('.from-keras.npy'), ['predict', at('.keras'), ...x, '--out', at('.from-keras.npy')]),
      () => gatewise(at('.from-h5.npy'), ['predict', at('.h5'), ...x, '--out', at('.from-h5.npy')]),
      () =>
        gatewise(at('.from-weights.npy'), [
          'predict',
          at('.weights.h5'),
          '--architecture',
          at('.json'),
          ...x,
          '--out',
          at('.from-weights.npy'),
        ]),
      ...['.back.keras', '.back.h5', '.back.weights.h5'].map(
        (ending) => () => gatewise(at(ending), ['convert', at('.keras'), at(ending)]),
      ),
    ];
  });
}

/** Old files as files of Keras 3, in turn as one of its two formats. @returns {(() => Promise<void>)[]} */
function genuineFiles() {
  const folder = join(FOLDER, 'genuine');
  return named(folder, '.y.npy').flatMap((name, i) => {
    const source = ['.h5', '.keras']
      .map((ending) => join(folder, name + ending))
      .find((path) => existsSync(path));
    const out = join(folder, `${name}.back${i % 2 === 0 ? '.keras' : '.h5'}`);
    return source === undefined ? [] : [() => gatewise(out, ['convert', source, out])];
  });
}

/** 50 steps here, 50 in Keras, 50 here. */
async function train() {
  const folder = join(FOLDER, 'training');
  const at = (/** @type {string} */ name) => join(folder, name);
  const here = (/** @type {string} */ from, /** @type {string} */ to) =>
    gatewise(at(to), [
      ...['train', '--model', at(from), '--x', at('x.npy'), '--y', at('y.npy')],
      ...['--batch-size', '8', '--epochs', '10', '--no-shuffle', '--out', at(to)],
    ]);
  await here('start.keras', 'step-50.keras');
  if (existsSync(at('step-50.keras'))) python('live_train.py', folder, 'step-50.keras', 'step-100.keras');
  await here('step-100.keras', 'step-150.keras');
}

/** @param {string} folder @param {string} ending @returns {string[]} names of the files with the ending, without it */
function named(folder, ending) {
  const files = readdirSync(folder).filter((file) => file.endsWith(ending));
  return files.map((file) => file.slice(0, -ending.length)).sort();
}

/** @param {string} script @param {...string} args */
function python(script, ...args) {
  return spawnSync(process.execPath, [RUN, script, ...args], { stdio: 'inherit' }).status === 0;
}

/**
 * Runs the command. Where it fails, OUT.error has what it said; live_check.py counts it.
 * @param {string} out the file it is to write
 * @param {string[]} args
 * @returns {Promise<void>}
 */
function gatewise(out, args) {
  return new Promise((resolve) => {
    const program = args[0] === 'convert' ? COMMAND : GATEWISE;
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += String(chunk);
    });
    child.on('close', (code) => {
      if (code !== 0) writeFileSync(`${out}.error`, said);
      resolve();
    });
  });
}

/** A few at a time. @param {(() => Promise<void>)[]} jobs */
async function inTurn(jobs) {
  const left = [...jobs];
  const worker = async () => {
    for (let job = left.shift(); job; job = left.shift()) await job();
  };
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, worker));
}
