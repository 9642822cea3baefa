/** The heatmap without a device: what heatmap.wgsl paints, pixel by pixel. */
import { describe, expect, it } from 'vitest';
import { cellAt, cellOffset, layOutMatrix, type MatrixVariable } from '../../src/demo/draw/heatmap-layout.ts';
import { heatmapPixels } from '../../src/demo/draw/heatmap-pixels.ts';
import { rampColour, rampStops } from '../../src/demo/draw/ramp.ts';
import { FITTED, pixelToWorld, zoomAt } from '../../src/demo/draw/view-transform.ts';

const VARIABLE: MatrixVariable = {
  path: 'lstm/kernel',
  name: 'kernel',
  rows: 3,
  units: 5,
  offset: 16,
  rowStride: 32,
};
const RAMP = rampStops('light');
const PARAMETERS = Float32Array.from({ length: 16 + 3 * 32 }, (_, k) => Math.sin(k * 1.7));

/** The pixel, and the middle of it in world units. */
function draw(width: number, parameters = PARAMETERS, zoom = 1) {
  const layout = layOutMatrix(VARIABLE, { width, across: 2, gap: 7, labelHeight: 20 });
  const size = { width: layout.width, height: Math.ceil(layout.height) };
  const view = zoom === 1 ? FITTED : zoomAt(FITTED, size, zoom, size.width / 3, size.height / 3);
  const matrix = pixelToWorld(view, 1);
  const frame = { pixelToWorld: matrix, blocks: layout.blocks, scale: 0.8, ramp: RAMP };
  const pixels = heatmapPixels(frame, parameters, size.width, size.height);
  const [scale = 0, , , , , , , , shiftX = 0, shiftY = 0] = matrix;
  const at = (x: number, y: number): number[] => [...pixels.slice((y * size.width + x) * 4).slice(0, 4)];
  const world = (x: number, y: number) => [(x + 0.5) * scale + shiftX, (y + 0.5) * scale + shiftY] as const;
  return { layout, size, at, world };
}

describe('the pixels of a matrix', () => {
  it.each([
    [40, 1],
    [40, 2.5],
    [200, 1],
  ])('have the ramp\u2019s colour of the cell under them, at %d pixels and zoom %d', (width, zoom) => {
    const { layout, size, at, world } = draw(width, PARAMETERS, zoom);
    const faults: string[] = [];
    let coloured = 0;
    for (let y = 0; y < size.height; y++) {
      for (let x = 0; x < size.width; x++) {
        const cell = cellAt(layout, ...world(x, y));
        const colour = at(x, y);
        const value = cell === null ? Number.NaN : (PARAMETERS[cellOffset(layout, cell)] ?? Number.NaN);
        const expected = cell === null ? [0, 0, 0, 0] : [...rampColour(RAMP, value / 0.8), 255];
        // Where cells are large, a pixel between two of them stays free.
        const isGap = cell !== null && colour[3] === 0;
        if (isGap && layout.blocks[0] !== undefined && layout.blocks[0].cellHeight * zoom >= 7) continue;
        coloured += colour[3] === 255 ? 1 : 0;
        if (String(colour) !== String(expected)) faults.push(`${x}, ${y}: ${colour}, expected ${expected}`);
      }
    }
    expect(faults).toEqual([]);
    expect(coloured).toBeGreaterThan(size.width);
  });

  it('leave one pixel free between large cells', () => {
    const { layout, at } = draw(200);
    const [block] = layout.blocks;
    const cellWidth = block?.cellWidth ?? 0;
    const y = Math.floor(layout.blocks[0]?.y ?? 0) + 10;
    const free = Array.from({ length: Math.floor(cellWidth * 3) }, (_, x) => at(x, y)[3] === 0);

    expect(cellWidth).toBeGreaterThan(7);
    expect(free.filter(Boolean)).toHaveLength(3);
  });

  it('have a colour of their own for what is no number', () => {
    const { at, layout } = draw(40, new Float32Array(PARAMETERS.length).fill(Number.NaN));

    expect(at(1, Math.floor(layout.blocks[0]?.y ?? 0) + 4)).toEqual([230, 26, 255, 255]);
  });
});
