/** One step of one cell on the page: its numbers are those of the float64 reference with the weights the page exports. */
import type { Browser, Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/engine/core/random.ts';
import { GATES } from '../../src/engine/index.ts';
import { readNpz } from '../../src/engine/keras/index.ts';
import { type LstmTrace, lstmForward } from '../../src/engine/reference/index.ts';
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
import { seattleWindows } from './seattle.ts';

const UNITS = 32;
const STEPS = 14;

/** The numbers of the view in full. */
function shownNumbers(page: Page): Promise<Record<string, number>> {
  return page.evaluate(async () => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const entries = [...document.querySelectorAll('gw-cell data')].map((element) => [
      (element as HTMLElement).dataset.testid?.replace('cell-', '') ?? '',
      Number((element as HTMLDataElement).value),
    ]);
    return Object.fromEntries(entries) as Record<string, number>;
  });
}

describe('one step of one cell', () => {
  let server: BuiltPage;
  let browser: Browser;
  let watched: WatchedPage;
  let reference: (window: number) => LstmTrace;
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
    await downloads.use(page);
    await click(page, 'export-npz');
    const arrays = await readNpz((await downloads.take('.npz')).bytes);
    const array = (name: string): Float32Array => arrays.get(`lstm/${name}`)?.data as Float32Array;
    const weights = {
      kernel: array('kernel'),
      recurrentKernel: array('recurrent_kernel'),
      bias: array('bias'),
    };
    const { x } = seattleWindows(STEPS);
    const [, , features = 0] = x.shape;
    const size = STEPS * features;
    reference = (window) => {
      const data = x.data.subarray(window * size, (window + 1) * size);
      return lstmForward({ shape: [1, STEPS, features], data }, weights, { units: UNITS });
    };
    await untilText(page, 'cell-whose', new RegExp(`fingerprint ${await textOf(page, 'fingerprint')}`));
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    downloads.remove();
  });

  it('agrees with the float64 reference at 20 steps of 20 units, for each gate in turn', async () => {
    const { page } = watched;
    const random = seededRandom(20, 1);
    for (let n = 0; n < 20; n++) {
      const t = Math.floor(random.next() * STEPS);
      const u = Math.floor(random.next() * UNITS);
      const gate = GATES[n % 4] as (typeof GATES)[number];
      await setRange(page, 'cell-step', t);
      await setRange(page, 'cell-unit', u);
      await click(page, `cell-gate-${gate.key}`);
      const shown = await shownNumbers(page);
      const { z, i, f, candidate, o, c, h } = reference(0);
      const at = t * UNITS + u;
      const gates = { i, f, c: candidate, o };
      expect(shown.z).toBeCloseTo(z[(t * 4 + (n % 4)) * UNITS + u] as number, 5);
      for (const name of ['gate', 'gate-exact'])
        expect(shown[name]).toBeCloseTo(gates[gate.key][at] as number, 5);
      for (const { key } of GATES) expect(shown[`gate-${key}`]).toBeCloseTo(gates[key][at] as number, 5);
      expect(shown['c-prev']).toBeCloseTo(t > 0 ? (c[at - UNITS] as number) : 0, 5);
      for (const name of ['c', 'c-exact']) expect(shown[name]).toBeCloseTo(c[at] as number, 5);
      for (const name of ['h', 'h-exact']) expect(shown[name]).toBeCloseTo(h[at] as number, 5);
    }
  });

  it('shows products that add up to z: the largest and the rest, or all of them', async () => {
    const { page } = watched;
    const products = (): Promise<number[]> =>
      page.$$eval('[data-testid=cell-terms] tbody td[data-product]', (cells) =>
        cells.map((cell) => Number((cell as HTMLElement).title)),
      );
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    const { z = Number.NaN, rest = Number.NaN } = await shownNumbers(page);

    const largest = await products();
    expect(largest).toHaveLength(6);
    expect(sum(largest) + rest).toBeCloseTo(z, 9);

    await click(page, 'cell-all-terms');
    await page.waitForFunction(
      () => document.querySelectorAll('[data-testid=cell-terms] tbody tr').length === 6 + 1 + 32,
    );
    expect(sum(await products())).toBeCloseTo(z, 9);
  });

  it('follows another day', async () => {
    const { page } = watched;
    await setRange(page, 'cell-window', 100);
    await setRange(page, 'cell-step', STEPS - 1);
    const expected = reference(100).h[
      (STEPS - 1) * UNITS +
        Number(await page.$eval('[data-testid=cell-unit]', (input) => (input as HTMLInputElement).value))
    ] as number;

    await page.waitForFunction(
      (value) => {
        const shown = document.querySelector('[data-testid=cell-h]') as HTMLDataElement | null;
        return Math.abs(Number(shown?.value) - value) < 1e-5;
      },
      { timeout: 10_000 },
      expected,
    );
  });

  it('keeps the memory where f is set to 1 and i to 0', async () => {
    const { page } = watched;
    await setRange(page, 'what-if-f', 1);
    await setRange(page, 'what-if-i', 0);
    const shown = await shownNumbers(page);
    expect(shown['what-if-c']).toBe(shown['c-prev']);
    await click(page, 'what-if-reset');
    expect((await shownNumbers(page))['what-if-c']).toBeCloseTo(shown.c as number, 6);
  });

  it('marks the line of WGSL of the formula that has the focus', async () => {
    const { page } = watched;
    await page.focus('[data-testid=cell-formula-c]');
    await page.waitForSelector('[data-testid=cell-code] [data-lit=true]');
    const lit = await page.$$eval('[data-testid=cell-code] [data-lit=true]', (lines) =>
      lines.map((line) => line.textContent?.trim()),
    );
    expect(lit).toEqual(['let c = f * c_prev + i * candidate;']);
  });

  it('fits 320 pixels, and complained about nothing', async () => {
    const { page, complaints } = watched;
    await page.setViewport({ width: 320, height: 800 });
    await shownNumbers(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    expect(complaints).toEqual([]);
  });
});
