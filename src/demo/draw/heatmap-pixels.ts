/**
 * The pixels of one matrix without a device: heatmap.wgsl in plain loops, for the recorded run. Columns and rows are looked up
 * once, since a heatmap is never turned, so that a pixel costs one look into a table of colours.
 */
import type { Block } from './heatmap-layout.ts';
import type { HeatmapFrame } from './heatmap-renderer.ts';
import { type Rgb, rampColour } from './ramp.ts';

/** As in heatmap.wgsl: from this size of a cell on, in pixels, one pixel is left free between two. */
const GAP_FROM_PIXELS = 7;
/** What is no number: a colour the ramp does not have. */
const BAD: Rgb = [230, 26, 255];

/**
 * @param parameters the model's flat parameters
 * @returns RGBA, [height, width, 4], transparent outside of the cells
 */
export function heatmapPixels(
  { pixelToWorld, blocks, scale, ramp }: HeatmapFrame,
  parameters: Float32Array,
  width: number,
  height: number,
): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(width * height * 4);
  const [scaleX = 1, , , , , scaleY = 1, , , shiftX = 0, shiftY = 0] = pixelToWorld;
  for (const block of blocks) {
    const columns = cellsAlong(width, scaleX, shiftX, block.x, block.cellWidth, block.columns);
    const rows = cellsAlong(height, scaleY, shiftY, block.y, block.cellHeight, block.rows);
    const colours = coloursOf(block, parameters, scale, ramp);
    for (let y = 0; y < height; y++) {
      const row = rows[y] ?? -1;
      if (row < 0) continue;
      for (let x = 0; x < width; x++) {
        const column = columns[x] ?? -1;
        if (column < 0) continue;
        const [red, green, blue] = colours[row * block.columns + column] ?? BAD;
        const at = (y * width + x) * 4;
        pixels[at] = red;
        pixels[at + 1] = green;
        pixels[at + 2] = blue;
        pixels[at + 3] = 255;
      }
    }
  }
  return pixels;
}

/** The cell under the middle of each pixel along one axis; -1 outside of the block and in the gap before a cell. */
function cellsAlong(
  count: number,
  scale: number,
  shift: number,
  origin: number,
  size: number,
  cells: number,
): Int32Array {
  const pixelsOfCell = size / Math.abs(scale);
  return Int32Array.from({ length: count }, (_, pixel) => {
    const local = ((pixel + 0.5) * scale + shift - origin) / size;
    const cell = Math.floor(local);
    if (local < 0 || cell >= cells) return -1;
    return pixelsOfCell >= GAP_FROM_PIXELS && (local - cell) * pixelsOfCell < 1 ? -1 : cell;
  });
}

/** The colour of every cell of a block, row by row. */
function coloursOf(
  { rows, columns, offset, rowStride, columnStride }: Block,
  parameters: Float32Array,
  scale: number,
  ramp: readonly Rgb[],
): Rgb[] {
  return Array.from({ length: rows * columns }, (_, cell) => {
    const row = Math.floor(cell / columns);
    const value = parameters[offset + row * rowStride + (cell % columns) * columnStride] ?? Number.NaN;
    return Number.isFinite(value) ? rampColour(ramp, value / scale) : BAD;
  });
}
