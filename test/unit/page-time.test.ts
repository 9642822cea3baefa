/** Through time without a GPU: places of cells, names, scales, lengths of memories, the windows compared, and the CSV. */
import { beforeAll, describe, expect, it } from 'vitest';
import { placeIn, rectangleIn } from '../../src/demo/draw/heatmap-layout.ts';
import { lagName, layOutTrace, panelName, TRACE_PANELS } from '../../src/demo/draw/time-layout.ts';
import type { TraceReport } from '../../src/demo/protocol.ts';
import { windowsAround } from '../../src/demo/session/similar-days.ts';
import { traceCsv } from '../../src/demo/trace-csv.ts';
import { gridAction } from '../../src/demo/views/grid-keys.ts';
import { isOneSided, scaleOf, traceValue } from '../../src/demo/views/time-state.ts';
import { cellWords, durationWords, shareWords } from '../../src/demo/views/time-words.ts';

const DAY = 86_400_000;
const [steps, units] = [3, 2];
const place = { steps, units, offset: 1, stepStride: 16, unitStride: 4 };
const numbers = (from: number): Float32Array =>
  Float32Array.from({ length: steps * units }, (_, index) => from + index / 8);
const trace: TraceReport = {
  window: 0,
  epoch: 1,
  fingerprint: '',
  steps,
  features: 1,
  units,
  activation: 'tanh',
  recurrentActivation: 'sigmoid',
  dates: Float64Array.from({ length: steps }, (_, t) => Date.UTC(2015, 2, 10) + t * DAY),
  places: { i: place, f: place, candidate: place, o: place, c: place, h: place },
  x: new Float32Array(steps),
  gates: { i: numbers(0), f: numbers(0.125), c: numbers(-0.5), o: numbers(0.25) },
  c: numbers(-2.5),
  h: numbers(-0.25),
  weights: { kernel: new Float32Array(), recurrent_kernel: new Float32Array(), bias: new Float32Array() },
};

describe('a drawing of units by time', () => {
  it('has units down and steps across, and finds each cell again at its own middle', () => {
    const block = layOutTrace(place, 90);
    for (let t = 0; t < steps; t++) {
      for (let u = 0; u < units; u++) {
        const [x, y, width, height] = rectangleIn(block, u, t);
        expect(x).toBeCloseTo(t * 30, 12);
        expect(placeIn(block, x + width / 2, y + height / 2)).toEqual({ row: u, column: t });
      }
    }
    expect(placeIn(block, 91, 1)).toBeNull();
  });

  it('points at offset + step * stepStride + unit * unitStride, where the trace is kept', () => {
    const { offset, rowStride, columnStride } = layOutTrace(place, 90);

    expect(offset + 1 * rowStride + 2 * columnStride).toBe(1 + 1 * 4 + 2 * 16);
  });

  it('stays as low as there are units, and never higher than its frame', () => {
    expect(layOutTrace(place, 90).cellHeight).toBe(14);
    expect(layOutTrace({ ...place, units: 256 }, 90).cellHeight * 256).toBeCloseTo(304, 9);
  });

  it('has colours to 1 for gates, to a round number that holds all for the others and for gates without bounds', () => {
    expect(isOneSided(trace, 'f')).toBe(true);
    expect(scaleOf(trace, 'f')).toBe(1);
    expect(isOneSided(trace, 'candidate')).toBe(false);
    expect(scaleOf(trace, 'c')).toBe(2.5);
    expect(scaleOf({ ...trace, recurrentActivation: 'relu' }, 'o')).toBe(1);
    expect(isOneSided({ ...trace, recurrentActivation: 'relu' }, 'o')).toBe(false);
  });
});

