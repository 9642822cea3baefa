// @ts-check
/**
 * The built page in headless Chromium on its software adapter, for commands that record what it says: opened at an address,
 * trained with one click, and the latest event of each kind that its session sent. Needs a built page (`npm run build`).
 */
import puppeteer from 'puppeteer';
import { preview } from 'vite';
import { findBrowsers } from '../../bin/lib/find-browser.mjs';
import { fromRoot } from './paths.mjs';

const MINUTE = 60_000;

/** @typedef {import('puppeteer').Page} Page */

/**
 * Opens pages for a task, and closes all of it in the end.
 * @template Result
 * @param {(open: (hash?: string) => Promise<Page>) => Promise<Result>} task
 * @returns {Promise<Result>}
 */
export async function withBuiltPage(task) {
  const [executablePath] = findBrowsers();
  if (executablePath === undefined) throw new Error('No Chrome or Chromium found. Install one first.');
  const server = await preview({
    configFile: fromRoot('vite.config.ts'),
    preview: { port: 0, strictPort: false, open: false },
  });
  const address = server.resolvedUrls?.local[0];
  if (address === undefined) throw new Error('The built page could not be served. Run npm run build first.');
  const browser = await puppeteer.launch({
    executablePath,
    protocolTimeout: 10 * MINUTE,
    args: [
      '--enable-unsafe-webgpu',
      '--use-webgpu-adapter=swiftshader',
      '--disable-dev-shm-usage',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  });
  try {
    return await task(async (hash = '') => {
      const page = await browser.newPage();
      page.setDefaultTimeout(10 * MINUTE);
      await page.evaluateOnNewDocument(listen);
      await page.goto(`${address}${hash}`);
      await page.waitForSelector('[data-testid=train]:not([disabled])');
      return page;
    });
  } finally {
    await browser.close();
    await server.close();
  }
}

/** In the page, before its own script: keeps the session and its events within reach. */
function listen() {
  const events = Object.assign(window, { events: /** @type {Record<string, any>} */ ({}) }).events;
  window.Worker = class extends Worker {
    /** @param {string | URL} script @param {WorkerOptions} [options] */
    constructor(script, options) {
      super(script, options);
      Object.assign(window, { session: this });
      this.addEventListener('message', ({ data }) => {
        events[data.type] = data;
      });
    }
  };
}

/** Trains what stands on the page to its end. @param {Page} page */
export async function trainToEnd(page) {
  await page.click('[data-testid=train]');
  await page.waitForSelector('[data-testid=train][data-phase=done]');
}

/**
 * Says something to the page's session.
 * @param {Page} page
 * @param {Record<string, unknown>} command
 */
export async function tellSession(page, command) {
  await page.evaluate((said) => {
    const { session } = /** @type {Window & typeof globalThis & { session: Worker }} */ (window);
    session.postMessage(said);
  }, command);
}
