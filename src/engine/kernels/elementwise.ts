/** Dispatches of layers that work element by element: Activation and Dropout. */
import type { Dispatch } from '../gpu/plan.ts';
import { ACTIVATION_BACKWARD, ACTIVATION_FORWARD, DROPOUT_BACKWARD, DROPOUT_FORWARD } from './kernels.ts';
import { elementGroups, inputConstants, type KernelContext, rowConstants, type Value } from './value.ts';

/** y = phi(x); output [E, B, steps, features]. */
export function activationForward(
  context: KernelContext,
  activation: number,
  input: Value,
  output: GPUBuffer,
): Dispatch {
  return {
    kernel: ACTIVATION_FORWARD,
    constants: { ...inputConstants(context, input), ACTIVATION: activation },
    buffers: { windows: 'windows', input: input.source, output },
    workgroups: groups(context, input),
  };
}

/** dx = dy * phi'(x) from the kept output y. */
export function activationBackward(
  context: KernelContext,
  activation: number,
  input: Value,
  output: GPUBuffer,
  outputGradient: GPUBuffer,
  result: GPUBuffer,
): Dispatch {
  return {
    kernel: ACTIVATION_BACKWARD,
    constants: { ...rowConstants(context, input), ACTIVATION: activation },
    buffers: { output, output_gradient: outputGradient, input_gradient: result },
    workgroups: groups(context, input),
  };
}

/** A dropout layer's rate in [0, 1) and its number within the model. */
export interface DropoutShape {
  readonly rate: number;
  readonly salt: number;
}

/** y = x * mask / (1 - rate); output [E, B, steps, features]. */
export function dropoutForward(
  context: KernelContext,
  shape: DropoutShape,
  input: Value,
  output: GPUBuffer,
): Dispatch {
  return {
    kernel: DROPOUT_FORWARD,
    constants: { ...inputConstants(context, input), RATE: shape.rate, SALT: shape.salt },
    buffers: { windows: 'windows', input: input.source, output },
    workgroups: groups(context, input),
  };
}

/** dx = dy * mask / (1 - rate), with the mask of forward. */
export function dropoutBackward(
  context: KernelContext,
  shape: DropoutShape,
  input: Value,
  outputGradient: GPUBuffer,
  result: GPUBuffer,
): Dispatch {
  return {
    kernel: DROPOUT_BACKWARD,
    constants: { ...rowConstants(context, input), RATE: shape.rate, SALT: shape.salt },
    buffers: { output_gradient: outputGradient, input_gradient: result },
    workgroups: groups(context, input),
  };
}

function groups(context: KernelContext, input: Value): [number, number, number] {
  return elementGroups(context.batch * input.steps * input.features, context.members);
}
