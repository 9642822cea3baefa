/**
 * What the page works out of the recorded weights where there is no device: gradients, similar days, forecasts
 * of model files, the lag lab's methods that train nothing. Held against a network written
 * out anew, gradients against its central differences.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ElementHandle, Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { floats, type StoredEpochs, storedRun } from '../../src/demo/recorded/stored-run.ts';
import { copyTargets, copyWindows } from '../../src/demo/session/window-rows.ts';
import { seededRandom } from '../../src/engine/core/random.ts';
import { type ExplainedModel, meanEffects, permutation, thinned } from '../../src/engine/explain/index.ts';
import {
  GATES,
  type Scores,
  scores,
  type Tensor,
  unscaled,
  type WindowDataset,
} from '../../src/engine/index.ts';
import { type KerasObject, kerasLayer, writeKeras } from '../../src/engine/keras/index.ts';
import { launchBrowser, launchWithoutAdapter } from '../harness/browser.ts';
import { modelOf } from '../keras/random-model.ts';
import { randomModel } from '../keras/support.ts';
import { BumpedWindow } from './bumped-lstm.ts';
import { untilDrawn } from './drawn.ts';
import { useStage } from './page-stage.ts';
import {
  click,
  lookAtAll,
  setRange,
  textOf,
  untilReady,
  untilText,
  type WatchedPage,
  watchedPage,
} from './page-support.ts';
import { referenceErrors, seattleWindows } from './seattle.ts';

const fromRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const STORED = storedRun(JSON.parse(readFileSync(fromRoot('src/demo/recorded/seattle.json'), 'utf8')));
const MORE: StoredEpochs = JSON.parse(
  readFileSync(fromRoot('src/demo/recorded/seattle-epochs.json'), 'utf8'),
);
const { units: UNITS, window: STEPS } = STORED.recipe;
const weights = STORED.model.weights.map(({ data }) => data);
const PROCESSOR = 'Computed on the processor with the float64 reference.';

const largest = (values: readonly number[]): number => Math.max(...values.map(Math.abs));

function bumped(part: WindowDataset, window: number): BumpedWindow {
  const target = copyTargets(part, window, 1).data[0] ?? Number.NaN;
  return new BumpedWindow(weights, copyWindows(part, window, 1).data, target);
}

/** Norm of what step t adds to the weights of each gate, for the mean loss of some windows. */
function sharesAt(windows: readonly BumpedWindow[], t: number): number[] {
  return GATES.map((_, gate) => {
    const dz = windows.map((window) =>
      Array.from({ length: UNITS }, (_unit, u) => window.gradient(gate as 0 | 1 | 2 | 3, t, u)),
    );
    const operands = windows.map((window) => window.operand(t));
    const width = operands[0]?.length ?? 0;
    let squares = 0;
    for (let k = 0; k < width; k++) {
      for (let u = 0; u < UNITS; u++) {
        const sum = windows.reduce((all, _window, b) => all + (operands[b]?.[k] ?? 0) * (dz[b]?.[u] ?? 0), 0);
        squares += (sum / windows.length) ** 2;
      }
    }
    return Math.sqrt(squares);
  });
}

async function shownNumbers(page: Page): Promise<Record<string, number>> {
  await untilDrawn(page);
  return page.evaluate(() => {
    const entries = [...document.querySelectorAll('gw-cell data')].map((element) => [
      (element as HTMLElement).dataset.testid?.replace('cell-', '') ?? '',
      Number((element as HTMLDataElement).value),
    ]);
    return Object.fromEntries(entries) as Record<string, number>;
  });
}

/** Chooses a method of the lag lab and waits until its bars stand. */
async function ask(page: Page, method: string): Promise<void> {
  await click(page, `lag-method-${method}`);
  await page.waitForSelector(`[data-testid=lag-table][data-method=${method}]`);
  await untilDrawn(page);
}

interface Bar {
  readonly lag: number;
  readonly input: string;
  readonly value: number;
}

