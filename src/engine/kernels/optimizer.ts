/** Dispatches that turn gradient parts into new parameters: norms for clipping, Adam, SGD, RMSprop. */
import type { KernelConstants } from '../gpu/kernel.ts';
import type { Dispatch } from '../gpu/plan.ts';
import type { GradientParts } from './dense.ts';
import { ADAM, GRADIENT_NORMS, RMSPROP, SGD } from './kernels.ts';
import type { KernelContext } from './value.ts';

/** How gradients are clipped, Keras 3's two norms. */
export type Clipping =
  | { readonly kind: 'none' }
  | { readonly kind: 'variable'; readonly norm: number }
  | { readonly kind: 'global'; readonly norm: number };

const CLIP_CODES = { none: 0, variable: 1, global: 2 } as const;

/** Bytes of a VariableNorm struct (lib/norm.wgsl). */
const NORM_WORDS = 4;

/** Where the update reads and writes. */
export interface UpdateBuffers {
  readonly parts: GradientParts;
  /** [E, variables] VariableNorm structs, from variableNorms(). */
  readonly norms: GPUBuffer;
  readonly variables: number;
  readonly metrics: GPUBuffer;
}

/** Contents of the norms buffer: first and size of each variable, once per member. */
export function variableNorms(
  variables: readonly { first: number; size: number }[],
  members: number,
): Uint32Array {
  const words = new Uint32Array(members * variables.length * NORM_WORDS);
  for (let e = 0; e < members; e++) {
    variables.forEach(({ first, size }, v) => {
      words.set([first, size], (e * variables.length + v) * NORM_WORDS);
    });
  }
  return words;
}

/** The norms of all variables' gradients; nothing where nothing is clipped. */
export function gradientNorms(
  context: KernelContext,
  clipping: Clipping,
  buffers: UpdateBuffers,
): Dispatch[] {
  if (clipping.kind === 'none' || buffers.variables === 0) return [];
  return [
    {
      kernel: GRADIENT_NORMS,
      constants: {
        PARAMETERS: context.parameterStride,
        MEMBERS: context.members,
        PARTS: buffers.parts.count,
        VARIABLES: buffers.variables,
      },
      buffers: { gradient_parts: buffers.parts.buffer, norms: buffers.norms },
      workgroups: [buffers.variables, 1, context.members],
    },
  ];
}

/** Adam's constants; the learning rate comes with each step. */
export interface AdamConstants {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly amsgrad: boolean;
}

/** Adam's slots; `highest`, of amsgrad, may be any buffer without it. */
export interface AdamMoments {
  readonly first: GPUBuffer;
  readonly second: GPUBuffer;
  readonly highest: GPUBuffer;
}

export function adamUpdate(
  context: KernelContext,
  adam: AdamConstants,
  clipping: Clipping,
  buffers: UpdateBuffers,
  moments: AdamMoments,
): Dispatch {
  return {
    kernel: ADAM,
    constants: {
      ...gradientConstants(context, clipping, buffers),
      // Keras subtracts in Python's float64 and rounds the difference; only the powers of beta are float32.
      ONE_MINUS_BETA1: Math.fround(1 - adam.beta1),
      ONE_MINUS_BETA2: Math.fround(1 - adam.beta2),
      EPSILON: adam.epsilon,
      IS_AMSGRAD: adam.amsgrad ? 1 : 0,
    },
    buffers: {
      gradient_parts: buffers.parts.buffer,
      norms: buffers.norms,
      parameters: context.parameters,
      first_moment: moments.first,
      second_moment: moments.second,
      highest_second_moment: moments.highest,
      metrics: buffers.metrics,
    },
    workgroups: updateGroups(context),
  };
}

export function sgdUpdate(
  context: KernelContext,
  sgd: { readonly momentum: number; readonly nesterov: boolean },
  clipping: Clipping,
  buffers: UpdateBuffers,
  momentum: GPUBuffer,
): Dispatch {
  return {
    kernel: SGD,
    constants: {
      ...gradientConstants(context, clipping, buffers),
      MOMENTUM: sgd.momentum,
      IS_NESTEROV: sgd.nesterov ? 1 : 0,
    },
    buffers: {
      gradient_parts: buffers.parts.buffer,
      norms: buffers.norms,
      parameters: context.parameters,
      momentum,
      metrics: buffers.metrics,
    },
    workgroups: updateGroups(context),
  };
}

/** RMSprop's constants; the learning rate comes with each step. */
export interface RmspropConstants {
  readonly rho: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly centered: boolean;
}

/** @param slots momentum and averageGradient may be any buffer where the settings need none */
export function rmspropUpdate(
  context: KernelContext,
  rmsprop: RmspropConstants,
  clipping: Clipping,
  buffers: UpdateBuffers,
  slots: { readonly velocity: GPUBuffer; readonly momentum: GPUBuffer; readonly averageGradient: GPUBuffer },
): Dispatch {
  return {
    kernel: RMSPROP,
    constants: {
      ...gradientConstants(context, clipping, buffers),
      RHO: rmsprop.rho,
      ONE_MINUS_RHO: Math.fround(1 - rmsprop.rho),
      MOMENTUM: rmsprop.momentum,
      EPSILON: rmsprop.epsilon,
      IS_CENTERED: rmsprop.centered ? 1 : 0,
    },
    buffers: {
      gradient_parts: buffers.parts.buffer,
      norms: buffers.norms,
      parameters: context.parameters,
      velocity: slots.velocity,
      momentum: slots.momentum,
      average_gradient: slots.averageGradient,
      metrics: buffers.metrics,
    },
    workgroups: updateGroups(context),
  };
}

function gradientConstants(
  context: KernelContext,
  clipping: Clipping,
  buffers: UpdateBuffers,
): KernelConstants {
  return {
    PARAMETERS: context.parameterStride,
    MEMBERS: context.members,
    PARTS: clipping.kind === 'none' ? buffers.parts.count : 1,
    VARIABLES: buffers.variables,
    CLIP: CLIP_CODES[clipping.kind],
    CLIP_NORM: clipping.kind === 'none' ? 1 : clipping.norm,
  };
}

/** At most 1024 workgroups, each thread taking several parameters: one per 64 would pass 65,535 at H = 1024. */
function updateGroups(context: KernelContext): [number, number, number] {
  return [Math.min(1024, Math.ceil(context.parameterStride / 64)), 1, context.members];
}
