/**
 * Weights as JSON in the order of get_weights(), for whoever has no reader of binary files:
 * {format: 'gatewise-weights', version: 1, architecture: {class_name, config}, weights: [{name, shape, data}]}, data flat and
 * row-major. In Python: set_weights([numpy.array(w['data'], 'float32').reshape(w['shape']) for w in file['weights']]).
 * Read too: the plain list that json.dump([w.tolist() for w in model.get_weights()]) gives.
 */
import { badInput } from '../../core/errors.ts';
import { firstNonFinite, sizeOf } from '../../core/tensor.ts';
import { checkedShape } from '../bytes/json-text.ts';
import { shortest } from '../bytes/number-formats.ts';
import { own } from '../bytes/untrusted-json.ts';
import { fillLayers } from '../model/check-model.ts';
import type { KerasModel, StoredTensor } from '../model/keras-model.ts';
import type { RawArray, RawFile, ReadModelOptions } from '../raw-file.ts';
import { weightsOnly } from './npz-weights.ts';

export const WEIGHTS_JSON_FORMAT = 'gatewise-weights';
const VERSION = 1;
const MAX_VALUES = 2 ** 26;

/**
 * A model's architecture and weights as JSON text. Numbers have the digits that float32 needs and no more.
 * @throws GatewiseError when the model's parts do not fit each other, or for NaN and infinities, which JSON does not have
 */
export function writeWeightsJson(model: KerasModel): Uint8Array<ArrayBuffer> {
  const weights = fillLayers(model).flatMap((layer) => layer.weights);
  const entries = weights.map(({ path, shape, data }) => {
    const at = firstNonFinite(data);
    if (at >= 0) {
      throw badInput(
        `${path} has ${data[at]} at position ${at}, which JSON cannot hold. Write .npz or .weights.h5, or train again.`,
      );
    }
    return `{"name":${JSON.stringify(path)},"shape":[${shape.join(',')}],"data":[${Array.from(data, numberText).join(',')}]}`;
  });
  const architecture = { module: 'keras', class_name: 'Sequential', config: model.config };
  const text = `{"format":"${WEIGHTS_JSON_FORMAT}","version":${VERSION},"architecture":${JSON.stringify(architecture)},\n"weights":[\n${entries.join(',\n')}\n]}\n`;
  return new TextEncoder().encode(text);
}

/** The sign of zero counts. */
function numberText(value: number): string {
  return Object.is(value, -0) ? '-0.0' : String(shortest(value));
}

/** Whether parsed JSON is a file of weights: our own, or a plain list of arrays. */
export function isWeightsJson(json: unknown): boolean {
  return own(json, 'format') === WEIGHTS_JSON_FORMAT || (Array.isArray(json) && json.every(Array.isArray));
}

/**
 * The weights of parsed JSON.
 * @throws GatewiseError when the arrays are no arrays of numbers, ragged, or do not fit their shapes
 */
export function readWeightsJson(json: unknown, options: ReadModelOptions): RawFile {
  const { fileName } = options;
  if (Array.isArray(json)) {
    const arrays = json.map((value, i) => nestedArray(value, `arr_${i}`, fileName));
    return weightsOnly(fileName, 'json', { kind: 'ordered', arrays }, arrays, []);
  }
  const version = own(json, 'version');
  const listed = own(json, 'weights');
  const architecture = own(json, 'architecture');
  if (version !== VERSION || !Array.isArray(listed) || typeof architecture !== 'object') {
    throw badInput(
      `${fileName} is no ${WEIGHTS_JSON_FORMAT} file of version ${VERSION}: it needs "architecture" and the list "weights". Write it again.`,
    );
  }
  const arrays = listed.map((entry, i): RawArray => {
    const name = own(entry, 'name');
    const what = `${fileName}, array ${typeof name === 'string' ? name.slice(0, 80) : i}`;
    const shape = checkedShape(own(entry, 'shape'), what, MAX_VALUES);
    const values = own(entry, 'data');
    if (typeof name !== 'string' || !Array.isArray(values) || values.length !== sizeOf(shape)) {
      throw badInput(
        `${what} needs a name and ${sizeOf(shape)} values in "data", received ${Array.isArray(values) ? values.length : 'none'}. Write the file again.`,
      );
    }
    return { path: name, dtype: 'float32', shape, data: numbers(values, what) };
  });
  return {
    source: {
      fileName,
      container: 'json',
      holds: 'model',
      generation: 'keras3',
      kerasVersion: null,
      backend: null,
    },
    architecture,
    compile: null,
    weights: { kind: 'named', arrays },
    optimizer: null,
    recipe: null,
    stored: arrays.map(({ path, dtype, shape }): StoredTensor => ({ path, dtype, shape })),
    notes: [],
  };
}

function numbers(values: readonly unknown[], what: string): Float32Array {
  const bad = values.findIndex((value) => typeof value !== 'number');
  if (bad >= 0) {
    throw badInput(
      `${what} has ${JSON.stringify(values[bad])?.slice(0, 40)} among its numbers (position ${bad}). Write the file again.`,
    );
  }
  return Float32Array.from(values as readonly number[]);
}

/** numpy's tolist(): lists of lists of numbers, all of one length. */
function nestedArray(value: unknown, path: string, fileName: string): RawArray {
  const what = `${fileName}, array ${path}`;
  const shape: number[] = [];
  for (let inner = value; Array.isArray(inner); inner = inner[0]) shape.push(inner.length);
  checkedShape(shape, what, MAX_VALUES);
  let flat: readonly unknown[] = [value];
  for (const size of shape) {
    const isEven = flat.every((row) => Array.isArray(row) && row.length === size);
    if (!isEven) throw badInput(`${what} is ragged: its rows differ in length. Write it with w.tolist().`);
    flat = flat.flat(1);
  }
  return { path, dtype: 'float32', shape, data: numbers(flat, what) };
}