/** The numbers of the table of bars, in full. */
function bars(page: Page): Promise<Bar[]> {
  return page.$eval('[data-testid=lag-table] table', (table) => {
    const inputs = [...table.querySelectorAll('thead th')].slice(2).map((head) => head.textContent ?? '');
    return [...table.querySelectorAll('tbody tr')].flatMap((row) => {
      const [lag, ...values] = [...row.querySelectorAll('td')];
      return values.map((cell, index) => ({
        lag: Number(lag?.textContent),
        input: inputs[index] ?? '',
        value: Number(cell.title),
      }));
    });
  });
}

function barOf(all: readonly Bar[], { lag, input }: { lag: number; input: string }): number {
  return all.find((bar) => bar.lag === lag && bar.input === input)?.value ?? Number.NaN;
}

const numberOf = (page: Page, id: string): Promise<number> =>
  page.$eval(`[data-testid=${id}]`, (element) => Number((element as HTMLDataElement).value));

/** The numbers of the table of shares by time step, the oldest first: gates i, f, c, o, ..., all. */
async function shownShares(page: Page): Promise<number[][]> {
  const rows = await page.$$eval('[data-testid=gradient-table] tbody tr', (all) =>
    all.map((row) => [...row.querySelectorAll('td')].map((cell) => Number(cell.title))),
  );
  return rows.slice(0, STEPS).reverse();
}

