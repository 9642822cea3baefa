import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  makeWindows,
  PARTS,
  unscaled,
  type WindowDataset,
  type WindowSplit,
} from '../../src/engine/data/index.ts';
import { noiseRows, sentenceOf, seriesOf } from './data-fixtures.ts';

/** The rows of window i as a kernel reads them. */
const rowsOf = ({ starts, window, samplingRate }: WindowDataset, i: number): number[] =>
  Array.from({ length: window }, (_, t) => (starts[i] as number) + t * samplingRate);

const pairsOf = (split: WindowSplit): [number[], number][] =>
  PARTS.flatMap((name) =>
    [...split[name].targetRows].map((row, i): [number[], number] => [rowsOf(split[name], i), row]),
  );

/** timeseries_dataset_from_array(data, targets, sequence_length, sampling_rate) of Keras >= 2.13, as keras-reference 5.1 puts it. */
function timeseriesDataset(
  rows: number,
  targets: readonly number[],
  length: number,
  rate: number,
): [number[], number][] {
  const starts = Math.min(rows - (length - 1) * rate, targets.length);
  return Array.from({ length: Math.max(0, starts) }, (_, p) => [
    Array.from({ length }, (_, t) => p + t * rate),
    targets[p] as number,
  ]);
}

/** The same with targets shifted as its users do: targets = column[(L-1)r + h:]. */
function shiftedDataset(rows: number, length: number, rate: number, horizon: number): [number[], number][] {
  const shift = (length - 1) * rate + horizon;
  const targets = Array.from({ length: Math.max(0, rows - shift) }, (_, i) => i + shift);
  return timeseriesDataset(rows, targets, length, rate);
}

describe('windows', () => {
  it('have the rows of the example in the Keras reference: [0, 2, 4] first, [5, 7, 9] last', () => {
    const example = timeseriesDataset(10, [3, 4, 5, 6, 7, 8, 9], 3, 2);
    const split = makeWindows(seriesOf(noiseRows(11, 1)), {
      window: 3,
      samplingRate: 2,
      split: [60, 20, 20],
    });

    expect([example.length, example[0], example[5]]).toEqual([6, [[0, 2, 4], 3], [[5, 7, 9], 8]]);
    expect(pairsOf(split).map(([rows]) => rows)).toEqual(example.map(([rows]) => rows));
  });

  it('are exactly those of timeseries_dataset_from_array, each in one part, for any size', () => {
    const sizes = fc.record({
      rows: fc.integer({ min: 10, max: 90 }),
      window: fc.integer({ min: 1, max: 9 }),
      samplingRate: fc.integer({ min: 1, max: 4 }),
      horizon: fc.integer({ min: 1, max: 6 }),
      split: fc.tuple(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
      ),
    });
    fc.assert(
      fc.property(sizes, ({ rows, split: shares, ...options }) => {
        const total = shares[0] + shares[1] + shares[2];
        const first = Math.floor((rows * shares[0]) / total);
        const second = Math.floor((rows * (shares[0] + shares[1])) / total);
        const reach = (options.window - 1) * options.samplingRate + options.horizon;
        fc.pre(first > reach && second > first && rows > second);

        const split = makeWindows(seriesOf(noiseRows(rows, 2)), { ...options, split: shares });

        expect(pairsOf(split)).toEqual(
          shiftedDataset(rows, options.window, options.samplingRate, options.horizon),
        );
        expect(split.borders).toEqual([first, second]);
        expect([...split.train.targetRows].every((row) => row < first)).toBe(true);
        expect([...split.validation.targetRows].every((row) => row >= first && row < second)).toBe(true);
        expect([...split.test.targetRows].every((row) => row >= second)).toBe(true);
      }),
    );
  });

  it('may look back across the border of their part', () => {
    const { validation } = makeWindows(seriesOf(noiseRows(50, 1)), { window: 5 });

    expect(validation.targetRows[0]).toBe(30);
    expect(rowsOf(validation, 0)).toEqual([25, 26, 27, 28, 29]);
  });

  it('split 60/20/20 by default, and by shares of any sum', () => {
    const series = seriesOf(noiseRows(1000, 1));

    expect(makeWindows(series, { window: 3 }).borders).toEqual([600, 800]);
    expect(makeWindows(series, { window: 3, split: [71.5, 14.25, 14.25] }).borders).toEqual([715, 857]);
    expect(makeWindows(series, { window: 3, split: [0.6, 0.2, 0.2] }).borders).toEqual([600, 800]);
  });

  it('are left out where a target is missing, and only there', () => {
    const rows = noiseRows(60, 2);
    for (const [row, at] of [
      [20, 0],
      [40, 1],
      [41, 1],
    ] as const)
      (rows[row] as number[])[at] = Number.NaN;

    const one = makeWindows(seriesOf(rows, { target: ['a'] }), { window: 4 });
    const both = makeWindows(seriesOf(rows, { target: ['a', 'b'] }), { window: 4 });

    expect(one.leftOut).toBe(1);
    expect(one.notes).toEqual(['1 window left out because the target is missing.']);
    expect(both.leftOut).toBe(3);
    expect(
      [...both.train.targetRows, ...both.validation.targetRows].filter((row) => [20, 40, 41].includes(row)),
    ).toEqual([]);
    expect([...both.train.starts]).toContain(18);
  });
});

