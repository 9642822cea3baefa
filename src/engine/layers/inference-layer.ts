/**
 * A layer that runs forward only: read from a Keras file, with the shapes and variables that its config gives it. What it
 * computes is a function (recurrent.ts, inference.ts); training it would need a backward pass that does not exist.
 */

import { badInput, type GatewiseError } from '../core/errors.ts';
import { GATE_COUNT } from '../core/gates.ts';
import { sizeOf } from '../core/tensor.ts';
import type { Value } from '../kernels/value.ts';
import {
  Layer,
  type LayerBuild,
  type LayerParameters,
  type LayerPass,
  type SampleShape,
  type Trace,
} from './layer.ts';

/** A layer in its place. */
export interface InferencePlace {
  readonly name: string;
  readonly className: string;
  /** Keras' config. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly output: SampleShape;
  /** In Keras' order; four gates lie interleaved on the GPU, everything else as in Keras. */
  readonly variables: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly gates: number;
  }[];
  /** Whether a mask of the input goes on with the output. */
  readonly passesMask: boolean;
  /** Whether the output is the input, however it lies: its gradient is the input's as well. */
  readonly isCopy: boolean;
}

export interface ForwardPass {
  readonly output: Value;
  readonly traces?: readonly Trace[];
}

/** Appends the dispatches of a forward pass. */
export type Forward = (build: LayerBuild, input: Value) => ForwardPass;

export class InferenceLayer extends Layer {
  readonly className: string;
  override readonly passesMask: boolean;
  override readonly hasGradients: boolean;
  private readonly place: InferencePlace;
  private readonly forward: Forward;

  constructor(place: InferencePlace, forward: Forward) {
    super({ name: place.name });
    this.className = place.className;
    this.passesMask = place.passesMask;
    this.hasGradients = place.isCopy;
    this.place = place;
    this.forward = forward;
  }

  override outputShape(): SampleShape {
    return this.place.output;
  }

  override parameters(): LayerParameters {
    let floats = 0;
    const variables = this.place.variables.map(({ name, shape, gates }) => {
      const offset = floats;
      const size = sizeOf(shape);
      floats += size;
      const gateUnits = gates === GATE_COUNT ? (shape.at(-1) ?? 0) / GATE_COUNT : null;
      return { name, shape, offset, gateUnits, initialize: () => new Float32Array(size) };
    });
    return { variables, floats };
  }

  /** @throws GatewiseError in a program that goes backward, unless nothing is computed */
  override build(build: LayerBuild, input: Value): LayerPass {
    const { name } = this.place;
    if (build.isBackward && !this.hasGradients) throw noGradients(name, this.className);
    const pass = this.forward(build, input);
    return { ...pass, backward: (outputGradient) => outputGradient };
  }

  override getConfig(): Record<string, unknown> {
    return { ...this.place.config };
  }
}

/** What a layer says that is asked to go backward and can't. */
export function noGradients(name: string, className: string): GatewiseError {
  return badInput(
    `Layer "${name}" (${className}) only predicts here; its gradients are not implemented. Train this model in Keras, and explain it by permutation or occlusion, which need no gradients.`,
  );
}
