/** The tensors of a file cut by gate: where each slice lies, its cells, and colours for a picture of it. No page in here. */
import type { InspectedGate, InspectedTensor } from '../../engine/keras/index.ts';
import { type Rgb, rampColour } from '../draw/ramp.ts';
import type { OpenedFile } from './jobs.ts';

/** One gate of one tensor, or a whole tensor that has no gates. */
export interface Slice {
  /** null: the tensor has no gates. */
  readonly gate: InspectedGate | null;
  /** First column in the whole tensor. */
  readonly from: number;
  readonly rows: number;
  readonly columns: number;
}

/** A tensor with its numbers. */
export interface SlicedTensor {
  readonly tensor: InspectedTensor;
  readonly data: Float32Array;
  /** Of the whole tensor, as a matrix; a vector is one row. */
  readonly rows: number;
  readonly columns: number;
  readonly slices: readonly Slice[];
}

/** Pixels of a picture at most, each way: larger slices are drawn from every second, third, ... row and column. */
const MOST_PIXELS = 512;

/** All tensors of a file, layer by layer. */
export function slicedTensors({ file, inspection }: OpenedFile): SlicedTensor[] {
  return inspection.layers.flatMap(({ tensors }) =>
    tensors.flatMap((tensor) => {
      const data = file.model.weights.find(({ path }) => path === tensor.path)?.data;
      if (data === undefined) return [];
      const columns = tensor.shape.at(-1) ?? 1;
      const rows = columns === 0 ? 0 : data.length / columns;
      const gates = tensor.gates.length === 0 ? [null] : tensor.gates;
      const width = columns / gates.length;
      const slices = gates.map((gate, k) => ({ gate, from: k * width, rows, columns: width }));
      return [{ tensor, data, rows, columns, slices }];
    }),
  );
}

/** The number in a cell of a slice. */
export function cellValue(
  { data, columns }: SlicedTensor,
  slice: Slice,
  row: number,
  column: number,
): number {
  return data[row * columns + slice.from + column] ?? Number.NaN;
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Every how many-th row and column is drawn. */
  readonly stride: number;
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
}

/** A slice as pixels, one per cell; what is no number is black. */
export function sliceImage(
  tensor: SlicedTensor,
  slice: Slice,
  scale: number,
  stops: readonly Rgb[],
): Picture {
  const stride = Math.ceil(Math.max(slice.rows, slice.columns, 1) / MOST_PIXELS);
  const width = Math.ceil(slice.columns / stride);
  const height = Math.ceil(slice.rows / stride);
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = cellValue(tensor, slice, y * stride, x * stride);
      const [red, green, blue] = Number.isFinite(value) ? rampColour(stops, value / scale) : [0, 0, 0];
      pixels.set([red, green, blue, 255], (y * width + x) * 4);
    }
  }
  return { width, height, stride, pixels };
}
