/** The heatmaps' geometry and colours without a GPU: places of cells, slices as code, names, the ramp and its scale. */
import { describe, expect, it } from 'vitest';
import {
  cellAt,
  cellName,
  cellOffset,
  layOutMatrix,
  type MatrixVariable,
  sliceCode,
  stepCell,
} from '../../src/demo/draw/heatmap-layout.ts';
import { niceScale, rampColour, rampStops } from '../../src/demo/draw/ramp.ts';
import { bringIntoView, FITTED, panBy, project, zoomAt } from '../../src/demo/draw/view-transform.ts';
import { keyAction } from '../../src/demo/views/matrix-keys.ts';

const KERNEL: MatrixVariable = {
  path: 'lstm/kernel',
  name: 'kernel',
  rows: 3,
  units: 5,
  offset: 40,
  rowStride: 32,
};

describe('the layout of a matrix', () => {
  it('finds every cell again at its own middle, in both arrangements', () => {
    for (const across of [2, 4] as const) {
      const layout = layOutMatrix(KERNEL, { width: 300, across, gap: 7, labelHeight: 20 });
      for (const block of layout.blocks) {
        for (let row = 0; row < 3; row++) {
          for (let unit = 0; unit < 5; unit++) {
            const x = block.x + (unit + 0.5) * block.cellWidth;
            const y = block.y + (row + 0.5) * block.cellHeight;
            expect(cellAt(layout, x, y)).toEqual({ gate: block.gate, row, unit });
          }
        }
      }
      expect(cellAt(layout, 1, 1)).toBeNull();
    }
  });

  it('points at offset + (row * H + unit) * 4 + gate, where the engine keeps the number', () => {
    const layout = layOutMatrix(KERNEL, { width: 300, across: 4, gap: 7, labelHeight: 20 });

    expect(cellOffset(layout, { gate: 2, row: 1, unit: 3 })).toBe(40 + 1 * 32 + 3 * 4 + 2);
  });

  it('names slices as Keras\u2019 users would write them', () => {
    expect([0, 1, 2, 3].map((gate) => sliceCode('kernel', gate))).toEqual([
      'kernel[:, :units]',
      'kernel[:, units:2*units]',
      'kernel[:, 2*units:3*units]',
      'kernel[:, 3*units:]',
    ]);
    expect(sliceCode('bias', 1)).toBe('bias[units:2*units]');
  });

  it('names cells by feature, unit and gate, and calls the candidate no gate', () => {
    const features = ['rain', 'warmth', 'wind'];

    expect(cellName('kernel', { gate: 1, row: 1, unit: 4 }, features)).toBe(
      'kernel, forget gate, warmth to unit 4',
    );
    expect(cellName('recurrent_kernel', { gate: 2, row: 3, unit: 0 }, features)).toBe(
      'recurrent_kernel, candidate, unit 3 to unit 0',
    );
    expect(cellName('bias', { gate: 3, row: 0, unit: 2 }, features)).toBe('bias, output gate, unit 2');
  });
});

describe('walking with the keys', () => {
  it('crosses from one gate into the next and stops at the ends', () => {
    expect(stepCell(KERNEL, { gate: 0, row: 0, unit: 4 }, 0, 1)).toEqual({ gate: 1, row: 0, unit: 0 });
    expect(stepCell(KERNEL, { gate: 0, row: 0, unit: 0 }, -1, -1)).toEqual({ gate: 0, row: 0, unit: 0 });
    expect(stepCell(KERNEL, { gate: 3, row: 2, unit: 4 }, 1, 1)).toEqual({ gate: 3, row: 2, unit: 4 });
  });

  it('steps a whole gate with Ctrl, zooms with plus and minus, and leaves other keys alone', () => {
    const cell = { gate: 0, row: 1, unit: 2 };

    expect(keyAction({ key: 'ArrowRight', ctrlKey: true }, KERNEL, cell)).toEqual({
      kind: 'move',
      cell: { gate: 1, row: 1, unit: 2 },
    });
    expect(keyAction({ key: '-', ctrlKey: false }, KERNEL, cell)).toEqual({ kind: 'zoom', direction: -1 });
    expect(keyAction({ key: 'Tab', ctrlKey: false }, KERNEL, cell)).toBeNull();
  });
});

describe('the view', () => {
  const size = { width: 300, height: 100 };

  it('zooms about a point that stays where it is', () => {
    const view = zoomAt(FITTED, size, 4, 120, 30);

    expect(project(view, 120, 30)).toEqual([120, 30]);
  });

  it('never leaves the drawing', () => {
    const view = panBy(zoomAt(FITTED, size, 2, 0, 0), size, 1000, 1000);

    expect(view).toEqual({ zoom: 2, x: 0, y: 0 });
    expect(panBy(view, size, -1000, -1000)).toEqual({ zoom: 2, x: -300, y: -100 });
    expect(zoomAt(view, size, 0.01, 10, 10)).toEqual(FITTED);
  });

  it('moves no more than it must to show a cell', () => {
    const view = zoomAt(FITTED, size, 2, 0, 0);

    expect(bringIntoView(view, size, [10, 10, 5, 5])).toBe(view);
    expect(bringIntoView(view, size, [200, 10, 5, 5])).toEqual({ zoom: 2, x: -110, y: 0 });
    expect(bringIntoView({ zoom: 2, x: 0, y: -60 }, size, [10, 40, 5, 5], 44)).toEqual({
      zoom: 2,
      x: 0,
      y: -36,
    });
  });
});

describe('the ramp', () => {
  it('is the ground\u2019s colour at zero and the two ends at the scale, clamped beyond', () => {
    for (const theme of ['light', 'dark'] as const) {
      const stops = rampStops(theme);

      expect(rampColour(stops, 0)).toEqual(stops[4]);
      expect(rampColour(stops, -1)).toEqual(stops[0]);
      expect(rampColour(stops, 7)).toEqual(stops[8]);
    }
  });

  it('changes lightness evenly to both sides, so that it reads without colour', () => {
    const lightness = (rgb: readonly number[]): number =>
      0.2126 * (rgb[0] ?? 0) + 0.7152 * (rgb[1] ?? 0) + 0.0722 * (rgb[2] ?? 0);
    for (const [theme, sign] of [
      ['light', -1],
      ['dark', 1],
    ] as const) {
      const values = rampStops(theme).map(lightness);
      for (let step = 4; step < 8; step++) {
        expect(sign * ((values[step + 1] ?? 0) - (values[step] ?? 0))).toBeGreaterThan(0);
        expect(sign * ((values[7 - step] ?? 0) - (values[8 - step] ?? 0))).toBeGreaterThan(0);
      }
    }
  });

  it('takes a round scale that holds every weight', () => {
    expect(niceScale(1)).toBe(1);
    expect(niceScale(1.0001)).toBe(1.2);
    expect(niceScale(0.214)).toBe(0.25);
    expect(niceScale(87)).toBe(100);
    expect(niceScale(0)).toBe(1);
    expect(niceScale(Number.NaN)).toBe(1);
  });
});
