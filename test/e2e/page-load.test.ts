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
  watchedPage,
} from './page-support.ts';

/** Script of a first load, bytes after gzip. */
const MOST_SCRIPT = 150_000;

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

  it('loads less than 150 KB of script, workers, charts and heatmaps included, and nothing of another origin', async () => {
    const { page, complaints } = await watchedPage(browser);
    const foreign: string[] = [];
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(server.address) && !/^(data|blob):/.test(url)) foreign.push(url);
    });
    await page.goto(server.address);
    await untilReady(page);
    await click(page, 'step');
    await untilPhase(page, 'paused');
    await page.waitForSelector('gw-cell [data-testid=cell-z]');
    await page.waitForSelector('[data-testid=forecast-chart] .line-forecast');
    await page.waitForSelector('gw-matrix canvas');

    const scripts = [...new Set(server.requests)].filter((path) => path.endsWith('.js'));
    expect(scripts.some((path) => path.includes('worker'))).toBe(true);
    const bytes = scripts.map((path) => gzipSync(readFileSync(join(server.folder, path))).length);
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MOST_SCRIPT);
    expect(foreign).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
