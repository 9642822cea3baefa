import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choleskyFactor, choleskySolve } from '../../src/engine/data/cholesky.ts';
import { finish, gramMatrix, inputSums, type LaggedWindows } from '../../src/engine/data/gram.ts';
import {
  type Baselines,
  baselines,
  buildSeries,
  makeWindows,
  parseCsv,
  ridgeInPieces,
  type Series,
  scores,
  scoresPerTarget,
  skill,
  type WindowDataset,
  type WindowSplit,
} from '../../src/engine/data/index.ts';
import { chooseLagStep } from '../../src/engine/data/ridge.ts';
import { csvOf, isoDay, noise, noiseRows, sentenceOf, seriesOf } from './data-fixtures.ts';

const worst = (actual: ArrayLike<number>, expected: ArrayLike<number>): number => {
  expect(actual.length).toBe(expected.length);
  return Math.max(0, ...Array.from(actual, (value, i) => Math.abs(value - (expected[i] as number))));
};

/** x of one window, written out: [lags * F]. */
function inputsOf({ series, features, lags, base, step }: LaggedWindows, start: number): number[] {
  return Array.from({ length: lags }, (_, k) => k).flatMap((k) => {
    const row = start + base + k * step;
    return [...series.subarray(row * features, (row + 1) * features)];
  });
}

function naiveGram(windows: LaggedWindows): Float64Array {
  const size = windows.lags * windows.features;
  const gram = new Float64Array(size * size);
  for (const start of windows.starts) {
    const x = inputsOf(windows, start);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++)
        gram[i * size + j] = (gram[i * size + j] as number) + (x[i] as number) * (x[j] as number);
    }
  }
  return gram;
}

/** Any windows whose last row exists; starts with holes, so that runs of every length occur. */
const anyWindows = fc
  .record({
    features: fc.integer({ min: 1, max: 4 }),
    lags: fc.integer({ min: 1, max: 7 }),
    base: fc.integer({ min: 0, max: 3 }),
    step: fc.integer({ min: 1, max: 4 }),
    isIn: fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }),
    isWhole: fc.boolean(),
    seed: fc.nat(1000),
  })
  .map(({ isIn, isWhole, seed, ...rest }): LaggedWindows => {
    const rows = isIn.length + rest.base + (rest.lags - 1) * rest.step;
    const next = noise(seed);
    const series = Float32Array.from({ length: rows * rest.features }, next);
    return { ...rest, series, starts: Uint32Array.from([...isIn.keys()].filter((i) => isWhole || isIn[i])) };
  });

describe('sums over windows', () => {
  it('are those of the windows written out, for any steps and holes', () => {
    fc.assert(
      fc.property(anyWindows, (windows) => {
        expect(worst(finish(gramMatrix(windows)), naiveGram(windows))).toBeLessThan(1e-11);
      }),
      { numRuns: 300 },
    );
  });

  it('take long runs by shifting and come to the same', () => {
    const next = noise(5);
    const windows: LaggedWindows = {
      features: 3,
      lags: 12,
      base: 2,
      step: 2,
      series: Float32Array.from({ length: 3 * 1000 }, next),
      starts: Uint32Array.from({ length: 900 }, (_, i) => (i < 500 ? i : i + 50)),
    };

    expect(worst(finish(gramMatrix(windows)), naiveGram(windows))).toBeLessThan(1e-9);
  });

  it('of inputs and of their products with targets too', () => {
    fc.assert(
      fc.property(anyWindows, (windows) => {
        const targetRows = windows.starts.map((start) => start + windows.base);
        const targets = windows.series.map((value) => value * 2 + 1);
        const size = windows.lags * windows.features;
        const inputs = new Float64Array(size);
        const products = new Float64Array(size * windows.features);
        for (const [w, start] of windows.starts.entries()) {
          for (const [i, value] of inputsOf(windows, start).entries()) {
            inputs[i] = (inputs[i] as number) + value;
            for (let t = 0; t < windows.features; t++) {
              const at = i * windows.features + t;
              products[at] =
                (products[at] as number) +
                value * (targets[(targetRows[w] as number) * windows.features + t] as number);
            }
          }
        }

        const sums = finish(inputSums(windows, targets, targetRows, windows.features));

        expect(worst(sums.inputs, inputs)).toBeLessThan(1e-11);
        expect(worst(sums.products, products)).toBeLessThan(1e-11);
      }),
    );
  });
});

