/**
 * Keras 3 configs in their smallest form: only keys that Keras 3.0 knew too, because keys new in 3.1x (input_axes,
 * quantization_config, optional) break older Keras 3 (keras-reference 2.1). Everything left out has Keras' default.
 */
import { badInput } from '../../core/errors.ts';
import type { KerasObject, SequentialConfig } from '../model/keras-model.ts';

/** A layer: `kerasLayer('LSTM', {name: 'lstm', units: 32})`. */
export function kerasLayer(className: string, config: Readonly<Record<string, unknown>>): KerasObject {
  return { module: 'keras.layers', class_name: className, config, registered_name: null };
}

/**
 * A Sequential with its InputLayer.
 * @param inputShape shape of one sample, [T, D]
 */
export function sequentialConfig(
  name: string,
  inputShape: readonly (number | null)[],
  layers: readonly KerasObject[],
): SequentialConfig {
  const shape = [null, ...inputShape];
  const input = kerasLayer('InputLayer', { batch_shape: shape, dtype: 'float32', name: 'input_layer' });
  return { name, layers: [input, ...layers], build_input_shape: shape };
}

/** What every optimizer takes; at most one of the two ways of clipping, as in Keras 3. */
interface SharedOptions {
  readonly learningRate?: number;
  readonly weightDecay?: number | undefined;
  readonly clipnorm?: number | undefined;
  readonly globalClipnorm?: number | undefined;
}

interface AdamOptions extends SharedOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  readonly amsgrad?: boolean;
}

/** Keras' Adam. */
export function adamConfig(options: AdamOptions = {}): KerasObject {
  return optimizer('Adam', { name: 'adam', ...adamRule(options), ...shared(options) });
}

/** Keras' AdamW. */
export function adamWConfig(options: AdamOptions = {}): KerasObject {
  const all = { weightDecay: 0.004, ...options };
  return optimizer('AdamW', { name: 'adamw', ...adamRule(all), ...shared(all) });
}

function adamRule(options: AdamOptions): Record<string, unknown> {
  const { learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, amsgrad } = options;
  const rule = { learning_rate: learningRate, beta_1: beta1, beta_2: beta2, epsilon };
  return amsgrad ? { ...rule, amsgrad } : rule;
}

/** Keras' SGD. */
export function sgdConfig(
  options: { readonly momentum?: number; readonly nesterov?: boolean } & SharedOptions = {},
): KerasObject {
  const { learningRate = 0.01, momentum = 0, nesterov = false } = options;
  const rule = { learning_rate: learningRate, momentum, nesterov };
  return optimizer('SGD', { name: 'sgd', ...rule, ...shared(options) });
}

interface RmspropOptions extends SharedOptions {
  readonly rho?: number;
  readonly momentum?: number;
  readonly epsilon?: number;
  readonly centered?: boolean;
}

/** Keras' RMSprop. */
export function rmspropConfig(options: RmspropOptions = {}): KerasObject {
  const { learningRate = 0.001, rho = 0.9, momentum = 0, epsilon = 1e-7, centered = false } = options;
  const rule = { learning_rate: learningRate, rho, momentum, epsilon, centered };
  return optimizer('RMSprop', { name: 'rmsprop', ...rule, ...shared(options) });
}

function optimizer(className: string, config: Readonly<Record<string, unknown>>): KerasObject {
  return { module: 'keras.optimizers', class_name: className, config, registered_name: null };
}

/** Keys that Keras' defaults leave empty, where they are set. */
function shared({ clipnorm, globalClipnorm, weightDecay }: SharedOptions): Record<string, number> {
  if (clipnorm !== undefined && globalClipnorm !== undefined) {
    throw badInput(
      `Both clipnorm (${clipnorm}) and globalClipnorm (${globalClipnorm}) are set. Keras 3 takes one of them.`,
    );
  }
  return {
    ...(weightDecay === undefined ? {} : { weight_decay: weightDecay }),
    ...(clipnorm === undefined ? {} : { clipnorm }),
    ...(globalClipnorm === undefined ? {} : { global_clipnorm: globalClipnorm }),
  };
}

/** Keras' Huber loss. Keras 3.15 itself leaves delta out of its files and so forgets it; it reads it where it stands. */
export function huberConfig(delta: number): KerasObject {
  const config = { name: 'huber_loss', reduction: 'sum_over_batch_size', delta };
  return { module: 'keras.losses', class_name: 'Huber', config, registered_name: null };
}

/** Keras' full name of a loss. Short names in files trip Keras' own loader (keras-reference 2.6). */
export function lossName(loss: 'mse' | 'mae' | 'huber'): string {
  return { mse: 'mean_squared_error', mae: 'mean_absolute_error', huber: 'huber' }[loss];
}

/** clip(0.2x + 0.5, 0, 1), the hard_sigmoid of Keras 1 and 2. */
const OLD_HARD_SIGMOID = 'hard_sigmoid_keras2';

/** What TensorFlow takes as the name of a scope; Keras opens one for the model and one for each layer. `/` would nest. */
const MODEL_NAME = /^[A-Za-z0-9.][A-Za-z0-9_.>-]*$/;
const LAYER_NAME = /^[A-Za-z0-9_.>-]+$/;

/**
 * Refuses what Keras 3 would compute differently or could load but not run.
 * @throws GatewiseError for a layer that uses the hard_sigmoid of Keras 1 and 2, and for a name with other characters
 *   than letters of ASCII, digits and _ . > -
 */
export function checkExpressible(config: SequentialConfig): void {
  checkName('The model', config.name, MODEL_NAME);
  for (const layer of config.layers) {
    checkName(`A layer of class ${layer.class_name}`, String(layer.config.name), LAYER_NAME);
    checkActivations(String(layer.config.name), layer);
  }
}

function checkActivations(name: string, { config }: KerasObject): void {
  for (const inner of [config.layer, config.backward_layer]) {
    if (inner != null) checkActivations(name, inner as KerasObject); // layerSettings() reads them before anything is written
  }
  const keys = ['activation', 'recurrent_activation'].filter((key) => config[key] === OLD_HARD_SIGMOID);
  if (keys.length === 0) return;
  throw badInput(
    `Layer "${name}" has ${keys.join(' and ')} clip(0.2x + 0.5, 0, 1), the hard_sigmoid of Keras 1 and 2. Keras 3 means clip(x/6 + 0.5, 0, 1) by that name and would predict other numbers, so no such file is written. Export the weights as .npz or .weights.h5, or let writeModelFile() rewrite the model for Keras 3.`,
  );
}

function checkName(what: string, name: string, pattern: RegExp): void {
  if (pattern.test(name)) return;
  throw badInput(
    `${what} is named ${JSON.stringify(name)}; Keras on TensorFlow cannot run it. Use ASCII letters, digits and _ . > - only, a letter or digit first.`,
  );
}