describe('the page without a device, further', () => {
  const stage = useStage(launchWithoutAdapter);
  const { series, split } = seattleWindows(STEPS);
  const folder = mkdtempSync(join(tmpdir(), 'gatewise-recorded-'));
  let watched: WatchedPage;

  const give = async (page: Page, name: string, bytes: Uint8Array): Promise<void> => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    const input = (await page.$('[data-testid=keras-input]')) as ElementHandle<HTMLInputElement>;
    await input.uploadFile(path);
  };

  /** Errors on the test part, in degrees. @param forecast what a network says to a window, scaled */
  const errorsOf = (forecast: (x: Float32Array) => number): Scores => {
    const { test, scaling } = split;
    const predicted = Array.from(test.starts, (_, n) => forecast(copyWindows(test, n, 1).data));
    const observed = Array.from(test.targetRows, (row) => test.targets[row] ?? Number.NaN);
    return scores(unscaled(predicted, scaling.targets), unscaled(observed, scaling.targets));
  };

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  beforeAll(async () => {
    watched = await watchedPage(stage.browser);
    await watched.page.goto(stage.address);
    await untilText(watched.page, 'stat-model', /^\d/);
    await lookAtAll(watched.page);
  });

  it('goes back through one step of one cell: dh, dc and dz are what the loss does when they are moved', async () => {
    const { page } = watched;
    await click(page, 'cell-backward');
    await page.waitForSelector('[data-testid=cell-dh]');
    const window = bumped(split.test, 0);
    const all = (what: 0 | 'c' | 'h'): number =>
      largest(Array.from({ length: UNITS }, (_, u) => window.gradient(what, STEPS - 1, u)));
    const scales = { z: all(0), c: all('c'), h: all('h') };
    const random = seededRandom(31, 1);
    for (let n = 0; n < 12; n++) {
      const t = n === 0 ? STEPS - 1 : Math.floor(random.next() * STEPS);
      const u = Math.floor(random.next() * UNITS);
      await setRange(page, 'cell-step', t);
      await setRange(page, 'cell-unit', u);
      const expected = [
        ['dh', window.gradient('h', t, u), scales.h] as const,
        ['dc', window.gradient('c', t, u), scales.c] as const,
        ...GATES.map(
          ({ key }, gate) => [`dz-${key}`, window.gradient(gate as 0 | 1 | 2 | 3, t, u), scales.z] as const,
        ),
      ];
      await expect
        .poll(
          async () => {
            const shown = await shownNumbers(page);
            return expected
              .filter(
                ([name, value, scale]) => !(Math.abs((shown[name] ?? Number.NaN) - value) / scale < 1e-6),
              )
              .map(([name, value]) => `${name} ${shown[name]} is not ${value}`);
          },
          { message: `t ${t} unit ${u}` },
        )
        .toEqual([]);
    }
    expect(await textOf(page, 'cell-backward-note')).toContain(PROCESSOR);
  });

  it('takes the gradient apart by time step, of one window and of the first of the training part', async () => {
    const { page } = watched;
    for (const [source, part, count, places] of [
      ['window', split.test, 1, [...Array(STEPS).keys()]],
      ['training', split.train, 32, [6, STEPS - 2, STEPS - 1]],
    ] as const) {
      await click(page, `gradient-${source}`);
      const of = source === 'window' ? /^The window of the test/ : /^Mean loss of the first 32/;
      const words = await untilText(page, 'gradient-of', of);
      expect(words).toContain(STORED.fingerprint);
      expect(words).toContain(PROCESSOR);
      const windows = Array.from({ length: count }, (_, n) => bumped(part, n));
      const shown = await shownShares(page);
      expect(shown).toHaveLength(STEPS);
      const expected = places.map((t) => [t, sharesAt(windows, t)] as const);
      const scale = largest(expected.flatMap(([, norms]) => norms));
      for (const [t, norms] of expected) {
        norms.forEach((norm, gate) => {
          const place = `${source} t ${t} gate ${gate}`;
          expect(Math.abs((shown[t]?.[gate] ?? Number.NaN) - norm) / scale, place).toBeLessThan(1e-6);
        });
      }
      const difference = await page.$eval('[data-testid=gradient-difference]', (one) =>
        Number((one as HTMLDataElement).value),
      );
      expect(difference).toBeLessThan(1e-6);
    }
  });

  it('finds the days whose gates stand like those of one', async () => {
    const { page } = watched;
    const chosen = 40;
    const pattern = (window: number): number[] => {
      const [i = [], f = [], , o = []] = bumped(split.test, window).gates(STEPS - 1);
      return [...i, ...f, ...o];
    };
    const patterns = Array.from(split.test.starts, (_, window) => pattern(window));
    const own = patterns[chosen] ?? [];
    const expected = patterns
      .map((other, window) => ({
        window,
        distance: Math.sqrt(
          other.reduce((sum, gate, k) => sum + (gate - (own[k] ?? 0)) ** 2, 0) / own.length,
        ),
      }))
      .filter(({ window }) => window !== chosen)
      .sort((a, b) => a.distance - b.distance)
      .slice(0, 5);

    await setRange(page, 'cell-window', chosen);
    await click(page, 'find-similar');
    const said = await untilText(page, 'similar-status', /Nearest to/);
    expect(said).toContain(`among ${patterns.length - 1} others`);
    expect(said).toContain(PROCESSOR);
    const shown = await page.$$eval('[data-testid=similar-days] li', (all) =>
      all.map((one) => ({
        window: Number(one.querySelector<HTMLElement>('[data-testid=similar-day]')?.dataset.window),
        distance: Number(one.querySelector('data')?.value),
      })),
    );
    expect(shown.map(({ window }) => window)).toEqual(expected.map(({ window }) => window));
    shown.forEach(({ distance }, k) => {
      expect(distance).toBeCloseTo(expected[k]?.distance ?? Number.NaN, 6);
    });
    await setRange(page, 'cell-window', 0);
  });

  it('forecasts with the model of a file as a network written out anew does', async () => {
    const { page } = watched;
    const layers = [
      { kind: 'lstm', units: 40, name: 'lstm' },
      { kind: 'dense', units: 1, name: 'dense' },
    ] as const;
    const model = randomModel({ layers, inputShape: [STEPS, split.test.features] });
    const own = model.weights.map(({ data }) => data);
    const { mae, rmse } = errorsOf((x) => new BumpedWindow(own, x, 0).forecast());
    await give(page, 'forty.keras', await writeKeras(model));
    await untilText(page, 'keras-name', /^forty/);
    await click(page, 'keras-predict');
    const shown = await untilText(page, 'keras-score-file', /\d/);

    expect(shown).toContain(`${mae.toFixed(2)} ${rmse.toFixed(2)}`);
    expect(await textOf(page, 'keras-forecast')).toContain(PROCESSOR);
    expect(await textOf(page, 'keras-score-current')).toMatch(/^The recorded network/);
  });

  it('forecasts with layers of other kinds as a graphics device does', async () => {
    const other = writeKeras(
      modelOf(
        [
          kerasLayer('Masking', { name: 'masking', mask_value: 0.25 }),
          kerasLayer('Bidirectional', {
            name: 'both',
            merge_mode: 'concat',
            layer: kerasLayer('GRU', { name: 'gru', units: 3, return_sequences: true }),
          }),
          kerasLayer('LayerNormalization', { name: 'normal' }),
          kerasLayer('LSTM', { name: 'lstm', units: 4 }),
          kerasLayer('Dense', { name: 'dense', units: 1, activation: 'tanh' }),
        ],
        [STEPS, split.test.features],
      ),
    );
    const forecast = async ({ page }: WatchedPage): Promise<string> => {
      await give(page, 'other.keras', await other);
      await untilText(page, 'keras-name', /^other/);
      await click(page, 'keras-predict');
      return untilText(page, 'keras-score-file', /\d/);
    };
    const here = await forecast(watched);
    const withAdapter = await launchBrowser();
    try {
      const there = await watchedPage(withAdapter);
      await there.page.goto(stage.address);
      await untilReady(there.page);
      expect(here).toBe(await forecast(there));
      expect(await textOf(there.page, 'keras-forecast')).not.toContain(PROCESSOR);
    } finally {
      await withAdapter.close();
    }
  });

  it('stops the forecast of a model from a file where it was begun, and says so', async () => {
    const { page } = watched;
    const layers = [
      kerasLayer('LSTM', { name: 'lstm', units: 600 }),
      kerasLayer('Dense', { name: 'dense', units: 1 }),
    ];
    await give(page, 'long.keras', await writeKeras(modelOf(layers, [STEPS, split.test.features])));
    await untilText(page, 'keras-name', /^long/);
    await page.focus('[data-testid=keras-predict]');
    await page.keyboard.press('Enter');
    await untilText(page, 'keras-predict', /^Stop$/);
    await page.keyboard.press('Enter');
    await untilText(page, 'keras-doing', /^Stopped before it was done; nothing of it is kept\.$/);
    expect(await textOf(page, 'keras-predict')).toBe('Predict on the shown data');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe(
      'keras-predict',
    );
    expect(await page.$('[data-testid=keras-score-file]')).toBeNull();
  });

  it('says of a model from a file what is too much for a processor, and what cannot be done one window at a time', async () => {
    const { page } = watched;
    const sizes = [STEPS, split.test.features];
    const refusal = async (name: string, layers: readonly KerasObject[]): Promise<string> => {
      await give(page, `${name}.keras`, await writeKeras(modelOf(layers, sizes)));
      await untilText(page, 'keras-name', new RegExp(`^${name}`));
      await click(page, 'keras-predict');
      return untilText(page, 'keras-no-forecast', /./);
    };
    const dense = kerasLayer('Dense', { name: 'dense', units: 1 });
    expect(await refusal('large', [kerasLayer('LSTM', { name: 'lstm', units: 900 }), dense])).toMatch(
      /takes about 1\d thousand million multiplications, and without a graphics device at most 10 are done/,
    );
    expect(
      await refusal('stateful', [kerasLayer('LSTM', { name: 'lstm', units: 3, stateful: true }), dense]),
    ).toMatch(/"lstm" \(LSTM\) is stateful: .* needs a graphics device/);
  });

  it('measures what the network goes by: slopes, occlusion and integrated gradients as a network written out anew', async () => {
    const { page } = watched;
    const { test, scaling } = split;
    const scale = scaling.targets.scale[0] ?? Number.NaN;
    const places = [
      { lag: 1, input: 'temp_max' },
      { lag: 2, input: 'wind' },
      { lag: STEPS, input: 'temp_min' },
    ];
    const placeOf = ({ lag, input }: { lag: number; input: string }): number =>
      (STEPS - lag) * test.features + series.columns.indexOf(input);
    const changed = (x: Float32Array, place: number, to: (value: number) => number): Float64Array => {
      const copy = Float64Array.from(x);
      copy[place] = to(copy[place] as number);
      return copy;
    };
    const says = (x: ArrayLike<number>): number => new BumpedWindow(weights, x, 0).forecast();

    await ask(page, 'sensitivity');
    expect(await textOf(page, 'lag-of')).toContain(`the ${test.starts.length} windows of the test part`);
    expect(await textOf(page, 'lag-of')).toContain(PROCESSOR);
    const slopes = await bars(page);
    for (const place of places) {
      const sizes = Array.from(test.starts, (_, n) => {
        const x = copyWindows(test, n, 1).data;
        const at = (by: number): number => says(changed(x, placeOf(place), (value) => value + by));
        return Math.abs(at(1e-4) - at(-1e-4)) / 2e-4;
      });
      const mean = (scale * sizes.reduce((sum, size) => sum + size, 0)) / sizes.length;
      expect(Math.abs(barOf(slopes, place) - mean) / mean, `slope ${place.lag}`).toBeLessThan(1e-4);
    }

    await ask(page, 'occlusion');
    const occluded = await bars(page);
    const { rmse } = errorsOf(says);
    for (const place of places) {
      const without = errorsOf((x) => says(changed(x, placeOf(place), () => 0)));
      expect(barOf(occluded, place), `occlusion ${place.lag}`).toBeCloseTo(without.rmse - rmse, 4);
    }

    await ask(page, 'integrated');
    await setRange(page, 'cell-window', 3);
    await click(page, 'lag-of-window');
    await page.waitForSelector('[data-testid=lag-change]');
    const x = copyWindows(test, 3, 1).data;
    const change = scale * (says(x) - says(x.map(() => 0)));
    const [sum, shown] = await Promise.all(['sum', 'change'].map((id) => numberOf(page, `lag-${id}`)));
    expect(Math.abs((sum ?? Number.NaN) - change) / Math.abs(change)).toBeLessThan(1e-3);
    expect(Math.abs((shown ?? Number.NaN) - change) / Math.abs(change)).toBeLessThan(1e-4);
    await click(page, 'lag-of-all');
  });

  it('permutes on as many windows as a processor takes in seconds and names their number; goes from one method to another at once', async () => {
    const { page } = watched;
    const { test, scaling } = split;
    await click(page, 'lag-method-permutation');
    // Given up in the middle: the answer to the next question does not wait for it.
    await ask(page, 'gradient-input');
    await ask(page, 'permutation');
    const words = await textOf(page, 'lag-of');
    const count = Number(/Over (\d+) of the \d+ windows/.exec(words)?.[1]);
    expect(count).toBeGreaterThan(30);
    const place = { lag: 1, feature: series.columns.indexOf('temp_max') };
    const says = async (data: Tensor | WindowDataset): Promise<Tensor[]> => {
      const x = 'kind' in data ? copyWindows(data, 0, data.starts.length) : data;
      const size = STEPS * test.features;
      const rows = x.data.length / size;
      const y = Array.from({ length: rows }, (_, n) =>
        new BumpedWindow(weights, x.data.subarray(n * size, (n + 1) * size), 0).forecast(),
      );
      return [{ shape: [rows, 1], data: Float32Array.from(y) }];
    };
    const model: ExplainedModel = {
      inputShape: [STEPS, test.features],
      outputShape: [1],
      members: 1,
      changedWindowsAtMost: 0,
      predictMembers: (data) => says(data as Tensor | WindowDataset),
      predictChanges: () => Promise.reject(new Error('not asked')),
      inputGradientsMembers: () => Promise.reject(new Error('not asked')),
    };
    const expected = await permutation(model, thinned(test, count), {
      repeats: 10,
      places: [place],
      targetScale: scaling.targets.scale[0] ?? Number.NaN,
    });
    const shown = barOf(await bars(page), { lag: 1, input: 'temp_max' });
    expect(shown).toBeCloseTo(meanEffects(expected)[0] ?? Number.NaN, 4);
  });

  it('measures random weights and goes back to before training, both as a device has them from the same seed', async () => {
    const { page } = watched;
    await ask(page, 'sensitivity');
    const random = async (on: Page): Promise<string> => {
      await on.$eval('[data-testid=lag-random] summary', (summary) => (summary as HTMLElement).click());
      return untilText(on, 'lag-random-reading', /./);
    };
    const here = await random(page);
    const trained = await textOf(page, 'stat-model');
    await setRange(page, 'epoch-shown', 0);
    expect(await untilText(page, 'epoch-words', /before training/)).toBe('epoch 0, before training');
    await untilText(page, 'cell-whose', /^Weights of epoch 0/);
    expect(await untilText(page, 'stat-note', /^before training/)).toBe('before training');
    const [print, error] = [await textOf(page, 'fingerprint'), await textOf(page, 'stat-model')];
    const withAdapter = await launchBrowser();
    try {
      const there = await watchedPage(withAdapter);
      await there.page.goto(stage.address);
      await untilReady(there.page);
      await untilText(there.page, 'stat-note', /^before training/);
      expect(print).toBe(await textOf(there.page, 'fingerprint'));
      expect(error).toBe(await textOf(there.page, 'stat-model'));
      await ask(there.page, 'sensitivity');
      expect(here).toBe(await random(there.page));
    } finally {
      await withAdapter.close();
    }
    expect(await textOf(page, 'recorded-label')).toContain('epoch 0 of 40');
    await setRange(page, 'epoch-shown', STORED.epochs.filter((epoch) => epoch < STORED.bestEpoch).length + 1);
    await untilText(page, 'fingerprint', new RegExp(STORED.fingerprint));
    await untilText(page, 'stat-model', new RegExp(`^${trained}$`));
    await untilText(page, 'cell-whose', new RegExp(STORED.fingerprint));
  });

  it('moves through the recorded epochs: weights, errors and cell are those of each', async () => {
    const { page } = watched;
    const kept = [...new Set([0, ...STORED.epochs, STORED.bestEpoch])].sort((a, b) => a - b);
    for (const { epoch, fingerprint, weights: stored } of MORE.epochs) {
      await setRange(page, 'epoch-shown', kept.indexOf(epoch));
      await untilText(page, 'fingerprint', new RegExp(fingerprint));
      expect(await untilText(page, 'epoch-words', new RegExp(`epoch ${epoch}\\b`))).toContain(
        `epoch ${epoch}`,
      );
      const { mae } = referenceErrors(
        [
          { kind: 'lstm', units: UNITS },
          { kind: 'dense', units: 1 },
        ],
        stored.map(floats),
        STORED.recipe.window,
      );
      await untilText(page, 'stat-model', new RegExp(`^${mae.toFixed(2).replace('.', '\\.')}`));
      await untilText(page, 'cell-whose', new RegExp(fingerprint));
    }
    await setRange(page, 'epoch-shown', kept.indexOf(STORED.bestEpoch));
    await untilText(page, 'fingerprint', new RegExp(STORED.fingerprint));
  });

  it('says of what trains networks that it needs a device', async () => {
    const { page } = watched;
    for (const id of ['lag-study-begin', 'lag-retrain-begin', 'members-begin']) {
      const [isOff, beside] = await page.$eval(`[data-testid=${id}]`, (button) => [
        (button as HTMLButtonElement).disabled,
        button.parentElement?.querySelector('.field-hint')?.textContent?.trim(),
      ]);
      expect([id, isOff, beside]).toEqual([
        id,
        true,
        'Networks are trained on a graphics device, and none is ready.',
      ]);
    }
  });

  it('holds no recorded result against itself', async () => {
    await untilText(watched.page, 'pinned', /^What stands on the page is a recorded run, not a training/);
  });

  it('complained about nothing', () => {
    expect(watched.complaints).toEqual([]);
  });
});
