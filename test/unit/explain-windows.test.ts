/** What methods cut windows from and check before they begin: rows at a rate, copies that have room, options in range. */
import { describe, expect, it } from 'vitest';
import type { WindowDataset, WindowSplit } from '../../src/engine/data/windows.ts';
import { checkOutput, checkTargetScale } from '../../src/engine/explain/checked-options.ts';
import {
  fittingWindows,
  floatsOf,
  leaveOut,
  writeWindows,
} from '../../src/engine/explain/left-out-windows.ts';
import { MeasuredWindows } from '../../src/engine/explain/measured-windows.ts';
import { copyWindow, cutSeries, cutWindows } from '../../src/engine/explain/window-rows.ts';
import type { PlaceChange } from '../../src/engine/index.ts';
import type { InputData } from '../../src/engine/models/inference.ts';
import type { Sequential } from '../../src/engine/models/sequential.ts';

/** Rows 0, 1, 2, ... of two columns, which hold 10 times the row and 1 more; windows of three rows. */
const windowsOf = (count: number, samplingRate = 2): WindowDataset => ({
  kind: 'windows',
  series: Float32Array.from({ length: 2 * (count + 6) }, (_, at) => 10 * Math.floor(at / 2) + (at % 2)),
  rows: count + 6,
  features: 2,
  targets: new Float32Array(count + 6),
  targetCount: 1,
  starts: Uint32Array.from({ length: count }, (_, k) => k),
  targetRows: Uint32Array.from({ length: count }, (_, k) => k + 6),
  ...{ window: 3, samplingRate, horizon: 1 },
});
const splitOf = (train: number, validation: number): WindowSplit => ({
  ...{ train: windowsOf(train), validation: windowsOf(validation), test: windowsOf(4) },
  scaling: {
    features: { mean: new Float64Array(2), scale: Float64Array.of(1, 1) },
    targets: { mean: new Float64Array(1), scale: Float64Array.of(1) },
  },
  ...{ borders: [0, 0], split: [60, 20, 20], leftOut: 0, notes: [] },
});

describe('the rows of a window', () => {
  it.each([
    [1, [10, 11, 20, 21, 30, 31]],
    [2, [10, 11, 30, 31, 50, 51]],
  ])('are every so many of the series: %d', (samplingRate, rows) => {
    const to = new Float32Array(8).fill(-1);
    copyWindow(windowsOf(4, samplingRate), 1, to, 2);
    expect([...to]).toEqual([-1, -1, ...rows]);
  });

  it.each([
    [{ kind: 'nothing' }, [0, 1, 20, 21, 40, 41, 10, 11, 30, 31, 50, 51]],
    [{ kind: 'lag', lag: 1 }, [0, 1, 20, 21, 0, 0, 10, 11, 30, 31, 0, 0]],
    [{ kind: 'feature', feature: 'b' }, [0, 0, 20, 0, 40, 0, 10, 0, 30, 0, 50, 0]],
  ] as const)('are 0 where something is left out: %j', (variant, rows) => {
    const to = new Float32Array(12).fill(-1);
    writeWindows(windowsOf(2), ['a', 'b'], variant, to);
    expect([...to]).toEqual(rows);
  });
});

/** What each window of some data holds, and how many floats they all take. */
const heldBy = (data: InputData): { windows: number[]; floats: number } => {
  if (!('kind' in data)) return { windows: [...data.data], floats: data.data.length };
  const { starts, series } = data;
  return { windows: [...cutWindows(data, 0, starts.length).data], floats: series.length };
};

