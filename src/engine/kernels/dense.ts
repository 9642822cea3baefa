/** Dispatches of matrix products outside the recurrence: Dense forward, and the weight and input gradients of Dense and LSTM. */
import type { Dispatch } from '../gpu/plan.ts';
import { DENSE_FORWARD, DENSE_HEAD, DENSE_WEIGHT_GRADIENT, INPUT_GRADIENT } from './kernels.ts';
import { type LossRule, lossConstants } from './loss.ts';
import { inputConstants, type KernelContext, rowConstants, type Value } from './value.ts';

/** Rows and columns a thread owns in dense_forward; threads of a workgroup each way. */
const TILE = 4;
const GROUP = 8;

/** A weight matrix within a member's parameters. */
export interface MatrixShape {
  /** Columns of the kernel: the units of Dense, 4H of an LSTM. */
  readonly columns: number;
  /** Floats before the kernel. */
  readonly parameterOffset: number;
}

/** Where gradients are collected: [parts, E, parameterStride] floats. */
export interface GradientParts {
  readonly buffer: GPUBuffer;
  readonly count: number;
}

/** y = x . W + b; output [E, B, steps, columns]. */
export function denseForward(
  context: KernelContext,
  shape: MatrixShape,
  input: Value,
  output: GPUBuffer,
): Dispatch {
  return {
    kernel: DENSE_FORWARD,
    constants: { ...inputConstants(context, input), ...matrixConstants(context, shape) },
    buffers: { windows: 'windows', input: input.source, parameters: context.parameters, output },
    workgroups: productGroups(context, shape.columns, input.steps, TILE),
  };
}

/**
 * Most products of a Dense that one workgroup should do: beyond them its three passes would hold up a GPU, whose other
 * cores idle meanwhile. LSTM(256) -> Dense(32) on 128 rows has 2^20.
 */
const MOST_HEAD_PRODUCTS = 2 ** 21;

/** Whether a linear Dense that ends the model can run in one dispatch with the loss and its own backward pass. */
export function fitsHead(context: KernelContext, columns: number, input: Value): boolean {
  return (
    input.steps === 1 &&
    input.source !== 'series' &&
    context.batch * input.features * columns <= MOST_HEAD_PRODUCTS
  );
}

/**
 * The last Dense forward, the loss, and the Dense backward.
 * @param prediction [2, E, B, columns]: predictions, then their gradient
 * @param inputGradient [E, B, features], or null where it is not needed
 */
export function denseHead(
  context: KernelContext,
  shape: MatrixShape & { readonly hasBias: boolean },
  input: Value,
  rule: LossRule,
  buffers: {
    readonly prediction: GPUBuffer;
    readonly inputGradient: GPUBuffer | null;
    readonly unused: GPUBuffer;
    readonly parts: GradientParts;
    readonly metrics: GPUBuffer;
  },
): Dispatch {
  return {
    kernel: DENSE_HEAD,
    constants: {
      ...inputConstants(context, input),
      ...matrixConstants(context, shape),
      ...lossConstants(rule, shape.columns),
      THREADS: context.tiles.headThreads,
      MEMBERS: context.members,
      HAS_BIAS: shape.hasBias ? 1 : 0,
      HAS_INPUT_GRADIENT: buffers.inputGradient ? 1 : 0,
    },
    buffers: {
      windows: 'windows',
      targets: 'targets',
      input: input.source,
      parameters: context.parameters,
      prediction: buffers.prediction,
      input_gradient: buffers.inputGradient ?? buffers.unused,
      gradient_parts: buffers.parts.buffer,
      metrics: buffers.metrics,
    },
    workgroups: [1, 1, context.members],
  };
}

/** dx = dz . W^T; dz [E, B, steps, columns], inputGradient [E, B, steps, features]. */
export function inputGradient(
  context: KernelContext,
  shape: MatrixShape,
  input: Value,
  outputGradient: GPUBuffer,
  result: GPUBuffer,
): Dispatch {
  const { inputGradientFours: tiles } = context.tiles;
  return {
    kernel: INPUT_GRADIENT,
    constants: { ...rowConstants(context, input), ...matrixConstants(context, shape), TILES: tiles },
    buffers: { parameters: context.parameters, output_gradient: outputGradient, input_gradient: result },
    workgroups: productGroups(context, input.features, input.steps, TILE * tiles),
  };
}

/**
 * Gradient of [W; b] into the gradient parts.
 * @param outputGradient dz [E, B, steps, columns]
 */
export function denseWeightGradient(
  context: KernelContext,
  shape: MatrixShape & { readonly hasBias: boolean },
  input: Value,
  outputGradient: GPUBuffer,
  parts: GradientParts,
): Dispatch {
  return {
    kernel: DENSE_WEIGHT_GRADIENT,
    constants: {
      ...inputConstants(context, input),
      ...matrixConstants(context, shape),
      ...partConstants(context, shape, input, parts),
    },
    buffers: {
      windows: 'windows',
      input: input.source,
      output_gradient: outputGradient,
      gradient_parts: parts.buffer,
    },
    workgroups: [
      Math.ceil(((input.features + 1) * Math.ceil(shape.columns / TILE)) / 64),
      parts.count,
      context.members,
    ],
  };
}

/** Constants of split-K: rows per chunk, members between parts, and whether the bias has a gradient. */
function partConstants(
  context: KernelContext,
  shape: { readonly hasBias: boolean },
  input: Value,
  parts: GradientParts,
): { CHUNK: number; MEMBERS: number; HAS_BIAS: number } {
  return {
    CHUNK: Math.ceil((context.batch * input.steps) / parts.count),
    MEMBERS: context.members,
    HAS_BIAS: shape.hasBias ? 1 : 0,
  };
}

/**
 * How many split-K parts a training program uses. A thread sums about 96 rows, at most 16 parts, and no more than
 * 2^24 floats of parts per member: large layers have tiles enough to fill a GPU without splitting.
 * Depends on shapes alone, so that the order of every sum does.
 * @param rows largest B * steps among the layers with weights
 */
export function gradientPartCount(rows: number, parameterStride: number): number {
  return Math.max(1, Math.min(16, Math.ceil(rows / 96), Math.floor(2 ** 24 / parameterStride)));
}

function matrixConstants(context: KernelContext, shape: MatrixShape): Record<string, number> {
  return {
    COLUMNS: shape.columns,
    PARAMETER_STRIDE: context.parameterStride,
    PARAMETER_OFFSET: shape.parameterOffset,
  };
}

/** @param tile rows and columns of a thread */
function productGroups(
  context: KernelContext,
  columns: number,
  steps: number,
  tile: number,
): [number, number, number] {
  return [
    Math.ceil((context.batch * steps) / tile / GROUP),
    Math.ceil(columns / tile / GROUP),
    context.members,
  ];
}
