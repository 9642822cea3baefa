/**
 * The page without a device: a recorded run in its place. Weights, forecast, gates and states and other windows are there,
 * with the numbers that the float64 reference finds for the stored weights; and with scripts off the HTML itself holds the run.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ElementHandle, Page } from 'puppeteer';
import { beforeAll, describe, expect, it } from 'vitest';
import { rampColour, rampStops } from '../../src/demo/draw/ramp.ts';
import { formatDate, formatWeight } from '../../src/demo/format.ts';
import { storedRun } from '../../src/demo/recorded/stored-run.ts';
import { linkTo } from '../../src/demo/url-link.ts';
import { seededRandom } from '../../src/engine/core/random.ts';
import { GATES } from '../../src/engine/index.ts';
import { readNpz } from '../../src/engine/keras/index.ts';
import { lstmForward } from '../../src/engine/reference/index.ts';
import { launchBrowser, launchWithoutAdapter } from '../harness/browser.ts';
import { loadAxe, violations } from './axe.ts';
import { useStage } from './page-stage.ts';
import {
  applySettings,
  click,
  lookAtAll,
  loseDevice,
  setRange,
  textOf,
  untilReady,
  untilText,
  type WatchedPage,
  watchedPage,
  withDeviceAtHand,
} from './page-support.ts';
import { referenceErrors, seattleWindows } from './seattle.ts';

const fromRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const STORED = storedRun(JSON.parse(readFileSync(fromRoot('src/demo/recorded/seattle.json'), 'utf8')));
const UNITS = STORED.recipe.units;
const STEPS = STORED.recipe.window;
const LAYERS = [
  { kind: 'lstm', units: UNITS },
  { kind: 'dense', units: 1 },
] as const;
const weights = STORED.model.weights.map(({ data }) => data);
const [kernel = new Float32Array(), recurrentKernel = new Float32Array(), bias = new Float32Array()] =
  weights;

describe('the page without a device', () => {
  const stage = useStage(launchWithoutAdapter);
  let watched: WatchedPage;

  beforeAll(async () => {
    watched = await watchedPage(stage.browser);
    await watched.page.goto(stage.address);
    await untilText(watched.page, 'stat-model', /^\d/);
    await lookAtAll(watched.page);
  });

  const give = async (page: Page, path: string): Promise<void> => {
    const input = (await page.$('input[data-testid=csv-input]')) as ElementHandle<HTMLInputElement>;
    await input.uploadFile(path);
  };

  it('says that a recorded run is shown and what training needs, beside the errors the reference finds', async () => {
    const { page } = watched;
    const { mae, rmse } = referenceErrors(LAYERS, weights, STEPS);

    expect(await textOf(page, 'stat-model')).toBe(`${mae.toFixed(2)} °C`);
    expect(await textOf(page, 'score-model')).toContain(`${mae.toFixed(2)} ${rmse.toFixed(2)}`);
    expect(await textOf(page, 'verdict')).toMatch(/^[\d.]+ % better than “same as yesterday”$/);
    expect(await textOf(page, 'recorded-label')).toBe(
      `A recorded run: epoch ${STORED.bestEpoch} of 40, trained on ${formatDate(Date.parse(STORED.date), null)} with ${STORED.device}.`,
    );
    expect(await textOf(page, 'stand-in')).toMatch(
      /^Until then you see a recorded run.*needs a device: training, the studies that train networks, the epochs that were not recorded/,
    );
    expect(await textOf(page, 'no-gpu-notice')).toMatch(/adapter|WebGPU/);
    expect(await textOf(page, 'best-epoch')).toBe(String(STORED.bestEpoch));
    expect(await textOf(page, 'fingerprint')).toBe(STORED.fingerprint);
    for (const id of ['train', 'step', 'reset', 'new-seed']) {
      const [disabled, title] = await page.$eval(`[data-testid=${id}]`, (button) => [
        (button as HTMLButtonElement).disabled,
        (button as HTMLButtonElement).title,
      ]);
      expect([id, disabled, title]).toEqual([id, true, 'Training needs WebGPU']);
    }
    expect(await textOf(page, 'run-state')).toBe('Recorded; training needs WebGPU');
  });

  it('says so, with Retry in reach, also in a view that is embedded without the head of the page', async () => {
    const { page } = await watchedPage(stage.browser, 640);
    await page.goto(`${stage.address}${linkTo({ section: 'cell', hide: ['top'] })}`);
    await untilText(page, 'no-gpu-notice', /training is off/);
    expect(await (await page.$('#top'))?.boundingBox()).toBeNull();
    for (const id of ['no-gpu-notice', 'retry']) {
      const box = await (await page.$(`[data-testid=${id}]`))?.boundingBox();
      expect(box?.height, id).toBeGreaterThan(20);
    }
    await page.close();
  });

  it('takes one step of one cell apart as the reference does, on two days', async () => {
    const { page } = watched;
    const { x } = seattleWindows(STEPS);
    const size = STEPS * (x.shape[2] ?? 0);
    const random = seededRandom(7, 1);
    for (const window of [0, 200]) {
      await setRange(page, 'cell-window', window);
      const data = x.data.subarray(window * size, (window + 1) * size);
      const trace = lstmForward(
        { shape: [1, STEPS, size / STEPS], data },
        { kernel, recurrentKernel, bias },
        { units: UNITS },
      );
      const last = trace.h[(STEPS - 1) * UNITS] as number;
      await setRange(page, 'cell-step', STEPS - 1);
      await setRange(page, 'cell-unit', 0);
      await page.waitForFunction(
        (value) =>
          Math.abs(
            Number((document.querySelector('[data-testid=cell-h]') as HTMLDataElement)?.value) - value,
          ) < 1e-5,
        { polling: 50 },
        last,
      );
      for (let n = 0; n < 8; n++) {
        const t = Math.floor(random.next() * STEPS);
        const u = Math.floor(random.next() * UNITS);
        await setRange(page, 'cell-step', t);
        await setRange(page, 'cell-unit', u);
        const shown = await page.evaluate(
          () =>
            Object.fromEntries(
              [...document.querySelectorAll('gw-cell data')].map((element) => [
                (element as HTMLElement).dataset.testid?.replace('cell-', '') ?? '',
                Number((element as HTMLDataElement).value),
              ]),
            ) as Record<string, number>,
        );
        const at = t * UNITS + u;
        const { i, f, candidate, o, c, h } = trace;
        const gates = { i, f, c: candidate, o };
        for (const { key } of GATES) expect(shown[`gate-${key}`]).toBeCloseTo(gates[key][at] as number, 6);
        expect(shown.c).toBeCloseTo(c[at] as number, 6);
        expect(shown.h).toBeCloseTo(h[at] as number, 6);
      }
    }
    for (const id of ['cell-whose', 'time-whose']) {
      expect(await textOf(page, id)).toContain('of a recorded run');
    }
  });

  it('applies the same weights to longer windows', async () => {
    const { page } = watched;
    for (const steps of [STEPS, 30]) {
      const { mae } = referenceErrors(LAYERS, weights, steps);
      await setRange(page, 'steps-slider', steps);
      await untilText(page, 'steps-x', new RegExp(`, ${steps}, `));
      await click(page, 'steps-apply');
      const shown = await page.waitForFunction(
        (wanted) =>
          [...document.querySelectorAll('[data-testid=steps-results] tbody tr')]
            .find((row) => row.querySelector('th')?.textContent === wanted)
            ?.querySelector('td')?.title,
        {},
        String(steps),
      );
      expect(Number(await shown.jsonValue())).toBeCloseTo(mae, 6);
    }
    const prints = await page.$$eval('[data-testid=steps-results] code', (all) =>
      all.map((one) => one.textContent),
    );
    expect(prints).toEqual([STORED.fingerprint, STORED.fingerprint]);
    expect(
      await page.$eval('[data-testid=steps-retrain]', (button) => (button as HTMLButtonElement).disabled),
    ).toBe(true);
  });

  it('draws the matrices in the ramp\u2019s colours and reads single cells out', async () => {
    const { page } = watched;
    await page.focus('[data-testid=cell-kernel]');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    const value = kernel[4 * UNITS + 2] as number;
    const read = await untilText(page, 'cell-readout', /^kernel, input gate, temp_max to unit 2, \S+\d/);
    expect(read).toContain(formatWeight(value));

    const scale = Number(
      (await textOf(page, 'ramp'))
        .split('+')
        .at(-1)
        ?.match(/[\d.]+/)?.[0],
    );
    const expected = (unit: number): number[] => [
      ...rampColour(rampStops('light'), (bias[UNITS + unit] as number) / scale),
      255,
    ];
    const colours = await page.$eval(
      '[data-testid=matrix-bias] canvas',
      (canvas, units) => {
        const { width, height } = canvas as HTMLCanvasElement;
        const copy = new OffscreenCanvas(width, height);
        const context = copy.getContext('2d', {
          willReadFrequently: true,
        }) as OffscreenCanvasRenderingContext2D;
        context.drawImage(canvas as HTMLCanvasElement, 0, 0);
        // The forget block is the second of four with 14 free pixels between two.
        const block = (width - 3 * 14) / 4;
        return [0, 9, 31].map((unit) => [
          ...context.getImageData(Math.floor(block + 14 + ((unit + 0.5) * block) / units), height - 8, 1, 1)
            .data,
        ]);
      },
      UNITS,
    );
    expect(colours).toEqual([0, 9, 31].map(expected));
  });

  it('exports the stored weights, all of them', async () => {
    const { page } = watched;
    await stage.downloads.use(page);
    await click(page, 'export-npz');
    const { name, bytes } = await stage.downloads.take('.npz');
    const arrays = await readNpz(bytes);

    expect(name).toContain(`seed1-epoch${STORED.bestEpoch}`);
    expect([...arrays.keys()]).toEqual(STORED.model.weights.map(({ path }) => path));
    for (const { path, data, shape } of STORED.model.weights) {
      expect(arrays.get(path)?.shape).toEqual(shape);
      expect([...(arrays.get(path)?.data ?? [])]).toEqual([...data]);
    }
  });

  it('forecasts another series with the same columns, and says where the weights are from', async () => {
    const { page } = watched;
    await give(page, fromRoot('dist/data/new-york.csv'));
    await untilText(page, 'column-picker', /new-york/);
    await click(page, 'use-columns');
    await untilText(page, 'data-name', /new-york/);
    const { mae } = referenceErrors(LAYERS, weights, STEPS, 'new-york');

    expect(await untilText(page, 'stat-model', /^\d/)).toBe(mae.toFixed(2));
    expect(await textOf(page, 'recorded-label')).toContain('trained on “Seattle, daily weather 2012-2015”');
    await page.select('[data-testid=preset]', 'seattle');
    await click(page, 'use-preset');
    await untilText(page, 'data-name', /Seattle/);
  });

  it('says that there are no recorded weights for other columns and for other settings', async () => {
    const { page, complaints } = watched;
    const path = join(stage.downloads.path, 'garden.csv');
    const rows = Array.from({ length: 300 }, (_, day) => {
      const date = new Date(Date.UTC(2020, 0, 1 + day)).toISOString().slice(0, 10);
      return `${date},${(10 + 8 * Math.sin(day / 9)).toFixed(2)}`;
    });
    writeFileSync(path, ['day,warmth', ...rows].join('\n'));
    await give(page, path);
    await untilText(page, 'column-picker', /garden/);
    await click(page, 'use-columns');
    expect(await untilText(page, 'stand-in', /no recorded weights for these columns/)).toContain('warmth');
    expect(await textOf(page, 'verdict')).toMatch(/^To beat/);
    expect(await textOf(page, 'stat-model')).toBe('–');
    expect(await page.$('[data-testid=recorded-label]')).toBeNull();
    expect(
      await page.$eval('[data-testid=export-npz]', (button) => (button as HTMLButtonElement).disabled),
    ).toBe(true);
    await page.waitForSelector('gw-cell .placeholder');
    rmSync(path);

    await page.select('[data-testid=preset]', 'seattle');
    await click(page, 'use-preset');
    await untilText(page, 'verdict', /better than/);
    await applySettings(page, { window: '20' });
    expect(await untilText(page, 'stand-in', /no recorded weights for these settings/)).toContain(
      'window 14',
    );
    await applySettings(page, { window: '14' });
    await untilText(page, 'verdict', /better than/);
    expect(await untilText(page, 'cell-whose', /fingerprint/)).toContain(STORED.fingerprint);
    expect(complaints).toEqual([]);
  });

  it.each([1280, 320])('has nothing that axe-core finds, and fits, at %d pixels', async (width) => {
    const { page } = watched;
    await page.setViewport({ width, height: 900 });
    await page.waitForFunction(() => document.documentElement.scrollWidth <= innerWidth, { polling: 50 });
    await page.$$eval('details', (all) => {
      for (const details of all) details.open = true;
    });
    await loadAxe(page);

    expect(await violations(page)).toEqual([]);
  });

  it('is filled with scripts off: verdict, numbers, both charts and their tables', async () => {
    const { page } = await watchedPage(stage.browser, 390);
    await page.setJavaScriptEnabled(false);
    await page.goto(stage.address);
    const { mae } = referenceErrors(LAYERS, weights, STEPS);

    expect(await textOf(page, 'static-verdict')).toMatch(/^[\d.]+ % better than “same as yesterday”$/);
    expect(await textOf(page, 'static-model')).toBe(`${mae.toFixed(2)} °C`);
    for (const id of ['static-forecast', 'static-loss']) {
      const box = await (
        await page.$(`[data-testid=${id}] [data-width=narrow] svg path.line`)
      )?.boundingBox();
      expect(box?.width).toBeGreaterThan(250);
      const wide = await page.$(`[data-testid=${id}] [data-width=wide] svg`);
      expect(await wide?.boundingBox()).toBeNull();
    }
    expect(await page.$$('gw-learning tbody tr')).toHaveLength(40);
    expect(await page.$$('gw-forecast .table-region tbody tr')).toHaveLength(120);
    await page.close();
  });

  it.each([1280, 320])(
    'has nothing that axe-core finds before its script has come, at %d pixels',
    async (width) => {
      const { page } = await watchedPage(stage.browser, width);
      // With scripts off axe-core itself would not run.
      await page.setRequestInterception(true);
      page.on('request', (request) =>
        request.resourceType() === 'script' ? request.abort() : request.continue(),
      );
      await page.goto(stage.address);
      await page.$$eval('details', (all) => {
        for (const details of all) details.open = true;
      });
      await loadAxe(page);

      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      await page.close();
    },
  );

  it('gives way to a network not trained yet and says so; stands in for a device that is lost before anything was trained', async () => {
    const withAdapter = await launchBrowser();
    try {
      const { page } = await watchedPage(withAdapter);
      await withDeviceAtHand(page);
      await page.goto(stage.address);
      await untilReady(page);
      const { mae } = referenceErrors(LAYERS, weights, STEPS);
      expect(await untilText(page, 'first-figures', /given way/)).toMatch(
        new RegExp(
          `^The recorded run you saw first was wrong by ${mae.toFixed(2)} °C\\..* not trained yet\\.$`,
        ),
      );
      expect(await untilText(page, 'stat-note', /^before training/)).toBe('before training; press Train');
      const fresh = await textOf(page, 'fingerprint');
      await loseDevice(page);
      await untilText(page, 'lost-notice', /Until then you see a recorded run/);
      await untilText(page, 'fingerprint', new RegExp(STORED.fingerprint));
      await untilText(page, 'cell-whose', new RegExp(STORED.fingerprint));

      await click(page, 'retry');
      await untilText(page, 'fingerprint', new RegExp(fresh));
      await untilText(page, 'run-state', /^Untrained/);
      await untilText(page, 'stat-note', /^before training; press Train$/);
      expect(await page.$('[data-testid=recorded-label]')).toBeNull();
      await click(page, 'step');
      await untilText(page, 'stat-note', /^after 1 step$/);
      expect(await page.$('[data-testid=first-figures]')).toBeNull();
      await click(page, 'reset');
      await untilText(page, 'stat-note', /^before training; press Train$/);
      expect(await page.$('[data-testid=first-figures]')).toBeNull();
    } finally {
      await withAdapter.close();
    }
  });
});
