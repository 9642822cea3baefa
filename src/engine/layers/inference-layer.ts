/**
 * A layer that runs forward only: read from a Keras file, with the shapes and variables that its config gives it. What it
 * computes is a function (recurrent.ts, inference.ts); training it would need a backward pass that does not exist.
 */

import { badInput, GatewiseError } from '../core/errors.ts';
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
  private readonly place: InferencePlace;
  private readonly forward: Forward;

  constructor(place: InferencePlace, forward: Forward) {
    super({ name: place.name });
    this.className = place.className;
    this.passesMask = place.passesMask;
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

  /** @throws GatewiseError in a program that trains */
  override build(build: LayerBuild, input: Value): LayerPass {
    const { name } = this.place;
    if (build.parts) {
      throw badInput(
        `Layer "${name}" (${this.className}) only predicts here; its gradients are not implemented. Train this model in Keras.`,
      );
    }
    return {
      ...this.forward(build, input),
      backward: () => {
        throw new GatewiseError('internal', `Layer "${name}" has no backward pass.`);
      },
    };
  }

  override getConfig(): Record<string, unknown> {
    return { ...this.place.config };
  }
}
