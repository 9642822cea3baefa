/** Series with a planted truth: the formulas hold row by row, the told lags are the ones that count, seeds repeat. */
import { describe, expect, it } from 'vitest';
import { presetRecipe } from '../../src/demo/presets.ts';
import { seededRandom } from '../../src/engine/core/random.ts';
import {
  buildSeries,
  makeWindows,
  PLANTED,
  PLANTED_IDS,
  type PlantedId,
  plantSeries,
  type WindowDataset,
} from '../../src/engine/data/index.ts';

const columnsOf = (id: PlantedId, seed = 1): Readonly<Record<string, Float64Array>> => {
  const table = plantSeries(id, seed);
  return Object.fromEntries(table.columns.map((name) => [name, table.column(name).numbers]));
};

function windowsOf(id: PlantedId): { columns: readonly string[]; train: WindowDataset } {
  const { target, features } = PLANTED[id];
  const series = buildSeries(plantSeries(id, 1), { target: [target], features });
  return { columns: series.columns, train: makeWindows(series, presetRecipe(id)).train };
}

/** Correlation of y with one input at one lag, over the training windows. */
function correlation(train: WindowDataset, input: number, lag: number): number {
  const pairs = Array.from(train.targetRows, (row) => [
    train.series[(row - lag) * train.features + input] ?? Number.NaN,
    train.targets[row] ?? Number.NaN,
  ]);
  const mean = (k: 0 | 1): number => pairs.reduce((sum, pair) => sum + (pair[k] ?? 0), 0) / pairs.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  let [xx, yy, xy] = [0, 0, 0];
  for (const [x = 0, y = 0] of pairs) {
    xx += (x - meanX) ** 2;
    yy += (y - meanY) ** 2;
    xy += (x - meanX) * (y - meanY);
  }
  return xx === 0 ? 0 : xy / Math.sqrt(xx * yy);
}

describe('planted series', () => {
  it('hold to their formulas in every row', () => {
    const lag = columnsOf('lag-3');
    const difference = columnsOf('difference-24');
    const remember = columnsOf('remember-20');

    for (let t = 24; t < 2000; t++) {
      expect(lag.y?.[t]).toBe(lag.x?.[t - 3]);
      expect(difference.y?.[t]).toBe((difference.x?.[t - 1] ?? 0) - (difference.x?.[t - 24] ?? 0));
    }
    expect(lag.y?.every(Number.isFinite)).toBe(true);
    expect(difference.y?.every(Number.isFinite)).toBe(true);
    for (let t = 0; t < 20_000; t++) {
      const isCue = t % 20 === 0;
      expect(Math.abs(remember.cue?.[t] ?? Number.NaN)).toBe(isCue ? 1 : 0);
      expect(remember.y?.[t]).toBe(isCue && t > 0 ? remember.cue?.[t - 20] : Number.NaN);
    }
  });

  it('are drawn from the streams of the seed: x 24 rows ahead of the first, shadow, y', () => {
    const streams = [0, 1, 2].map((stream) => seededRandom(5, stream));
    for (let lead = 0; lead < 24; lead++) streams[0]?.normal();
    const first = streams.map((random) => random.normal());
    const { x, shadow, y } = columnsOf('noise', 5);

    expect([x?.[0], shadow?.[0], y?.[0]]).toEqual(first);
  });

  it.each(PLANTED_IDS)('%s repeats with its seed, and is another with another', (id) => {
    expect(columnsOf(id, 7)).toEqual(columnsOf(id, 7));
    expect(columnsOf(id, 8)).not.toEqual(columnsOf(id, 7));
  });

  it.each(PLANTED_IDS)('%s: the told lags count, no other lag of no other column does', (id) => {
    const { columns, train } = windowsOf(id);
    const { truth, shadow, features } = PLANTED[id];
    const told = (column: string, lag: number): boolean =>
      truth.some(({ feature, lags }) => feature === column && lags.includes(lag));

    expect(columns).toEqual(features);
    expect(columns).toContain(shadow);
    expect(truth.flatMap(({ lags }) => lags).every((lag) => lag <= train.window)).toBe(true);
    // Where nothing counts, 4 / sqrt(n) is passed once in 16,000 times.
    const chance = 4 / Math.sqrt(train.starts.length);
    for (const [input, column] of columns.entries()) {
      for (let lag = 1; lag <= train.window; lag++) {
        const found = Math.abs(correlation(train, input, lag));
        if (told(column, lag)) expect(found, `${column} ${lag}`).toBeGreaterThan(0.6);
        else expect(found, `${column} ${lag}`).toBeLessThan(chance);
      }
    }
  });

  it('remember-20 has a window for each cue, which begins with it', () => {
    const { train } = windowsOf('remember-20');

    expect(Array.from(train.starts.slice(0, 3))).toEqual([0, 20, 40]);
    expect(train.starts.length).toBe(599);
  });
});
