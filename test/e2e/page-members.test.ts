/**
 * The interval around the forecast, held against the float64 reference: it trains the same eight networks from the same first
 * weights on the same batches, and errors are ranked and counted here once more.
 */
import type { Page } from 'puppeteer';
import { beforeAll, describe, expect, it } from 'vitest';
import { copyTargets, copyWindows } from '../../src/demo/session/window-rows.ts';
import { seededRandom } from '../../src/engine/core/random.ts';
import { dense, lstm, unscaled, type WindowDataset } from '../../src/engine/index.ts';
import { initialParameters, layoutOf, unpackParameters } from '../../src/engine/models/parameters.ts';
import {
  createOptimizerState,
  type OptimizerState,
  ReferenceModel,
} from '../../src/engine/reference/index.ts';
import { loadAxe, violations } from './axe.ts';
import { useStage } from './page-stage.ts';
import {
  applySettings,
  click,
  textOf,
  untilReady,
  untilText,
  type WatchedPage,
  watchedPage,
} from './page-support.ts';
import { seattleWindows } from './seattle.ts';

const [UNITS, WINDOW, BATCH, RATE, SEED, NETWORKS, SHARE, EPOCHS] = [3, 4, 64, 0.1, 1, 8, 0.9, 6];
const { split } = seattleWindows(WINDOW);
const { train, validation, test } = split;
const MIDDLE = Math.floor(validation.starts.length / 2);
/** Of the validation part, what chooses epochs and what measures. */
const [choosing, measuring] = [
  [0, MIDDLE],
  [MIDDLE, validation.starts.length],
].map(([from, to]) => ({
  ...validation,
  starts: validation.starts.slice(from, to),
  targetRows: validation.targetRows.slice(from, to),
})) as [WindowDataset, WindowDataset];

/** A network of a seed at its best epoch. */
function trained(seed: number): ReferenceModel {
  const layout = layoutOf([lstm({ units: UNITS }), dense({ units: 1 })], [WINDOW, train.features]);
  const weights = unpackParameters(layout, initialParameters(layout, seed));
  const reference = new ReferenceModel(
    [
      { kind: 'lstm', units: UNITS },
      { kind: 'dense', units: 1 },
    ],
    train.features,
    weights.map(({ data }) => data),
  );
  const adam = createOptimizerState(
    { kind: 'adam', learningRate: RATE, float32Settings: true },
    reference.weights,
  );
  let best: { loss: number; weights: Float32Array[]; epoch: number } | null = null;
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    trainEpoch(reference, adam, seededRandom(seed, 1 + epoch).permutation(train.starts.length));
    const [mean, observed] = meanAndObserved([reference], choosing);
    const loss = mean.reduce((sum, value, n) => sum + (value - (observed[n] ?? 0)) ** 2, 0);
    if (best === null || loss < best.loss)
      best = { loss, weights: reference.weights.map((own) => Float32Array.from(own)), epoch };
  }
  chosenEpochs.push(best?.epoch ?? -1);
  return new ReferenceModel(reference.layers, train.features, best?.weights ?? []);
}

/** Which epoch was the best of each network. */
const chosenEpochs: number[] = [];

function trainEpoch(reference: ReferenceModel, adam: OptimizerState, order: Uint32Array): void {
  const shuffled: WindowDataset = {
    ...train,
    starts: order.map((one) => train.starts[one] ?? 0),
    targetRows: order.map((one) => train.targetRows[one] ?? 0),
  };
  for (let first = 0; first < order.length; first += BATCH) {
    const count = Math.min(BATCH, order.length - first);
    reference.trainStep(
      copyWindows(shuffled, first, count),
      copyTargets(shuffled, first, count),
      'mse',
      adam,
    );
  }
}

