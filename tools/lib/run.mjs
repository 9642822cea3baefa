// @ts-check
/** Child processes, with their output kept from stdout or shown only when it matters. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { ROOT } from './paths.mjs';

/** How much of the output is kept for when something fails, in lines, unless more is asked for. */
const TAIL_LINES = 40;

/**
 * @typedef {object} RunOptions
 * @property {Record<string, string>} [env] set on top of this process's variables
 * @property {number} [timeout] ms, after which the process is ended
 * @property {number} [lines] how much of the end of the output is kept
 * @property {{ after: number, text: string }} [notice] a line for stderr when it takes longer than `after` ms
 */

/**
 * Runs a program with its output hidden.
 * @param {string} program
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<{ ok: boolean, output: string }>} the end of what it wrote
 */
export function runQuietly(program, args, options = {}) {
  const { notice, lines: kept = TAIL_LINES } = options;
  const timer = notice && setTimeout(() => process.stderr.write(`${notice.text}\n`), notice.after);
  const child = start(program, args, ['ignore', 'pipe', 'pipe'], options);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      output = (output + text).slice(-1_000_000);
    });
  }
  return ended(child).then(({ ok, fault }) => {
    clearTimeout(timer);
    const lines = `${output}${fault}`.trimEnd().split('\n');
    return { ok, output: lines.slice(-kept).join('\n') };
  });
}

/**
 * Runs a program with its output shown.
 * @param {string} program
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<boolean>} whether it ended with 0
 */
export async function runAloud(program, args, options = {}) {
  const { ok, fault } = await ended(start(program, args, ['ignore', 'inherit', 'inherit'], options));
  if (fault !== '') process.stdout.write(`${fault}\n`);
  return ok;
}

/**
 * Runs a program with its output shown when it has ended.
 * @param {string} program
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<boolean>} whether it ended with 0
 */
export async function runHeldBack(program, args, options = {}) {
  const { ok, output } = await runQuietly(program, args, { ...options, lines: Infinity });
  process.stdout.write(`${output}\n`);
  return ok;
}

/**
 * @param {string} program
 * @param {string[]} args
 * @param {import('node:child_process').StdioOptions} stdio
 * @param {RunOptions} options
 */
function start(program, args, stdio, { env = {}, timeout = 0 }) {
  // On Windows npm is a script that only a shell can start.
  const shell = process.platform === 'win32' && program === 'npm';
  const child = spawn(program, args, { cwd: ROOT, stdio, shell, env: { ...process.env, ...env } });
  endTogether(child);
  // spawn's own time limit keeps this process alive when the program could not be started.
  if (timeout > 0) setTimeout(() => child.kill(), timeout).unref();
  return child;
}

/**
 * Nothing that was started is left running when this process is told to end.
 * @param {import('node:child_process').ChildProcess} child
 */
function endTogether(child) {
  const end = (/** @type {NodeJS.Signals} */ signal) => {
    child.kill(signal);
    process.exitCode = 128 + constants.signals[signal];
    child.once('close', () => process.exit());
  };
  process.once('SIGTERM', end).once('SIGINT', end);
  child.once('close', () => process.off('SIGTERM', end).off('SIGINT', end));
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<{ ok: boolean, fault: string }>} with a sentence when it did not end by itself
 */
function ended(child) {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ ok: false, fault: `${child.spawnfile}: ${error.message}` }));
    child.once('close', (code, signal) => {
      resolve({
        ok: code === 0,
        fault: signal === null ? '' : `Ended by ${signal} (a time limit does that too).`,
      });
    });
  });
}
