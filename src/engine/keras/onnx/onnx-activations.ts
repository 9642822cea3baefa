/** ONNX nodes that are activations: by their own names, or put together from Min, Max and Clip. */
import { shortest } from '../bytes/number-formats.ts';
import { append, type NodeContext } from './onnx-context.ts';
import type { OnnxNode } from './onnx-proto.ts';
import { hardSigmoid, PLAIN_ACTIVATIONS } from './onnx-recurrent.ts';
import type { DataValue, Value } from './onnx-values.ts';

type Inputs = readonly (Value | undefined)[];

export function activation(context: NodeContext, node: OnnxNode, data: DataValue): DataValue | undefined {
  const { floats, integers } = node.attributes;
  const word = node.opType.toLowerCase();
  const alpha = floats.get('alpha')?.[0];
  const settled = context.settle(data);
  if (word === 'leakyrelu')
    return append(context, settled, 'LeakyReLU', { negative_slope: shortest(alpha ?? 0.01) }, settled.axes);
  if (word === 'elu' && (alpha ?? 1) !== 1) {
    return append(context, settled, 'ELU', { alpha: shortest(alpha ?? 1) }, settled.axes);
  }
  let name: string | undefined = Object.hasOwn(PLAIN_ACTIVATIONS, word) ? PLAIN_ACTIVATIONS[word] : undefined;
  if (word === 'elu') name = 'elu';
  if (word === 'hardsigmoid') name = hardSigmoid(alpha ?? 0.2, floats.get('beta')?.[0] ?? 0.5);
  if (word === 'softmax') {
    const axis = integers.get('axis')?.[0] ?? settled.axes.length - 1;
    const at = axis < 0 ? axis + settled.axes.length : axis;
    name = settled.axes[at]?.label === 'feature' ? 'softmax' : undefined;
  }
  return name === undefined ? undefined : activate(context, settled, name);
}

/** In the Dense before it where there is one. */
function activate(context: NodeContext, settled: DataValue, name: string): DataValue {
  const last = context.chain.last(settled);
  if (last?.layer.class_name === 'Dense' && last.layer.config.activation === 'linear') {
    context.chain.replaceLast({ activation: name });
    return settled;
  }
  return append(context, settled, 'Activation', { activation: name }, settled.axes);
}

/** The first half of a clip, which is no layer alone: where no Max follows, Keras knows no such layer. */
const HALF_CLIP = 'Minimum';

export function minimum(
  context: NodeContext,
  data: DataValue,
  other: Value | undefined,
): DataValue | undefined {
  if (other?.kind !== 'constant' || other.data.length !== 1 || other.data[0] === undefined) return undefined;
  const settled = context.settle(data);
  return append(context, settled, HALF_CLIP, { value: other.data[0] }, settled.axes);
}

export function maximum(
  context: NodeContext,
  data: DataValue,
  other: Value | undefined,
): DataValue | undefined {
  const last = context.chain.last(data);
  const most = last?.layer.config.value;
  const isZero = other?.kind === 'constant' && other.data.length === 1 && other.data[0] === 0;
  if (!isZero || last?.layer.class_name !== HALF_CLIP || typeof most !== 'number') return undefined;
  return clipTo(context, context.chain.withoutLast(data), most);
}

/** Clipped to [0, most]: Keras' ReLU, or with what was scaled before it one of the two hard_sigmoid. */
function clipTo(context: NodeContext, settled: DataValue, most: number): DataValue {
  const last = context.chain.last(settled)?.layer;
  const { scale, offset } = last?.config ?? {};
  const name =
    last?.class_name === 'Rescaling' && most === 1 && typeof scale === 'number' && typeof offset === 'number'
      ? hardSigmoid(scale, offset)
      : undefined;
  if (name !== undefined) return activate(context, context.chain.withoutLast(settled), name);
  return append(context, settled, 'ReLU', { max_value: shortest(most) }, settled.axes);
}

/** Between 0 and a maximum. */
export function clip(context: NodeContext, data: DataValue, [, least, most]: Inputs): DataValue | undefined {
  const isRelu = least?.kind === 'constant' && least.data[0] === 0;
  if (!isRelu || most?.kind !== 'constant' || most.data[0] === undefined) return undefined;
  return clipTo(context, context.settle(data), most.data[0]);
}
