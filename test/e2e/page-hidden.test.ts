/** A hidden tab: training goes on in its worker, nothing is drawn, and what changed is drawn when the tab is seen again. */
import type { Page } from 'puppeteer';
import { describe, expect, it } from 'vitest';
import { useStage } from './page-stage.ts';
import {
  applySettings,
  click,
  textOf,
  untilPhase,
  untilReady,
  untilText,
  watchedPage,
} from './page-support.ts';

/** Tells the page that its tab is seen or hidden, as the browser does. */
function show(page: Page, isSeen: boolean): Promise<void> {
  return page.evaluate((seen) => {
    const state = seen ? 'visible' : 'hidden';
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state });
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => !seen });
    document.dispatchEvent(new Event('visibilitychange'));
  }, isSeen);
}

/** A number over the pixels that a matrix shows. */
function pixels(page: Page): Promise<number> {
  return page.$eval('[data-testid=matrix-kernel] canvas', (canvas) => {
    const { width, height } = canvas as HTMLCanvasElement;
    const copy = new OffscreenCanvas(width, height).getContext('2d') as OffscreenCanvasRenderingContext2D;
    copy.drawImage(canvas as HTMLCanvasElement, 0, 0);
    return copy
      .getImageData(0, 0, width, height)
      .data.reduce((sum, value) => (sum * 31 + value) % 1_000_003, 7);
  });
}

const epochOf = async (page: Page): Promise<number> =>
  Number(/^Epoch (\d+) of/.exec(await textOf(page, 'run-state'))?.[1]);

/** Where the training is by the worker's own messages: a hidden tab shows nothing of it. */
interface Heard {
  readonly epoch: number;
  readonly phase: string;
  /** When it was said, by the page's clock. */
  readonly at: number;
}

/** Keeps the last that the worker says of its training; before the page is opened. */
async function listen(page: Page): Promise<void> {
  await page.evaluateOnNewDocument(() => {
    window.Worker = class extends Worker {
      constructor(address: string | URL, options?: WorkerOptions) {
        super(address, options);
        this.addEventListener('message', ({ data }) => {
          if (data.type === 'run') Object.assign(window, { heard: { ...data.run, at: performance.now() } });
        });
      }
    };
  });
}

const heard = (page: Page): Promise<Heard> =>
  page.evaluate(() => (window as unknown as { heard: Heard }).heard);

/** Waits until nothing changed for a second; what is counted is what changes from then on. */
async function untilQuiet(page: Page): Promise<void> {
  await page.evaluate(() => {
    const quiet = { since: performance.now(), changes: 0 };
    Object.assign(window, { quiet });
    new MutationObserver((records) => {
      quiet.since = performance.now();
      quiet.changes += records.length;
    }).observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true });
  });
  await page.waitForFunction(
    () => {
      const { quiet } = window as unknown as { quiet: { since: number; changes: number } };
      const isQuiet = performance.now() - quiet.since > 1000;
      if (isQuiet) quiet.changes = 0;
      return isQuiet;
    },
    { polling: 50 },
  );
}

describe('a hidden tab', () => {
  const stage = useStage();

  it('trains on, draws nothing, and shows what changed as soon as it is seen', async () => {
    const { page, complaints } = await watchedPage(stage.browser);
    await listen(page);
    await page.goto(stage.address);
    await untilReady(page);
    await applySettings(page, { epochs: '1000' });
    await untilText(page, 'undo', /settings/);
    await click(page, 'train');
    await untilText(page, 'run-state', /^Epoch [1-9]/);

    await show(page, false);
    // What was drawn or on its way by then arrives first.
    await untilQuiet(page);
    const [before, drawn] = [await epochOf(page), await pixels(page)];
    const { epoch: began } = await heard(page);
    await page.waitForFunction(
      (epoch) => (window as unknown as { heard: Heard }).heard.epoch >= epoch,
      { polling: 50 },
      began + 2,
    );
    // Held while hidden, and the batch under way awaited: no news comes later that could be drawn in place of what was missed.
    await click(page, 'train');
    await page.waitForFunction(
      () => {
        const { phase, at } = (window as unknown as { heard: Heard }).heard;
        return phase === 'paused' && performance.now() - at > 1000;
      },
      { polling: 50 },
    );
    expect(
      await page.evaluate(() => (window as unknown as { quiet: { changes: number } }).quiet.changes),
    ).toBe(0);
    expect(await epochOf(page)).toBe(before);
    expect(await pixels(page)).toBe(drawn);

    await show(page, true);
    await expect.poll(async () => (await epochOf(page)) - (await heard(page)).epoch).toBe(0);
    const epoch = await epochOf(page);
    expect(epoch).toBeGreaterThan(before + 1);
    await untilPhase(page, 'paused');
    await expect.poll(() => pixels(page)).not.toBe(drawn);
    await untilText(page, 'loss-readout', new RegExp(`^Epoch ${epoch} `));
    expect(complaints).toEqual([]);
    await page.close();
  });
});
