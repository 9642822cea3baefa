/** LSTM, GRU and RNN nodes of ONNX (keras-reference 7.2) as Keras layers, and what of them Keras does not have. */
import type { Activation } from '../../core/activations.ts';
import { badInput, formatShape } from '../../core/errors.ts';
import { kerasLayer } from '../keras3/keras-config.ts';
import { reorderBlocks, sumOfBiases } from '../model/gate-blocks.ts';
import type { KerasObject } from '../model/keras-model.ts';
import type { MergeMode } from '../model/layer-settings.ts';
import type { RawArray } from '../raw-file.ts';
import type { OnnxNode } from './onnx-proto.ts';
import { type ConstantValue, isZero, kerasColumns, partOf, type Value } from './onnx-values.ts';

/** Keras' block k is ONNX' block order[k]: LSTM i o f c, GRU z r h. */
export const ONNX_BLOCKS = { LSTM: [0, 2, 3, 1], GRU: [0, 1, 2], RNN: [0] } as const;
const CLASSES = { LSTM: 'LSTM', GRU: 'GRU', RNN: 'SimpleRNN' } as const;
export type RecurrentOp = keyof typeof CLASSES;

export function isRecurrentOp(opType: string): opType is RecurrentOp {
  return Object.hasOwn(CLASSES, opType);
}

/** ONNX' names of activations without settings. */
export const PLAIN_ACTIVATIONS: Readonly<Record<string, Activation>> = {
  tanh: 'tanh',
  sigmoid: 'sigmoid',
  relu: 'relu',
  softsign: 'softsign',
  softplus: 'softplus',
  selu: 'selu',
  exp: 'exponential',
};

/**
 * HardSigmoid is clip(alpha x + beta, 0, 1): the one of Keras 1 and 2 or that of Keras 3.
 * @returns undefined for another
 */
export function hardSigmoid(alpha: number, beta: number): Activation | undefined {
  if (Math.abs(beta - 0.5) > 1e-6) return undefined;
  if (Math.abs(alpha - 0.2) < 1e-6) return 'hard_sigmoid_keras2';
  return Math.abs(alpha - 1 / 6) < 1e-6 ? 'hard_sigmoid' : undefined;
}

type Refuse = (reason: string) => Error;

export function refusalOf(node: OnnxNode, fileName: string): Refuse {
  const name = node.name || node.outputs.find((output) => output !== '') || '?';
  return (reason) =>
    badInput(
      `${fileName}: node "${name.slice(0, 80)}" (${node.opType}) ${reason}. Models of one chain of LSTM, GRU, RNN and dense layers are understood.`,
    );
}

/**
 * Checks the node's settings and inputs that Keras does not have.
 * @param inputs in the order of ONNX: X, W, R, B, sequence_lens, initial_h, initial_c, P
 */
export function checkRecurrent(node: OnnxNode, inputs: readonly (Value | undefined)[], refuse: Refuse): void {
  const { integers, floats } = node.attributes;
  if (floats.has('clip')) throw refuse('clips its sums (clip), which Keras does not do');
  if ((integers.get('input_forget')?.[0] ?? 0) !== 0) throw refuse('couples two gates (input_forget)');
  const [, , , , lengths, ...states] = inputs;
  if (lengths !== undefined) throw refuse('has sequence lengths of its own (sequence_lens)');
  const peepholes = states[2];
  if (peepholes && !isZero(peepholes)) throw refuse('has peepholes (input P), which Keras does not have');
  if (states.slice(0, 2).some((state) => state && !isZero(state) && state.kind !== 'other')) {
    throw refuse('starts from a state that is not zero');
  }
  if (states.slice(0, 2).some((state) => state?.kind === 'other')) {
    throw refuse('starts from a state that cannot be told to be zero');
  }
}

export interface RecurrentUse {
  readonly name: string;
  readonly directions: readonly ('forward' | 'reverse')[];
  readonly isInputReversed: boolean;
  readonly mergeMode: MergeMode;
  readonly returnSequences: boolean;
}

/** The Keras layer of a node and its arrays. */
export function recurrentLayer(
  node: OnnxNode,
  inputs: readonly (Value | undefined)[],
  use: RecurrentUse,
  refuse: Refuse,
): { readonly layer: KerasObject; readonly arrays: readonly RawArray[]; readonly units: number } {
  const op = node.opType as RecurrentOp;
  const { name, directions, isInputReversed, mergeMode, returnSequences } = use;
  const [, w, r, b] = inputs;
  if (
    w?.kind !== 'constant' ||
    r?.kind !== 'constant' ||
    (b && b.kind !== 'constant' && b.kind !== 'zeros')
  ) {
    throw refuse('has weights that are not constants');
  }
  const bias = b?.kind === 'constant' ? b : null;
  const gates = ONNX_BLOCKS[op].length;
  const units = r.shape[2] ?? 0;
  const count = directions.length;
  const features = w.shape[2] ?? 0;
  const expected = [
    [w, [count, gates * units, features]],
    [r, [count, gates * units, units]],
    ...(bias ? [[bias, [count, 2 * gates * units]] as const] : []),
  ] as const;
  for (const [tensor, shape] of expected) {
    if (formatShape(tensor.shape) !== formatShape(shape) || units < 1) {
      throw refuse(`has a tensor of shape ${formatShape(tensor.shape)}, expected ${formatShape(shape)}`);
    }
  }
  const resetAfter = (node.attributes.integers.get('linear_before_reset')?.[0] ?? 0) !== 0;
  const isTwoWay = count === 2;
  const functions = activationsOf(node, op, count, refuse);
  const config = (direction: number, own: string) => ({
    name: own,
    units,
    activation: functions[direction]?.activation ?? 'tanh',
    ...(op === 'RNN' ? {} : { recurrent_activation: functions[direction]?.recurrent ?? 'sigmoid' }),
    use_bias: bias !== null,
    return_sequences: returnSequences,
    ...(op === 'GRU' ? { reset_after: resetAfter } : {}),
  });
  const arrays = directions.flatMap((_, direction) => {
    const prefix = `${name}/${isTwoWay ? (direction === 0 ? 'forward/' : 'backward/') : ''}`;
    return directionArrays({ op, w, r, bias, units, resetAfter }, direction, prefix);
  });
  const className = CLASSES[op];
  if (!isTwoWay) {
    const goBackwards = (directions[0] === 'reverse') !== isInputReversed;
    const layer = kerasLayer(className, {
      ...config(0, name),
      ...(goBackwards ? { go_backwards: true } : {}),
    });
    return { layer, arrays, units };
  }
  const backward = { ...config(1, `backward_${name}`), go_backwards: true };
  const layer = kerasLayer('Bidirectional', {
    name,
    merge_mode: mergeMode,
    layer: kerasLayer(className, config(0, `forward_${name}`)),
    backward_layer: kerasLayer(className, backward),
  });
  return { layer, arrays, units };
}