describe('Cholesky', () => {
  it('solves symmetric positive definite systems', () => {
    const next = noise(11);
    const size = 13;
    const root = Float64Array.from({ length: size * size }, next);
    const matrix = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        for (let k = 0; k < size; k++)
          matrix[i * size + j] =
            (matrix[i * size + j] as number) +
            (root[i * size + k] as number) * (root[j * size + k] as number);
      }
    }
    const right = Float64Array.from({ length: size }, next);

    const x = choleskySolve(choleskyFactor(matrix, size, 0.5), size, right);

    const back = right.map((_, i) =>
      x.reduce((sum, value, j) => sum + ((matrix[i * size + j] as number) + (i === j ? 0.5 : 0)) * value, 0),
    );
    expect(worst(back, right)).toBeLessThan(1e-12);
  });

  it('names the pivot where a matrix is not positive definite', () => {
    expect(() => choleskyFactor(Float64Array.of(1, 2, 2, 1), 2, 0)).toThrow(/pivot 1 of 2 is -3/);
  });
});

/** Ridge by gradient-free brute force: windows written out, centred, solved by Gaussian elimination. */
function naiveRidge(train: WindowDataset, part: WindowDataset, lambda: number, target: number): number[] {
  const { series, features, window, samplingRate, targets, targetCount } = train;
  const lagged = { series, features, starts: train.starts, lags: window, base: 0, step: samplingRate };
  const rows = [...train.starts].map((start) => inputsOf(lagged, start));
  const y = [...train.targetRows].map((row) => targets[row * targetCount + target] as number);
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const size = window * features;
  const center = Array.from({ length: size }, (_, i) => mean(rows.map((row) => row[i] as number)));
  const yMean = mean(y);
  const system = Array.from({ length: size }, (_, i) => {
    const left = Array.from({ length: size }, (_, j) =>
      rows.reduce(
        (sum, row) =>
          sum + ((row[i] as number) - (center[i] as number)) * ((row[j] as number) - (center[j] as number)),
        i === j ? lambda * rows.length : 0,
      ),
    );
    const right = rows.reduce(
      (sum, row, n) => sum + ((row[i] as number) - (center[i] as number)) * ((y[n] as number) - yMean),
      0,
    );
    return [...left, right];
  });
  for (let i = 0; i < size; i++) {
    const pivot = system[i] as number[];
    for (const [j, row] of system.entries()) {
      if (j === i) continue;
      const factor = (row[i] as number) / (pivot[i] as number);
      for (let k = i; k <= size; k++) row[k] = (row[k] as number) - factor * (pivot[k] as number);
    }
  }
  const weights = system.map((row, i) => (row[size] as number) / (row[i] as number));
  return [...part.starts].map((start) =>
    inputsOf({ ...lagged, starts: part.starts }, start).reduce(
      (sum, value, i) => sum + (value - (center[i] as number)) * (weights[i] as number),
      yMean,
    ),
  );
}

const runOf = (
  series: Series,
  options: { window: number; samplingRate?: number; horizon?: number },
): { split: WindowSplit; result: Baselines } => {
  const split = makeWindows(series, options);
  return { split, result: baselines(series, split) };
};

