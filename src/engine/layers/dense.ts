/** Dense: y = phi(x . W + b), on the last axis; on a sequence [T, D] it works at every time step, as in Keras. */
import { type Activation, activationCode } from '../core/activations.ts';
import { badInput, formatShape } from '../core/errors.ts';
import { type Initializer, initializerConfig, initialValues } from '../core/initializers.ts';
import { denseForward, denseHead, denseWeightGradient, fitsHead, inputGradient } from '../kernels/dense.ts';
import { denseValue, type Value } from '../kernels/value.ts';
import { buildActivation } from './activation.ts';
import {
  type HeadLoss,
  type HeadPass,
  Layer,
  type LayerBuild,
  type LayerParameters,
  type LayerPass,
  type LayerSettings,
  requirePositiveInteger,
  type SampleShape,
  type Variable,
} from './layer.ts';

export interface DenseSettings extends LayerSettings {
  readonly units: number;
  readonly activation?: Activation;
  readonly useBias?: boolean;
  readonly kernelInitializer?: Initializer;
  readonly biasInitializer?: Initializer;
}

/**
 * A Dense layer with Keras' defaults.
 * @throws GatewiseError for units that are no positive integer or an unknown activation
 */
export function dense(settings: DenseSettings): Dense {
  return new Dense(settings);
}

export class Dense extends Layer {
  readonly className = 'Dense';
  readonly units: number;
  private readonly settings: DenseSettings;

  constructor(settings: DenseSettings) {
    super(settings);
    this.units = requirePositiveInteger(settings.units, 'Dense units');
    this.settings = settings;
    activationCode(this.activation);
  }

  get activation(): Activation {
    return this.settings.activation ?? 'linear';
  }

  get useBias(): boolean {
    return this.settings.useBias ?? true;
  }

  override outputShape(input: SampleShape, name: string): SampleShape {
    if (input.length < 1 || input.length > 2) {
      throw badInput(
        `Dense "${name}": expected samples of shape [features] or [time, features], received ${formatShape(input)}.`,
      );
    }
    return [...input.slice(0, -1), this.units];
  }

  override parameters(input: SampleShape): LayerParameters {
    const features = input.at(-1) ?? 0;
    const { kernelInitializer = 'glorot_uniform', biasInitializer = 'zeros' } = this.settings;
    const size = features * this.units;
    const variables: Variable[] = [
      {
        name: 'kernel',
        shape: [features, this.units],
        offset: 0,
        gateUnits: null,
        initialize: (random) => initialValues(kernelInitializer, [features, this.units], random),
      },
    ];
    if (this.useBias) {
      variables.push({
        name: 'bias',
        shape: [this.units],
        offset: size,
        gateUnits: null,
        initialize: (random) => initialValues(biasInitializer, [this.units], random),
      });
    }
    return { variables, floats: size + this.units };
  }

  override build(build: LayerBuild, input: Value): LayerPass {
    const { context, owner, dispatches, parts, parameterOffset } = build;
    const rows = context.members * context.batch * input.steps;
    const shape = { columns: this.units, parameterOffset, hasBias: this.useBias };
    const output = owner.tensor('output', rows * this.units);
    dispatches.push(denseForward(context, shape, input, output));
    const product = denseValue(output, context.batch, input.steps, this.units);
    const activated = buildActivation(build, this.activation, product);

    const backward = (outputGradient: GPUBuffer, needsInputGradient: boolean): GPUBuffer | null => {
      const dz = activated.backward(outputGradient, true);
      if (!dz) return null;
      if (parts) dispatches.push(denseWeightGradient(context, shape, input, dz, parts));
      if (!needsInputGradient) return null;
      const result = owner.tensor('inputGradient', rows * input.features);
      dispatches.push(inputGradient(context, shape, input, dz, result));
      return result;
    };
    return { output: activated.output, backward };
  }

  override buildHead(
    { context, owner, dispatches, parts, parameterOffset }: LayerBuild,
    input: Value,
    { rule, metrics, unused }: HeadLoss,
    needsInputGradient: boolean,
  ): HeadPass | null {
    const { units } = this;
    if (!parts || this.activation !== 'linear' || !fitsHead(context, units, input)) return null;
    const rows = context.members * context.batch;
    const prediction = owner.tensor('prediction', 2 * rows * units);
    const inputGradient = needsInputGradient ? owner.tensor('inputGradient', rows * input.features) : null;
    const shape = { columns: units, parameterOffset, hasBias: this.useBias };
    dispatches.push(
      denseHead(context, shape, input, rule, { prediction, inputGradient, unused, parts, metrics }),
    );
    const output = denseValue(prediction, context.batch, 1, units);
    return { output: { ...output, source: prediction }, inputGradient };
  }

  override getConfig(): Record<string, unknown> {
    const { kernelInitializer = 'glorot_uniform', biasInitializer = 'zeros' } = this.settings;
    return {
      units: this.units,
      activation: this.activation,
      use_bias: this.useBias,
      kernel_initializer: initializerConfig(kernelInitializer),
      bias_initializer: initializerConfig(biasInitializer),
    };
  }
}
