/**
 * Weights alone in a NumPy .npz: `numpy.savez(file, *model.get_weights())` (keys arr_0, arr_1, ...; of any Keras), and our
 * own with the keys `lstm/kernel`. Written also as Keras 1 takes them: a list with 12 arrays for each LSTM.
 */
import { badInput, sentence } from '../../core/errors.ts';
import { type GateKey, gateIndex } from '../../core/gates.ts';
import { sizeOf } from '../../core/tensor.ts';
import { sealZip } from '../bytes/content-digest.ts';
import { checkDecoded } from '../bytes/decoded.ts';
import { type NpyArray, npyHeader, readNpy } from '../bytes/npy.ts';
import type { NamedArray } from '../bytes/npz.ts';
import { keyOf, writeNpz } from '../bytes/npz.ts';
import { type FilledLayer, fillLayers } from '../model/check-model.ts';
import type { KerasModel, KerasWeight, StoredTensor } from '../model/keras-model.ts';
import type { RawArray, RawFile, RawWeights } from '../raw-file.ts';

/** `arr_3` of numpy.savez, or `3`. */
const NUMBERED = /^(?:arr_)?(\d{1,6})$/;
/** A layer, then a variable: `lstm/kernel`, `bidirectional/forward/bias`. */
const NAMED = /^[^/]+(?:\/[^/]+){1,3}$/;

/**
 * The arrays of an .npz of weights. Keras' order is all that most of these files tell.
 * @param entries of the archive
 * @param fileBytes length of the archive
 * @throws GatewiseError when the archive or an array in it is damaged, hostile or of a kind that is not read
 */
export function readNpzWeights(
  entries: ReadonlyMap<string, Uint8Array>,
  fileBytes: number,
  fileName: string,
): RawFile {
  const named = [...entries].map(([name, content]) => ({
    path: keyOf(name, fileName),
    content,
    what: `${fileName}, "${name}"`,
  }));
  const values = named.reduce((sum, { content, what }) => sum + sizeOf(npyHeader(content, what).shape), 0);
  checkDecoded(values, fileBytes, fileName);
  // One after the other: what an array was before it became float32 is let go at once.
  const arrays = named.map(({ path, content, what }) => asFloat32(path, readNpy(content, what)));
  if (arrays.length === 0) {
    throw badInput(
      sentence`${fileName} holds no arrays. Save it with numpy.savez(file, *model.get_weights()).`,
    );
  }
  const { weights, notes } = arrange(arrays);
  return weightsOnly(fileName, 'npz', weights, arrays, notes);
}

function asFloat32(path: string, { shape, data }: NpyArray): RawArray {
  const dtype =
    data instanceof Float32Array
      ? 'float32'
      : data instanceof Float64Array
        ? 'float64'
        : data instanceof Int32Array
          ? 'int32'
          : 'int64';
  if (data instanceof Float32Array) return { path, dtype, shape, data };
  // Only of BigInts each has to be made a number by itself, which takes a hundred times as long.
  const values = data instanceof BigInt64Array ? Float32Array.from(data, Number) : new Float32Array(data);
  return { path, dtype, shape, data: values };
}

/** A RawFile of weights without an architecture, by a writer that is not known. */
export function weightsOnly(
  fileName: string,
  container: 'npz' | 'json',
  weights: RawWeights,
  arrays: readonly RawArray[],
  notes: readonly string[],
): RawFile {
  return {
    source: {
      fileName,
      container,
      holds: 'weights',
      generation: 'unknown',
      kerasVersion: null,
      backend: null,
    },
    architecture: null,
    compile: null,
    weights,
    optimizer: null,
    recipe: null,
    stored: arrays.map(({ path, dtype, shape }): StoredTensor => ({ path, dtype, shape })),
    notes,
  };
}

function arrange(arrays: readonly RawArray[]): { weights: RawWeights; notes: readonly string[] } {
  const numbers = arrays.map(({ path }) => Number(NUMBERED.exec(path)?.[1] ?? Number.NaN));
  if (new Set(numbers).size === arrays.length && numbers.every((one) => one < arrays.length)) {
    const ordered = numbers.map((_, i) => arrays[numbers.indexOf(i)] as RawArray);
    return { weights: { kind: 'ordered', arrays: ordered }, notes: [] };
  }
  if (arrays.every(({ path }) => NAMED.test(path))) return { weights: { kind: 'named', arrays }, notes: [] };
  return {
    weights: { kind: 'ordered', arrays },
    notes: [
      `The arrays are called ${arrays
        .slice(0, 4)
        .map(({ path }) => path)
        .join(', ')}${arrays.length > 4 ? ', ...' : ''}: they are taken in the order of the file.`,
    ],
  };
}