/** Mean of what the networks forecast, and what was observed, in degrees. */
function meanAndObserved(networks: readonly ReferenceModel[], part: WindowDataset): [number[], number[]] {
  const count = part.starts.length;
  const all = networks.map((one) =>
    unscaled(one.predict(copyWindows(part, 0, count)).data, split.scaling.targets),
  );
  const observed = unscaled(copyTargets(part, 0, count).data, split.scaling.targets);
  const mean = (n: number): number => all.reduce((sum, own) => sum + (own[n] ?? 0), 0) / all.length;
  return [Array.from({ length: count }, (_, n) => mean(n)), [...observed]];
}

/** Keeps what the page tells its session from it until `release()` is called, as where a device takes its time. */
async function heldBack(page: Page): Promise<void> {
  await page.evaluateOnNewDocument(() => {
    const held: (() => void)[] = [];
    let isHeld = true;
    Object.assign(window, {
      release: () => {
        isHeld = false;
        for (const tell of held) tell();
      },
    });
    window.Worker = class extends Worker {
      override postMessage(message: unknown, transfer?: unknown): void {
        const tell = () => super.postMessage(message, transfer as Transferable[]);
        if (isHeld) held.push(tell);
        else tell();
      }
    };
  });
}

describe('the interval around the forecast', () => {
  const stage = useStage();
  let watched: WatchedPage;
  let expected: { mean: number[]; halfWidth: number; inside: number; mae: number };

  beforeAll(async () => {
    const networks = Array.from({ length: NETWORKS }, (_, e) => trained(SEED + e));
    const [seen, truth] = meanAndObserved(networks, measuring);
    const errors = seen.map((value, n) => Math.abs(value - (truth[n] ?? 0))).sort((a, b) => a - b);
    const halfWidth = errors[Math.ceil(SHARE * (errors.length + 1)) - 1] ?? Number.NaN;
    const [mean, observed] = meanAndObserved(networks, test);
    const off = mean.map((value, n) => Math.abs(value - (observed[n] ?? 0)));
    expected = {
      mean,
      halfWidth,
      inside: off.filter((error) => error <= halfWidth).length,
      mae: off.reduce((sum, error) => sum + error, 0) / off.length,
    };
    watched = await stage.opened();
    const settings = { units: UNITS, window: WINDOW, batchSize: BATCH, learningRate: RATE, epochs: EPOCHS };
    await applySettings(
      watched.page,
      Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)])),
    );
    await untilText(watched.page, 'model-line', new RegExp(`LSTM\\(${UNITS}\\)`));
  });

  it('is that of eight networks as the float64 reference trains them', async () => {
    const { page } = watched;
    const before = await textOf(page, 'fingerprint');
    await click(page, 'members-begin');
    const words = await untilText(page, 'members-state', /lie inside/);
    // Else the choice of an epoch would be put to no test.
    expect(chosenEpochs.some((epoch) => epoch < EPOCHS - 1)).toBe(true);
    const { mean, halfWidth, inside, mae } = expected;
    const held = ((100 * inside) / mean.length).toFixed(1);
    expect(words.replaceAll('\u00a0', ' ')).toBe(
      `The interval reaches ${halfWidth.toFixed(2)} \u00b0C up and down: so far off at most were 90 % of the errors on the last ${measuring.starts.length} windows of the validation part. Of the test part, ${inside} of ${mean.length} windows lie inside, ${held} %.`,
    );
    expect(await textOf(page, 'members-mean')).toMatch(
      new RegExp(`8 networks, seeds 1 and up, is wrong by ${mae.toFixed(2)}`),
    );
    expect(await textOf(page, 'fingerprint')).toBe(before);
  });

  it('is drawn, told under the cursor, in the table and in the CSV', async () => {
    const { page } = watched;
    await page.waitForSelector('[data-testid=forecast-chart] path.band-interval');
    await page.waitForSelector('[data-testid=forecast-chart] path.line-mean');
    expect(await textOf(page, 'legend-mean')).toBe('mean of 8 networks');
    await stage.downloads.use(page);
    await click(page, 'forecast-csv');
    const { text } = await stage.downloads.takeText('.csv');
    const [header = '', ...lines] = text.trim().split('\n');
    expect(header).toBe('date,observed,forecast,low,high,mean,persistence,climatology');
    const { mean, halfWidth } = expected;
    expect(lines).toHaveLength(mean.length);
    for (const [n, line] of lines.entries()) {
      const [low, high, middle] = line.split(',').slice(3, 6).map(Number);
      expect(middle).toBeCloseTo(mean[n] ?? 0, 3);
      expect(low).toBeCloseTo((mean[n] ?? 0) - halfWidth, 3);
      expect(high).toBeCloseTo((mean[n] ?? 0) + halfWidth, 3);
    }
    const readout = await textOf(page, 'forecast-readout');
    const day = new Date(`${readout.split(' observed')[0]} UTC`).toISOString().slice(0, 10);
    const [low = '', high = ''] = (lines.find((line) => line.startsWith(day)) ?? '')
      .split(',')
      .slice(3, 5)
      .map((cell) => Number(cell).toFixed(1).replace('-', '\u2212'));
    expect(readout).toMatch(new RegExp(`interval from ${low}\\s\u00b0C interval to ${high}\\s\u00b0C`));
    await page.$eval('gw-forecast details', (details) => {
      (details as HTMLDetailsElement).open = true;
    });
    await page.waitForSelector('[data-testid=forecast-table] tbody');
    expect(
      await page.$eval('[data-testid=forecast-table] tbody tr:last-child', (row) => row.textContent),
    ).toMatch(new RegExp(`${low}.* to ${high}`));
  });

  it('has nothing for axe-core to find, and fits 320 pixels', async () => {
    const { page } = watched;
    await loadAxe(page);
    expect(await violations(page, '#forecast')).toEqual([]);
    await page.setViewport({ width: 320, height: 800 });
    // Drawings follow the width after a moment.
    await page.waitForFunction(() => document.documentElement.scrollWidth <= 320);
    await page.setViewport({ width: 1280, height: 900 });
  });

  it('is over with other settings, ends when told, and complained about nothing', async () => {
    const { page, complaints } = watched;
    await applySettings(page, { units: '5', epochs: '500' });
    await untilText(page, 'model-line', /LSTM\(5\)/);
    await page.waitForFunction(() => document.querySelector('path.band-interval') === null);
    expect(await textOf(page, 'members-state')).toBe('');
    await click(page, 'members-begin');
    await untilText(page, 'members-state', /being trained/);
    await click(page, 'members-stop');
    await untilText(page, 'members-state', /^Stopped/);

    await click(page, 'members-begin');
    await untilText(page, 'members-state', /being trained/);
    await applySettings(page, { units: '6' });
    await untilText(page, 'model-line', /LSTM\(6\)/);
    await page.waitForSelector('[data-testid=members-begin]:not(:disabled)');
    await untilText(page, 'members-state', /^Other data or settings came before it was done/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('waits where it is asked for before the network stands, and is trained once it does', async () => {
    const { page, complaints } = await watchedPage(stage.browser);
    await heldBack(page);
    await page.goto(`${stage.address}#forecast`);
    await click(page, 'members-begin');
    await untilText(page, 'members-state', /^The network is not ready yet\./);
    await page.evaluate(() => (window as unknown as { release: () => void }).release());
    await untilText(page, 'members-state', /being trained/);
    await click(page, 'members-stop');
    await untilText(page, 'members-state', /^Stopped/);

    await page.reload();
    await click(page, 'members-begin');
    await click(page, 'members-stop');
    await page.waitForSelector('[data-testid=members-begin]');
    await page.evaluate(() => (window as unknown as { release: () => void }).release());
    await untilReady(page);
    expect(await textOf(page, 'members-state')).toBe('');
    expect(complaints).toEqual([]);
    await page.close();
  });
});
