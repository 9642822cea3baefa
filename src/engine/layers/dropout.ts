/** Dropout: in training, each value is zero with probability `rate` and scaled by 1 / (1 - rate) otherwise. */
import { badInput } from '../core/errors.ts';
import { dropoutBackward, dropoutForward } from '../kernels/elementwise.ts';
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

export interface DropoutSettings extends LayerSettings {
  /** Share of values dropped, 0 <= rate < 1. */
  readonly rate: number;
}

/**
 * A Dropout layer.
 * @throws GatewiseError for a rate outside [0, 1)
 */
export function dropout(settings: DropoutSettings): Dropout {
  return new Dropout(settings);
}

export class Dropout extends Layer {
  readonly className = 'Dropout';
  readonly rate: number;

  constructor(settings: DropoutSettings) {
    super(settings);
    if (!(settings.rate >= 0 && settings.rate < 1)) {
      throw badInput(`Dropout rate must be at least 0 and below 1, received ${settings.rate}.`);
    }
    this.rate = settings.rate;
  }

  override outputShape(input: SampleShape): SampleShape {
    return input;
  }

  override parameters(): LayerParameters {
    return NO_PARAMETERS;
  }

  override build(build: LayerBuild, input: Value): LayerPass {
    const { context, owner, dispatches, isTraining } = build;
    if (!isTraining || this.rate === 0)
      return { output: input, backward: (outputGradient) => outputGradient };
    const size = context.members * context.batch * input.steps * input.features;
    const shape = { rate: this.rate, salt: build.index };
    const output = owner.tensor('dropped', size);
    dispatches.push(dropoutForward(context, shape, input, output));
    return {
      output: denseValue(output, context.batch, input.steps, input.features),
      backward: (outputGradient, needsInputGradient) => {
        if (!needsInputGradient) return null;
        const result = owner.tensor('inputGradient', size);
        dispatches.push(dropoutBackward(context, shape, input, outputGradient, result));
        return result;
      },
    };
  }

  override getConfig(): Record<string, unknown> {
    return { rate: this.rate };
  }
}
