// @ts-check
/**
 * Where Chrome or Chromium is on this machine, and its folder with the software Vulkan driver (SwiftShader).
 * Looks, never downloads. Used by the launcher of the command and by the tests; Node built-ins only.
 */
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const NAMES = ['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser', 'chrome'];

const PLACES = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  win32: [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA]
    .filter((folder) => folder !== undefined)
    .map((folder) => join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe')),
};

/** Folders of packaged browsers whose command on the PATH is a shell script elsewhere. */
const LINUX_FOLDERS = [
  '/usr/lib/chromium',
  '/usr/lib/chromium-browser',
  '/usr/lib64/chromium',
  '/usr/lib64/chromium-browser',
  '/opt/google/chrome',
  '/opt/google/chrome-beta',
  '/opt/chromium.org/chromium',
  '/snap/chromium/current/usr/lib/chromium-browser',
];

/** The file beside the browser that tells a Vulkan loader about SwiftShader. */
const DRIVER_FILE = 'vk_swiftshader_icd.json';

/**
 * Browsers on this machine, the one to prefer first.
 * @returns {string[]} absolute paths of executables
 * @throws {Error} when GATEWISE_CHROME or PUPPETEER_EXECUTABLE_PATH names a file that is not there
 */
export function findBrowsers() {
  const named = namedBrowser();
  if (named !== undefined) return [named];
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const places =
    process.platform === 'darwin' || process.platform === 'win32' ? PLACES[process.platform] : onPath;
  return [...places, ...puppeteerBrowsers()].filter((path) => existsSync(path));
}

/**
 * The folder that holds the software Vulkan driver and, on Linux, a Vulkan loader (libvulkan.so.1).
 * @returns {string | null} null where no browser with the driver is installed
 */
export function findSoftwareDriver() {
  const beside = findBrowsers().map((path) => dirname(realpathSync(path)));
  return [...beside, ...LINUX_FOLDERS].find((folder) => existsSync(join(folder, DRIVER_FILE))) ?? null;
}

/** @param {string} folder of the driver */
export function driverFile(folder) {
  return join(folder, DRIVER_FILE);
}

/** @returns {string | undefined} */
function namedBrowser() {
  for (const variable of ['GATEWISE_CHROME', 'PUPPETEER_EXECUTABLE_PATH']) {
    const path = process.env[variable];
    if (path === undefined || path === '') continue;
    if (!existsSync(path)) {
      throw new Error(
        `${variable} is "${path}", but there is no such file. Give it the path of Chrome or Chromium.`,
      );
    }
    return path;
  }
  return undefined;
}

/** @returns {string[]} browsers in Puppeteer's own cache, newest version first */
function puppeteerBrowsers() {
  const cache = process.env.PUPPETEER_CACHE_DIR ?? join(homedir(), '.cache', 'puppeteer');
  const versions = join(cache, 'chrome');
  if (!existsSync(versions)) return [];
  return readdirSync(versions)
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .flatMap((version) => [
      join(versions, version, 'chrome-linux64', 'chrome'),
      join(versions, version, 'chrome-win64', 'chrome.exe'),
      ...['arm64', 'x64'].map((cpu) =>
        join(
          versions,
          version,
          `chrome-mac-${cpu}`,
          'Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing',
        ),
      ),
    ]);
}
