/** Which rows windows with changed places need: each once, and none for a window that stays as it is. */
import { describe, expect, it } from 'vitest';
import { changedRows, changedSamples, type PlaceChange } from '../../src/engine/models/changed-windows.ts';
import type { Samples } from '../../src/engine/models/samples.ts';

const FEATURES = 2;
/** Three windows of rows 0, 3, 6, ... that hold ten times the row, and one more in the second column. */
const SAMPLES: Samples = {
  series: Float32Array.from({ length: 40 }, (_, at) => 10 * Math.floor(at / 2) + (at % 2)),
  starts: Uint32Array.of(4, 0, 9),
  samplingRate: 3,
  targets: new Float32Array(1),
  targetRows: new Uint32Array(3),
  targetWidth: 1,
};

const change = (step: number, feature: number, values: number[]): PlaceChange => ({
  ...{ step, feature },
  values: Float32Array.from(values),
});
const bitsOf = (...values: number[]): number[] => [...new Uint32Array(Float32Array.from(values).buffer)];

describe('the rows of changed windows', () => {
  it('are those of the windows alone where all hold the value already', () => {
    const { places, batches, rowOf } = changedRows(SAMPLES, [change(1, 1, [71, 31, 121])], FEATURES, 8);

    expect(places).toEqual([4, 0, 9]);
    expect(batches).toEqual([{ first: 0, count: 3 }]);
    expect([...rowOf]).toEqual([0, 1, 2]);
  });

  it('are one for each window that changes', () => {
    const { places, bits, batches, rowOf } = changedRows(SAMPLES, [change(1, 1, [5, 31, 6])], FEATURES, 8);

    expect(places).toEqual([4, 0, 9, 0 * FEATURES + 1, 2 * FEATURES + 1]);
    expect(bits).toEqual([0, 0, 0, ...bitsOf(5, 6)]);
    expect(batches).toEqual([
      { first: 0, count: 3 },
      { changedStep: 1, first: 3, count: 2 },
    ]);
    expect([...rowOf]).toEqual([3, 1, 4]);
  });

  it('stand for every change that makes the same of a window, and for no other', () => {
    const { bits, rowOf } = changedRows(
      SAMPLES,
      [
        change(1, 0, [5, 5, 6]),
        change(1, 1, [5, 31, 121]),
        change(1, 0, [6, 5, 6]),
        change(0, 0, [40, 0, 5]),
        change(1, 0, [0, 0, 0]),
        change(1, 0, [-0, 5, 6]),
      ],
      FEATURES,
      8,
    );

    const values = [...rowOf].map((row) => bits[row]);
    expect(values).toEqual([
      ...bitsOf(5, 5, 6),
      ...bitsOf(5, 0, 0),
      ...bitsOf(6, 5, 6),
      ...bitsOf(0, 0, 5),
      ...bitsOf(0, 0, 0),
      ...bitsOf(-0, 5, 6),
    ]);
    // The three windows as they are, eight of the place changed most, and one each of the two others.
    expect(new Set(rowOf).size).toBe(3 + 8 + 2);
    expect(rowOf[7]).toBe(rowOf[1]);
    expect(rowOf[0]).not.toBe(rowOf[3]);
  });

  it('run together where they begin at one time step, as many as the batch has room for', () => {
    const rows = changedRows(
      SAMPLES,
      [change(2, 0, [1, 2, 3]), change(0, 1, [4, 5, 6]), change(2, 1, [7, 8, 9])],
      FEATURES,
      4,
    );
    const { starts, targetRows } = changedSamples(SAMPLES, rows, 4);

    expect(rows.batches).toEqual([
      { first: 0, count: 3 },
      { changedStep: 0, first: 3, count: 3 },
      { changedStep: 2, first: 6, count: 4 },
      { changedStep: 2, first: 10, count: 2 },
    ]);
    expect([...starts]).toEqual([4, 0, 9, 0, 1, 3, 5, 0, 0, 2, 4, 1, 3, 5, 0, 0]);
    expect([...targetRows.slice(4, 7), ...targetRows.slice(8, 12)]).toEqual(bitsOf(4, 5, 6, 1, 2, 3, 7));
  });
});
