/** Optimizers and losses as Keras 3 configs, in the smallest form as in keras-config.ts. */
import { badInput } from '../../core/errors.ts';
import type { KerasObject } from '../model/keras-model.ts';

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
