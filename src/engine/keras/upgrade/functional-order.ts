/**
 * The order of the layers of a functional model that is one chain: each layer takes one tensor and gives it to one layer.
 * Calls are written in two ways: `[[["lstm", 0, 0, {}]]]` (Keras 1, 2, TF.js) and `{"args": [{"class_name":
 * "__keras_tensor__", ...}]}` (Keras 3).
 */
import { badInput } from '../../core/errors.ts';
import { isObject, type JsonObject, own, ownString, shownName } from '../bytes/untrusted-json.ts';

/** A layer of a model's config. */
export interface GraphLayer {
  readonly className: string;
  readonly name: string;
  readonly config: JsonObject;
  /** The whole object in the file. */
  readonly object: unknown;
  readonly inbound: unknown;
}

/** Output `tensor` of a layer. */
interface TensorReference {
  readonly layer: string;
  readonly tensor: number;
}

/** What Keras 3 computes a mask with, beside the Masking layer whose mask it is. */
const MASK_CLASSES = ['NotEqual', 'Any'];

/**
 * @returns indices into `layers`, from the input to the output
 * @throws GatewiseError when the model has several inputs or outputs, or a layer takes or gives several tensors
 */
export function functionalOrder(layers: readonly GraphLayer[], config: unknown, writer: string): number[] {
  const byName = new Map(layers.map((layer, i) => [layer.name, i]));
  const inputs = references(own(config, 'input_layers'));
  const outputs = references(own(config, 'output_layers'));
  const output = outputs[0];
  if (inputs.length > 1 || outputs.length !== 1 || output === undefined) {
    throw badInput(
      `The model of this file of ${writer} has ${inputs.length} inputs (${names(inputs)}) and ${outputs.length} outputs (${names(outputs)}); a chain of layers with one of each is understood. Save that part of it as a model of its own.`,
    );
  }
  const order: number[] = [];
  for (let next: TensorReference | undefined = output; next !== undefined; ) {
    const { layer: name, tensor } = next;
    const i = byName.get(name);
    const layer = i === undefined ? undefined : layers[i];
    if (i === undefined || layer === undefined || order.includes(i)) {
      throw badInput(
        `The calls of the model's layers lead ${layer === undefined ? 'to a layer that is not there' : 'in a circle'}: "${shownName(name)}". Check the model's JSON.`,
      );
    }
    if (tensor !== 0) {
      throw badInput(
        `Output ${tensor} of ${owner(layer)} is used, one of its states; only its first output is understood. Save a model that uses that.`,
      );
    }
    order.push(i);
    next = layer.className === 'InputLayer' ? undefined : onlyInput(layer, layers, writer);
  }
  const left = layers.filter((layer, i) => !order.includes(i) && !MASK_CLASSES.includes(layer.className));
  if (left[0] !== undefined) {
    throw badInput(
      `${owner(left[0])} of a file of ${writer} is not on the way from the model's input to its output; a chain of layers is understood. Save a model without it.`,
    );
  }
  return order.reverse();
}

function onlyInput(layer: GraphLayer, layers: readonly GraphLayer[], writer: string): TensorReference {
  const calls = Array.isArray(layer.inbound) ? layer.inbound : [];
  const found = calls.length === 1 ? callReferences(calls[0], layers) : [];
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  const what =
    calls.length === 1 ? `takes ${found.length} inputs (${names(found)})` : `is called ${calls.length} times`;
  throw badInput(
    `${owner(layer)} of a file of ${writer} ${what}; a model is understood when each layer is called once with one input, as a chain. Save the chain as a model of its own.`,
  );
}

function callReferences(call: unknown, layers: readonly GraphLayer[]): TensorReference[] {
  if (Array.isArray(call)) {
    const isFlat = typeof call[0] === 'string';
    return (isFlat ? [call] : call).flatMap((one) => listReference(one));
  }
  const found: TensorReference[] = [...kerasTensors(own(call, 'args'))];
  const kwargs = own(call, 'kwargs');
  if (isObject(kwargs)) {
    for (const key of Object.keys(kwargs)) {
      const tensors = kerasTensors(kwargs[key]);
      found.push(...(key === 'mask' ? tensors.filter((one) => !isMaskOfMasking(one, layers)) : tensors));
    }
  }
  return found;
}

/** `["lstm", 0, 0, {kwargs}]`: the tensor, and those in the keyword arguments (initial_state, mask). */
function listReference(entry: unknown): TensorReference[] {
  if (!Array.isArray(entry)) return [];
  const [layer, , tensor, kwargs]: unknown[] = entry;
  if (typeof layer !== 'string') return [];
  const more = isObject(kwargs) ? Object.values(kwargs).flatMap((value) => nestedReferences(value, 0)) : [];
  return [{ layer, tensor: typeof tensor === 'number' ? tensor : 0 }, ...more];
}

function nestedReferences(value: unknown, depth: number): TensorReference[] {
  if (!Array.isArray(value) || depth > 4) return [];
  const [layer, node, tensor]: unknown[] = value;
  if (typeof layer === 'string' && typeof node === 'number' && typeof tensor === 'number') {
    return [{ layer, tensor }];
  }
  return value.flatMap((one) => nestedReferences(one, depth + 1));
}

/** All `__keras_tensor__` in an argument, however nested. */
function kerasTensors(value: unknown): TensorReference[] {
  if (Array.isArray(value)) return value.flatMap(kerasTensors);
  if (ownString(value, 'class_name') === '__keras_tensor__') {
    const history = own(own(value, 'config'), 'keras_history');
    if (!Array.isArray(history)) return [];
    const [layer, , tensor]: unknown[] = history;
    return typeof layer === 'string' ? [{ layer, tensor: typeof tensor === 'number' ? tensor : 0 }] : [];
  }
  return isObject(value) ? Object.values(value).flatMap(kerasTensors) : [];
}

/** Keras 3 spells out the mask of a Masking layer as any(not_equal(input, value)); the Masking layer says the same. */
function isMaskOfMasking(reference: TensorReference, layers: readonly GraphLayer[]): boolean {
  const isMask = layers.some((layer) => layer.name === reference.layer && layer.className === 'Any');
  return isMask && layers.some((layer) => layer.className === 'Masking');
}

/** `[["dense", 0, 0]]`, `["dense", 0, 0]` or an object of such. */
function references(value: unknown): TensorReference[] {
  if (isObject(value)) return Object.values(value).flatMap(references);
  if (!Array.isArray(value)) return [];
  return typeof value[0] === 'string' ? listReference(value) : value.flatMap(references);
}

function names(found: readonly TensorReference[]): string {
  const listed = found.slice(0, 5).map(({ layer }) => `"${shownName(layer)}"`);
  return listed.length === 0 ? 'none' : listed.join(', ');
}

function owner({ name, className }: GraphLayer): string {
  return `Layer "${shownName(name)}" (${shownName(className)})`;
}
