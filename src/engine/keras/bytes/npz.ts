/**
 * NumPy's .npz: a zip of .npy files. The key of an array is its entry's name without `.npy`, so that
 * `numpy.load(file)['lstm/kernel']` is the entry `lstm/kernel.npy`. Read: written by us, numpy.savez or
 * numpy.savez_compressed.
 */
import { badInput, sentence } from '../../core/errors.ts';
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
    arrays.set(keyOf(name, fileName), readNpy(content, `${fileName}, "${name}"`));
  }
  return arrays;
}

/**
 * Key of the array in an entry of an archive.
 * @throws GatewiseError when the entry is no array
 */
export function keyOf(entryName: string, fileName: string): string {
  if (entryName.endsWith(SUFFIX)) return entryName.slice(0, -SUFFIX.length);
  throw badInput(
    sentence`${fileName}: it holds "${entryName}", which is no .npy array. Save it again with numpy.savez.`,
  );
}
