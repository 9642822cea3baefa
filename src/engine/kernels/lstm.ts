/**
 * Dispatches of an LSTM layer. Two ways to run the recurrence, equal in result: persistent (one dispatch for all time
 * steps, a workgroup owns 4 rows) and per step (one dispatch for each t), chosen by usesPersistentKernel alone.
 */
import type { Dispatch } from '../gpu/plan.ts';
import { type GradientParts, partConstants } from './dense.ts';
import {
  LSTM_BACKWARD,
  LSTM_FORWARD,
  LSTM_STEP_BACKWARD,
  LSTM_STEP_FORWARD,
  LSTM_WEIGHT_GRADIENT,
} from './kernels.ts';
import { inputConstants, type KernelContext, rowConstants, type Value } from './value.ts';

/** Rows per workgroup and units per thread of all four kernels (ROWS and COLUMNS in the WGSL). */
const TILE = 4;
/** Rows of [W; U; b] and units a thread owns in lstm_weight_gradient. */
const GRADIENT_ROWS = 8;
const GRADIENT_UNITS = 2;

/**
 * Largest H of the persistent kernels. Their backward keeps 4 rows of dz in workgroup memory, 64 bytes a unit: 256 units
 * fill WebGPU's default 16 KiB.
 */
const PERSISTENT_UNITS_LIMIT = 256;

/** Whether an LSTM of this width runs its recurrence in one dispatch. */
export function usesPersistentKernel(context: KernelContext, units: number): boolean {
  if (context.recurrence !== 'auto') return context.recurrence === 'persistent';
  return units <= PERSISTENT_UNITS_LIMIT;
}

/** An LSTM layer as its kernels see it. */
export interface LstmShape {
  readonly units: number;
  /** Codes of core/activations.ts. */
  readonly activation: number;
  readonly recurrentActivation: number;
  /** Floats before the layer's kernel in a member's parameters; a multiple of 4. */
  readonly parameterOffset: number;
}

/** Floats between rows of h: H rounded up to whole vec4s, so that lstm_weight_gradient can load four at once. */
export function hiddenStride(units: number): number {
  return Math.ceil(units / 4) * 4;
}

/** Buffers of the forward pass: hidden [E, B, T, hiddenStride(H)] or [E, B, hiddenStride(H)], cell [E, B, T, H], gates [E, B, T, H, 4]. */
export interface LstmState {
  readonly hidden: GPUBuffer;
  readonly cell: GPUBuffer;
  readonly gates: GPUBuffer;
  /** hidden holds every step, not the last alone. The per-step kernels need it. */
  readonly keepsSequence: boolean;
  /** cell and gates hold every step. */
  readonly keepsGates: boolean;
}

/** All time steps of the forward pass. */
export function lstmForward(
  context: KernelContext,
  shape: LstmShape,
  input: Value,
  state: LstmState,
): Dispatch[] {
  const { units } = shape;
  const constants = {
    ...inputConstants(context, input),
    ...cellConstants(context, shape),
    HIDDEN_STRIDE: hiddenStride(units),
    KEEP_GATES: state.keepsGates ? 1 : 0,
  };
  const buffers = {
    windows: 'windows' as const,
    input: input.source,
    parameters: context.parameters,
    hidden: state.hidden,
    cell: state.cell,
    gates: state.gates,
  };
  if (usesPersistentKernel(context, units)) {
    return [
      {
        kernel: LSTM_FORWARD,
        constants: {
          ...constants,
          THREADS: Math.ceil(units / TILE),
          KEEP_SEQUENCE: state.keepsSequence ? 1 : 0,
        },
        buffers,
        workgroups: [Math.ceil(context.batch / TILE), 1, context.members],
      },
    ];
  }
  return Array.from({ length: input.steps }, (_, time) => ({
    kernel: LSTM_STEP_FORWARD,
    constants,
    buffers,
    workgroups: stepGroups(context, units),
    time,
  }));
}

/**
 * All time steps of backward through time; leaves dz in state.gates.
 * @param outputGradient [E, B, T, H] when `isSequence`, else [E, B, H]
 * @param carried [E, B, H], the per-step kernels' gradient of the cell state; unused by the persistent one
 */
export function lstmBackward(
  context: KernelContext,
  shape: LstmShape,
  input: Value,
  state: LstmState,
  outputGradient: GPUBuffer,
  isSequence: boolean,
  carried: GPUBuffer | null,
): Dispatch[] {
  const { units } = shape;
  const constants = {
    ...rowConstants(context, input),
    ...cellConstants(context, shape),
    SEQUENCE_GRADIENT: isSequence ? 1 : 0,
  };
  const buffers = {
    parameters: context.parameters,
    cell: state.cell,
    output_gradient: outputGradient,
    gates: state.gates,
  };
  if (!carried) {
    return [
      {
        kernel: LSTM_BACKWARD,
        constants: { ...constants, HIDDEN_STRIDE: hiddenStride(units), THREADS: Math.ceil(units / TILE) },
        buffers,
        workgroups: [Math.ceil(context.batch / TILE), 1, context.members],
      },
    ];
  }
  return Array.from({ length: input.steps }, (_, k) => ({
    kernel: LSTM_STEP_BACKWARD,
    constants,
    buffers: { ...buffers, carried },
    workgroups: stepGroups(context, units),
    time: input.steps - 1 - k,
  }));
}

/** Gradient of [W; U; b] into the gradient parts, from dz in state.gates. */
export function lstmWeightGradient(
  context: KernelContext,
  shape: LstmShape & { readonly hasBias: boolean },
  input: Value,
  state: LstmState,
  parts: GradientParts,
): Dispatch {
  const { units } = shape;
  const rowTiles = Math.ceil((input.features + 1) / GRADIENT_ROWS) + Math.ceil(units / GRADIENT_ROWS);
  return {
    kernel: LSTM_WEIGHT_GRADIENT,
    constants: {
      ...inputConstants(context, input),
      ...partConstants(context, shape, input, parts),
      UNITS: units,
      PARAMETER_STRIDE: context.parameterStride / 4,
      PARAMETER_OFFSET: shape.parameterOffset / 4,
    },
    buffers: {
      windows: 'windows',
      input: input.source,
      hidden: state.hidden,
      dz: state.gates,
      gradient_parts: parts.buffer,
    },
    workgroups: [
      Math.ceil((rowTiles * Math.ceil(units / GRADIENT_UNITS)) / 64),
      parts.count,
      context.members,
    ],
  };
}

function cellConstants(context: KernelContext, shape: LstmShape): Record<string, number> {
  return {
    UNITS: shape.units,
    ACTIVATION: shape.activation,
    RECURRENT_ACTIVATION: shape.recurrentActivation,
    PARAMETER_STRIDE: context.parameterStride / 4,
    PARAMETER_OFFSET: shape.parameterOffset / 4,
  };
}

function stepGroups(context: KernelContext, units: number): [number, number, number] {
  return [Math.ceil(units / TILE / 64), Math.ceil(context.batch / TILE), context.members];
}
