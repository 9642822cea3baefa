/** ONNX nodes that take data: each becomes a Keras layer, a part of the one before, or a move of axes. */

import { shortest } from '../bytes/number-formats.ts';
import { transposed } from '../model/gate-blocks.ts';
import type { RawArray } from '../raw-file.ts';
import { activation, clip, maximum, minimum } from './onnx-activations.ts';
import { append, type NodeContext } from './onnx-context.ts';
import { hasLabels } from './onnx-layers.ts';
import {
  bothDirections,
  concat,
  gather,
  reshapeMove,
  reverseSequence,
  shapeOf,
  slice,
  squeeze,
  transpose,
} from './onnx-moves.ts';
import type { OnnxNode } from './onnx-proto.ts';
import {
  type Axis,
  type ConstantValue,
  type DataValue,
  integersIn,
  integersOfNode,
  type Label,
  type Value,
} from './onnx-values.ts';

type Inputs = readonly (Value | undefined)[];

/**
 * The first output of a node that takes data.
 * @returns undefined when the node is no layer that Keras has
 */
export function computeNode(
  node: OnnxNode,
  inputs: Inputs,
  context: NodeContext,
): DataValue | Value | undefined {
  const [first, second] = inputs;
  const data = first?.kind === 'data' ? first : second?.kind === 'data' ? second : undefined;
  const other = first?.kind === 'data' ? second : first;
  if (!data) return undefined;
  const { refuse } = context;
  switch (node.opType) {
    case 'Identity':
    case 'Dropout':
      return data;
    case 'Cast':
      return cast(node, data, refuse);
    case 'Shape':
      return shapeOf(node, data);
    case 'Transpose':
      return transpose(node, data, refuse);
    case 'Squeeze':
      return squeeze(node, data, inputs, refuse);
    case 'Gather':
      return gather(node, data, inputs, context.chain, refuse);
    case 'Slice':
      return slice(node, data, inputs, context.chain, refuse);
    case 'ReverseSequence':
      return reverseSequence(node, data, inputs, refuse);
    case 'Concat':
      return concat(node, inputs, refuse);
    case 'Reshape':
      return (
        reshapeMove(data, other) ??
        reshapeMove(context.settle(data), other) ??
        reshape(context, context.settle(data), other)
      );
    case 'Flatten':
      return (node.attributes.integers.get('axis')?.[0] ?? 1) === 1
        ? flatten(context, context.settle(data))
        : undefined;
    case 'Unsqueeze':
      return unsqueeze(node, context.settle(data), inputs);
    case 'Tile':
      return repeat(context, data, other);
    case 'ReduceSum':
    case 'ReduceProd':
    case 'ReduceMean':
      return merge(node, data, inputs);
    case 'Gemm':
      return gemm(context, node, inputs);
    case 'MatMul':
      return first === data && other?.kind === 'constant' ? dense(context, data, other, null) : undefined;
    case 'Add':
    case 'Mul':
    case 'Div':
      return arithmetic(context, node.opType, data, other, first === data);
    case 'Min':
      return inputs.length === 2 ? minimum(context, data, other) : undefined;
    case 'Max':
      return inputs.length === 2 ? maximum(context, data, other) : undefined;
    case 'Clip':
      return clip(context, data, inputs);
    case 'BatchNormalization':
    case 'LayerNormalization':
      return normalize(context, node, context.settle(data), inputs);
    default:
      return activation(context, node, data);
  }
}

/** Numbers of ONNX for float32, float16, float64 and bfloat16, which are all float32 here. */
const FLOAT_TYPES = [1, 10, 11, 16];

function cast(node: OnnxNode, data: DataValue, refuse: NodeContext['refuse']): DataValue {
  const to = node.attributes.integers.get('to')?.[0] ?? 1;
  if (FLOAT_TYPES.includes(to)) return data;
  throw refuse(`makes other numbers of the data than float (type ${to})`);
}

