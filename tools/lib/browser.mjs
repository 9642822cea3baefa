// @ts-check
/** Finds a browser with WebGPU for the tests, or gets one. */
import { existsSync } from 'node:fs';
import { findBrowsers } from '../../bin/lib/find-browser.mjs';
import { fromRoot } from './paths.mjs';
import { runQuietly } from './run.mjs';

/** Chrome has had WebGPU on Linux's software adapter and dawn.node's driver beside it from about here on. */
const OLDEST = 121;
const PUPPETEER = fromRoot('node_modules/puppeteer/lib/cjs/puppeteer/node/cli.js');
const MINUTE = 60_000;

/**
 * A browser on this machine, in Puppeteer's cache, or one that is downloaded or installed now.
 * @returns {Promise<string | null>} its path, or null, with one sentence on stderr
 */
export async function ensureBrowser() {
  try {
    const path = (await usable()) ?? (await download()) ?? (await installPackage());
    if (path !== null) return path;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    return null;
  }
  process.stderr.write(
    `The tests need Chrome or Chromium ${OLDEST} or newer, and none was found or could be downloaded: ` +
      'install one (Debian and Ubuntu: apt-get install chromium), or give its path in GATEWISE_CHROME.\n',
  );
  return null;
}

/** @returns {Promise<string | null>} the first browser that starts and is new enough */
async function usable() {
  for (const path of findBrowsers()) {
    // Chrome for Windows opens a window when it is asked for its version.
    if (process.platform === 'win32') return path;
    const { ok, output } = await runQuietly(path, ['--version'], { timeout: MINUTE });
    if (ok && Number(/ (\d+)\./.exec(output)?.[1]) >= OLDEST) return path;
  }
  return null;
}

async function download() {
  process.stderr.write('No Chrome or Chromium found; downloading one with Puppeteer ...\n');
  await runQuietly(process.execPath, [PUPPETEER, 'browsers', 'install', 'chrome'], { timeout: 5 * MINUTE });
  return usable();
}

async function installPackage() {
  const isRoot = process.getuid?.() === 0;
  if (process.platform !== 'linux' || !isRoot || !existsSync('/usr/bin/apt-get')) return null;
  process.stderr.write('Installing the package chromium with apt-get ...\n');
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await runQuietly('apt-get', ['update', '-q'], { env, timeout: 5 * MINUTE });
  const { ok, output } = await runQuietly(
    'apt-get',
    ['install', '-q', '-y', '--no-install-recommends', 'chromium'],
    { env, timeout: 10 * MINUTE },
  );
  if (!ok) process.stderr.write(`${output}\n`);
  return usable();
}
