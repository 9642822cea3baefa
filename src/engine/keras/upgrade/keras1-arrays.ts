/**
 * Arrays per gate of Keras 1 (keras-reference 3.1). LSTM: W, U, b of i, c, f, o, in this order; GRU: of z, r, h. Here the
 * gates lie side by side, i, f, c, o and z, r, h.
 */
import type { RawArray } from '../raw-file.ts';

/** Arrays of a layer in consume_less cpu and mem. */
export const KERAS1_COUNTS = { lstm: 12, gru: 9, simple_rnn: undefined } as const;

/** Gates in the order of their columns here, by Keras 1's letters. */
const COLUMNS = { lstm: ['i', 'f', 'c', 'o'], gru: ['z', 'r', 'h'] } as const;
/** Gates in the order of the file. */
const FILE_ORDER = { lstm: ['i', 'c', 'f', 'o'], gru: ['z', 'r', 'h'] } as const;

/**
 * @param arrays W [D, H], U [H, H], b [H] of each gate in the file's order, or in any order when their names tell
 * @returns kernel [D, kH], recurrent kernel [H, kH], bias [kH]
 */
export function gatesJoined(
  arrays: readonly RawArray[],
  cell: 'lstm' | 'gru',
  features: number,
  units: number,
): Float32Array[] {
  const byName = namedGates(arrays, cell);
  return ['W', 'U', 'b'].map((kind, k) => {
    const rows = [features, units, 1][k] ?? 0;
    const blocks = COLUMNS[cell].map((gate) => {
      const position = (FILE_ORDER[cell] as readonly string[]).indexOf(gate);
      return (byName?.get(`${kind}_${gate}`) ?? arrays[3 * position + k])?.data ?? new Float32Array(0);
    });
    return sideBySide(blocks, rows, units);
  });
}

/** `lstm_1_W_i:0` by `W_i`; undefined unless each gate is named once. */
function namedGates(arrays: readonly RawArray[], cell: 'lstm' | 'gru'): Map<string, RawArray> | undefined {
  const named = new Map<string, RawArray>();
  for (const array of arrays) {
    const [, key] = /_([WUb]_[a-z])(?::\d+|_\d+)?$/.exec(array.path) ?? [];
    if (key !== undefined) named.set(key, array);
  }
  const isWhole = COLUMNS[cell].every((gate) =>
    ['W', 'U', 'b'].every((kind) => named.has(`${kind}_${gate}`)),
  );
  return isWhole && named.size === arrays.length ? named : undefined;
}

/** Blocks [rows, H] as one [rows, kH]. */
function sideBySide(blocks: readonly Float32Array[], rows: number, units: number): Float32Array {
  const columns = blocks.length * units;
  const joined = new Float32Array(rows * columns);
  blocks.forEach((block, b) => {
    for (let row = 0; row < rows; row++) {
      joined.set(block.subarray(row * units, (row + 1) * units), row * columns + b * units);
    }
  });
  return joined;
}
