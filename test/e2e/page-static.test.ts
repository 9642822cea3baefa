/** The three views that the static HTML holds of the recorded run: filled with scripts off, and no jump when scripts come. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'puppeteer';
import { describe, expect, it } from 'vitest';
import { storedRun } from '../../src/demo/recorded/stored-run.ts';
import { GATES } from '../../src/engine/index.ts';
import { lstmForward } from '../../src/engine/reference/index.ts';
import { launchWithoutAdapter } from '../harness/browser.ts';
import { useStage } from './page-stage.ts';
import { asVisited, textOf, untilText, watchedPage } from './page-support.ts';
import { seattleWindows } from './seattle.ts';
import { recordShifts, shiftOf } from './shifts.ts';

const STORED = storedRun(
  JSON.parse(
    readFileSync(fileURLToPath(new URL('../../src/demo/recorded/seattle.json', import.meta.url)), 'utf8'),
  ),
);
const { units: UNITS, window: STEPS } = STORED.recipe;
const [kernel = new Float32Array(), recurrentKernel = new Float32Array(), bias = new Float32Array()] =
  STORED.model.weights.map(({ data }) => data);
/** As web.dev calls good. */
const LARGEST_SHIFT = 0.1;

const VIEWS = [
  { view: 'gw-weights', part: 'static-weights', live: 'gw-matrix canvas' },
  { view: 'gw-cell', part: 'static-cell', live: '[data-testid=cell-z]' },
  { view: 'gw-lag-lab', part: 'static-lags', live: '[data-testid=lag-map-chart] svg' },
] as const;

/** Texts of a table's cells, row by row. */
const cellsOf = (page: Page, table: string): Promise<string[]> =>
  page.$$eval(`${table} tbody tr > *`, (all) => all.map((one) => (one.textContent ?? '').trim()));

describe('the views of the recorded run in the static HTML', () => {
  const stage = useStage(launchWithoutAdapter);

  it.each([1280, 320])('are filled with scripts off, and fit, at %d pixels', async (width) => {
    const { page } = await watchedPage(stage.browser, width);
    await page.setJavaScriptEnabled(false);
    await page.goto(stage.address);
    const { x } = seattleWindows(STEPS);
    const features = x.shape[2] ?? 0;
    const data = x.data.subarray(0, STEPS * features);
    const { i, f, candidate, o, h } = lstmForward(
      { shape: [1, STEPS, features], data },
      { kernel, recurrentKernel, bias },
      { units: UNITS },
    );
    const last = (STEPS - 1) * UNITS;
    const shown = (name: string): Promise<number> =>
      page.$eval(`[data-testid=static-cell] data[data-name=${name}]`, (data) =>
        Number((data as HTMLDataElement).value),
      );

    for (const { key } of GATES) {
      expect(await shown(`gate-${key}`)).toBeCloseTo({ i, f, c: candidate, o }[key][last] as number, 6);
    }
    expect(await shown('h')).toBeCloseTo(h[last] as number, 6);
    expect(await textOf(page, 'static-weights')).toContain(`fingerprint ${STORED.fingerprint}`);
    expect(await textOf(page, 'static-lags')).toMatch(
      /The forecast moves by [\d.]+ °C for one standard deviation of t of temp_max.*used 1 place: t of temp_max/,
    );
    for (const { part } of VIEWS) {
      for (const drawing of await page.$$(
        `[data-testid=${part}] .recorded-gate svg, [data-testid=${part}] .lag-chart`,
      )) {
        const box = await drawing.boundingBox();
        expect(box?.width).toBeGreaterThan(70);
        expect(box?.height).toBeGreaterThan(20);
      }
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    await page.close();
  });

  it.each([1280, 390])(
    'give way to the live views without a jump while a visitor scrolls, at %d pixels',
    async (width) => {
      const { page } = await asVisited(stage.browser, width);
      await recordShifts(page);
      await page.goto(stage.address);
      await untilText(page, 'stat-model', /^\d/);
      await page.waitForSelector('[data-testid=forecast-chart] svg');
      const before = await shiftOf(page);
      await page.mouse.move(width / 4, 500);
      const isPast = (): Promise<boolean> =>
        page.$eval('#keras', (section) => section.getBoundingClientRect().top < innerHeight / 2);
      while (!(await isPast())) {
        await page.mouse.wheel({ deltaY: 300 });
        await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 200)));
      }

      for (const { view, part, live } of VIEWS) {
        await page.waitForSelector(`${view} ${live}`);
        expect(await page.$(`[data-testid=${part}]`)).toBeNull();
      }
      expect((await shiftOf(page)) - before).toBeLessThan(LARGEST_SHIFT);
      // What no script can make anew without training stays: the verdicts of the recorded study.
      expect(await textOf(page, 'recorded-verdicts')).toMatch(
        /^Verdicts of the recorded study\s*used 1 place: t of temp_max.*A recorded study of 8 networks of these settings/s,
      );
      expect(await page.$eval('gw-badge .badge-name', (badge) => badge.textContent)).toBe(
        'No graphics adapter here',
      );
      expect(await textOf(page, 'stat-epochs')).toBe(
        `of ${STORED.recipe.epochs} epochs, recorded; shown: epoch ${STORED.bestEpoch}`,
      );
      await page.close();
    },
  );

  it('show the numbers of the live views, which take their place', async () => {
    const { page: still } = await watchedPage(stage.browser);
    await still.setJavaScriptEnabled(false);
    await still.goto(stage.address);
    const written = await still.$$eval('[data-testid=static-cell] data[data-name]', (all) =>
      all.map((one) => [(one as HTMLElement).dataset.name ?? '', (one as HTMLDataElement).value] as const),
    );
    const bars = await cellsOf(still, '[data-testid=static-lags] [aria-label="Bars by row and input"]');
    await still.close();
    const { page, complaints } = await watchedPage(stage.browser);
    // The processor measures the bars, between whatever else it has to do.
    page.setDefaultTimeout(180_000);
    await page.goto(`${stage.address}#lag-lab`);
    await untilText(page, 'cell-whose', new RegExp(STORED.fingerprint));
    await page.waitForSelector('[data-testid=lag-table] tbody td');

    expect(bars).toHaveLength(STEPS * 8);
    expect(await cellsOf(page, '[data-testid=lag-table]')).toEqual(bars);
    expect(written.length).toBeGreaterThan(12);
    const live = new Map(
      await page.$$eval('gw-cell data', (all) =>
        all.map(
          (one) =>
            [(one as HTMLElement).dataset.testid ?? '', Number((one as HTMLDataElement).value)] as const,
        ),
      ),
    );
    for (const [name, value] of written) {
      // Gates set by hand are another question in the live view. Browser and Node may round exp() apart in the last place.
      if (!name.startsWith('what-if')) expect(live.get(`cell-${name}`), name).toBeCloseTo(Number(value), 12);
    }
    expect(complaints).toEqual([]);
    await page.close();
  });
});
