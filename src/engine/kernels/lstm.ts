/**
 * Dispatches of an LSTM layer. Two ways to run the recurrence, equal in result: persistent (one dispatch for all time
 * steps, a workgroup owns some rows) and per step (one dispatch for each t), chosen by usesPersistentKernel alone.
 */
import type { KernelConstants } from '../gpu/kernel.ts';
import type { Dispatch } from '../gpu/plan.ts';
import type { GradientParts } from './dense.ts';
import {
  LSTM_BACKWARD,
  LSTM_BACKWARD_LANES,
  LSTM_FORWARD,
  LSTM_FORWARD_LANES,
  LSTM_STEP_BACKWARD,
  LSTM_STEP_FORWARD,
  LSTM_WEIGHT_GRADIENT,
  LSTM_WEIGHT_GRADIENT_LANES,
} from './kernels.ts';
import { backwardTile, forwardTile, OPERAND_ROWS, sharesLoads } from './lstm-tiles.ts';
import { inputConstants, type KernelContext, type Value } from './value.ts';

/** Floats of a matrix, the unit in which the kernels count parameters. */
const MATRIX = 16;
/** Threads of a workgroup of the kernels that are not persistent. */
const GROUP = 64;

/**
 * Largest H of the persistent kernels: beyond it a GPU feeds U faster to many workgroups than to one. Their backward
 * keeps 4 rows of dz in workgroup memory, 64 bytes a unit: 256 units fill WebGPU's default 16 KiB.
 */
const PERSISTENT_UNITS_LIMIT = 256;

/** Whether an LSTM of this width runs its recurrence in one dispatch. */
export function usesPersistentKernel(
  { recurrence }: Pick<KernelContext, 'recurrence'>,
  units: number,
): boolean {
  if (recurrence !== 'auto') return recurrence === 'persistent';
  return units <= PERSISTENT_UNITS_LIMIT;
}

/** An LSTM layer as its kernels see it. */
export interface LstmShape {
  readonly units: number;
  /** Codes of core/activations.ts. */
  readonly activation: number;
  readonly recurrentActivation: number;
  /** Floats before the layer's parameters in a member's; a multiple of 16. */
  readonly parameterOffset: number;
}

/** Where an LSTM's variables lie: rows of [W; b; U], whole fours each way, four gates side by side. */
export interface LstmLayout {
  /** ceil((D + 1) / 4): the bias is the row after the kernel's last. */
  readonly inputFours: number;
  /** ceil(H / 4) */
  readonly unitFours: number;
  /** Floats between rows. */
  readonly rowStride: number;
  /** Floats before the bias, before the recurrent kernel, and of all. */
  readonly bias: number;
  readonly recurrent: number;
  readonly floats: number;
}

export function lstmLayout(features: number, units: number): LstmLayout {
  const inputFours = Math.ceil((features + 1) / 4);
  const unitFours = Math.ceil(units / 4);
  const rowStride = unitFours * MATRIX;
  return {
    inputFours,
    unitFours,
    rowStride,
    bias: features * rowStride,
    recurrent: inputFours * 4 * rowStride,
    floats: (inputFours + unitFours) * 4 * rowStride,
  };
}

/** Buffers of the forward pass, H in whole fours: see the kernels' heads for shapes. */
export interface LstmState {
  readonly hidden: GPUBuffer;
  readonly cell: GPUBuffer;
  readonly gates: GPUBuffer;
  readonly operand: GPUBuffer;
  /** hidden holds every step, not the last alone. The per-step kernels need it. */
  readonly keepsSequence: boolean;
  /** cell, gates and operand hold every step. */
  readonly keepsSteps: boolean;
  /** A step begins where a place of the windows changes; gates are not held then. */
  readonly takesChanges: boolean;
}

type KeptSteps = Pick<LstmState, 'keepsSteps' | 'takesChanges'>;

/** Floats of each buffer of a state, for all members. */
export function stateSizes(
  context: KernelContext,
  input: Value,
  units: number,
  { keepsSequence, keepsSteps, takesChanges }: KeptSteps & Pick<LstmState, 'keepsSequence'>,
): { hidden: number; cell: number; gates: number; operand: number } {
  const { inputFours, unitFours } = lstmLayout(input.features, units);
  const rows = context.members * context.batch;
  const padded = unitFours * 4;
  const slots = slotCount(context, input, units, { keepsSteps, takesChanges });
  const isPersistent = usesPersistentKernel(context, units);
  return {
    hidden: rows * (keepsSequence ? input.steps : 1) * padded,
    cell: keepsSteps ? rows * input.steps * padded : isPersistent ? 4 : rows * padded,
    gates: keepsSteps && !takesChanges ? rows * input.steps * padded * 4 : MATRIX,
    operand: context.members * operandGroups(context) * slots * (inputFours + unitFours) * MATRIX,
  };
}

