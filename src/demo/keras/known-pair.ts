/**
 * An input and the output that Keras gave for it, out of .npy and .npz files that were chosen together: which array is x and
 * which y their names say. Checked against the model before anything is computed.
 */

import type { Tensor } from '../../engine/index.ts';
import { type KerasModel, type NamedFile, outputShapes, readNpy, readNpz } from '../../engine/keras/index.ts';
import { formatShape } from '../format.ts';
import { ToldError } from '../told-error.ts';
import { str, type Told, told } from '../words.ts';
import { type KnownArray, type KnownPair, nameOf } from './known-array.ts';

/** Bytes of all arrays of an archive. */
const MOST_BYTES = 128 * 1024 * 1024;
/** Names that a sentence lists. */
const MOST_LISTED = 6;

/** @throws GatewiseError in one sentence */
export async function readPair(files: readonly NamedFile[], model: KerasModel): Promise<KnownPair> {
  const arrays = (await Promise.all(files.map(arraysOf))).flat();
  const x = pick(arrays, 'x');
  const y = pick(arrays, 'y');
  checkInput(x, model);
  return { x, y: asOutput(y, outputShapes(model, x.shape)) };
}

async function arraysOf({ name, bytes }: NamedFile): Promise<KnownArray[]> {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) {
    const arrays = await readNpz(bytes, { fileName: name, maxBytes: MOST_BYTES });
    return [...arrays].map(([key, array]) => ({ ...asFloats(array), file: name, key }));
  }
  if (bytes[0] !== 0x93) {
    throw refusal(
      told(str`${name} is no .npy or .npz file. Save the arrays with numpy.save or numpy.savez.`),
    );
  }
  return [{ ...asFloats(readNpy(bytes, name)), file: name, key: null }];
}

function asFloats({ shape, data }: ReturnType<typeof readNpy>): Tensor {
  return {
    shape,
    data: data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number>, Number),
  };
}

/** The one array whose name has the word x, or y: `x.npy`, `test_x.npy`, the key `x`. */
function pick(arrays: readonly KnownArray[], letter: 'x' | 'y'): KnownArray {
  const found = arrays.filter(({ file, key }) => wordsOf(key ?? file).includes(letter));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const names = arrays.map(nameOf);
  const list = names.slice(0, MOST_LISTED).join(', ') || told('nothing');
  throw refusal(
    told(
      str`${found.length} arrays are called ${letter} among ${list}; expected one x and one y. Choose x.npy and y.npy together, or one .npz with the keys x and y.`,
    ),
  );
}

function wordsOf(name: string): string[] {
  return name
    .toLowerCase()
    .replace(/\.np[yz]$/, '')
    .split(/[^a-z0-9]+/);
}

function checkInput(x: KnownArray, { config }: KerasModel): void {
  const takes = [null, ...config.build_input_shape.slice(1)];
  const fits =
    takes.length === x.shape.length && takes.every((size, k) => size == null || size === x.shape[k]);
  if (!fits || x.data.length === 0) {
    throw refusal(
      told(
        str`${nameOf(x)} has shape ${formatShape(x.shape)}; the model takes ${formatShape(takes)}, None being any number of rows or steps from 1 on. Give x as it was given to Keras.`,
      ),
    );
  }
  const at = x.data.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) {
    throw refusal(
      told(
        str`${nameOf(x)} holds ${String(x.data[at])} as value ${at} of ${x.data.length}; expected finite numbers. Fill or leave out such rows.`,
      ),
    );
  }
}

/** In the shape of the model's outputs; a list of one value a row can only be meant so. */
function asOutput(y: KnownArray, [shape = []]: readonly (readonly number[])[]): KnownArray {
  if (y.shape.join() === shape.join()) return y;
  const isList = y.shape.length === 1 && shape.length === 2 && y.shape[0] === shape[0] && shape[1] === 1;
  if (isList) return { ...y, shape };
  throw refusal(
    told(
      str`${nameOf(y)} has shape ${formatShape(y.shape)}; the model gives ${formatShape(shape)} for this x. Give what model.predict(x) gave.`,
    ),
  );
}

function refusal(message: Told): ToldError {
  return new ToldError('bad-input', message);
}
