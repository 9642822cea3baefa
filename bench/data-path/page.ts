/**
 * The file as a visitor gives it: the built page in headless Chromium, its file input, the columns it offers taken at
 * once, Train pressed at once. Measured in the page: the time to the first training step, and how long the main thread
 * kept a message waiting meanwhile; from outside: the memory of its processes.
 */
import type { Browser, ElementHandle, Page } from 'puppeteer';
import { serveBuiltPage, untilReady } from '../../test/e2e/page-support.ts';
import { launchBrowser } from '../../test/harness/browser.ts';
import { bundleData } from '../../tools/lib/build.mjs';
import { type Driven, driveToFirstStep } from './drive.ts';
import { findProcesses, processorTicks, resetPeak, residentOf, sharedOutBytes } from './memory.ts';

export interface PageRun extends Driven {
  /** Growth of the page's process (page and worker are one) over what it held before the file, bytes. */
  readonly rendererPeakBytes: number;
  /** The same for the GPU process, where the software adapter keeps what a GPU would have in its own memory. */
  readonly gpuPeakBytes: number;
  /** Growth of all processes of the browser together, shared pages counted once, sampled, bytes. */
  readonly browserPeakBytes: number;
}

const SAMPLE_MS = 100;
/** How long the page is kept busy to tell its process from the others, ms. */
const BUSY_MS = 500;

/** Builds the page as visitors get it, and serves it while `work` runs. */
export async function withBuiltPage(work: (address: string) => Promise<void>): Promise<void> {
  if (!(await bundleData())) throw new Error("The page's own data could not be written.");
  const served = await serveBuiltPage();
  try {
    await work(served.address);
  } finally {
    await served.close();
  }
}

/**
 * One run of a fresh browser.
 * @param path of the CSV file
 */
export async function measurePage(address: string, path: string): Promise<PageRun> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(300_000);
    await page.goto(address);
    await untilReady(page);
    return await measure(browser, page, path);
  } finally {
    await browser.close();
  }
}

async function measure(browser: Browser, page: Page, path: string): Promise<PageRun> {
  const root = browser.process()?.pid;
  if (root === undefined) throw new Error('The browser has no process of its own here.');
  const renderer = await rendererOf(page, root);
  const [gpu] = findProcesses(root, '--type=gpu-process');
  if (gpu === undefined) throw new Error('The browser has no GPU process.');

  for (const pid of [renderer, gpu]) resetPeak(pid);
  const before = { renderer: residentOf(renderer).now, gpu: residentOf(gpu).now, all: sharedOutBytes(root) };
  let mostShared = before.all;
  const sampling = setInterval(() => {
    mostShared = Math.max(mostShared, sharedOutBytes(root));
  }, SAMPLE_MS);
  try {
    const input = await page.$('[data-testid=csv-input]');
    if (input === null) throw new Error('The page has no file input.');
    const finished = page.evaluate(driveToFirstStep);
    await page.waitForSelector('[data-awaits-file]');
    await (input as ElementHandle<HTMLInputElement>).uploadFile(path);
    const driven = await finished;
    return {
      ...driven,
      rendererPeakBytes: residentOf(renderer).peak - before.renderer,
      gpuPeakBytes: residentOf(gpu).peak - before.gpu,
      browserPeakBytes: mostShared - before.all,
    };
  } finally {
    clearInterval(sampling);
  }
}

/** The page's process: the renderer that works while the page is kept busy. */
async function rendererOf(page: Page, root: number): Promise<number> {
  const renderers = findProcesses(root, '--type=renderer');
  const before = new Map(renderers.map((pid) => [pid, processorTicks(pid)]));
  await page.evaluate((ms) => {
    const end = performance.now() + ms;
    while (performance.now() < end);
  }, BUSY_MS);
  const worked = renderers.map((pid) => ({ pid, ticks: processorTicks(pid) - (before.get(pid) ?? 0) }));
  const most = worked.sort((a, b) => b.ticks - a.ticks)[0];
  if (most === undefined) throw new Error("The page's process was not found.");
  return most.pid;
}
