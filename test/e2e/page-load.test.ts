/** What a first visit downloads. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../harness/browser.ts';
import {
  type BuiltPage,
  click,
  serveBuiltPage,
  untilPhase,
  untilReady,
  untilStands,
  watchedPage,
  withoutServiceWorker,
} from './page-support.ts';

/** Script of a first load, bytes after gzip. */
const MOST_SCRIPT = 150_000;
/** Script once every view was looked at. */
const MOST_SCRIPT_OF_ALL = 220_000;

/** Size after gzip of the scripts asked for so far. */
function scriptBytes({ requests, folder }: BuiltPage): number {
  const scripts = [...new Set(requests)].filter((path) => path.endsWith('.js'));
  return scripts.reduce((sum, path) => sum + gzipSync(readFileSync(join(folder, path))).length, 0);
}

describe('a first visit', () => {
  let server: BuiltPage;
  let browser: Browser;

  beforeAll(async () => {
    server = await serveBuiltPage();
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it('loads less than 150 KB of script, workers and charts included, and nothing of another origin; the views below come when they come near', async () => {
    const { page, complaints } = await watchedPage(browser);
    await withoutServiceWorker(page);
    const foreign: string[] = [];
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(server.address) && !/^(data|blob):/.test(url)) foreign.push(url);
    });
    await page.goto(server.address);
    await untilStands(page);
    await click(page, 'step');
    await untilPhase(page, 'paused');
    await page.waitForSelector('[data-testid=forecast-chart] .line-forecast');
    const first = scriptBytes(server);

    await untilReady(page);
    await page.waitForSelector('gw-cell [data-testid=cell-z]');
    await page.waitForSelector('gw-matrix canvas');
    const all = scriptBytes(server);
    console.info(`Script after gzip: first load ${first} bytes, all views ${all} bytes`);

    expect(server.requests.some((path) => path.includes('worker'))).toBe(true);
    expect(first).toBeLessThan(MOST_SCRIPT);
    expect(all).toBeLessThan(MOST_SCRIPT_OF_ALL);
    expect(foreign).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
