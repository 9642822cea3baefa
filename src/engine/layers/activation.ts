/** Activation: y = phi(x), element by element. Linear costs nothing. */
import { type Activation, activationCode } from '../core/activations.ts';
import { activationBackward, activationForward } from '../kernels/elementwise.ts';
import { denseValue, type Value } from '../kernels/value.ts';
import {
  Layer,
  type LayerBuild,
  type LayerParameters,
  type LayerPass,
  type LayerSettings,
  NO_PARAMETERS,
  type SampleShape,
} from './layer.ts';

/**
 * An Activation layer.
 * @throws GatewiseError for an unknown activation
 */
export function activation(kind: Activation, settings: LayerSettings = {}): ActivationLayer {
  return new ActivationLayer(kind, settings);
}

export class ActivationLayer extends Layer {
  readonly className = 'Activation';
  readonly activation: Activation;

  constructor(kind: Activation, settings: LayerSettings) {
    super(settings);
    activationCode(kind);
    this.activation = kind;
  }

  override get isIdentity(): boolean {
    return this.activation === 'linear';
  }

  override outputShape(input: SampleShape): SampleShape {
    return input;
  }

  override parameters(): LayerParameters {
    return NO_PARAMETERS;
  }

  override build(build: LayerBuild, input: Value): LayerPass {
    return buildActivation(build, this.activation, input);
  }

  override getConfig(): Record<string, unknown> {
    return { activation: this.activation };
  }
}

/** The pass of an activation, used by the layer and by Dense({ activation }). */
export function buildActivation(build: LayerBuild, kind: Activation, input: Value): LayerPass {
  if (kind === 'linear') return { output: input, backward: (outputGradient) => outputGradient };
  const { context, owner, dispatches } = build;
  const code = activationCode(kind);
  const size = context.members * context.batch * input.steps * input.features;
  const output = owner.tensor('activated', size);
  dispatches.push(activationForward(context, code, input, output));
  return {
    output: denseValue(output, context.batch, input.steps, input.features),
    backward: (outputGradient, needsInputGradient) => {
      if (!needsInputGradient) return null;
      const result = owner.tensor('inputGradient', size);
      dispatches.push(activationBackward(context, code, input, output, outputGradient, result));
      return result;
    },
  };
}
