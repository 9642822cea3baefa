// @ts-check
/**
 * Starts the command in a second Node whose environment lets Dawn find a driver, and keeps Dawn's own warnings from
 * the user: they are written natively to file descriptor 2, where JavaScript cannot stop them. So the child gets
 * pipes nobody reads aloud as 1 and 2, and the real ones as 3 (output) and 4 (errors), told by GATEWISE_FDS=1.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { adapterChoice, gpuEnvironment, hasGpu, noEnvironment, softwareEnvironment } from './vulkan.mjs';

/** With this code the child says: no adapter here, try the next driver. Told to it by GATEWISE_RETRY_CODE. */
const RETRY_CODE = 86;
/** A terminal sends Ctrl-C to npm, to us and to the child, and npm sends it to us once more. ms */
const SAME_SIGNAL = 1000;
/** How long a child that was told to end, not asked to stop, may take before it is killed. ms */
const END_PATIENCE = 5000;
/** How much of the hidden output is kept, in characters. */
const TAIL = 16_384;
/** What Node prints last when an error escaped, of which the command could not tell by itself. */
const ESCAPED_ERROR = /\nNode\.js v\d+\.\d+/;

/** @typedef {Record<string, string>} Environment */

/**
 * Runs `node script ...args` where it finds an adapter.
 * @param {string} script
 * @param {string[]} args
 * @returns {Promise<number>} the exit code to pass on
 */
export async function launch(script, args) {
  try {
    return await launchIn(driverEnvironments(), script, args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    return 2;
  }
}

/**
 * Runs it in one environment after the other, until it finds an adapter.
 * @param {Environment[]} environments
 * @param {string} script
 * @param {string[]} args
 * @returns {Promise<number>} the exit code of the last one started
 */
export async function launchIn(environments, script, args) {
  const last = environments.at(-1) ?? {};
  for (const environment of environments.slice(0, -1)) {
    const code = await start(script, args, { ...environment, GATEWISE_RETRY_CODE: `${RETRY_CODE}` });
    if (code !== RETRY_CODE) return code;
  }
  return start(script, args, last);
}

/**
 * Environments in which to try, in order: the machine's GPU, else the browser's software driver.
 * @returns {Environment[]}
 * @throws {Error} in one sentence when a variable of ours has a value that makes no sense
 */
function driverEnvironments() {
  const choice = adapterChoice();
  if (choice === 'none') return [noEnvironment()];
  if (choice === 'gpu') return [gpuEnvironment()];
  const software = softwareEnvironment();
  if (process.platform !== 'linux' || software === null) return [gpuEnvironment()];
  return choice === 'auto' && hasGpu() ? [gpuEnvironment(), software] : [software];
}

/**
 * @param {string} script
 * @param {string[]} args
 * @param {Environment} environment
 * @returns {Promise<number>}
 */
function start(script, args, environment) {
  const child = spawn(process.execPath, [script, ...args], {
    stdio: ['inherit', 'pipe', 'pipe', 1, 2],
    env: { ...process.env, ...environment, GATEWISE_FDS: '1' },
  });
  let hidden = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      hidden = (hidden + text).slice(-TAIL);
      if (process.env.GATEWISE_DEBUG === '1') process.stderr.write(text);
    });
  }
  const stopForwarding = forwardSignals(child);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const { wasAsked, killedFor } = stopForwarding();
      const isCrash = (signal !== null && !wasAsked) || (code !== 0 && ESCAPED_ERROR.test(hidden));
      if (isCrash && process.env.GATEWISE_DEBUG !== '1') process.stderr.write(hidden);
      if (signal !== null && !wasAsked) process.stderr.write(`gatewise was ended by ${signal}.\n`);
      const cause = killedFor ?? signal;
      resolve(code ?? 128 + (cause === null ? 0 : constants.signals[cause]));
    });
  });
}

/**
 * Passes the first signal on to the child, which decides what it means. A child busy in JavaScript hears nothing, so
 * a second signal kills it, and the first one too where it was no Ctrl-C and the child does not end.
 * @param {import('node:child_process').ChildProcess} child
 * @returns {() => {wasAsked: boolean, killedFor: NodeJS.Signals | null}} ends it, and tells whether any signal came
 *   and for which one the child was killed
 */
function forwardSignals(child) {
  /** @type {number | null} */
  let first = null;
  /** @type {NodeJS.Signals | null} */
  let killedFor = null;
  /** @type {NodeJS.Timeout | undefined} */
  let deadline;
  /** @param {NodeJS.Signals} signal */
  const kill = (signal) => {
    killedFor ??= signal;
    child.kill('SIGKILL');
  };
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    const now = performance.now();
    if (first !== null && now - first > SAME_SIGNAL) {
      kill(signal);
      return;
    }
    if (signal !== 'SIGINT') deadline ??= setTimeout(kill, END_PATIENCE, signal);
    if (first === null) child.kill(signal);
    first ??= now;
  };
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, forward);
  return () => {
    clearTimeout(deadline);
    for (const signal of signals) process.off(signal, forward);
    return { wasAsked: first !== null, killedFor };
  };
}
