// @ts-check
/**
 * The entry of every npm script: `node tools/bootstrap.mjs start | test | gatewise | build | check | bench | text`. It works alone
 * on a fresh clone: it checks Node, installs dependencies if they are missing or stale, then hands over to
 * tools/lib. Node built-ins only, and no module of an installed package is imported before the installation.
 * What it has to say itself goes to stderr: stdout belongs to the verb.
 */
import { nodeFault } from '../bin/lib/node-version.mjs';

/** @type {Record<string, (args: string[]) => Promise<number>>} Each resolves to the exit code. */
const VERBS = {
  start: async () => (await import('./lib/start.mjs')).start(),
  test: async () => (await import('./lib/test.mjs')).test(),
  gatewise: async (args) => (await import('./lib/gatewise.mjs')).gatewise(args),
  build: async () => (await import('./lib/build.mjs')).buildAll(),
  check: async () => (await import('./lib/checks.mjs')).check(),
  text: async () => (await import('./lib/text.mjs')).text(),
  bench: async (args) => (await import('../bench/main.mjs')).bench(args),
};

endWithNpm();
process.exitCode = await main(process.argv.slice(2));

/** @param {string[]} words @returns {Promise<number>} */
async function main([verb = '', ...args]) {
  const run = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  const fault =
    nodeFault() ??
    (run ? null : `tools/bootstrap.mjs knows ${Object.keys(VERBS).join(', ')}; received "${verb}".`);
  if (fault !== null || run === undefined) {
    process.stderr.write(`${fault}\n`);
    return 2;
  }
  const { ensureInstalled } = await import('./lib/install.mjs');
  return (await ensureInstalled()) ? run(args) : 1;
}

/**
 * npm runs its scripts in a shell, and a signal sent to npm ends that shell but not us: then we end ourselves the
 * way the signal would have done it.
 */
function endWithNpm() {
  const shell = process.ppid;
  if (process.env.npm_lifecycle_event === undefined) return;
  setInterval(() => {
    if (process.ppid !== shell) process.kill(process.pid, 'SIGTERM');
  }, 250).unref();
}
