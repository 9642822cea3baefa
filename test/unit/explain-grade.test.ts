/** Grading against a planted truth, the places of a window, and the exchanges of a permutation. */
import { describe, expect, it } from 'vitest';
import { PLANTED } from '../../src/engine/data/planted.ts';
import { foundAbove, gradeLags, ranked, truePlaces, trueRanks } from '../../src/engine/explain/grade.ts';
import { placeIndex, placesOf } from '../../src/engine/explain/input-place.ts';
import { exchange } from '../../src/engine/explain/permutation.ts';
import { withShadow } from '../../src/engine/explain/shadow-column.ts';
import { thinned } from '../../src/engine/explain/thinned-windows.ts';

const DIFFERENCE = PLANTED['difference-24'].truth;

/** Two features, three lags: x at lag 2 is the largest, then shadow at lag 3 with its sign turned, then x at lag 1. */
const MAP = {
  window: 3,
  features: ['x', 'shadow'],
  values: Float64Array.of(0.3, 0.1, 0.9, 0, 0.1, -0.5),
};

describe('grading', () => {
  it('counts what is true among the found, and what is found among the true', () => {
    const found = [
      { lag: 1, feature: 'x' },
      { lag: 2, feature: 'x' },
      { lag: 24, feature: 'shadow' },
      { lag: 1, feature: 'x' },
    ];
    expect(gradeLags(found, DIFFERENCE)).toEqual({ precision: 1 / 3, recall: 1 / 2 });
    expect(gradeLags(truePlaces(DIFFERENCE), DIFFERENCE)).toEqual({ precision: 1, recall: 1 });
  });

  it('has no precision where nothing was found, and no recall where nothing is true', () => {
    expect(gradeLags([], DIFFERENCE)).toEqual({ precision: null, recall: 0 });
    expect(gradeLags([{ lag: 1, feature: 'x' }], [])).toEqual({ precision: 0, recall: null });
    expect(gradeLags([], [])).toEqual({ precision: null, recall: null });
  });

  it('ranks places by size, whatever the sign, equal ones as they lie', () => {
    expect(ranked(MAP).map(({ lag, feature }) => `${feature} ${lag}`)).toEqual([
      'x 2',
      'shadow 3',
      'x 1',
      'shadow 1',
      'x 3',
      'shadow 2',
    ]);
  });

  it('finds what is above a threshold, and not what equals it', () => {
    expect(foundAbove(MAP, 0.3)).toEqual([
      { lag: 2, feature: 'x' },
      { lag: 3, feature: 'shadow' },
    ]);
    expect(foundAbove(MAP, 1)).toEqual([]);
  });

  it('tells at which rank each true place stands, and leaves out those beyond the window', () => {
    expect(trueRanks(MAP, [{ feature: 'x', lags: [1, 3, 24] }])).toEqual([3, 5]);
  });
});

