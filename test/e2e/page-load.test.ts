/** What a first visit downloads, how soon it is filled, and how long training holds the page's thread. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../harness/browser.ts';
import {
  type BuiltPage,
  click,
  lookAtAll,
  serveBuiltPage,
  untilPhase,
  untilReady,
  untilStands,
  untilText,
  watchedPage,
  withoutServiceWorker,
} from './page-support.ts';

/** Script of a first load, bytes after gzip. */
const MOST_SCRIPT = 150_000;
/** Script once every view was looked at. */
const MOST_SCRIPT_OF_ALL = 220_000;

/** Times of a first visit, ms from its beginning. */
interface Timings {
  firstPaint: number;
  filled: number;
  /** Frames without a verdict or a chart after that. */
  emptyFrames: number;
}

/** A page without anything in its cache that takes its own times. */
async function timedPage(browser: Browser): Promise<Page> {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  await page.setViewport({ width: 1280, height: 900 });
  await page.evaluateOnNewDocument(() => {
    const timings: Timings = { firstPaint: Number.NaN, filled: Number.NaN, emptyFrames: 0 };
    Object.assign(window, { timings });
    new PerformanceObserver((list) => {
      for (const { name, startTime } of list.getEntries()) {
        if (name === 'first-contentful-paint') timings.firstPaint = startTime;
      }
    }).observe({ type: 'paint', buffered: true });
    const look = (): void => {
      const verdict = document.querySelector('.verdict, [data-testid=verdict]');
      const line = document.querySelector('gw-forecast .line-observed');
      const isFilled = verdict !== null && line !== null;
      if (Number.isNaN(timings.filled)) timings.filled = isFilled ? performance.now() : Number.NaN;
      else if (!isFilled) timings.emptyFrames += 1;
      requestAnimationFrame(look);
    };
    look();
  });
  return page;
}

const timingsOf = (page: Page): Promise<Timings> =>
  page.evaluate(() => (window as unknown as { timings: Timings }).timings);

/** One task of a thread, ms: by the clock, and of the processor's time. */
interface Task {
  readonly wall: number;
  readonly own: number;
}

/**
 * The tasks of the pages' own threads in a trace. The software adapter and whatever else runs take the processors from the
 * page in the middle of a task: what it holds the thread for by itself is its own time.
 */
function pageTasks(trace: Uint8Array): Task[] {
  const { traceEvents } = JSON.parse(new TextDecoder().decode(trace)) as { traceEvents: TraceEvent[] };
  const threads = new Set(
    traceEvents.filter(({ args }) => args?.name === 'CrRendererMain').map(({ pid, tid }) => `${pid} ${tid}`),
  );
  return traceEvents
    .filter(({ name, pid, tid }) => name.endsWith('RunTask') && threads.has(`${pid} ${tid}`))
    .map(({ dur = 0, tdur = 0 }) => ({ wall: dur / 1000, own: tdur / 1000 }));
}

/** What is read of an event of a trace; times in microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

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
    expect(server.requests.filter((path) => /recorded|\.json$/.test(path))).toEqual([]);

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

  it('is filled with the recorded run before any script has run, and stays filled until the session has its own', async () => {
    const html = await (await fetch(server.address)).text();
    const body = html.slice(html.indexOf('<body'));

    for (const part of ['class="verdict"', 'class="line line-forecast"', 'class="line line-validation"']) {
      expect(body).toContain(part);
    }
    expect(body).toMatch(/[\d.]+\u00a0% (better|worse) than/);
    const page = await timedPage(browser);
    await page.goto(server.address);
    await page.waitForFunction(
      () =>
        (window as unknown as { timings: Timings }).timings.firstPaint > 0 &&
        document.readyState === 'complete',
    );
    const { firstPaint, filled } = await timingsOf(page);
    console.info(
      `First visit, cold cache: first contentful paint ${firstPaint.toFixed(0)} ms, verdict and chart ${filled.toFixed(0)} ms`,
    );
    expect(filled).toBeGreaterThan(0);
    await untilText(page, 'stat-note', /^before training; press Train$/);
    await page.waitForSelector('[data-testid=forecast-chart] svg.plot');
    expect(await page.$('[data-testid=static-verdict]')).toBeNull();
    expect((await timingsOf(page)).emptyFrames).toBe(0);
    await page.browserContext().close();
  });

  it('holds the page\u2019s thread for no more than 50 ms at a time while the defaults are trained', async () => {
    const page = await timedPage(browser);
    await page.goto(server.address);
    await untilStands(page);
    await lookAtAll(page);
    await untilText(page, 'stat-note', /^before training; press Train$/);
    await page.tracing.start({ categories: ['toplevel'] });
    await click(page, 'train');
    await untilPhase(page, 'done');
    const tasks = pageTasks((await page.tracing.stop()) ?? new Uint8Array());
    const [wall, own] = [tasks.map((task) => task.wall), tasks.map((task) => task.own)];
    const longest = Math.max(...own);
    console.info(
      `Training the defaults: ${tasks.length} tasks of the page's thread; longest ${longest.toFixed(1)} ms of its own time, ` +
        `${Math.max(...wall).toFixed(1)} ms by the clock (${wall.filter((ms) => ms > 50).length} over 50 ms, other processes' time included)`,
    );

    expect(own.filter((ms) => ms > 0).length).toBeGreaterThan(100);
    expect(longest).toBeLessThan(50);
    await page.browserContext().close();
  });
});
