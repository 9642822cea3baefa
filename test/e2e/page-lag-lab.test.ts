/**
 * The lag lab on series whose truth was planted: methods find the true lag and equal the float64 reference, what is
 * downloaded is what is drawn, the study judges by its controls, grades, can be stopped and leaves the page free.
 */
import type { Browser, Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyWindows } from '../../src/demo/session/window-rows.ts';
import { buildSeries, makeWindows, plantSeries, type WindowSplit } from '../../src/engine/index.ts';
import { readNpz } from '../../src/engine/keras/index.ts';
import { ReferenceModel } from '../../src/engine/reference/index.ts';
import { launchBrowser, launchWithoutAdapter } from '../harness/browser.ts';
import { loadAxe, THEMES, violations } from './axe.ts';
import { untilDrawn } from './drawn.ts';
import {
  type BuiltPage,
  click,
  DownloadFolder,
  serveBuiltPage,
  setRange,
  textOf,
  untilFollows,
  untilPhase,
  untilReady,
  untilText,
  type WatchedPage,
  watchedPage,
} from './page-support.ts';
import { pageTasks } from './page-tasks.ts';

const UNITS = 8;
const STEPS = 10;
const OLDER = 6;
const FEATURES = 2;
const ADDRESS = `#lag-lab?preset=lag-3&units=${UNITS}&epochs=8&seed=1`;
const STUDY_MS = 240_000;

interface Bar {
  readonly lag: number;
  readonly input: string;
  readonly value: number;
}

function plantedWindows(id: 'lag-3', window: number): WindowSplit {
  const series = buildSeries(plantSeries(id, 1), { target: ['y'], date: [], features: ['x', 'shadow'] });
  return makeWindows(series, { window, horizon: 1 });
}

/** Chooses a method and waits until its bars stand. */
async function ask(page: Page, method: string): Promise<void> {
  await click(page, `lag-method-${method}`);
  await page.waitForFunction(
    (id) => {
      const table = document.querySelector<HTMLElement>('[data-testid=lag-table]');
      const radio = document.querySelector<HTMLInputElement>(`[data-testid=lag-method-${id}]`);
      return radio?.checked === true && table?.dataset.method === id;
    },
    {},
    method,
  );
  await untilDrawn(page);
}

/** The numbers of the table of bars, in full. */
function bars(page: Page): Promise<Bar[]> {
  return page.evaluate(() => {
    const table = document.querySelector('[data-testid=lag-table] table');
    const inputs = [...(table?.querySelectorAll('thead th') ?? [])]
      .slice(2)
      .map((head) => head.textContent ?? '');
    return [...(table?.querySelectorAll('tbody tr') ?? [])].flatMap((row) => {
      const [lag, ...values] = [...row.querySelectorAll('td')];
      return values.map((cell, index) => ({
        lag: Number(lag?.textContent),
        input: inputs[index] ?? '',
        value: Number(cell.title),
      }));
    });
  });
}

const largest = (all: readonly Bar[]): Bar | undefined =>
  [...all].sort((a, b) => Math.abs(b.value) - Math.abs(a.value))[0];

/** The largest size of the bars of shadow, which is noise. */
const noiseIn = (all: readonly Bar[]): number =>
  Math.max(...all.filter(({ input }) => input === 'shadow').map(({ value }) => Math.abs(value)));

/** The line of marks that bars deserve: what is larger than all noise, and how much of it is at the true lag of x. */
function markOf(name: string, all: readonly Bar[], trueLag: number | null): string[] {
  const named = all.filter(({ value }) => Math.abs(value) > noiseIn(all));
  const hits = named.filter(({ lag, input }) => lag === trueLag && input === 'x').length;
  return [
    name,
    named.length === 1 ? '1 place' : `${named.length} places`,
    named.length === 0 ? 'none named' : `${Math.round((100 * hits) / named.length)} %`,
    trueLag === null ? 'none to name' : `${100 * hits} %`,
  ];
}