describe('baselines', () => {
  it('persistence is the target at the last row of the window, for every target and part', () => {
    const rows = noiseRows(70, 3);
    const { split, result } = runOf(seriesOf(rows, { target: ['c', 'a'] }), {
      window: 4,
      samplingRate: 2,
      horizon: 3,
    });

    for (const part of ['train', 'validation', 'test'] as const) {
      const expected = [...split[part].starts].flatMap((start) => {
        const row = rows[start + 6] as number[];
        return [row[2] as number, row[0] as number];
      });
      expect([...result[part].persistence.predictions]).toEqual(expected);
      expect([...result[part].observed].slice(0, 2)).toEqual([
        rows[split[part].targetRows[0] as number]?.[2],
        rows[split[part].targetRows[0] as number]?.[0],
      ]);
    }
  });

  it('ridge is ridge regression on the windows written out, in the units of the file', () => {
    const series = seriesOf(noiseRows(90, 2), { target: ['a', 'b'] });
    const { split, result } = runOf(series, { window: 3, samplingRate: 2, horizon: 2 });

    for (const target of [0, 1]) {
      const { mean, scale } = split.scaling.targets;
      const lambda = result.ridgeLambda[target] as number;
      const expected = naiveRidge(split.train, split.test, lambda, target).map(
        (value) => value * (scale[target] as number) + (mean[target] as number),
      );
      const actual = [...result.test.ridge.predictions].filter((_, at) => at % 2 === target);
      expect(worst(actual, expected)).toBeLessThan(1e-9);
    }
  });

  it("chooses ridge's penalty as the best of its grid on the validation part", () => {
    const series = seriesOf(noiseRows(90, 2));
    const { split, result } = runOf(series, { window: 3 });
    const { mean, scale } = split.scaling.targets;

    const errors = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10].map((lambda) => {
      const predicted = naiveRidge(split.train, split.validation, lambda, 0).map(
        (value) => value * (scale[0] as number) + (mean[0] as number),
      );
      return { lambda, mae: scores(predicted, result.validation.observed).mae };
    });

    const best = errors.reduce((a, b) => (b.mae < a.mae ? b : a));
    expect(result.ridgeLambda).toEqual([best.lambda]);
    expect(result.validation.ridge.scores[0]?.mae).toBeCloseTo(best.mae, 6);
  });

  it('finds a linear rule exactly, where there is one', () => {
    const next = noise(2);
    const rows = [[0.3, 0.5]];
    for (let i = 1; i < 200; i++) {
      const [a = 0, b = 0] = rows[i - 1] as number[];
      rows.push([0.5 * a - 0.8 * b + 0.1, next()]);
    }

    const { result } = runOf(seriesOf(rows), { window: 2 });

    expect(result.test.ridge.scores[0]?.mae).toBeLessThan(1e-4);
    expect(result.test.persistence.scores[0]?.mae).toBeGreaterThan(0.3);
  });

  it('test rows change neither ridge nor climatology, training rows do', () => {
    const rows = noiseRows(400, 2);
    const dated = (values: number[][]): Series =>
      buildSeries(
        parseCsv(
          csvOf(
            ['date', 'a', 'b'],
            values.map((row, i) => [isoDay(i), ...row]),
          ),
        ),
        { target: ['a'], date: ['date'] },
      );
    const changed = (from: number, to: number): number[][] =>
      rows.map((row, i) => (i >= from && i < to ? row.map((value) => value * 3 + 10) : row));

    const plain = runOf(dated(rows), { window: 3 }).result;
    const test = runOf(dated(changed(320, 400)), { window: 3 }).result;
    const train = runOf(dated(changed(0, 100)), { window: 3 }).result;

    expect(test.validation.ridge).toEqual(plain.validation.ridge);
    expect(test.test.climatology?.predictions).toEqual(plain.test.climatology?.predictions);
    expect(train.validation.ridge).not.toEqual(plain.validation.ridge);
    expect(train.test.climatology?.predictions).not.toEqual(plain.test.climatology?.predictions);
  });

  it('climatology is the mean of training rows within 15 days of the same day of the year', () => {
    const rows = noiseRows(3 * 365, 1);
    const table = parseCsv(
      csvOf(
        ['date', 'a'],
        rows.map((row, i) => [isoDay(i), ...row]),
      ),
    );
    const { split, result } = runOf(buildSeries(table, { target: ['a'], date: ['date'] }), { window: 2 });
    const border = split.borders[0];

    const expected = [...split.test.targetRows].map((row) => {
      const near = rows.slice(0, border).filter((_, i) => {
        const apart = Math.abs((i % 365) - (row % 365));
        // Day 366 of leap years is a bin of its own, empty in these years: across the turn of the year the reach is a day less.
        return apart <= 15 || 366 - apart <= 15;
      });
      return near.reduce((sum, [value = 0]) => sum + value, 0) / near.length;
    });

    expect(worst(result.test.climatology?.predictions ?? [], expected)).toBeLessThan(1e-12);
  });

  it('climatology knows the hour in sub-daily data', () => {
    const next = noise(9);
    const rows = Array.from({ length: 24 * 30 }, (_, i) => [
      `${isoDay(Math.floor(i / 24))} ${i % 24}:00`,
      10 * (i % 24) + next(),
    ]);
    const series = buildSeries(parseCsv(csvOf(['date', 'a'], rows)), { target: ['a'], date: ['date'] });

    const { split, result } = runOf(series, { window: 2, horizon: 5 });

    expect(result.test.climatology?.scores[0]?.mae).toBeLessThan(1);
    const hours = [...split.test.targetRows].map((row) => 10 * (row % 24));
    expect(worst(result.test.climatology?.predictions ?? [], hours)).toBeLessThan(1);
  });

  it('climatology is null without dates', () => {
    expect(runOf(seriesOf(noiseRows(60, 1)), { window: 2 }).result.test.climatology).toBeNull();
  });

  it('long windows and long series keep ridge within its limits, the last step always an input', () => {
    const part = (window: number, features: number, windows: number): WindowDataset =>
      ({ window, features, targetCount: 1, starts: { length: windows } }) as unknown as WindowDataset;

    expect(chooseLagStep(part(14, 6, 900))).toBe(1);
    expect(chooseLagStep(part(48, 16, 21_000))).toBe(1);
    expect(chooseLagStep(part(120, 19, 250_000))).toBeGreaterThan(1);
    expect(chooseLagStep(part(720, 1000, 1_000_000))).toBe(720);
    const { split, result } = runOf(seriesOf(noiseRows(900, 40)), { window: 50 });
    expect(result.ridgeLagStep).toBe(2);
    expect(result.test.ridge.scores[0]?.mae).toBeLessThan(Number(result.test.persistence.scores[0]?.mae));
    expect(split.test.window).toBe(50);
  });
});