interface Weights {
  readonly op: RecurrentOp;
  readonly w: ConstantValue;
  readonly r: ConstantValue;
  readonly bias: ConstantValue | null;
  readonly units: number;
  readonly resetAfter: boolean;
}

function directionArrays(
  { op, w, r, bias, units, resetAfter }: Weights,
  direction: number,
  prefix: string,
): RawArray[] {
  const order = ONNX_BLOCKS[op];
  const rows = order.length * units;
  const matrix = (tensor: ConstantValue, name: string): RawArray => ({
    path: `${prefix}${name}`,
    dtype: tensor.dtype,
    shape: [tensor.shape[2] ?? 0, rows],
    data: kerasColumns(partOf(tensor, direction), rows, order),
  });
  const arrays = [matrix(w, 'kernel'), matrix(r, 'recurrent_kernel')];
  if (!bias) return arrays;
  const both = partOf(bias, direction);
  const input = reorderBlocks(both.subarray(0, rows), order);
  const hidden = reorderBlocks(both.subarray(rows), order);
  const named = { path: `${prefix}bias`, dtype: bias.dtype };
  if (op === 'GRU' && resetAfter) {
    return [...arrays, { ...named, shape: [2, rows], data: Float32Array.from([...input, ...hidden]) }];
  }
  return [...arrays, { ...named, shape: [rows], data: sumOfBiases(input, hidden) }];
}

const DEFAULTS = { LSTM: ['Sigmoid', 'Tanh', 'Tanh'], GRU: ['Sigmoid', 'Tanh'], RNN: ['Tanh'] } as const;

function activationsOf(
  node: OnnxNode,
  op: RecurrentOp,
  directions: number,
  refuse: Refuse,
): { readonly activation: Activation; readonly recurrent: Activation }[] {
  const perDirection = DEFAULTS[op].length;
  const listed = node.attributes.strings.get('activations') ?? [];
  const names = listed.length > 0 ? listed : Array.from({ length: directions }, () => DEFAULTS[op]).flat();
  if (names.length !== perDirection * directions) throw refuse(`has ${names.length} activations`);
  const alphas = node.attributes.floats.get('activation_alpha') ?? [];
  const betas = node.attributes.floats.get('activation_beta') ?? [];
  const hasAlpha = names.map((name) => /^(hardsigmoid|affine|elu)$/i.test(name));
  const hasBeta = names.map((name) => /^(hardsigmoid|affine)$/i.test(name));
  // Either one number for each activation, or one for each that has settings.
  const settingOf = (numbers: readonly number[], has: readonly boolean[], i: number): number | undefined =>
    numbers.length === names.length ? numbers[i] : numbers[has.slice(0, i).filter(Boolean).length];
  const functions = names.map((name, i): Activation => {
    const word = name.toLowerCase();
    const alpha = settingOf(alphas, hasAlpha, i);
    const beta = settingOf(betas, hasBeta, i);
    const plain = Object.hasOwn(PLAIN_ACTIVATIONS, word) ? PLAIN_ACTIVATIONS[word] : undefined;
    const isLinear = word === 'affine' && (alpha ?? 1) === 1 && (beta ?? 0) === 0;
    const hard = word === 'hardsigmoid' ? hardSigmoid(alpha ?? 0.2, beta ?? 0.5) : undefined;
    const isElu = word === 'elu' && (alpha ?? 1) === 1;
    const found = plain ?? hard ?? (isLinear ? 'linear' : isElu ? 'elu' : undefined);
    if (found) return found;
    const settings = hasAlpha[i] ? ` (alpha ${alpha}, beta ${beta})` : '';
    throw refuse(`has the activation ${name.slice(0, 40)}${settings}, which is not known`);
  });
  return Array.from({ length: directions }, (_, direction) => {
    const own = functions.slice(direction * perDirection, (direction + 1) * perDirection);
    const [first = 'tanh', second = first, third = second] = own;
    if (third !== second && op === 'LSTM') {
      throw refuse(`has ${second} for the candidate and ${third} for the output; Keras has one for both`);
    }
    return op === 'RNN'
      ? { activation: first, recurrent: 'linear' }
      : { activation: second, recurrent: first };
  });
}