/** The table of marks. */
async function marks(page: Page): Promise<string[][]> {
  await untilDrawn(page);
  return page.$$eval('[data-testid=lag-grades] tbody tr', (rows) =>
    rows.map((row) =>
      [...row.children].slice(0, 4).map((cell) => cell.textContent?.replace('\u00a0', ' ') ?? ''),
    ),
  );
}

/** Mean of |dy/dx| by central differences in float64, lag 1 first, in the target's units. */
function referenceSensitivity(model: ReferenceModel, { test, scaling }: WindowSplit): number[] {
  const count = test.starts.length;
  const x = copyWindows(test, 0, count);
  const step = 1e-4;
  const scale = scaling.targets.scale[0] ?? Number.NaN;
  const shifted = (place: number, by: number): Float64Array => {
    const data = Float64Array.from(x.data);
    for (let n = 0; n < count; n++) {
      const at = n * test.window * FEATURES + place;
      data[at] = (data[at] as number) + by;
    }
    return Float64Array.from(model.predict({ shape: x.shape, data }).data);
  };
  return Array.from({ length: test.window * FEATURES }, (_, at) => {
    const row = test.window - 1 - Math.floor(at / FEATURES);
    const place = row * FEATURES + (at % FEATURES);
    const [up, down] = [shifted(place, step), shifted(place, -step)];
    const slopes = up.map((value, n) => Math.abs(value - (down[n] as number)) / (2 * step));
    return (scale * slopes.reduce((sum, slope) => sum + slope, 0)) / count;
  });
}

