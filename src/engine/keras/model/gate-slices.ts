/** The column blocks of a fused weight by gate: i, f, c, o of an LSTM (core/gates.ts), z, r, h of a GRU (keras-reference 1.8). */
import { GATES } from '../../core/gates.ts';
import type { LayerVariable } from './layer-variables.ts';

/** One gate's columns of a variable. */
export interface GateBlock {
  readonly gate: string;
  /** Columns from (inclusive) to (exclusive) of the last axis. */
  readonly from: number;
  readonly to: number;
  /** As NumPy cuts it: `kernel[:, 0:32]`. */
  readonly slice: string;
}

const BLOCK_NAMES: Readonly<Record<number, readonly string[]>> = {
  4: GATES.map(({ key }) => key),
  3: ['z', 'r', 'h'],
};

/** The blocks of a variable in the order they lie; none where it has no gates. */
export function gateBlocks({ name, shape, gates }: LayerVariable): GateBlock[] {
  const names = BLOCK_NAMES[gates] ?? [];
  const width = (shape.at(-1) ?? 0) / gates;
  const before = ':, '.repeat(shape.length - 1);
  return names.map((gate, k) => {
    const [from, to] = [k * width, (k + 1) * width];
    return { gate, from, to, slice: `${name}[${before}${from}:${to}]` };
  });
}

/** The values of a block, row after row. */
export function blockValues(data: Float32Array, columns: number, { from, to }: GateBlock): Float32Array {
  const rows = columns === 0 ? 0 : data.length / columns;
  const out = new Float32Array(rows * (to - from));
  for (let row = 0; row < rows; row++) {
    out.set(data.subarray(row * columns + from, row * columns + to), row * (to - from));
  }
  return out;
}
