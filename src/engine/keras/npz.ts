/**
 * NumPy's .npz: a zip of .npy files. The key of an array is its entry's name without `.npy`, so that
 * `numpy.load(file)['lstm/kernel']` is the entry `lstm/kernel.npy`. Read: written by us, numpy.savez or
 * numpy.savez_compressed.
 */
import { badInput } from '../core/errors.ts';
import { type NpyArray, readNpy, writeNpy } from './npy.ts';
import { readZip } from './zip-read.ts';
import { writeZip } from './zip-write.ts';

/** An array and the key it is found under. */
export interface NamedArray extends NpyArray {
  /** e.g. `lstm/kernel`, `lstm_1/bias`, `dense/kernel` */
  readonly path: string;
}

export interface NpzReadOptions {
  /** How error messages call the file. */
  readonly fileName?: string;
  /** Bytes of all arrays together, at most. */
  readonly maxBytes?: number;
}

const SUFFIX = '.npy';
const DEFAULT_MAX_BYTES = 2 ** 28;

/**
 * An archive of the arrays in their order, stored, the same bytes each time.
 * @throws GatewiseError when two arrays have one path or when values do not fit a shape
 */
export function writeNpz(arrays: readonly NamedArray[]): Uint8Array<ArrayBuffer> {
  return writeZip(arrays.map((array) => ({ name: `${array.path}${SUFFIX}`, bytes: writeNpy(array) })));
}

/**
 * The arrays of an archive by key, in the archive's order.
 * @throws GatewiseError when the archive or an array in it is damaged, hostile or of a kind that is not read
 */
export async function readNpz(
  bytes: Uint8Array,
  options: NpzReadOptions = {},
): Promise<Map<string, NpyArray>> {
  const { fileName = 'The .npz file', maxBytes = DEFAULT_MAX_BYTES } = options;
  const entries = await readZip(bytes, { fileName, maxBytes });
  const arrays = new Map<string, NpyArray>();
  for (const [name, content] of entries) {
    if (!name.endsWith(SUFFIX)) {
      throw badInput(
        `${fileName}: it holds "${name}", which is no .npy array. Save it again with numpy.savez.`,
      );
    }
    arrays.set(name.slice(0, -SUFFIX.length), readNpy(content, `${fileName}, "${name}"`));
  }
  return arrays;
}