describe('the lag lab', () => {
  let server: BuiltPage;
  let browser: Browser;
  let watched: WatchedPage;
  let model: ReferenceModel;
  const downloads = new DownloadFolder();
  const split = plantedWindows('lag-3', STEPS);
  const data = (page: Page, id: string): Promise<number> =>
    page.$eval(`[data-testid=${id}]`, (element) => Number((element as HTMLDataElement).value));

  beforeAll(async () => {
    server = await serveBuiltPage();
    browser = await launchBrowser();
    watched = await watchedPage(browser);
    const { page } = watched;
    await page.goto(`${server.address}${ADDRESS}`);
    await untilReady(page);
    await click(page, 'train');
    await untilPhase(page, 'done');
    await downloads.use(page);
    await click(page, 'export-npz');
    const read = await readNpz((await downloads.take('.npz')).bytes);
    const weights = [...read.values()].map((array) => array.data as Float32Array);
    model = new ReferenceModel(
      [
        { kind: 'lstm', units: UNITS },
        { kind: 'dense', units: 1 },
      ],
      FEATURES,
      weights,
    );
    await untilFollows(page, 'lag-of');
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    downloads.remove();
  });

  it('says first that no weight belongs to a lag, and how lags are counted', async () => {
    const { page } = watched;
    expect(await textOf(page, 'lag-box')).toContain('No weight belongs to t−5');
    expect(await page.$eval('gw-lag-map', (view) => (view.textContent ?? '').replace(/\s+/g, ' '))).toContain(
      `Lag 1 is the newest row of the window, t; lag 2 is t\u22121, the row before it, and so on to lag ${STEPS}, t\u2212${STEPS - 1}.`,
    );
  });

  it('shows the sensitivities that the float64 reference gives with the exported weights', async () => {
    const { page } = watched;
    await ask(page, 'sensitivity');
    const expected = referenceSensitivity(model, split);
    const most = Math.max(...expected);
    const shown = await bars(page);
    expect(shown).toHaveLength(STEPS * FEATURES);
    shown.forEach(({ value }, at) => {
      expect(Math.abs(value - (expected[at] as number)) / most, `place ${at}`).toBeLessThan(1e-5);
    });
  });

  it('gives the same weights older rows, of which each number is the reference\u2019s too', async () => {
    const { page } = watched;
    await ask(page, 'sensitivity');
    await click(page, 'lag-older');
    await page.waitForFunction(
      (rows) => document.querySelectorAll('[data-testid=lag-table] tbody tr').length === rows,
      {},
      STEPS + OLDER,
    );
    const shown = await bars(page);
    const expected = referenceSensitivity(model, plantedWindows('lag-3', STEPS + OLDER));
    const most = Math.max(...expected);
    shown.forEach(({ value }, at) => {
      expect(Math.abs(value - (expected[at] as number)) / most, `place ${at}`).toBeLessThan(1e-5);
    });
    expect(await page.$$('[data-testid=lag-map-chart] .lag-edge')).toHaveLength(1);
    await setRange(page, 'lag-map-row', 1);
    await untilText(page, 'lag-readout', /^t−15, lag 16 /);
    await click(page, 'lag-older');
    await page.waitForFunction(
      (rows) => document.querySelectorAll('[data-testid=lag-table] tbody tr').length === rows,
      {},
      STEPS,
    );
  });

  it('adds integrated gradients up to the forecast less that of the baseline, as the reference has both', async () => {
    const { page } = watched;
    await ask(page, 'integrated');
    expect(largest(await bars(page))).toMatchObject({ lag: 3, input: 'x' });
    await setRange(page, 'cell-window', 7);
    await click(page, 'lag-of-window');
    await page.waitForSelector('[data-testid=lag-sum]');
    await page.select('[data-testid=lag-display]', 'signed');
    await page.waitForFunction(
      () => document.querySelector<HTMLElement>('[data-testid=lag-table]')?.dataset.display === 'signed',
    );
    const { mean, scale } = split.scaling.targets;
    const forecastOf = (values: ArrayLike<number>): number =>
      Number(model.predict({ shape: [1, STEPS, FEATURES], data: Float64Array.from(values) }).data[0]) *
        (scale[0] ?? Number.NaN) +
      (mean[0] ?? Number.NaN);
    const forecast = forecastOf(copyWindows(split.test, 7, 1).data);
    const baseline = forecastOf(new Float64Array(STEPS * FEATURES));

    const added = (await bars(page)).reduce((sum, { value }) => sum + value, 0);
    expect(await data(page, 'lag-forecast')).toBeCloseTo(forecast, 4);
    expect(await data(page, 'lag-baseline')).toBeCloseTo(baseline, 4);
    expect(Math.abs(added - (forecast - baseline))).toBeLessThan(1e-4 * Math.abs(forecast - baseline));
    expect(await data(page, 'lag-sum')).toBeCloseTo(added, 5);
    const residual = await data(page, 'lag-residual');
    expect(residual).toBeGreaterThan(0);
    expect(residual).toBeLessThan(1e-3);

    // Half of the 400 windows from the chosen one, the 8th.
    const before = await data(page, 'lag-baseline');
    await click(page, 'lag-baseline-window');
    await page.waitForFunction(
      (old) => {
        const shown = document.querySelector<HTMLDataElement>('[data-testid=lag-baseline]');
        return shown !== null && Number(shown.value) !== old;
      },
      {},
      before,
    );
    expect(await data(page, 'lag-baseline')).toBeCloseTo(forecastOf(copyWindows(split.test, 207, 1).data), 4);
    await click(page, 'lag-baseline-climatology');
    expect(await untilText(page, 'lag-why', /dates/)).toMatch(/this series has none\. Choose/);
    await click(page, 'lag-baseline-mean');
    await click(page, 'lag-of-all');
    await page.select('[data-testid=lag-display]', 'size');
  });

  it('ranks the planted lag first by every method, and tells random weights from trained ones', async () => {
    const { page } = watched;
    for (const method of ['gradient-input', 'occlusion', 'permutation']) {
      await ask(page, method);
      expect(largest(await bars(page)), method).toMatchObject({ lag: 3, input: 'x' });
    }
    expect(await textOf(page, 'lag-reading')).toMatch(
      /^Permuting t−2 of x costs \d\.\d+, the most of all; at t−5 /,
    );
    const trained = largest(await bars(page))?.value ?? 0;
    await page.$eval('[data-testid=lag-random]', (details) => {
      (details as HTMLDetailsElement).open = true;
    });
    const reading = await untilText(page, 'lag-random-reading', /costs|smaller by/);
    const fresh = Number(/(?:costs|smaller by) (\S+),/.exec(reading)?.[1]);
    expect(Math.abs(fresh)).toBeLessThan(0.05 * trained);
    // Gone with a method that has no such control, it comes back open: what is not seen is not measured.
    await click(page, 'lag-method-half-life');
    await page.waitForFunction(() => document.querySelector('[data-testid=lag-random]') === null);
    await ask(page, 'occlusion');
    await untilText(page, 'lag-random-reading', /^Setting /);
    expect(
      await page.$eval('[data-testid=lag-random]', (details) => (details as HTMLDetailsElement).open),
    ).toBe(true);
  });

  it('draws, lists and hands out the same numbers', async () => {
    const { page } = watched;
    await ask(page, 'permutation');
    const shown = await bars(page);
    await click(page, 'lag-csv');
    const { name, text } = await downloads.takeText('.csv');
    expect(name).toMatch(/^lags-permutation-/);
    const [head, ...lines] = text.trim().split('\n');
    expect(head).toBe('lag,steps_before_newest,input,value');
    expect(lines).toEqual(shown.map(({ lag, input, value }) => `${lag},${lag - 1},${input},${value}`));

    const drawn = await page.$$eval('[data-testid=lag-map-chart] .lag-bar', (all) =>
      all.map((one) => ({
        lag: Number((one as SVGElement).dataset.lag),
        fill: Number((one as SVGElement).dataset.fill),
        height: Number(one.getAttribute('height')),
      })),
    );
    const tallest = Math.max(...drawn.map(({ height }) => height));
    const most = Math.abs(largest(shown)?.value ?? Number.NaN);
    for (const { lag, fill, height } of drawn) {
      const bar = shown.find((one) => one.lag === lag && one.input === ['x', 'shadow'][fill]);
      expect(height / tallest, `lag ${lag}, input ${fill}`).toBeCloseTo(
        Math.abs(bar?.value ?? Number.NaN) / most,
        4,
      );
    }
  });

  it('draws how far pure noise reaches: the largest bar of the input that was planted as noise', async () => {
    const { page } = watched;
    await ask(page, 'sensitivity');
    const shown = await bars(page);
    const noise = noiseIn(shown);
    const words = await textOf(page, 'lag-noise');
    const said = /^Pure noise reaches (\S+): the largest bar of shadow, /.exec(words)?.[1];
    expect(Math.abs(Number(said) - noise)).toBeLessThan(1e-4 + 5e-3 * noise);
    expect(await page.$$('[data-testid=lag-map-chart] .lag-noise')).toHaveLength(0);

    await page.select('[data-testid=lag-input]', '0');
    await page.waitForSelector('[data-testid=lag-map-chart] .lag-noise');
    const heights = await page.evaluate(() => {
      const at = (name: string) =>
        [...document.querySelectorAll(`[data-testid=lag-map-chart] .${name}`)].map((line) =>
          Number(line.getAttribute('y1')),
        );
      const boxes = [...document.querySelectorAll('[data-testid=lag-map-chart] .lag-bar')];
      const tallest = Math.max(...boxes.map((box) => Number(box.getAttribute('height'))));
      return { tallest, zero: at('lag-zero'), noise: at('lag-noise') };
    });
    expect(heights.noise).toHaveLength(1);
    const [zero = 0, line = 0] = [heights.zero[0], heights.noise[0]];
    const most = Math.max(...shown.filter(({ input }) => input === 'x').map(({ value }) => value));
    expect((zero - line) / heights.tallest).toBeCloseTo(noise / most, 4);
    await page.select('[data-testid=lag-input]', '');
  });

  it('leads from a row to the same row in the other views, and from an input to its row of the kernel', async () => {
    const { page } = watched;
    await setRange(page, 'lag-map-row', STEPS - 2);
    await untilText(page, 'lag-readout', /^t−2 \(row 8 of 10\), lag 3 /);
    const step = await page.$eval('[data-testid=cell-step]', (input) => (input as HTMLInputElement).value);
    expect(Number(step)).toBe(STEPS - 3);
    await page.$eval('[data-testid=lag-readout] button', (button) => (button as HTMLElement).click());
    await untilText(page, 'cell-readout', /^kernel, .* x to unit/);
  });

  it('answers the question at the top of the page with the number of its table', async () => {
    const { page } = watched;
    await ask(page, 'permutation');
    const asked = (await bars(page)).filter(({ lag }) => lag === 6);
    const most = Math.max(...asked.map(({ value }) => value));
    const said = (await textOf(page, 'answer-lag')).replace('\u2212', '-').replace('about 0', '0');
    expect(Math.abs(Number(said) - most)).toBeLessThan(1e-4 + 5e-4 * Math.abs(most));
    expect(await page.$$eval('#answers .answer a', (links) => links.at(-1)?.getAttribute('href'))).toBe(
      '#lag-lab',
    );
  });

  it('stops a study when told, and the page goes on', async () => {
    const { page } = watched;
    await click(page, 'lag-study-begin');
    await untilText(page, 'lag-study-state', /^The study runs; how long it still takes stands above\./);
    await click(page, 'lag-study-stop');
    await untilText(page, 'lag-study-state', /^Stopped/);
    const before = await textOf(page, 'fingerprint');
    await click(page, 'train');
    await page.waitForFunction(
      (old) => document.querySelector('[data-testid=fingerprint]')?.textContent?.trim() !== old,
      {},
      before,
    );
    await untilPhase(page, 'done');
    await ask(page, 'permutation');
    await untilFollows(page, 'lag-of');
  });

  it('judges by the controls: the planted lag is used, nothing else; the band only grows; marks are given', async () => {
    const { page } = watched;
    await ask(page, 'permutation');
    const fingerprint = await textOf(page, 'fingerprint');
    await page.evaluate(() => {
      const seen: string[] = [];
      Object.assign(window, { seenBands: seen });
      new MutationObserver(() => {
        const text = document
          .querySelector('[data-testid=lag-band]')
          ?.textContent?.replace(/\s+/g, ' ')
          .trim();
        if (text !== undefined && seen.at(-1) !== text) seen.push(text);
      }).observe(document.querySelector('gw-lag-study') as Element, {
        subtree: true,
        childList: true,
        characterData: true,
      });
    });
    await page.$eval('[data-testid=lag-seeds]', (input) => {
      (input as HTMLInputElement).value = '3';
      input.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await page.tracing.start({ categories: ['toplevel'] });
    // Not by click(), which looks through the page's elements.
    await page.$eval('[data-testid=lag-study-begin]', (button) => (button as HTMLElement).click());
    await page.waitForSelector('[data-testid=lag-verdicts]', { timeout: STUDY_MS });
    const tasks = pageTasks((await page.tracing.stop()) ?? new Uint8Array());
    expect(tasks.filter(({ own }) => own > 0).length).toBeGreaterThan(100);
    expect(Math.max(...tasks.map(({ own }) => own))).toBeLessThan(50);

    const verdicts = await page.$$eval('[data-testid=lag-verdicts] li', (all) =>
      all.map((one) => (one.textContent ?? '').replace(/\s+/g, ' ').trim()),
    );
    expect(verdicts[0]).toBe('used 1 place: t\u22122 of x');
    expect(verdicts.map((one) => /^(used|cannot tell|not used) /.test(one))).toEqual([true, true, true]);
    await page.select('[data-testid=lag-study-input]', '0');
    await setRange(page, 'lag-study-row', STEPS + 1 - 3);
    await untilText(
      page,
      'lag-verdict',
      /^t−2 of x: used, because it is outside the null band for all 3 seeds\.$/,
    );
    expect(await marks(page)).toContainEqual(['Verdicts', '1 place', '100 %', '100 %']);
    expect(await marks(page)).toContainEqual(markOf('Permutation', await bars(page), 3));
    expect(await textOf(page, 'lag-rule')).toContain('for every seed');
    expect(await textOf(page, 'lag-correlation')).toContain('"t\u22125 carries no information"');
    expect(await textOf(page, 'fingerprint')).toBe(fingerprint);

    const bands = await page.evaluate(() => (window as unknown as { seenBands: string[] }).seenBands);
    const ends = bands.map((text) => {
      const [, low = '', high = ''] =
        /permutations: (\S+) to (\S+)\. /.exec(text.replaceAll('\u00a0', ' ')) ?? [];
      return [Number(low.replace('\u2212', '-')), Number(high)] as const;
    });
    expect(ends.length).toBeGreaterThan(1);
    ends.forEach(([low, high], n) => {
      const [lowBefore, highBefore] = ends[Math.max(0, n - 1)] as readonly [number, number];
      expect(low).toBeLessThanOrEqual(lowBefore);
      expect(high).toBeGreaterThanOrEqual(highBefore);
    });

    await click(page, 'lag-study-csv');
    const lines = (await downloads.takeText('study-planted-y-x-t-3.csv')).text.trim().split('\n');
    expect(lines).toHaveLength(1 + STEPS * FEATURES);
    expect(lines.filter((line) => /,used,/.test(line)).map((line) => line.split(',').slice(0, 3))).toEqual([
      ['3', '2', 'x'],
    ]);
  });

  it('shows signs as sizes where a method has none, with the null band, and signs again where it has', async () => {
    const { page } = watched;
    const display = (): Promise<string> =>
      page.$eval('[data-testid=lag-display]', (select) => (select as HTMLSelectElement).value);
    await page.select('[data-testid=lag-input]', '0');
    await ask(page, 'integrated');
    await page.select('[data-testid=lag-display]', 'signed');
    await ask(page, 'permutation');
    await page.waitForSelector('[data-testid=lag-map-chart] .lag-band');
    expect(await display()).toBe('size');
    await ask(page, 'integrated');
    expect(await display()).toBe('signed');
    await page.select('[data-testid=lag-display]', 'size');
    await page.select('[data-testid=lag-input]', '');
  });

  it('shows the sensitivity of networks that had nothing to learn beside that of random weights', async () => {
    const { page } = watched;
    await page.select('[data-testid=lag-input]', '');
    await ask(page, 'sensitivity');
    await untilText(page, 'lag-shuffled-reading', /^The forecast moves by /);
    expect(await page.$$('[data-testid=lag-shuffled-chart] .lag-bar')).toHaveLength(STEPS * FEATURES);
    const largestOf = async (id: string): Promise<number> =>
      Number(/moves by (\S+) for/.exec(await textOf(page, id))?.[1]);
    expect(await largestOf('lag-shuffled-reading')).toBeLessThan(0.5 * (await largestOf('lag-reading')));
    await page.$eval('[data-testid=lag-random]', (details) => {
      (details as HTMLDetailsElement).open = false;
    });
  });

  it('trains without each row and input, and misses the planted one', async () => {
    const { page } = watched;
    const isTraining = /^Networks are being trained; how long it still takes stands above\./;
    await click(page, 'lag-retrain-begin');
    await untilText(page, 'lag-retrain-state', isTraining);
    await click(page, 'lag-retrain-stop');
    await untilText(page, 'lag-retrain-state', /^Stopped before it was done/);
    expect(await page.$('[data-testid=lag-retrain-table]')).toBeNull();

    await click(page, 'lag-retrain-begin');
    await untilText(page, 'lag-retrain-state', isTraining);
    await page.waitForSelector('[data-testid=lag-retrain-table]', { timeout: STUDY_MS });
    const rows = await page.$$eval('[data-testid=lag-retrain-table] tbody tr', (all) =>
      all.map((row) => ({
        name: row.querySelector('th')?.textContent ?? '',
        value: Number((row.querySelector('td') as HTMLElement).title),
      })),
    );
    expect(rows).toHaveLength(STEPS + FEATURES);
    const [first, second, third] = [...rows].sort((a, b) => b.value - a.value);
    expect([first?.name, second?.name].sort()).toEqual(['input x', 'row t\u22122']);
    expect(third?.value ?? 1).toBeLessThan(0.2 * (second?.value ?? 0));
    const noise = Math.abs(rows.find(({ name }) => name === 'input shadow')?.value ?? Number.NaN);
    const missed = rows.filter(({ name, value }) => name.startsWith('row ') && value > noise).length;
    expect((await marks(page)).find(([name]) => name === 'Retraining')).toEqual([
      'Retraining',
      missed === 1 ? '1 row' : `${missed} rows`,
      `${Math.round(100 / missed)} %`,
      '100 %',
    ]);
    expect(await textOf(page, 'lag-retrain-state')).toMatch(/Without row t−2 the error grows by \d\.\d+, /);
  });

  it('has nothing for axe-core to find, with study, tables and all, and fits 320 pixels', async () => {
    const { page, complaints } = watched;
    await page.$$eval('#lag-lab details', (all) => {
      for (const details of all) details.open = true;
    });
    await ask(page, 'integrated');
    await untilText(page, 'lag-random-reading', /./);
    await loadAxe(page);
    for (const theme of THEMES) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
      expect(await violations(page)).toEqual([]);
    }
    await page.setViewport({ width: 320, height: 800 });
    await page.waitForFunction(() => document.documentElement.scrollWidth <= 320, { polling: 50 });
    expect(complaints).toEqual([]);
  });

  it('calls nothing used where there is nothing to learn', async () => {
    const { page } = await watchedPage(browser);
    await page.goto(`${server.address}#lag-lab?preset=noise&units=${UNITS}&epochs=6&seed=1`);
    await untilReady(page);
    await page.$eval('[data-testid=lag-seeds]', (input) => {
      (input as HTMLInputElement).value = '2';
      input.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await click(page, 'lag-study-begin');
    await page.waitForSelector('[data-testid=lag-verdicts]', { timeout: STUDY_MS });
    expect(
      await page.$eval('[data-verdict=used]', (line) => line.textContent?.replace(/\s+/g, ' ').trim()),
    ).toBe('used no place');
    // Whatever a method names here is false.
    expect(await marks(page)).toEqual([
      markOf('Sensitivity', await bars(page), null),
      ['Verdicts', '0 places', 'none named', 'none to name'],
    ]);

    expect(await textOf(page, 'lag-study-state')).toContain('2 networks, seeds 1 and up,');
    const before = await textOf(page, 'fingerprint');
    await click(page, 'new-seed');
    await page.waitForFunction(
      (old) => document.querySelector('[data-testid=fingerprint]')?.textContent?.trim() !== old,
      {},
      before,
    );
    expect(await textOf(page, 'lag-study-state')).toContain('2 networks, seeds 1 and up,');
    await page.close();
  });

  it('says without a device what needs one', async () => {
    const without = await launchWithoutAdapter();
    try {
      const { page } = await watchedPage(without);
      await page.goto(`${server.address}#lag-lab`);
      expect(await untilText(page, 'lag-of', /./)).toContain('Computed on the processor');
      expect(
        await page.$eval('[data-testid=lag-study-begin]', (one) => (one as HTMLButtonElement).disabled),
      ).toBe(true);
      await click(page, 'lag-method-half-life');
      await untilText(
        page,
        'lag-reading',
        /^Half of the units hold at least 100\s% of t, the most of all; at t−5 /,
      );
    } finally {
      await without.close();
    }
  });
});