describe('places', () => {
  it('stand as in a lag map, lag 1 first', () => {
    const places = placesOf(2, 3);
    expect(places[0]).toEqual({ lag: 1, feature: 0 });
    expect(places[5]).toEqual({ lag: 2, feature: 2 });
    expect(places.map((place) => placeIndex(place, 3))).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe('an exchange among windows', () => {
  it.each([2, 3, 17, 292])('of %d gives every value to exactly one other window', (windows) => {
    for (let stream = 0; stream < 20; stream++) {
      const from = exchange(windows, 5, stream);
      expect([...from].sort((a, b) => a - b)).toEqual([...Array(windows).keys()]);
      expect([...from].filter((source, window) => source === window)).toEqual([]);
    }
  });

  it('is the same for the same seed and stream, and another one for others', () => {
    expect(exchange(50, 5, 1)).toEqual(exchange(50, 5, 1));
    expect(exchange(50, 5, 2)).not.toEqual(exchange(50, 5, 1));
    expect(exchange(50, 6, 1)).not.toEqual(exchange(50, 5, 1));
  });
});

/** Three rows of two features, two targets in sight. */
const PART = {
  kind: 'windows',
  series: Float32Array.of(1, 2, 3, 4, 5, 6),
  rows: 3,
  features: 2,
  targets: Float32Array.of(7, 8, 9),
  targetCount: 1,
  starts: Uint32Array.of(0),
  targetRows: Uint32Array.of(1),
  window: 1,
  samplingRate: 1,
  horizon: 1,
} as const;
const SCALING = { mean: Float64Array.of(10, 20), scale: Float64Array.of(2, 3) };
const SPLIT = {
  train: PART,
  validation: { ...PART, starts: Uint32Array.of(1) },
  test: { ...PART, starts: Uint32Array.of(2) },
  scaling: { features: SCALING, targets: { mean: Float64Array.of(0), scale: Float64Array.of(1) } },
  borders: [1, 2],
  split: [60, 20, 20],
  leftOut: 0,
  notes: [],
} as const;

describe('the shadow column', () => {
  it('stands last in every row, shared by the parts, and moves nothing else', () => {
    const wide = withShadow(SPLIT, 3);
    const { series } = wide.train;
    expect([series[0], series[1], series[3], series[4], series[6], series[7]]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(wide.validation.series).toBe(series);
    expect(wide.test.series).toBe(series);
    expect(wide.test).toMatchObject({ features: 3, starts: Uint32Array.of(2), targets: PART.targets });
    expect([...wide.scaling.features.mean, ...wide.scaling.features.scale]).toEqual([10, 20, 0, 2, 3, 1]);
  });

  it('is standard normal noise of its seed', () => {
    const rows = 20_000;
    const long = { ...PART, series: new Float32Array(2 * rows), rows };
    const noise = (seed: number): Float32Array =>
      withShadow({ ...SPLIT, train: long, validation: long, test: long }, seed).train.series.filter(
        (_, k) => k % 3 === 2,
      );
    const values = noise(1);
    const mean = values.reduce((sum, value) => sum + value, 0) / rows;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
    expect(noise(1)).toEqual(values);
    expect(noise(2)).not.toEqual(values);
  });
});

describe('thinned windows', () => {
  const many = {
    ...PART,
    starts: Uint32Array.from({ length: 10 }, (_, k) => k),
    targetRows: Uint32Array.from({ length: 10 }, (_, k) => k + 1),
  };

  it('are one of each stretch of the same length, in their order, each with its own target', () => {
    const picked = Array.from({ length: 50 }, (_, seed) => thinned(many, 4, seed));
    for (const { starts, targetRows } of picked) {
      expect([...targetRows]).toEqual([...starts].map((start) => start + 1));
      expect([...starts].map((start) => [0, 2, 5, 7].findLastIndex((first) => start >= first))).toEqual([
        0, 1, 2, 3,
      ]);
    }
    expect([...new Set(picked.flatMap(({ starts }) => [...starts]))].sort()).toEqual([...many.starts]);
  });

  it('are those of every hour of the day, also where one in 24 is looked at', () => {
    const rows = 12_288;
    const hourly = {
      ...PART,
      starts: Uint32Array.from({ length: rows }, (_, k) => k),
      targetRows: Uint32Array.from({ length: rows }, (_, k) => k + 1),
    };
    const { starts } = thinned(hourly, 512, 3);
    const hours = new Array<number>(24).fill(0);
    for (const start of starts) hours[start % 24] = (hours[start % 24] as number) + 1;
    // 512 / 24 = 21.3 of each, with a standard deviation of 4.5.
    expect(Math.min(...hours)).toBeGreaterThan(21.3 - 4 * 4.5);
    expect(Math.max(...hours)).toBeLessThan(21.3 + 4 * 4.5);
    expect(new Set(starts).size).toBe(512);
    expect([...starts]).toEqual([...starts].sort((a, b) => a - b));
    expect(thinned(hourly, 512, 3).starts).toEqual(starts);
    expect(thinned(hourly, 512, 4).starts).not.toEqual(starts);
  });

  it('are all of them where they are few', () => {
    expect(thinned(many, 10)).toBe(many);
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('are never %d', (most) => {
    expect(() => thinned(many, most)).toThrow(`are ${most}, expected a whole number of 1 or more`);
  });
});