describe('the words of a cell', () => {
  it('name gate, unit, lag and date; the candidate is no gate, states have their letter', () => {
    expect(TRACE_PANELS.map(panelName)).toEqual([
      'input gate',
      'forget gate',
      'candidate',
      'output gate',
      'cell state c',
      'output h',
    ]);
    expect(cellWords(trace, { key: 'f', step: 0, unit: 1 })).toBe(
      'forget gate, unit 1, t\u22122 (10 Mar 2015)',
    );
    expect(cellWords({ ...trace, dates: null }, { key: 'c', step: 2, unit: 0 })).toBe(
      'cell state c, unit 0, t (row 3 of 3)',
    );
    expect(lagName(0, 1)).toBe('t');
  });

  it('read the number at [step, unit] of the right array', () => {
    expect(traceValue(trace, { key: 'f', step: 1, unit: 1 })).toBe(0.125 + 3 / 8);
    expect(traceValue(trace, { key: 'candidate', step: 2, unit: 0 })).toBe(-0.5 + 4 / 8);
    expect(traceValue(trace, { key: 'c', step: 0, unit: 1 })).toBe(-2.5 + 1 / 8);
    expect(traceValue(trace, { key: 'h', step: 3, unit: 0 })).toBeNaN();
  });

  it('say lengths of memories with three digits', () => {
    expect(durationWords(5.3149, DAY)).toBe('5.31 days');
    expect(durationWords(1234.5, 3_600_000)).toBe('1,230 hours');
    expect(durationWords(Number.POSITIVE_INFINITY, DAY)).toBe('never');
    expect(durationWords(0, null)).toBe('0 rows');
    expect(durationWords(0.001, null)).toBe('under 0.01 rows');
    expect(shareWords(0.12345)).toBe('12.35\u00a0%');
  });
});

describe('the keys of a grid', () => {
  const grid = { rows: 32, columns: 14, jump: 1 };

  it('step, page and go to the ends', () => {
    const move = (key: string, ctrlKey = false) => gridAction({ key, ctrlKey }, grid);

    expect(move('ArrowLeft')).toEqual({ kind: 'move', rows: 0, columns: -1 });
    expect(move('PageDown')).toEqual({ kind: 'move', rows: 8, columns: 0 });
    expect(move('End', true)).toEqual({ kind: 'move', rows: 32, columns: 14 });
    expect(move('0')).toEqual({ kind: 'fit' });
    expect(move('Tab')).toBeNull();
  });
});

describe('the windows compared', () => {
  it('are all where that is not too many, else those around, within the part', () => {
    expect(windowsAround(7, 293, 5000)).toEqual({ first: 0, count: 293 });
    expect(windowsAround(50, 100, 11)).toEqual({ first: 45, count: 11 });
    expect(windowsAround(1, 100, 11)).toEqual({ first: 0, count: 11 });
    expect(windowsAround(99, 100, 11)).toEqual({ first: 89, count: 11 });
    expect(windowsAround(3, 10, 0)).toEqual({ first: 3, count: 1 });
  });
});

const csvOf = (shown: typeof trace): string => [...traceCsv(shown)].join('');

describe('the trace as CSV', () => {
  let rows: string[][];

  beforeAll(() => {
    rows = csvOf(trace)
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
  });

  it('has a row for each step and unit, the oldest step first, with its date', () => {
    expect(rows[0]).toEqual(['steps_before_newest', 'date', 'unit', 'i', 'f', 'candidate', 'o', 'c', 'h']);
    expect(rows.slice(1).map((row) => row.slice(0, 3))).toEqual([
      ['2', '2015-03-10', '0'],
      ['2', '2015-03-10', '1'],
      ['1', '2015-03-11', '0'],
      ['1', '2015-03-11', '1'],
      ['0', '2015-03-12', '0'],
      ['0', '2015-03-12', '1'],
    ]);
  });

  it('has every number to its last bit', () => {
    const odd = { ...trace, h: Float32Array.from({ length: 6 }, (_, k) => Math.fround(Math.sin(k + 1) / 3)) };
    const last = csvOf(odd)
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => Number(line.split(',')[8]));

    expect(last).toEqual([...odd.h]);
    expect(rows[4]?.slice(3).map(Number)).toEqual([0.375, 0.5, -0.125, 0.625, -2.125, 0.125]);
  });

  it('keeps the time of day where there is one, and leaves dates out where there are none', () => {
    const hourly = { ...trace, dates: Float64Array.from([0, 3_600_000, 7_200_000]) };

    expect(csvOf(hourly)).toContain('\n1,1970-01-01T01:00:00.000Z,0,');
    expect(csvOf({ ...trace, dates: null })).toContain('\n1,,0,');
  });
});