function dense(
  context: NodeContext,
  value: DataValue,
  kernel: ConstantValue,
  bias: ConstantValue | null,
): DataValue {
  const data = context.settle(value);
  const [inputs = 0, units = 0] = kernel.shape;
  const last = data.axes.at(-1);
  if (
    kernel.shape.length !== 2 ||
    last?.label !== 'feature' ||
    (last.size !== null && last.size !== inputs)
  ) {
    throw context.refuse(
      `multiplies ${last?.size ?? 'any'} features by a matrix of shape ${kernel.shape.join(' x ')}`,
    );
  }
  if (bias && bias.data.length !== units) throw context.refuse(`adds ${bias.data.length} values to ${units}`);
  const arrays: RawArray[] = [{ ...kernel, path: 'kernel' }];
  if (bias) arrays.push({ ...bias, path: 'bias', shape: [units] });
  const axes = data.axes.with(-1, { label: 'feature', size: units });
  return append(
    context,
    data,
    'Dense',
    { units, activation: 'linear', use_bias: bias !== null },
    axes,
    arrays,
  );
}

function gemm(context: NodeContext, node: OnnxNode, [a, b, c]: Inputs): DataValue | undefined {
  const { floats, integers } = node.attributes;
  const isPlain =
    (floats.get('alpha')?.[0] ?? 1) === 1 &&
    (floats.get('beta')?.[0] ?? 1) === 1 &&
    !integers.get('transA')?.[0];
  if (!isPlain || a?.kind !== 'data' || b?.kind !== 'constant' || (c && c.kind !== 'constant'))
    return undefined;
  const [rows = 0, columns = 0] = b.shape;
  const kernel = integers.get('transB')?.[0]
    ? { ...b, shape: [columns, rows], data: transposed(b.data, rows, columns) }
    : b;
  return dense(context, a, kernel, c ?? null);
}

function arithmetic(
  context: NodeContext,
  op: 'Add' | 'Mul' | 'Div',
  data: DataValue,
  other: Value | undefined,
  isFirst: boolean,
): DataValue | undefined {
  if (other?.kind === 'data') {
    const axes = bothDirections(data, other) ?? bothDirections(other, data);
    if (!axes || op === 'Div') return undefined;
    return { ...data, directions: [0, 1], mergeMode: op === 'Add' ? 'sum' : 'mul' };
  }
  if (other?.kind !== 'constant' || (op === 'Div' && !isFirst)) return undefined;
  const [value = 0] = other.data;
  if (other.data.length === 1 && op !== 'Add') {
    const scale = op === 'Mul' ? value : 1 / value;
    if (data.pending && data.mergeMode === 'sum' && scale === 0.5) return { ...data, mergeMode: 'ave' };
    const settled = context.settle(data);
    return append(context, settled, 'Rescaling', { scale, offset: 0 }, settled.axes);
  }
  const settled = context.settle(data);
  const last = context.chain.last(settled);
  const units = last?.layer.config.units;
  const isBias =
    op === 'Add' &&
    last?.layer.class_name === 'Dense' &&
    last.layer.config.use_bias === false &&
    last.layer.config.activation === 'linear' &&
    other.data.length === units;
  if (isBias) {
    const bias = { ...other, path: `${String(last.layer.config.name)}/bias`, shape: [other.data.length] };
    context.chain.replaceLast({ use_bias: true }, [...last.arrays, bias]);
    return settled;
  }
  if (op !== 'Add' || other.data.length !== 1) return undefined;
  if (last?.layer.class_name === 'Rescaling' && last.layer.config.offset === 0) {
    context.chain.replaceLast({ offset: value });
    return settled;
  }
  return append(context, settled, 'Rescaling', { scale: 1, offset: value }, settled.axes);
}

function merge(node: OnnxNode, data: DataValue, inputs: Inputs): DataValue | undefined {
  const [axis, ...more] = integersOfNode(node, 'axes', inputs[1]) ?? [];
  const at = axis === undefined ? -1 : axis < 0 ? axis + data.axes.length : axis;
  const keeps = (node.attributes.integers.get('keepdims')?.[0] ?? 1) === 1;
  const isDirections = data.axes[at]?.label === 'direction' && data.directions.length === 2;
  if (!isDirections || more.length > 0 || keeps) return undefined;
  const mergeMode = ({ ReduceSum: 'sum', ReduceProd: 'mul', ReduceMean: 'ave' } as const)[
    node.opType as 'ReduceSum' | 'ReduceProd' | 'ReduceMean'
  ];
  return { ...data, axes: data.axes.toSpliced(at, 1), mergeMode };
}

