// @ts-check
/** Installs what package-lock.json names when it is missing or stale. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { withLock } from './lock.mjs';
import { fromRoot } from './paths.mjs';
import { runQuietly } from './run.mjs';

const LOCK_FILE = fromRoot('package-lock.json');
/** npm's own record of what it installed. */
const INSTALLED_FILE = fromRoot('node_modules/.package-lock.json');
/** Our record of the package-lock.json that was installed. Lies in node_modules so that it goes with them. */
const STAMP_FILE = fromRoot('node_modules/.gatewise-installed');

/** @returns {Promise<boolean>} false, with the reason on stderr, when it failed */
export async function ensureInstalled() {
  if (isStamped()) return true;
  return withLock('install', async () => {
    if (isStamped()) return true; // by the process that held the lock
    if (!isInstalledByHand() && !(await install())) return false;
    writeFileSync(STAMP_FILE, stamp());
    return true;
  });
}

function isStamped() {
  return existsSync(INSTALLED_FILE) && existsSync(STAMP_FILE) && readFileSync(STAMP_FILE, 'utf8') === stamp();
}

/** A clone carried to another system needs other native packages. */
function stamp() {
  const hash = createHash('sha256').update(readFileSync(LOCK_FILE)).digest('hex');
  return `${hash} ${process.platform}-${process.arch}`;
}

/** Whether npm has already put exactly these versions here, optional ones for other systems aside. */
function isInstalledByHand() {
  if (!existsSync(INSTALLED_FILE)) return false;
  const installed = packages(INSTALLED_FILE);
  return Object.entries(packages(LOCK_FILE)).every(([path, wanted]) => {
    if (path === '' || wanted.optional) return true;
    return installed[path]?.version === wanted.version && existsSync(fromRoot(`${path}/package.json`));
  });
}

/** @param {string} file @returns {Record<string, { version: string, optional?: boolean }>} */
function packages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
}

async function install() {
  process.stderr.write('Installing dependencies (npm ci), about a minute ...\n');
  // npm tells its scripts where it is; without it (node tools/bootstrap.mjs) it is on the PATH.
  const npm = process.env.npm_execpath ?? '';
  const command = basename(npm) === 'npm-cli.js' ? [process.execPath, npm] : ['npm'];
  const [program = 'npm', ...first] = command;
  const args = [
    ...first,
    'ci',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    '--fetch-retries=5',
  ];
  const { ok, output } = await runQuietly(program, args);
  if (ok) return true;
  process.stderr.write(
    `The dependencies could not be installed: npm ci failed. Check the network connection and the disk, then try again. npm said:\n${output}\n`,
  );
  return false;
}
