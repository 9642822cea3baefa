/** ONNX nodes that only move data: Transpose, Squeeze, Gather, Slice, Reshape, Concat, told by the meaning of the axes. */
import type { ChainOfLayers } from './onnx-layers.ts';
import { hasLabels, labelsOf } from './onnx-layers.ts';
import type { OnnxNode } from './onnx-proto.ts';
import {
  type Axis,
  type DataValue,
  integersIn,
  integersOfNode,
  itemsOf,
  type Label,
  type Value,
} from './onnx-values.ts';

type Refuse = (reason: string) => Error;
type Inputs = readonly (Value | undefined)[];

export function transpose(node: OnnxNode, data: DataValue, refuse: Refuse): DataValue {
  const perm = node.attributes.integers.get('perm') ?? data.axes.map((_, i) => data.axes.length - 1 - i);
  const axes = perm.map((from) => data.axes[from]).filter((axis) => axis !== undefined);
  if (axes.length !== data.axes.length || new Set(perm).size !== perm.length)
    throw refuse('has no permutation');
  return { ...data, axes };
}

export function squeeze(node: OnnxNode, data: DataValue, inputs: Inputs, refuse: Refuse): DataValue {
  const rank = data.axes.length;
  const listed = integersOfNode(node, 'axes', inputs[1])?.map((axis) => (axis < 0 ? axis + rank : axis));
  const isGone = ({ label, size }: Axis, i: number) =>
    listed ? listed.includes(i) : size === 1 && label !== 'batch';
  const axes = data.axes.filter((axis, i) => !isGone(axis, i));
  const gone = data.axes.filter(isGone);
  const canGo = gone.every(({ label, size }) => label === 'single' || (label === 'direction' && size === 1));
  if (canGo) return { ...data, axes };
  throw refuse(`squeezes away the axis ${gone.map(({ label }) => label).join(', ')}`);
}

/** The axis that a node works on. */
function axisOf(node: OnnxNode, data: DataValue, initial: number): [Axis | undefined, number] {
  const axis = node.attributes.integers.get('axis')?.[0] ?? initial;
  const at = axis < 0 ? axis + data.axes.length : axis;
  return [data.axes[at], at];
}

export function gather(
  node: OnnxNode,
  data: DataValue,
  inputs: Inputs,
  chain: ChainOfLayers,
  refuse: Refuse,
): DataValue {
  const [axis, at] = axisOf(node, data, 0);
  const index = inputs[1];
  const [position] = integersIn(index) ?? [];
  if (!axis || index?.kind !== 'constant' || position === undefined || index.data.length !== 1) {
    throw refuse('takes entries that are not one fixed index');
  }
  return takeOne(data, axis, at, position, index.shape.length > 0, chain, refuse);
}

function takeOne(
  data: DataValue,
  { label, size }: Axis,
  at: number,
  position: number,
  keep: boolean,
  chain: ChainOfLayers,
  refuse: Refuse,
): DataValue {
  if (label === 'time') {
    if (position === 0) return chain.takeStep(data, 'first', keep, refuse);
    if (position === -1 || position + 1 === size) return chain.takeStep(data, 'last', keep, refuse);
  }
  if (label === 'direction') {
    const direction = data.directions.at(position);
    if (direction === undefined) throw refuse(`takes direction ${position}, which does not exist`);
    const single: Axis[] = keep ? [{ label: 'single', size: 1 }] : [];
    return { ...data, axes: data.axes.toSpliced(at, 1, ...single), directions: [direction] };
  }
  if (label === 'single' && position <= 0)
    return { ...data, axes: keep ? data.axes : data.axes.toSpliced(at, 1) };
  throw refuse(`takes index ${position} of the ${label} axis`);
}

const FAR = 2 ** 30;

export function slice(
  node: OnnxNode,
  data: DataValue,
  inputs: Inputs,
  chain: ChainOfLayers,
  refuse: Refuse,
): DataValue {
  const starts = integersOfNode(node, 'starts', inputs[1]) ?? [];
  const ends = integersOfNode(node, 'ends', inputs[2]) ?? [];
  const listed = integersOfNode(node, 'axes', inputs[3]) ?? starts.map((_, i) => i);
  const steps = integersIn(inputs[4]) ?? starts.map(() => 1);
  let result = data;
  if (starts.length === 0) throw refuse('has bounds that are not constants');
  starts.forEach((start, i) => {
    const number = listed[i] ?? 0;
    const at = number < 0 ? number + data.axes.length : number;
    const axis = result.axes[at];
    const end = ends[i] ?? 0;
    if (!axis) throw refuse('slices an axis that does not exist');
    const reaches = end >= FAR || end === axis.size;
    if (steps[i] === -1 && axis.label === 'time' && (start === -1 || start >= FAR) && end <= -FAR) {
      result = { ...result, isReversed: !result.isReversed };
    } else if (steps[i] !== 1) throw refuse(`slices the ${axis.label} axis in steps of ${steps[i]}`);
    else if (start === 0 && reaches) return;
    else if (end - start === 1 && end !== 0) result = takeOne(result, axis, at, start, true, chain, refuse);
    else if (start === -1 && reaches) result = takeOne(result, axis, at, -1, true, chain, refuse);
    else if (start + 1 === axis.size && reaches)
      result = takeOne(result, axis, at, start, true, chain, refuse);
    else throw refuse(`slices ${start} to ${end} out of the ${axis.label} axis`);
  });
  return result;
}

