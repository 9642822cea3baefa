/** Dispatches of the other layers that only run forward. Every output is dense [E, B, steps, features]. */
import type { Dispatch } from '../gpu/plan.ts';
import {
  ELEMENT_FORWARD,
  MASKING_FORWARD,
  NORMALIZATION_FORWARD,
  REPEAT_FORWARD,
  SOFTMAX_FORWARD,
} from './inference-kernels.ts';
import { elementGroups, inputConstants, type KernelContext, type Value } from './value.ts';

/** Functions of one element with settings; element_forward.wgsl has their equations. */
export type ElementFunction =
  | { readonly kind: 'relu'; readonly max: number; readonly slope: number; readonly threshold: number }
  | { readonly kind: 'elu'; readonly alpha: number }
  | { readonly kind: 'rescaling'; readonly scale: number; readonly offset: number };

export function elementForward(
  context: KernelContext,
  settings: ElementFunction,
  input: Value,
  output: GPUBuffer,
): Dispatch {
  return {
    kernel: ELEMENT_FORWARD,
    constants: { ...inputConstants(context, input), ...elementConstants(settings) },
    buffers: { windows: 'windows', input: input.source, output },
    workgroups: elementGroups(context.batch * input.steps * input.features, context.members),
  };
}

function elementConstants(settings: ElementFunction): Record<string, number> {
  const unused = { A: 0, B: 0, C: 0, HAS_MAXIMUM: 0 };
  switch (settings.kind) {
    case 'relu': {
      const { max, threshold, slope } = settings;
      // A pipeline constant can't be infinite.
      const hasMaximum = Number.isFinite(max);
      const A = hasMaximum ? max : 0;
      return { KIND: 0, A, B: threshold, C: slope, HAS_MAXIMUM: Number(hasMaximum) };
    }
    case 'elu':
      return { ...unused, KIND: 1, A: settings.alpha };
    case 'rescaling':
      return { ...unused, KIND: 2, A: settings.scale, B: settings.offset };
  }
}

/** Softmax over the features. */
export function softmaxForward(context: KernelContext, input: Value, output: GPUBuffer): Dispatch {
  return {
    kernel: SOFTMAX_FORWARD,
    constants: inputConstants(context, input),
    buffers: { windows: 'windows', input: input.source, output },
    workgroups: rowGroups(context, input),
  };
}

export interface NormalizationShape {
  readonly epsilon: number;
  /** Each row's own mean and variance instead of stored ones. */
  readonly isOverRow: boolean;
  readonly scale: boolean;
  readonly center: boolean;
  /** Floats before gamma. */
  readonly parameterOffset: number;
}

export function normalizationForward(
  context: KernelContext,
  shape: NormalizationShape,
  input: Value,
  output: GPUBuffer,
): Dispatch {
  return {
    kernel: NORMALIZATION_FORWARD,
    constants: {
      ...inputConstants(context, input),
      EPSILON: shape.epsilon,
      OVER_ROW: Number(shape.isOverRow),
      HAS_SCALE: Number(shape.scale),
      HAS_CENTER: Number(shape.center),
      PARAMETER_STRIDE: context.parameterStride,
      PARAMETER_OFFSET: shape.parameterOffset,
    },
    buffers: { windows: 'windows', input: input.source, parameters: context.parameters, output },
    workgroups: rowGroups(context, input),
  };
}

/** @param mask [E, B, steps], 1 for a step with any feature other than `maskValue` */
export function maskingForward(
  context: KernelContext,
  maskValue: number,
  input: Value,
  output: GPUBuffer,
  mask: GPUBuffer,
): Dispatch {
  return {
    kernel: MASKING_FORWARD,
    constants: { ...inputConstants(context, input), MASK_VALUE: maskValue },
    buffers: { windows: 'windows', input: input.source, output, mask },
    workgroups: rowGroups(context, input),
  };
}

/** @param input one step a row; output [E, B, count, features] */
export function repeatForward(
  context: KernelContext,
  count: number,
  input: Value,
  output: GPUBuffer,
): Dispatch {
  return {
    kernel: REPEAT_FORWARD,
    constants: { ...inputConstants(context, input), COUNT: count },
    buffers: { windows: 'windows', input: input.source, output },
    workgroups: elementGroups(context.batch * count * input.features, context.members),
  };
}

/** A thread for each row of each step. */
function rowGroups(context: KernelContext, input: Value): [number, number, number] {
  return elementGroups(context.batch * input.steps, context.members);
}
