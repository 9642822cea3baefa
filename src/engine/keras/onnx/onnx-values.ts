/**
 * What flows along an ONNX graph, as far as a chain of Keras layers needs it: constants, sizes computed from shapes, zeros,
 * and the data itself with the meaning of each of its axes. No number of the data is ever computed.
 */
import { reorderBlocks, transposed } from '../model/gate-blocks.ts';
import type { MergeMode } from '../model/layer-settings.ts';
import type { OnnxNode } from './onnx-proto.ts';

/** `single` is an axis of size 1 that one index was taken from; `rows` are batch and time in one. */
export type Label = 'batch' | 'time' | 'direction' | 'feature' | 'single' | 'rows';

export interface Axis {
  readonly label: Label;
  readonly size: number | null;
}

/** A recurrent node whose layer is not made yet: how its output is used decides what layer it is. */
export interface Pending {
  readonly node: OnnxNode;
  readonly directions: readonly ('forward' | 'reverse')[];
  readonly isInputReversed: boolean;
  /** An error that names the node. */
  readonly refuse: (reason: string) => Error;
  /** Use that was made of it: another one would be a branch. */
  use?: string;
}

export interface DataValue {
  readonly kind: 'data';
  readonly axes: readonly Axis[];
  /** Layers before it. */
  readonly at: number;
  readonly pending: Pending | null;
  /** Of the pending node, those still in it, in their order. */
  readonly directions: readonly number[];
  readonly mergeMode: MergeMode;
  /** The last step in the order of processing was taken; of each direction its own. */
  readonly isLast: boolean;
  /** Time runs against Keras' order of this layer's output. */
  readonly isReversed: boolean;
  /** Axes that `rows` were made of. */
  readonly rows: readonly Axis[];
}

