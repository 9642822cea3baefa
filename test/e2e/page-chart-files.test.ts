/** What charts give away: pictures that stand alone, and the numbers behind them; and what they are called. */
import type { Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useStage } from './page-stage.ts';
import {
  applySettings,
  click,
  lossTable,
  textOf,
  untilFollows,
  untilPhase,
  untilText,
  type WatchedPage,
} from './page-support.ts';

const SERIES = 'seattle-daily-weather-2012-2015';

/** Test id of the chart, and what its file's name begins with. */
const CHARTS = [
  ['forecast-chart', 'forecast'],
  ['loss-chart', 'losses'],
  ['survival-chart', 'memory-unit-0'],
  ['gradient-chart', 'gradient-by-step-training'],
  ['lag-map-chart', 'lag-map'],
] as const;

describe('charts as files', () => {
  const stage = useStage();
  let watched: WatchedPage;

  beforeAll(async () => {
    watched = await stage.opened();
    const { page } = watched;
    await stage.downloads.use(page);
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
    await applySettings(page, { epochs: '3' });
    await untilText(page, 'undo', /settings/);
    await click(page, 'train');
    await untilPhase(page, 'done');
    await untilFollows(page, 'gradient-of');
    await page.waitForSelector('[data-testid=lag-map-chart] svg.plot');
  });

  afterAll(async () => {
    await watched.page.close();
  });

  const csvOf = async (page: Page, button: string, name: string): Promise<string[][]> => {
    await click(page, button);
    const lines = (await stage.downloads.takeText(`${name}-${SERIES}.csv`)).text.trim().split('\n');
    return lines.slice(1).map((line) => line.split(','));
  };

  it.each(CHARTS)(
    '%s is saved as a drawing that needs nothing of the page, on light ground',
    async (chart, name) => {
      const { page, complaints } = watched;

      await click(page, `${chart}-svg`);

      const { text } = await stage.downloads.takeText(`${name}-${SERIES}.svg`);
      expect(text).not.toMatch(/ class="| data-|var\(|light-dark|currentColor/);
      const read = await page.evaluate(
        async (source, id) => {
          const drawn = new DOMParser().parseFromString(source, 'image/svg+xml');
          const ground = drawn.querySelector('rect')?.getAttribute('fill') ?? '';
          const image = new Image();
          image.src = URL.createObjectURL(new Blob([source], { type: 'image/svg+xml' }));
          await image.decode();
          const shapes = (root: ParentNode | null | undefined, kind: string): string[] =>
            [...(root?.querySelectorAll(kind) ?? [])].map(
              (one) => one.getAttribute('d') ?? one.textContent ?? '',
            );
          const plot = document.querySelector(`[data-testid="${id}"] svg.plot`);
          return {
            error: drawn.querySelector('parsererror')?.textContent ?? null,
            title: drawn.querySelector('svg > title')?.textContent,
            description: drawn.querySelector('svg > desc')?.textContent,
            ground: (ground.match(/\d+/g) ?? []).slice(0, 3).map(Number),
            page: (getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g) ?? []).map(
              Number,
            ),
            size: [image.naturalWidth, image.naturalHeight],
            paths: shapes(plot, 'path'),
            kept: shapes(drawn, 'path'),
            words: shapes(plot, 'text'),
            keptWords: shapes(drawn, 'text'),
          };
        },
        text,
        chart,
      );
      expect(read.error).toBeNull();
      expect(read.title).toMatch(/\w/);
      expect(read.description).toMatch(/\d.*\.$/);
      expect(Math.min(...read.ground)).toBeGreaterThan(235);
      expect(Math.max(...read.page.slice(0, 3))).toBeLessThan(60);
      expect(read.size.every((side) => side > 100)).toBe(true);
      expect(read.kept).toEqual(expect.arrayContaining(read.paths));
      expect(read.keptWords).toEqual(expect.arrayContaining(read.words));
      expect(complaints).toEqual([]);
    },
  );

  it('the losses are in their CSV as in the table, in full', async () => {
    const { page } = watched;
    const rows = await csvOf(page, 'loss-chart-csv', 'losses');
    const table = await lossTable(page);

    expect(rows.map(([epoch]) => epoch)).toEqual(['1', '2', '3']);
    rows.forEach(([, loss, valLoss], at) => {
      expect(Number(loss)).toBeCloseTo(table[at]?.loss ?? Number.NaN, 3);
      expect(Number(valLoss)).toBeCloseTo(table[at]?.valLoss ?? Number.NaN, 3);
      expect(loss?.length).toBeGreaterThan(7);
    });
    const lowest = Math.min(...rows.map(([, , valLoss]) => Number(valLoss)));
    expect(rows.filter(([, , , isBest]) => isBest === '1').map(([, , valLoss]) => Number(valLoss))).toEqual([
      lowest,
    ]);
  });

  it('what is left of a memory is the product of the forget gates beside it, and the half-life their logarithm\u2019s', async () => {
    const { page } = watched;
    const rows = await csvOf(page, 'survival-chart-csv', 'memory-unit-0');
    const halves = await csvOf(page, 'half-lives-csv', 'half-lives');

    const forget = rows.map(([, f]) => Number(f));
    rows.forEach(([, , share], at) => {
      const product = forget.slice(at + 1).reduce((all, f) => all * f, 1);
      expect(Number(share)).toBeCloseTo(product, 6);
    });
    const mean = forget.reduce((sum, f) => sum + Math.log(f), 0) / forget.length;
    expect(Number(halves[0]?.[2])).toBeCloseTo(Math.log(0.5) / mean, 5);
    expect(halves.length).toBe(32);
    expect(rows.length).toBe(14);
  });

  it('the gradient\u2019s CSV has a line for each step and ends with the norm the page names', async () => {
    const { page } = watched;
    const rows = await csvOf(page, 'gradient-chart-csv', 'gradient-by-step-training');
    const total = await page.$eval('[data-testid=gradient-total]', (one) => (one as HTMLDataElement).value);

    expect(rows.length).toBe(15);
    expect(rows.at(-1)).toEqual(expect.arrayContaining(['norm_of_sum', total]));
    // The table has the newest step first, and the sum last as well.
    const table = await page.$$eval('[data-testid=gradient-table] tbody tr', (all) =>
      all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.title)),
    );
    const steps = rows.slice(0, -1).reverse();
    expect([...steps, ...rows.slice(-1)].map(([, ...norms]) => norms)).toEqual(table);
    for (const [, i, f, c, o, , , , whole] of rows) {
      const squares = [i, f, c, o].reduce((sum, norm) => sum + Number(norm) ** 2, 0);
      expect(Math.sqrt(squares)).toBeCloseTo(Number(whole), 5);
    }
  });

  it('the control on random weights has a table and its CSV', async () => {
    const { page } = watched;
    await page.$eval('[data-testid=lag-random]', (details) => {
      (details as HTMLDetailsElement).open = true;
    });
    await page.waitForSelector('[data-testid=lag-random-table]');
    const rows = await csvOf(page, 'lag-random-chart-csv', 'lag-random');
    const titles = await page.$$eval('[data-testid=lag-random-table] tbody tr', (all) =>
      all.flatMap((row) =>
        [...row.querySelectorAll('td[title]')].map((cell) => Number(cell.getAttribute('title'))),
      ),
    );

    expect(rows.length).toBe(14 * 6);
    expect(rows.map(([, , , value]) => Number(value))).toEqual(titles);
    expect(titles.some((value) => value > 0)).toBe(true);
  });

  it('the loss and the memory are named, with what they show in a sentence of their numbers', async () => {
    const { page } = watched;
    const nameOf = (chart: string): Promise<string[]> =>
      page.$eval(`[data-testid="${chart}"]`, (one) => [
        one.getAttribute('role') ?? '',
        one.getAttribute('aria-label') ?? '',
      ]);
    const table = await lossTable(page);
    const reading = await textOf(page, 'loss-reading');
    expect(await nameOf('loss-chart')).toEqual(['img', `Loss by epoch. ${reading}`]);
    const best = Math.min(...table.map(({ valLoss }) => valLoss));
    expect(reading).toContain(String(best));
    expect(reading).toContain(String(table[0]?.valLoss));

    const memory = await textOf(page, 'survival-summary');
    expect((await nameOf('survival-chart'))[0]).toBe('img');
    expect((await nameOf('survival-chart'))[1]?.replaceAll('\u00a0', ' ')).toContain(memory);
    const oldest = await page.$eval('[data-testid=survival-oldest]', (one) =>
      Number((one as HTMLDataElement).value),
    );
    expect(memory).toContain(`${Math.round(oldest * 100)} %`);
  });
});
