/** Layers of a Keras model as the engine's own, by their settings. */
import { badInput } from '../core/errors.ts';
import type { Initializer, InitializerName } from '../core/initializers.ts';
import { sizeOf } from '../core/tensor.ts';
import type { KerasObject } from '../keras/model/keras-model.ts';
import type { LayerSettings, RecurrentSettings } from '../keras/model/layer-settings.ts';
import type { PlacedLayer } from '../keras/model/layer-variables.ts';
import { RECURRENT_UNITS_LIMIT } from '../kernels/recurrent.ts';
import { activation } from '../layers/activation.ts';
import { dense } from '../layers/dense.ts';
import { dropout } from '../layers/dropout.ts';
import {
  elementPass,
  identityPass,
  maskingPass,
  normalizationPass,
  repeatPass,
  reshapePass,
  SoftmaxDense,
  softmaxPass,
} from '../layers/inference.ts';
import { type Forward, InferenceLayer } from '../layers/inference-layer.ts';
import type { Layer } from '../layers/layer.ts';
import { lstm } from '../layers/lstm.ts';
import { bidirectionalPass, recurrentPass } from '../layers/recurrent.ts';

/** An engine layer, and what keeps it from being trained; null where nothing does. */
export interface EngineLayer {
  readonly layer: Layer;
  readonly obstacle: string | null;
}

/**
 * The engine's layer.
 * @param placed with every shape known
 * @param isMasked whether a mask reaches it
 * @throws GatewiseError for a layer that can't run here
 */
export function engineLayer(placed: PlacedLayer, source: KerasObject, isMasked: boolean): EngineLayer {
  const { name, className, settings } = placed;
  switch (settings.kind) {
    case 'recurrent':
      return recurrentLayer(placed, settings, source, isMasked);
    case 'bidirectional':
      checkUnits(placed, settings.forward);
      break;
    case 'dense': {
      const { units, activation: kind, useBias } = settings;
      const shared = { name, units, useBias, ...initializersOf(denseConfig(source)) };
      if (kind === 'softmax') return { layer: new SoftmaxDense(shared), obstacle: UNTRAINED };
      return { layer: dense({ ...shared, activation: kind }), obstacle: null };
    }
    case 'activation':
      return { layer: activation(settings.activation, { name }), obstacle: null };
    case 'relu': {
      const { max, slope, threshold } = settings;
      if (max !== Number.POSITIVE_INFINITY || slope !== 0 || threshold !== 0) break;
      return { layer: activation('relu', { name }), obstacle: null };
    }
    case 'elu':
      if (settings.alpha !== 1) break;
      return { layer: activation('elu', { name }), obstacle: null };
    case 'dropout':
      if (!(settings.rate >= 0 && settings.rate < 1)) break;
      return { layer: dropout({ name, rate: settings.rate }), obstacle: null };
    case 'softmax':
      // Keras lays the mask over the features there, which makes sense for attention scores only.
      if (!isMasked || className === 'Activation') break;
      throw badInput(
        `Layer "${name}" (${className}) stands behind a Masking layer, which is not understood. Use Activation("softmax") instead.`,
      );
  }
  return inferenceLayer(placed, source, forwardOf(placed));
}

/** Whether a mask goes on behind a layer. */
export function passesMask(settings: LayerSettings): boolean {
  switch (settings.kind) {
    case 'recurrent':
      return settings.returnSequences;
    case 'bidirectional':
      return settings.forward.returnSequences;
    case 'repeatVector':
    case 'flatten':
    case 'reshape':
      return false;
    default:
      return true;
  }
}

const UNTRAINED = 'only predicts here, its gradients are not implemented';

function inferenceLayer(placed: PlacedLayer, source: KerasObject, forward: Forward): EngineLayer {
  const { name, className, settings, variables } = placed;
  const { name: _, dtype: __, ...config } = source.config;
  const output = placed.output.map((size) => size ?? 1);
  const place = {
    name,
    className,
    config,
    output,
    variables,
    passesMask: passesMask(settings),
    isCopy: COPIES.has(settings.kind),
  };
  return { layer: new InferenceLayer(place, forward), obstacle: UNTRAINED };
}

/** Layers that hand on what they get, however shaped. */
const COPIES: ReadonlySet<LayerSettings['kind']> = new Set(['dropout', 'identity', 'flatten', 'reshape']);

/** The fast kernels where they will do: they know neither masks nor options. */
function recurrentLayer(
  placed: PlacedLayer,
  settings: RecurrentSettings,
  source: KerasObject,
  isMasked: boolean,
): EngineLayer {
  const { cell, goBackwards, stateful, dropout: rate, recurrentDropout } = settings;
  if (cell !== 'lstm' || isMasked || goBackwards || stateful) {
    checkUnits(placed, settings);
    return inferenceLayer(placed, source, recurrentPass(settings));
  }
  const obstacle =
    rate || recurrentDropout ? 'has dropout inside its recurrence, which is not implemented' : null;
  return { layer: lstm({ ...settings, name: placed.name, ...initializersOf(source.config) }), obstacle };
}

function checkUnits({ name, className }: PlacedLayer, { units }: RecurrentSettings): void {
  if (units <= RECURRENT_UNITS_LIMIT) return;
  throw badInput(
    `Layer "${name}" (${className}) has ${units} units; with its options at most ${RECURRENT_UNITS_LIMIT} can run here. A plain LSTM can have more.`,
  );
}

function forwardOf({ settings, variables, output }: PlacedLayer): Forward {
  switch (settings.kind) {
    case 'bidirectional': {
      // Not half of them: one direction may have a bias and the other none.
      const forward = variables.filter((variable) => variable.name.startsWith('forward/'));
      const floats = forward.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
      return bidirectionalPass(settings.mergeMode, settings.forward, settings.backward, floats);
    }
    case 'softmax':
      return softmaxPass;
    case 'relu':
    case 'elu':
    case 'rescaling':
      return elementPass(settings);
    case 'masking':
      return maskingPass(settings.maskValue);
    case 'repeatVector':
      return repeatPass(settings.n);
    case 'flatten':
    case 'reshape':
      return reshapePass(output.map((size) => size ?? 1));
    case 'batchNormalization':
    case 'layerNormalization':
      return normalizationPass({ ...settings, isOverRow: settings.kind === 'layerNormalization' });
    default:
      return identityPass;
  }
}

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