function flatten(context: NodeContext, data: DataValue): DataValue | undefined {
  if (hasLabels(data, 'batch', 'feature')) return data;
  const [batch, time, feature] = data.axes;
  if (!hasLabels(data, 'batch', 'time', 'feature') || !batch || !time?.size || !feature?.size)
    return undefined;
  return append(context, data, 'Flatten', {}, [batch, { label: 'feature', size: time.size * feature.size }]);
}

/** Keras' Reshape and Flatten: the batch stays, and the other sizes are numbers. */
function reshape(context: NodeContext, data: DataValue, target: Value | undefined): DataValue | undefined {
  const items = target?.kind === 'sizes' ? target.items : integersIn(target);
  const [batch] = data.axes;
  if (!items || batch?.label !== 'batch') return undefined;
  const [head, ...sizes] = items;
  const isBatch = head === 'batch' || head === 0 || head === -1 || head === batch.size;
  const size = data.axes.slice(1).reduce((product, axis) => product * (axis.size ?? Number.NaN), 1);
  const isWhole = sizes.every((one) => typeof one === 'number' && (one > 0 || one === -1));
  if (!isBatch || !isWhole || sizes.length < 1 || sizes.length > 2 || !Number.isInteger(size))
    return undefined;
  const known = sizes.reduce<number>((product, one) => (one === -1 ? product : product * Number(one)), 1);
  const resolved = sizes.map((one) => (one === -1 ? size / known : Number(one)));
  if (resolved.reduce((a, b) => a * b, 1) !== size) return undefined;
  if (resolved.length === 1) return flatten(context, data);
  const labels: readonly Label[] = ['time', 'feature'];
  const axes = resolved.map((one, i): Axis => ({ label: labels[i] ?? 'feature', size: one }));
  return append(context, data, 'Reshape', { target_shape: resolved }, [batch, ...axes]);
}

function unsqueeze(node: OnnxNode, data: DataValue, inputs: Inputs): DataValue | undefined {
  const [axis] = integersOfNode(node, 'axes', inputs[1]) ?? [];
  return axis === 1 && hasLabels(data, 'batch', 'feature')
    ? { ...data, axes: data.axes.toSpliced(1, 0, { label: 'single', size: 1 }) }
    : undefined;
}

/** [batch, 1, features] repeated: Keras' RepeatVector. */
function repeat(context: NodeContext, data: DataValue, repeats: Value | undefined): DataValue | undefined {
  const [batch, n, feature] = integersIn(repeats) ?? [];
  if (!hasLabels(data, 'batch', 'single', 'feature') || batch !== 1 || feature !== 1 || !n || n < 1)
    return undefined;
  return append(context, data, 'RepeatVector', { n }, data.axes.with(1, { label: 'time', size: n }));
}

function normalize(
  context: NodeContext,
  node: OnnxNode,
  data: DataValue,
  inputs: Inputs,
): DataValue | undefined {
  const isBatch = node.opType === 'BatchNormalization';
  if (isBatch && (node.attributes.integers.get('training_mode')?.[0] ?? 0) !== 0) {
    throw context.refuse('normalizes by the statistics of the batch (training_mode)');
  }
  const axis = isBatch ? 1 : (node.attributes.integers.get('axis')?.[0] ?? -1);
  if (data.axes.at(axis)?.label !== 'feature') return undefined;
  if (!isBatch && data.axes.at(-1)?.label !== 'feature') return undefined;
  const names = isBatch ? ['gamma', 'beta', 'moving_mean', 'moving_variance'] : ['gamma', 'beta'];
  const arrays = names.flatMap((path, i): RawArray[] => {
    const value = inputs[i + 1];
    return value?.kind === 'constant' ? [{ ...value, path, shape: [value.data.length] }] : [];
  });
  const hasBeta = isBatch || inputs[2] !== undefined;
  if (arrays.length !== names.length - (hasBeta ? 0 : 1)) return undefined;
  const epsilon = shortest(node.attributes.floats.get('epsilon')?.[0] ?? 1e-5);
  const config = { axis: -1, epsilon, center: hasBeta, scale: true };
  return append(context, data, node.opType, config, data.axes, arrays);
}
