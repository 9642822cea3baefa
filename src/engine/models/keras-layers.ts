/** Layers of a Keras model as the engine's own, by their settings. */

import { badInput } from '../core/errors.ts';
import type { Initializer, InitializerName } from '../core/initializers.ts';
import type { KerasObject } from '../keras/keras-model.ts';
import type { PlacedLayer } from '../keras/layer-variables.ts';
import { activation } from '../layers/activation.ts';
import { dense } from '../layers/dense.ts';
import { dropout } from '../layers/dropout.ts';
import type { Layer } from '../layers/layer.ts';
import { lstm } from '../layers/lstm.ts';

/** An engine layer, and whether only its forward pass exists. */
export interface EngineLayer {
  readonly layer: Layer;
  readonly isInferenceOnly: boolean;
}

/**
 * The engine's layer.
 * @throws GatewiseError for a layer that can't run here
 */
export function engineLayer({ name, className, settings }: PlacedLayer, source: KerasObject): EngineLayer {
  const inner = settings.kind === 'dense' ? denseConfig(source) : source.config;
  switch (settings.kind) {
    case 'recurrent':
      if (settings.cell === 'lstm') {
        return trainable(lstm({ ...settings, name, ...initializersOf(inner) }));
      }
      break;
    case 'dense':
      if (settings.activation !== 'softmax') {
        const { units, activation: kind, useBias } = settings;
        return trainable(dense({ name, units, activation: kind, useBias, ...initializersOf(inner) }));
      }
      break;
    case 'activation':
      return trainable(activation(settings.activation, { name }));
    case 'dropout':
      return trainable(dropout({ name, rate: settings.rate }));
  }
  throw badInput(`Layer "${name}" (${className}) can't run here yet.`);
}

const trainable = (layer: Layer): EngineLayer => ({ layer, isInferenceOnly: false });

/** The config of a Dense, also inside a TimeDistributed. */
function denseConfig({ class_name: className, config }: KerasObject): Readonly<Record<string, unknown>> {
  return className === 'TimeDistributed' ? (config.layer as KerasObject).config : config;
}

const INITIALIZERS: Readonly<Record<string, InitializerName>> = {
  GlorotUniform: 'glorot_uniform',
  GlorotNormal: 'glorot_normal',
  HeUniform: 'he_uniform',
  HeNormal: 'he_normal',
  LecunUniform: 'lecun_uniform',
  LecunNormal: 'lecun_normal',
  OrthogonalInitializer: 'orthogonal',
  Orthogonal: 'orthogonal',
  Zeros: 'zeros',
  Ones: 'ones',
};

/** Initializers that the engine has too, for resetWeights(); others become Keras' defaults. */
function initializersOf(config: Readonly<Record<string, unknown>>): {
  kernelInitializer?: Initializer;
  recurrentInitializer?: Initializer;
  biasInitializer?: Initializer;
} {
  const read = (key: string): Initializer | undefined => {
    const { class_name: className } = (config[key] ?? {}) as Partial<KerasObject>;
    return className !== undefined && Object.hasOwn(INITIALIZERS, className)
      ? INITIALIZERS[className]
      : undefined;
  };
  const kernel = read('kernel_initializer');
  const recurrent = read('recurrent_initializer');
  const bias = read('bias_initializer');
  return {
    ...(kernel && { kernelInitializer: kernel }),
    ...(recurrent && { recurrentInitializer: recurrent }),
    ...(bias && { biasInitializer: bias }),
  };
}