export interface ConstantValue {
  readonly kind: 'constant';
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type Value =
  | DataValue
  | ConstantValue
  /** Sizes of axes; a label where the size is open. */
  | { readonly kind: 'sizes'; readonly items: readonly (number | Label)[] }
  | { readonly kind: 'zeros' }
  /** Not followed: what the node does is not known, or it needs what such a node gave. */
  | { readonly kind: 'other'; readonly from: OnnxNode };

/** Integers and sizes of a constant or of computed sizes; undefined for others. */
export function itemsOf(value: Value | undefined): readonly (number | Label)[] | undefined {
  if (value?.kind === 'sizes') return value.items;
  return value?.kind === 'constant' && value.data.length <= 64 ? [...value.data] : undefined;
}

/** Integers alone. */
export function integersIn(value: Value | undefined): readonly number[] | undefined {
  const items = itemsOf(value);
  return items?.every((item) => typeof item === 'number') ? (items as readonly number[]) : undefined;
}

/** Whether a value is zero throughout. */
export function isZero(value: Value): boolean {
  return value.kind === 'zeros' || (value.kind === 'constant' && value.data.every((one) => one === 0));
}

/** A node's integers: an attribute in old models, an input in new ones. */
export function integersOfNode(
  node: OnnxNode,
  name: string,
  input: Value | undefined,
): readonly number[] | undefined {
  return node.attributes.integers.get(name) ?? integersIn(input);
}

/** A value that is not followed, with the first node that made it so. */
export function otherOf(node: OnnxNode, inputs: readonly (Value | undefined)[]): Value {
  const isLoop = ['Loop', 'Scan', 'If'].includes(node.opType);
  return inputs.find((value) => value?.kind === 'other' && !isLoop) ?? { kind: 'other', from: node };
}

/** The result of a node none of whose inputs is data. */
export function foldNode(node: OnnxNode, inputs: readonly (Value | undefined)[]): Value {
  const other = otherOf(node, inputs);
  const [first, second] = inputs;
  switch (node.opType) {
    case 'Constant': {
      const tensor = node.attributes.tensors.get('value');
      if (tensor) return { kind: 'constant', ...tensor };
      const whole = ['value_int', 'value_ints'].map((key) => node.attributes.integers.get(key)).find(Boolean);
      const numbers =
        whole ?? ['value_float', 'value_floats'].map((key) => node.attributes.floats.get(key)).find(Boolean);
      if (!numbers) return other;
      const isList = ['value_ints', 'value_floats'].some(
        (key) => node.attributes.integers.has(key) || node.attributes.floats.has(key),
      );
      const shape = isList ? [numbers.length] : [];
      return { kind: 'constant', name: node.name, dtype: 'float32', shape, data: Float32Array.from(numbers) };
    }
    case 'ConstantOfShape': {
      const value = node.attributes.tensors.get('value');
      return (value?.data[0] ?? 0) === 0 ? { kind: 'zeros' } : other;
    }
    case 'Expand':
    case 'Tile':
      // The length of every row, as tf2onnx computes it for ReverseSequence.
      if (first?.kind === 'sizes' && first.items.length === 1) return first;
      return first && isZero(first) ? { kind: 'zeros' } : other;
    case 'Identity':
    case 'Cast':
      return first ?? other;
    case 'Mul': {
      const [a, b] = [integersIn(first), integersIn(second)];
      return a?.length === 1 && b?.length === 1
        ? { kind: 'sizes', items: [Number(a[0]) * Number(b[0])] }
        : other;
    }
    case 'Concat':
    case 'Gather':
    case 'Slice':
    case 'Unsqueeze':
    case 'Squeeze':
    case 'Reshape':
    case 'Transpose':
      if (first?.kind === 'zeros') return first;
      return foldMove(node, inputs, other);
    default:
      return other;
  }
}

function foldMove(node: OnnxNode, inputs: readonly (Value | undefined)[], other: Value): Value {
  const [first, second] = inputs;
  const isList = first?.kind === 'sizes' || (first?.kind === 'constant' && first.shape.length <= 1);
  if (node.opType === 'Concat') {
    const parts = inputs.map(itemsOf);
    return parts.every((part) => part !== undefined)
      ? { kind: 'sizes', items: parts.flat() as (number | Label)[] }
      : other;
  }
  if (node.opType === 'Transpose' && first?.kind === 'constant' && first.shape.length === 2) {
    const [rows = 0, columns = 0] = first.shape;
    const isSwap = String(node.attributes.integers.get('perm') ?? '1,0') === '1,0';
    if (isSwap) return { ...first, shape: [columns, rows], data: transposed(first.data, rows, columns) };
  }
  if (node.opType === 'Squeeze' && first?.kind === 'constant' && !isList) {
    return { ...first, shape: first.shape.filter((size) => size !== 1) };
  }
  const items = itemsOf(first);
  if (!isList || !items) return other;
  if (node.opType === 'Gather') {
    const taken = integersIn(second)?.map((index) => items.at(index));
    return taken?.every((item) => item !== undefined)
      ? { kind: 'sizes', items: taken as (number | Label)[] }
      : other;
  }
  if (node.opType === 'Slice') {
    const starts = integersOfNode(node, 'starts', second);
    const ends = integersOfNode(node, 'ends', inputs[2]);
    const steps = integersIn(inputs[4]);
    if (!starts || !ends || (steps && steps[0] !== 1)) return other;
    return { kind: 'sizes', items: items.slice(starts[0], ends[0]) };
  }
  return { kind: 'sizes', items };
}

/** A constant [n, ...] whose first axis holds n parts: the i-th one. */
export function partOf({ shape, data }: ConstantValue, i: number): Float32Array {
  const size = data.length / (shape[0] ?? 1);
  return data.subarray(i * size, (i + 1) * size);
}

/** Gates as rows in ONNX's order as columns in Keras': [G H, columns] to [columns, G H]. */
export function kerasColumns(data: Float32Array, rows: number, order: readonly number[]): Float32Array {
  return transposed(reorderBlocks(data, order), rows, data.length / rows);
}