/**
 * The weights under the keys `lstm/kernel`, `dense/bias`, as `numpy.load(file)['lstm/kernel']` finds them; their order is
 * that of get_weights().
 * @throws GatewiseError when the model's parts do not fit each other
 */
export async function writeWeightsNpz(model: KerasModel): Promise<Uint8Array<ArrayBuffer>> {
  const weights = fillLayers(model).flatMap((layer) => layer.weights);
  return sealZip(writeNpz(weights.map(({ path, shape, data }): NamedArray => ({ path, shape, data }))));
}

/** The gates of an LSTM in the order of Keras 1's lists (keras-reference, trap 3). A GRU's z, r, h are in order. */
const KERAS1_LSTM: readonly GateKey[] = ['i', 'c', 'f', 'o'];

/**
 * The weights as Keras 1 takes them, arr_0, arr_1, ...: `model.set_weights([f[f'arr_{k}'] for k in range(len(f.files))])`.
 * An LSTM gives W_i, U_i, b_i, W_c, U_c, b_c, W_f, U_f, b_f, W_o, U_o, b_o, a GRU the same for z, r, h.
 * @throws GatewiseError for what Keras 1 does not have
 */
export async function writeKeras1(model: KerasModel): Promise<Uint8Array<ArrayBuffer>> {
  const arrays = fillLayers(model).flatMap(keras1Arrays);
  return sealZip(writeNpz(arrays.map((array, i) => ({ path: `arr_${i}`, ...array }))));
}

type Plain = Pick<NamedArray, 'shape' | 'data'>;
type Plain32 = Pick<KerasWeight, 'shape' | 'data'>;

function keras1Arrays(layer: FilledLayer): Plain[] {
  const { settings, weights } = layer;
  if (settings.kind === 'recurrent') return keras1Recurrent(layer, weights, settings);
  if (settings.kind === 'bidirectional') {
    const half = settings.forward.useBias ? 3 : 2;
    return [
      ...keras1Recurrent(layer, weights.slice(0, half), settings.forward),
      ...keras1Recurrent(layer, weights.slice(half), settings.backward),
    ];
  }
  if (settings.kind === 'layerNormalization') throw refusal(layer, 'Keras 1 has no such layer');
  if (settings.kind === 'batchNormalization' && !(settings.center && settings.scale)) {
    throw refusal(layer, 'in Keras 1 it always has both gamma and beta');
  }
  return weights.map(({ shape, data }) => ({ shape, data }));
}

function keras1Recurrent(
  layer: FilledLayer,
  [kernel, recurrentKernel, ownBias]: readonly KerasWeight[],
  { cell, units, resetAfter }: { cell: string; units: number; resetAfter: boolean },
): Plain[] {
  if (!kernel || !recurrentKernel) return [];
  // Recurrent layers of Keras 1 always have a bias; zeros are the same as none.
  const columns = kernel.shape[1] ?? 0;
  const bias = ownBias ?? { shape: [columns], data: new Float32Array(columns) };
  if (resetAfter) throw refusal(layer, 'the GRU of Keras 1 has one bias (reset_after false)');
  const blocks = cell === 'lstm' ? KERAS1_LSTM.map(gateIndex) : cell === 'gru' ? [0, 1, 2] : [0];
  return blocks.flatMap((block) =>
    [kernel, recurrentKernel, bias].map((weight) => columnBlock(weight, block * units, units)),
  );
}

/** Columns of a matrix, or entries of a vector. */
function columnBlock({ shape, data }: Plain32, first: number, count: number): Plain {
  const columns = shape.at(-1) ?? 1;
  const rows = data.length / columns;
  const block = new Float32Array(rows * count);
  for (let row = 0; row < rows; row++) {
    const start = row * columns + first;
    block.set(data.subarray(start, start + count), row * count);
  }
  return { shape: [...shape.slice(0, -1), count], data: block };
}

function refusal({ name, className }: FilledLayer, reason: string): Error {
  return badInput(
    `Layer "${name}" (${className}) cannot be written for Keras 1: ${reason}. Write .npz (get_weights()) or .h5 instead.`,
  );
}