describe('a few windows of a long series', () => {
  const apart = { ...windowsOf(60), starts: Uint32Array.of(3, 59, 20, 21) };

  it.each([
    ['rows between the first and the last where they overlap', windowsOf(60), 40, 5, 2 * 9],
    ['in any order', { ...windowsOf(60), starts: Uint32Array.of(9, 8, 7, 9, 10) }, 1, 4, 2 * 8],
    ['each for itself where they lie apart', apart, 0, 4, 2 * 12],
    ['and alone', apart, 1, 1, 2 * 3],
  ] as const)('are the same in as little as they take: %s', (_, windows, first, count, floats) => {
    const cut = cutSeries(windows, first, count);
    expect(heldBy(cut)).toEqual({ windows: [...cutWindows(windows, first, count).data], floats });
  });

  it('are all that a model is given to change', async () => {
    const given: { windows: number[]; floats: number }[] = [];
    const model = {
      ...{ inputShape: [3, 2], outputShape: [1], members: 1, changedWindowsAtMost: 5 },
      predictChanges: async (data: InputData, changes: readonly PlaceChange[]) => {
        given.push(heldBy(data));
        return [{ data: new Float32Array(changes.length * 5) }];
      },
    } as unknown as Sequential;
    const windows = windowsOf(10);
    const change = { place: { lag: 1, feature: 0 }, valueOf: () => 0 };
    await new MeasuredWindows(model, windows, {}).rmseUnder(2, () => change);

    expect(given).toEqual(
      [0, 5].map((first) => ({ windows: [...cutWindows(windows, first, 5).data], floats: 2 * 9 })),
    );
  });
});

describe('copies of windows', () => {
  it('are of all of them where they have room', () => {
    const split = splitOf(30, 10);
    const fitting = fittingWindows(split, floatsOf(split), 1);
    expect(fitting).toEqual({ split, notes: [] });
    expect(fitting.split).toBe(split);
  });

  it('are of the same share of training and validation where they have none, and never take more', () => {
    const split = splitOf(3000, 1000);
    const most = 6 * 1000;
    const { split: fewer, notes } = fittingWindows(split, most, 1);
    expect([fewer.train, fewer.validation, fewer.test].map(({ starts }) => starts.length)).toEqual([
      750, 250, 4,
    ]);
    expect(floatsOf(fewer)).toBeLessThanOrEqual(most);
    expect(leaveOut(fewer, ['a', 'b'], [{ kind: 'nothing' }]).train.series.length).toBeLessThanOrEqual(most);
    expect(notes).toEqual([
      expect.stringMatching(
        /^Trained on 750 of the 3000 windows and validated with 250 of the 1000 windows, /,
      ),
    ]);
    expect(fittingWindows(split, most, 1).split.train.starts).toEqual(fewer.train.starts);
    expect(fittingWindows(split, most, 2).split.train.starts).not.toEqual(fewer.train.starts);
  });

  it('are refused where not even one of each has room', () => {
    expect(() => fittingWindows(splitOf(3000, 1000), 6 * 3, 1)).toThrow(
      'A window of 3 rows and 2 columns takes 6 floats, and copies of 3000 windows to train on and 1000 to validate with at most',
    );
  });
});

describe('options of every method', () => {
  it('take outputs that there are', () => {
    checkOutput(0, 1);
    checkOutput(2, 3);
    for (const output of [-1, 3, 0.5, Number.NaN])
      expect(() => checkOutput(output, 3)).toThrow(`is ${output}, expected a whole number from 0 to 2`);
  });

  it('take scales above 0', () => {
    checkTargetScale(1e-9);
    for (const scale of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => checkTargetScale(scale)).toThrow(`a number above 0, received ${scale}`);
  });

  it('are checked before errors are measured', () => {
    const model = { inputShape: [3, 2], outputShape: [1], members: 1 } as unknown as Sequential;
    const measured = new MeasuredWindows(model, windowsOf(4), { targetScale: 2 });
    expect(measured.count).toBe(4);
    expect(() => new MeasuredWindows(model, windowsOf(4), { targetScale: 0 })).toThrow('received 0');
    expect(() => new MeasuredWindows(model, windowsOf(4), { output: 1 })).toThrow('The output is 1');
  });
});