describe('scores', () => {
  it('are mean absolute and root mean square error', () => {
    expect(scores([1, 2, 3], [2, 2, 5])).toEqual({ mae: 1, rmse: Math.sqrt(5 / 3) });
    expect(scoresPerTarget([1, 10, 3, 30], [2, 10, 3, 34], 2)).toEqual([
      { mae: 0.5, rmse: Math.SQRT1_2 },
      { mae: 2, rmse: Math.sqrt(8) },
    ]);
  });

  it('refuse forecasts without observations', () => {
    expect(sentenceOf(() => scores([1], [1, 2]))).toBe(
      'Received 1 forecasts for 2 observations, expected one for each and at least one.',
    );
    expect(sentenceOf(() => scoresPerTarget([], [], 1))).toMatch(/^Received 0 forecasts/);
  });

  it('skill is the part of persistence that is taken away, negative where a forecast is worse', () => {
    expect(skill(1, 2)).toBe(0.5);
    expect(skill(3, 2)).toBe(-0.5);
    expect(skill(1, 0)).toBeNaN();
  });
});

describe('ridge in pieces', () => {
  /** Between two of them it yields anyhow. */
  const PENALTIES = 7;

  it('is the forecast of baselines(), and comes back many times before it is done', () => {
    const series = seriesOf(noiseRows(100_000, 4));
    const split = makeWindows(series, { window: 24 });
    const work = ridgeInPieces(series, split, 'test');

    let pieces = 0;
    let state = work.next();
    for (; !state.done; state = work.next()) pieces++;

    expect(pieces).toBeGreaterThan(PENALTIES + 1);
    expect(state.value).toEqual(baselines(series, split).test.ridge);
  });
});