/** All time steps of the forward pass. */
export function lstmForward(
  context: KernelContext,
  shape: LstmShape,
  input: Value,
  state: LstmState,
): Dispatch[] {
  const { units } = shape;
  const { unitFours } = lstmLayout(input.features, units);
  const constants = {
    ...inputConstants(context, input),
    ...cellConstants(shape),
    ...operandConstants(context, shape, input, state),
    KEEP_STEPS: state.keepsSteps ? 1 : 0,
  };
  const buffers = {
    windows: 'windows' as const,
    input: input.source,
    parameters: context.parameters,
    hidden: state.hidden,
    cell: state.cell,
    gates: state.gates,
    operand: state.operand,
  };
  if (usesPersistentKernel(context, units)) {
    const { rows, sharesLoads, constants: tile } = forwardTile(context, input.features, units);
    return [
      {
        kernel: sharesLoads ? LSTM_FORWARD_LANES : LSTM_FORWARD,
        constants: {
          ...constants,
          ...tile,
          KEEP_SEQUENCE: state.keepsSequence ? 1 : 0,
          CHANGES: state.takesChanges ? 1 : 0,
        },
        buffers,
        workgroups: [Math.ceil(context.batch / rows), 1, context.members],
      },
    ];
  }
  return Array.from({ length: input.steps }, (_, time) => ({
    kernel: LSTM_STEP_FORWARD,
    constants,
    buffers,
    workgroups: stepGroups(context, unitFours),
    time,
  }));
}

/**
 * All time steps of backward through time; leaves dz in state.gates.
 * @param outputGradient [E, B, T, H] when `isSequence`, else [E, B, H]
 * @param carried [E, B, unitFours] vec4, the per-step kernels' gradient of the cell state; null for the persistent one
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
    BATCH: context.batch,
    STEPS: input.steps,
    SEQUENCE_GRADIENT: isSequence ? 1 : 0,
    ...cellConstants(shape),
    ...operandConstants(context, shape, input, state),
  };
  const buffers = {
    parameters: context.parameters,
    cell: state.cell,
    output_gradient: outputGradient,
    gates: state.gates,
  };
  if (!carried) {
    const { rows, sharesLoads, constants: tile } = backwardTile(context, units);
    return [
      {
        kernel: sharesLoads ? LSTM_BACKWARD_LANES : LSTM_BACKWARD,
        constants: { ...constants, ...tile },
        buffers,
        workgroups: [Math.ceil(context.batch / rows), 1, context.members],
      },
    ];
  }
  return Array.from({ length: input.steps }, (_, k) => ({
    kernel: LSTM_STEP_BACKWARD,
    constants,
    buffers: { ...buffers, carried },
    workgroups: stepGroups(context, lstmLayout(input.features, units).unitFours),
    time: input.steps - 1 - k,
  }));
}

/** Gradient of [W; b; U] into the gradient parts, from dz in state.gates. */
export function lstmWeightGradient(
  context: KernelContext,
  shape: LstmShape & { readonly hasBias: boolean },
  input: Value,
  state: LstmState,
  parts: GradientParts,
): Dispatch {
  const { inputFours, unitFours } = lstmLayout(input.features, shape.units);
  const tiles = context.tiles.weightGradientFours;
  return {
    kernel: sharesLoads(context, unitFours) ? LSTM_WEIGHT_GRADIENT_LANES : LSTM_WEIGHT_GRADIENT,
    constants: {
      BATCH: context.batch,
      STEPS: input.steps,
      FEATURES: input.features,
      ...operandConstants(context, shape, input, state),
      TILES: tiles,
      CHUNK: Math.ceil((Math.ceil(context.batch / OPERAND_ROWS) * input.steps) / parts.count),
      MEMBERS: context.members,
      HAS_BIAS: shape.hasBias ? 1 : 0,
    },
    buffers: { operand: state.operand, dz: state.gates, gradient_parts: parts.buffer },
    workgroups: [
      Math.ceil((Math.ceil((inputFours + unitFours) / tiles) * unitFours) / GROUP),
      parts.count,
      context.members,
    ],
  };
}

/** Constants of lib/cell.wgsl. */
function cellConstants({ activation, recurrentActivation }: LstmShape): KernelConstants {
  return { ACTIVATION: activation, RECURRENT_ACTIVATION: recurrentActivation };
}

/** Constants of lib/operand.wgsl, and where the parameters lie. */
function operandConstants(
  context: KernelContext,
  shape: LstmShape,
  input: Value,
  kept: KeptSteps,
): KernelConstants {
  const { inputFours, unitFours } = lstmLayout(input.features, shape.units);
  return {
    PARAMETER_STRIDE: context.parameterStride / MATRIX,
    PARAMETER_OFFSET: shape.parameterOffset / MATRIX,
    UNITS: shape.units,
    INPUT_FOURS: inputFours,
    UNIT_FOURS: unitFours,
    GROUPS: operandGroups(context),
    SLOTS: slotCount(context, input, shape.units, kept),
  };
}

/**
 * Time steps `operand` has room for, and one more where changes are computed beside them. Without all of them the per-step
 * kernels need two: one is read, one is written.
 */
function slotCount(
  context: KernelContext,
  input: Value,
  units: number,
  { keepsSteps, takesChanges }: KeptSteps,
): number {
  if (keepsSteps) return input.steps + (takesChanges ? 1 : 0);
  return usesPersistentKernel(context, units) ? 1 : 2;
}

/** Groups of four rows a member has room for in `operand`: whole workgroups write it. */
function operandGroups({ batch, tiles }: KernelContext): number {
  return (Math.ceil(batch / tiles.rows) * tiles.rows) / OPERAND_ROWS;
}

function stepGroups(context: KernelContext, unitFours: number): [number, number, number] {
  return [Math.ceil(unitFours / GROUP), Math.ceil(context.batch / OPERAND_ROWS), context.members];
}