describe('scaling', () => {
  it('is the one given where there is one: of other data the numbers of a model trained before', () => {
    const scaling = {
      features: { mean: Float64Array.of(1, 2), scale: Float64Array.of(4, 0.5) },
      targets: { mean: Float64Array.of(-3), scale: Float64Array.of(2) },
    };
    const rows = noiseRows(30, 2);
    const series = seriesOf(rows, { target: ['b'] });

    const split = makeWindows(series, { window: 4, scaling });

    expect(split.scaling).toBe(scaling);
    for (const row of [0, 17, 29]) {
      const [a = 0, b = 0] = rows[row] ?? [];
      expect([...split.test.series.subarray(2 * row, 2 * row + 2)]).toEqual([
        Math.fround((a - 1) / 4),
        Math.fround((b - 2) / 0.5),
      ]);
      expect(split.train.targets[row]).toBe(Math.fround((b + 3) / 2));
    }
  });

  it('is mean and population deviation of the training rows', () => {
    const rows = noiseRows(50, 3);

    const { scaling, train } = makeWindows(seriesOf(rows, { target: ['b', 'c'] }), { window: 4 });

    for (let i = 0; i < 3; i++) {
      const values = rows.slice(0, 30).map((row) => row[i] as number);
      const mean = values.reduce((sum, value) => sum + value, 0) / 30;
      const scale = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 30);
      expect(scaling.features.mean[i]).toBeCloseTo(mean, 12);
      expect(scaling.features.scale[i]).toBeCloseTo(scale, 12);
      expect(train.series[40 * 3 + i]).toBeCloseTo((((rows[40] as number[])[i] as number) - mean) / scale, 5);
    }
    expect([...scaling.targets.mean]).toEqual([...scaling.features.mean].slice(1));
  });

  it('does not see validation and test rows, whatever they hold', () => {
    const rows = noiseRows(50, 2);
    const before = makeWindows(seriesOf(rows), { window: 4 });
    const later = fc.array(fc.tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.integer()), {
      minLength: 20,
      maxLength: 20,
    });
    fc.assert(
      fc.property(later, (changed) => {
        const after = makeWindows(seriesOf([...rows.slice(0, 30), ...changed]), { window: 4 });

        expect(after.scaling).toEqual(before.scaling);
        expect(after.train.series.slice(0, 60)).toEqual(before.train.series.slice(0, 60));
      }),
      { numRuns: 50 },
    );
  });

  it('goes back to the units of the file', () => {
    const series = seriesOf(noiseRows(50, 2), { target: ['a', 'b'] });
    const { scaling, train } = makeWindows(series, { window: 4 });

    const back = unscaled(train.targets, scaling.targets);

    expect(
      Math.max(...back.map((value, at) => Math.abs(value - (series.targetValues[at] as number)))),
    ).toBeLessThan(1e-6);
  });

  it('only centres a feature that is constant over the training rows, and says so', () => {
    const rows = noiseRows(50, 2).map(([a = 0], row) => [a, row < 35 ? 5.1 : 6.1]);

    const split = makeWindows(seriesOf(rows), { window: 4 });

    expect(split.scaling.features.scale[1]).toBe(1);
    expect(split.train.series[2 * 49 + 1]).toBeCloseTo(1, 6);
    expect(split.notes).toEqual(['Constant over the 30 training rows, so only centred, not scaled: "b".']);
  });

  it('shares one series between the parts', () => {
    const { train, validation, test } = makeWindows(seriesOf(noiseRows(50, 2)), { window: 4 });

    expect(validation.series).toBe(train.series);
    expect(test.targets).toBe(train.targets);
  });
});

describe('refusals', () => {
  const series = seriesOf(noiseRows(40, 1));
  const flat = seriesOf(noiseRows(40, 2).map(([, b = 0], row) => [row < 30 ? 1 : row, b]));
  it.each([
    [
      'fewer rows than one window',
      () => makeWindows(seriesOf(noiseRows(10, 1)), { window: 14 }),
      'The series has 10 rows, but one window of 14 rows and its target 1 row ahead take 15. Use a shorter window or horizon, or more data.',
    ],
    [
      'fewer rows than one sampled window',
      () => makeWindows(series, { window: 10, samplingRate: 6, horizon: 12 }),
      'The series has 40 rows, but one window of 10 rows, one every 6, and its target 12 rows ahead take 67. Use a shorter window or horizon, or more data.',
    ],
    [
      'a training part without a window',
      () => makeWindows(series, { window: 30 }),
      'The training part has no window: it gets rows 1 to 24 of 40, a target needs 30 rows before it and a value. Use more data, a shorter window or horizon, or another split.',
    ],
    [
      'a test part without a row',
      () => makeWindows(series, { window: 2, split: [99, 0.5, 0.5] }),
      'The validation part has no window: it gets no row of 40, a target needs 2 rows before it and a value. Use more data, a shorter window or horizon, or another split.',
    ],
    [
      'a window of 0',
      () => makeWindows(series, { window: 0 }),
      'The window is 0, expected a whole number of rows, at least 1.',
    ],
    [
      'half a row ahead',
      () => makeWindows(series, { window: 2, horizon: 0.5 }),
      'The horizon is 0.5, expected a whole number of rows, at least 1.',
    ],
    [
      'a rate that is no number',
      () => makeWindows(series, { window: 2, samplingRate: Number.POSITIVE_INFINITY }),
      'The sampling rate is Infinity, expected a whole number of rows, at least 1.',
    ],
    [
      'two shares',
      () => makeWindows(series, { window: 2, split: [80, 20] }),
      'The split is 80, 20, expected three shares above 0 for training, validation and test, such as 60, 20, 20.',
    ],
    [
      'a target that is constant in training',
      () => makeWindows(flat, { window: 2 }),
      'Target "a" is constant over the 24 training rows: nothing to learn there. Choose another target, or give training a larger share.',
    ],
  ])('refuses %s in one sentence', (_, run, sentence) => {
    expect(sentenceOf(run)).toBe(sentence);
  });
});
