/** Where is time_steps: x changes its shape with T, the weights neither shape nor bytes; applied and begun anew. */

import type { Browser, Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readNpz } from '../../src/engine/keras/index.ts';
import { launchBrowser } from '../harness/browser.ts';
import {
  applySettings,
  type BuiltPage,
  click,
  DownloadFolder,
  serveBuiltPage,
  setRange,
  textOf,
  untilPhase,
  untilReady,
  untilText,
  type WatchedPage,
  watchedPage,
} from './page-support.ts';
import { referenceErrors } from './seattle.ts';

const LAYERS = [
  { kind: 'lstm', units: 32 },
  { kind: 'dense', units: 1 },
] as const;
const SHAPES = ['steps-kernel', 'steps-recurrent', 'steps-bias', 'steps-count', 'steps-fingerprint'];

async function setSteps(page: Page, steps: number): Promise<void> {
  await setRange(page, 'steps-slider', steps);
  await untilText(page, 'steps-x', new RegExp(`, ${steps}, `));
}

const standing = (page: Page): Promise<string[]> => Promise.all(SHAPES.map((id) => textOf(page, id)));

/** The error shown for this T, in full. */
async function appliedError(page: Page, steps: number): Promise<number> {
  await setSteps(page, steps);
  await click(page, 'steps-apply');
  const handle = await page.waitForFunction(
    (wanted) => {
      const rows = [...document.querySelectorAll('[data-testid=steps-results] tbody tr')];
      const row = rows.find((one) => one.querySelector('th')?.textContent === wanted);
      return row?.querySelector('td')?.title;
    },
    {},
    String(steps),
  );
  return Number(await handle.jsonValue());
}

describe('where time_steps is', () => {
  let server: BuiltPage;
  let browser: Browser;
  let watched: WatchedPage;
  const downloads = new DownloadFolder();

  beforeAll(async () => {
    server = await serveBuiltPage();
    browser = await launchBrowser();
    watched = await watchedPage(browser);
    const { page } = watched;
    await page.goto(server.address);
    await untilReady(page);
    await applySettings(page, { epochs: '2' });
    await click(page, 'train');
    await untilPhase(page, 'done');
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    downloads.remove();
  });

  it('is in the shape of x alone', async () => {
    const { page } = watched;
    const before = await standing(page);
    expect(before.slice(0, 4)).toEqual([
      '(6, 128)',
      '(32, 128)',
      '(128,)',
      '4 · (32 · (6 + 32) + 32) = 4,992',
    ]);
    for (const steps of [1, 24, 48]) {
      await setSteps(page, steps);
      expect(await textOf(page, 'steps-x')).toBe(`(32, ${steps}, 6)`);
      expect(await standing(page)).toEqual(before);
    }
  });

  it('can be another for the same weights: the errors are the float64 reference\u2019s, the bytes stay', async () => {
    const { page } = watched;
    await downloads.use(page);
    await click(page, 'export-npz');
    const arrays = await readNpz((await downloads.take('.npz')).bytes);
    const weights = [...arrays.values()].map(({ data }) => data as Float32Array);
    for (const steps of [14, 30]) {
      const { mae } = referenceErrors(LAYERS, weights, steps);
      expect(await appliedError(page, steps)).toBeCloseTo(mae, 4);
    }
    const shown = await textOf(page, 'steps-fingerprint');
    const prints = await page.$$eval('[data-testid=steps-results] code', (all) =>
      all.map((one) => one.textContent),
    );
    expect(prints).toEqual([shown, shown]);
  });

  it('gives other weights in the same shapes when training begins anew', async () => {
    const { page, complaints } = watched;
    const before = await standing(page);
    await setSteps(page, 20);
    await click(page, 'steps-retrain');
    await untilText(page, 'stat-epoch', /^0$/);
    await click(page, 'train');
    await untilPhase(page, 'done');
    const after = await standing(page);
    expect(after.slice(0, 4)).toEqual(before.slice(0, 4));
    expect(after[4]).not.toBe(before[4]);
    await page.setViewport({ width: 320, height: 800 });
    // Charts follow the width after a moment.
    await page.waitForFunction(() => document.documentElement.scrollWidth <= 320, { timeout: 5000 });
    expect(complaints).toEqual([]);
  });
});