/** Every row turned around over its whole length; parts of rows are not. */
export function reverseSequence(node: OnnxNode, data: DataValue, inputs: Inputs, refuse: Refuse): DataValue {
  const { integers } = node.attributes;
  const time = data.axes[integers.get('time_axis')?.[0] ?? 0];
  const batch = data.axes[integers.get('batch_axis')?.[0] ?? 1];
  const lengths = itemsOf(inputs[1]) ?? [];
  const isWhole = lengths.length > 0 && lengths.every((one) => one === (time?.size ?? 'time'));
  if (time?.label !== 'time' || batch?.label !== 'batch' || !isWhole)
    throw refuse('reverses something else than the whole of time');
  return { ...data, isReversed: !data.isReversed };
}

/** Two directions of one node, joined along the features. */
export function concat(node: OnnxNode, inputs: Inputs, refuse: Refuse): DataValue {
  const [first, second] = inputs;
  if (inputs.length === 1 && first?.kind === 'data') return first;
  const axes = bothDirections(first, second);
  if (inputs.length !== 2 || first?.kind !== 'data' || !axes)
    throw refuse('joins values that are not the two directions of one node');
  const [axis, at] = axisOf(node, first, -1);
  if (axis?.label !== 'feature') throw refuse(`joins along the ${axis?.label} axis`);
  const joined = { ...axis, size: axis.size === null ? null : 2 * axis.size };
  return { ...first, axes: first.axes.with(at, joined), directions: [0, 1], mergeMode: 'concat' };
}

/** Axes of two values that are direction 0 and 1 of one node, cut alike. */
export function bothDirections(
  first: Value | undefined,
  second: Value | undefined,
): readonly Axis[] | undefined {
  if (first?.kind !== 'data' || second?.kind !== 'data') return undefined;
  const isPair =
    first.pending !== null &&
    first.pending === second.pending &&
    String(first.directions) === '0' &&
    String(second.directions) === '1' &&
    String(labelsOf(first)) === String(labelsOf(second)) &&
    first.isLast === second.isLast;
  return isPair ? first.axes : undefined;
}

/**
 * A Reshape that means nothing but a change of axes: dropping axes of one, joining directions with features, rows out of
 * batch and time and back. Undefined where it is none: then it is a layer.
 */
export function reshapeMove(data: DataValue, target: Value | undefined): DataValue | undefined {
  const items = itemsOf(target);
  if (!items) return undefined;
  const fits = (axes: readonly Axis[]) => fitsTarget(items, axes, data.axes);
  if (fits(data.axes)) return data;
  const isSmall = ({ label, size }: Axis) => label === 'single' || (label === 'direction' && size === 1);
  const plain = data.axes.filter((axis) => !isSmall(axis));
  if (plain.length < data.axes.length && fits(plain)) return { ...data, axes: plain };
  const [direction, feature] = data.axes.slice(-2);
  if (direction?.label === 'direction' && feature?.label === 'feature' && data.directions.length === 2) {
    const joined = { ...feature, size: feature.size === null ? null : 2 * feature.size };
    const axes = [...data.axes.slice(0, -2), joined];
    if (fits(axes)) return { ...data, axes, mergeMode: 'concat' };
  }
  if (hasLabels(data, 'batch', 'time', 'feature') && data.axes[2]) {
    const axes: Axis[] = [{ label: 'rows', size: null }, data.axes[2]];
    const isRows = items.length === 2 && items[0] === -1 && items[1] === data.axes[2].size;
    // [-1, D] of a batch of one step would be the last step; here it is all steps of all rows.
    if (isRows && data.axes[1]?.size !== 1) return { ...data, axes, rows: data.axes.slice(0, 2) };
  }
  if (hasLabels(data, 'rows', 'feature') && data.axes[1]) {
    const axes = [...data.rows, data.axes[1]];
    if (items.length === 3 && fitsTarget(items, axes, axes)) return { ...data, axes, rows: [] };
  }
  return undefined;
}

function fitsTarget(
  items: readonly (number | Label)[],
  axes: readonly Axis[],
  before: readonly Axis[],
): boolean {
  if (items.length !== axes.length || items.filter((item) => item === -1).length > 1) return false;
  return items.every((item, i) => {
    const axis = axes[i];
    if (item === -1) return true;
    if (item === 0) return before[i]?.label === axis?.label && before[i]?.size === axis?.size;
    return typeof item === 'string' ? item === axis?.label : item === axis?.size;
  });
}

/** Sizes of the axes, open ones by their label. */
export function shapeOf(node: OnnxNode, data: DataValue): Value {
  const items = data.axes.map(({ label, size }) => size ?? label);
  const { integers } = node.attributes;
  return { kind: 'sizes', items: items.slice(integers.get('start')?.[0], integers.get('end')?.[0]) };
}
