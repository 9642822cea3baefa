/** Dispatches of the recurrences with every option of Keras, for inference; the plain LSTM has faster ones in lstm.ts. */
import type { Dispatch } from '../gpu/plan.ts';
import { MERGE_FORWARD, RECURRENT_FORWARD } from './inference-kernels.ts';
import { elementGroups, inputConstants, type KernelContext, type Value } from './value.ts';

/** What the kernel keeps of each step, in its order. */
export const RECURRENT_TRACES = {
  lstm: ['i', 'f', 'candidate', 'o', 'c', 'h'],
  gru: ['z', 'r', 'candidate', 'h'],
  simple_rnn: ['h'],
} as const;

export type CellName = keyof typeof RECURRENT_TRACES;

const CELL_CODES: Readonly<Record<CellName, number>> = { lstm: 0, gru: 1, simple_rnn: 2 };
const GATE_COUNTS: Readonly<Record<CellName, number>> = { lstm: 4, gru: 3, simple_rnn: 1 };

/** h of two steps and c lie in workgroup memory, 12 bytes a unit: this many fill WebGPU's default 16 KiB. */
export const RECURRENT_UNITS_LIMIT = 1365;
/** WebGPU's default maxComputeInvocationsPerWorkgroup. */
const MAX_THREADS = 256;

/** A recurrent layer as its kernel sees it. */
export interface RecurrentShape {
  readonly cell: CellName;
  readonly units: number;
  /** Codes of core/activations.ts. */
  readonly activation: number;
  readonly recurrentActivation: number;
  readonly useBias: boolean;
  readonly resetAfter: boolean;
  readonly goBackwards: boolean;
  readonly zeroOutputForMask: boolean;
  readonly stateful: boolean;
  readonly returnSequences: boolean;
  /** Floats before the layer's kernel in a member's parameters. */
  readonly parameterOffset: number;
}

/** output [E, B, T, H] or [E, B, H]; state [E, B, 2, H] of a stateful layer; traces [E, B, T, keys, H] or null. */
export interface RecurrentBuffers {
  readonly mask: GPUBuffer;
  readonly output: GPUBuffer;
  readonly state: GPUBuffer;
  readonly traces: GPUBuffer;
}

/**
 * All time steps of a recurrence.
 * @param buffers those that the options make no use of are small and never read
 */
export function recurrentForward(
  context: KernelContext,
  shape: RecurrentShape,
  input: Value,
  buffers: RecurrentBuffers,
  keepsTraces: boolean,
): Dispatch {
  const { cell, units } = shape;
  // An LSTM's gates lie side by side for each unit, as the training kernels want them; other cells lie as in Keras.
  const isInterleaved = cell === 'lstm';
  return {
    kernel: RECURRENT_FORWARD,
    constants: {
      ...inputConstants(context, input),
      CELL: CELL_CODES[cell],
      UNITS: units,
      GATES: GATE_COUNTS[cell],
      THREADS: Math.min(units, MAX_THREADS),
      ACTIVATION: shape.activation,
      RECURRENT_ACTIVATION: shape.recurrentActivation,
      PARAMETER_STRIDE: context.parameterStride,
      PARAMETER_OFFSET: shape.parameterOffset,
      GATE_STRIDE: isInterleaved ? 1 : units,
      UNIT_STRIDE: isInterleaved ? GATE_COUNTS[cell] : 1,
      HAS_BIAS: Number(shape.useBias),
      RESET_AFTER: Number(shape.resetAfter),
      GO_BACKWARDS: Number(shape.goBackwards),
      HAS_MASK: Number(input.mask !== undefined),
      ZERO_OUTPUT: Number(shape.zeroOutputForMask),
      IS_STATEFUL: Number(shape.stateful),
      KEEP_SEQUENCE: Number(shape.returnSequences),
      KEEP_TRACES: Number(keepsTraces),
    },
    buffers: { windows: 'windows', input: input.source, parameters: context.parameters, ...buffers },
    workgroups: [context.batch, 1, context.members],
  };
}

/** Ways to merge, positions are the shader's codes. */
const MERGE_MODES = ['concat', 'sum', 'mul', 'ave'] as const;

export type MergeName = (typeof MERGE_MODES)[number];

/** Forward and backward [E, B, steps, units] made one; the backward one's steps are turned round. */
export function mergeForward(
  context: KernelContext,
  mode: MergeName,
  shape: { readonly steps: number; readonly units: number },
  buffers: { readonly forward: GPUBuffer; readonly backward: GPUBuffer; readonly output: GPUBuffer },
): Dispatch {
  const { steps, units } = shape;
  return {
    kernel: MERGE_FORWARD,
    constants: { BATCH: context.batch, STEPS: steps, UNITS: units, MODE: MERGE_MODES.indexOf(mode) },
    buffers: { ...buffers },
    workgroups: elementGroups(context.batch * steps * units, context.members),
  };
}
