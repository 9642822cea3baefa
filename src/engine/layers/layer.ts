/**
 * What a layer is to the model: shapes, variables, and the dispatches of its forward and backward pass. A layer object
 * holds settings only; buffers belong to the program it is built into, parameters to the model.
 */
import { badInput } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import type { BufferOwner } from '../gpu/buffers.ts';
import type { Dispatch } from '../gpu/plan.ts';
import type { GradientParts } from '../kernels/dense.ts';
import type { LossRule } from '../kernels/loss.ts';
import type { KernelContext, Value } from '../kernels/value.ts';

/** Shape of one sample: [T, D] or [D]. */
export type SampleShape = readonly number[];

/** One weight variable of a layer. */
export interface Variable {
  /** Keras' name of it: kernel, recurrent_kernel, bias, ... */
  readonly name: string;
  /** Keras' shape, e.g. [D, 4H]. */
  readonly shape: readonly number[];
  /** Floats from the layer's first parameter. */
  readonly offset: number;
  /** H where the columns lie gate-interleaved (LSTM), null where they lie as in Keras. */
  readonly gateUnits: number | null;
  /** Floats between its rows on the GPU; absent where they lie close. */
  readonly rowStride?: number;
  /** Fresh values in Keras' layout. */
  initialize(random: Random): Float32Array;
}

/** A layer's parameters: its variables and the room they take. */
export interface LayerParameters {
  readonly variables: readonly Variable[];
  /** Floats taken; the model rounds up, so that each layer begins on a matrix. */
  readonly floats: number;
}

/** What a layer is built into. */
export interface LayerBuild {
  readonly context: KernelContext;
  readonly owner: BufferOwner;
  /** The program's dispatches so far; layers append theirs. */
  readonly dispatches: Dispatch[];
  /** Floats before the layer's parameters. */
  readonly parameterOffset: number;
  /** Position of the layer in the model. */
  readonly index: number;
  /** Where weight gradients go; null in a program that computes none. */
  readonly parts: GradientParts | null;
  /** Whether the backward dispatches follow, and need what a forward pass computes on the way. */
  readonly isBackward: boolean;
  /** Keep the gates and states of every time step, for the pass's traces. */
  readonly keepsTrace: boolean;
  /** Where the windows are read: begin at the time step at which they change, from what an earlier step left. */
  readonly takesChanges: boolean;
  /** Do what only training does: drop values out. */
  readonly isTraining: boolean;
}

/** Where values [T, H] lie in a buffer. */
export interface TracePlace {
  readonly steps: number;
  readonly units: number;
  /** Floats before the first value, between time steps and between units. */
  readonly offset: number;
  readonly stepStride: number;
  readonly unitStride: number;
}

/** Values of every time step inside a layer, [E, B, T, H], as they lie in a buffer. */
export interface Trace extends TracePlace {
  /** i, f, candidate, o, c, h, ... */
  readonly key: string;
  readonly buffer: GPUBuffer;
}

/** A built layer. */
export interface LayerPass {
  readonly output: Value;
  /** With keepsTrace: what is to be seen of a recurrent layer. */
  readonly traces?: readonly Trace[];
  /** With keepsTrace, once backward has run: dz of each gate, under the gate's key. */
  readonly gradientTraces?: readonly Trace[];
  /**
   * Appends the backward dispatches.
   * @param outputGradient dense [E, B, steps, features] of the output
   * @returns the input's gradient, dense [E, B, steps, features], or null when it is not needed
   */
  backward(outputGradient: GPUBuffer, needsInputGradient: boolean): GPUBuffer | null;
}

/** The loss at the end of a training program. */
export interface HeadLoss {
  readonly rule: LossRule;
  /** [E] Metrics structs */
  readonly metrics: GPUBuffer;
  /** A buffer for bindings that are not used. */
  readonly unused: GPUBuffer;
}

/** The end of a training program in one dispatch: forward, loss and the layer's own backward pass. */
export interface HeadPass {
  /** Dense [E, B, 1, features]. */
  readonly output: Value & { readonly source: GPUBuffer };
  /** Dense [E, B, 1, features] of the input, or null where it is not needed. */
  readonly inputGradient: GPUBuffer | null;
}

/** Base of all layers. */
export abstract class Layer {
  /** Keras' class name. */
  abstract readonly className: string;
  /** Name given by the user; the model fills in lstm, lstm_1, ... where there is none. */
  readonly givenName: string | undefined;
  /** Shape of one input sample, when this layer is the first. */
  readonly inputShape: SampleShape | undefined;
  /** Whether a mask of the input goes on with the output. */
  readonly passesMask: boolean = true;

  /** Whether a gradient can go back through it. */
  readonly hasGradients: boolean = true;

  /** Whether it can begin at the time step at which windows change, where it is the layer that reads them. */
  get takesChanges(): boolean {
    return false;
  }

  /** Whether the output is the input, so that nothing is to be computed. */
  get isIdentity(): boolean {
    return false;
  }

  constructor(settings: LayerSettings) {
    if (settings.name !== undefined && !/^[^<\p{Cc}\p{Cs}]{1,256}$/u.test(settings.name)) {
      throw badInput(
        `Layer name ${JSON.stringify(settings.name)} can't be used. Take 1 to 256 characters, no "<" and no control characters.`,
      );
    }
    for (const size of settings.inputShape ?? []) requirePositiveInteger(size, 'inputShape entry');
    this.givenName = settings.name;
    this.inputShape = settings.inputShape;
  }

  /** @throws GatewiseError when the layer can't take such samples */
  abstract outputShape(input: SampleShape, name: string): SampleShape;
  abstract parameters(input: SampleShape): LayerParameters;
  abstract build(build: LayerBuild, input: Value): LayerPass;
  /**
   * Builds the layer as the end of a training program, loss included, where it has a kernel for that.
   * @param needsInputGradient whether a layer below learns
   * @returns null where it has none
   */
  buildHead(
    _build: LayerBuild,
    _input: Value,
    _loss: HeadLoss,
    _needsInputGradient: boolean,
  ): HeadPass | null {
    return null;
  }
  /** The config of Keras 3, without name and dtype. */
  abstract getConfig(): Record<string, unknown>;
}

/** Settings every layer takes. */
export interface LayerSettings {
  readonly name?: string;
  readonly inputShape?: SampleShape;
}

/** No weights. */
export const NO_PARAMETERS: LayerParameters = { variables: [], floats: 0 };

/** @throws GatewiseError unless `value` is an integer of 1 or more */
export function requirePositiveInteger(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 2 ** 24) {
    throw badInput(
      `${what} must be a whole number of 1 or more, received ${JSON.stringify(value) ?? String(value)}.`,
    );
  }
  return value;
}
