/**
 * Optimizers and losses from Keras' configs. What the engine would compute otherwise than Keras (a learning rate
 * schedule, a moving average of the weights, another class) is refused by name: no training is better than another one.
 */
import { GatewiseError } from '../core/errors.ts';
import type { KerasObject } from '../keras/model/keras-model.ts';
import { snakeWord } from '../keras/model/snake-word.ts';
import { huber, type Loss, lossOf } from '../losses/loss.ts';
import { adam, adamw } from '../optimizers/adam.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { rmsprop } from '../optimizers/rmsprop.ts';
import { sgd } from '../optimizers/sgd.ts';

/** Settings that do nothing where they are absent, null, false or 0. */
const UNKNOWN_SETTINGS = ['decay', 'clipvalue', 'use_ema', 'loss_scale_factor'];

/**
 * The engine's optimizer with the settings of a Keras config, or why there is none, to follow "because".
 * @param rate the learning rate it has now, where it is not the config's
 */
export function optimizerOf(
  { class_name: className, config }: KerasObject,
  rate?: number,
): Optimizer | string {
  const unknown = UNKNOWN_SETTINGS.find((key) => config[key]);
  if (unknown) return `optimizer ${className} has ${unknown}, which is not implemented`;
  if (config.gradient_accumulation_steps != null && config.gradient_accumulation_steps !== 1) {
    return `optimizer ${className} has gradient_accumulation_steps, which is not implemented`;
  }
  const configured = config.learning_rate ?? undefined;
  if (configured !== undefined && typeof configured !== 'number') {
    return `optimizer ${className} has a learning rate schedule, which is not implemented`;
  }
  const learningRate = rate ?? configured;
  const number = (key: string): number | undefined => {
    const value = config[key];
    return typeof value === 'number' ? value : undefined;
  };
  const shared = given({
    learningRate,
    clipnorm: number('clipnorm') || undefined, // 0 clips nothing in Keras
    globalClipnorm: number('global_clipnorm') || undefined,
    weightDecay: number('weight_decay'),
  });
  const epsilon = number('epsilon');
  try {
    switch (className) {
      case 'Adam':
      case 'AdamW': {
        const rule = given({ beta1: number('beta_1'), beta2: number('beta_2'), epsilon });
        const settings = { ...shared, ...rule, amsgrad: config.amsgrad === true };
        return className === 'Adam' ? adam(settings) : adamw(settings);
      }
      case 'SGD': {
        const momentum = number('momentum') ?? 0;
        return sgd({ ...shared, momentum, nesterov: config.nesterov === true && momentum > 0 });
      }
      case 'RMSprop': {
        const rule = given({ rho: number('rho'), momentum: number('momentum'), epsilon });
        return rmsprop({ ...shared, ...rule, centered: config.centered === true });
      }
      default:
        return `optimizer ${className} is not implemented`;
    }
  } catch (error) {
    if (!(error instanceof GatewiseError)) throw error;
    return `optimizer ${className} has settings out of range (${error.message})`;
  }
}

/** The settings that are there. */
function given<K extends string>(
  settings: Readonly<Record<K, number | undefined>>,
): Partial<Record<K, number>> {
  const present: Partial<Record<K, number>> = {};
  for (const key of Object.keys(settings) as K[]) {
    const value = settings[key];
    if (value !== undefined) present[key] = value;
  }
  return present;
}

/** The mean over all entries, by the names it has had. */
const MEAN = [undefined, null, 'sum_over_batch_size', 'auto', 'mean'];

/** The engine's loss of a Keras name or config, or why there is none, to follow "because". */
export function lossOfConfig(loss: string | KerasObject): Loss | string {
  const name = typeof loss === 'string' ? loss : loss.class_name;
  const config = typeof loss === 'string' ? {} : loss.config;
  if (!MEAN.some((reduction) => reduction === config.reduction)) {
    return `its loss ${name} has the reduction ${String(config.reduction)}, which is not implemented`;
  }
  switch (snakeWord(name)) {
    case 'mse':
    case 'mean_squared_error':
      return lossOf('mse');
    case 'mae':
    case 'mean_absolute_error':
      return lossOf('mae');
    case 'huber':
    case 'huber_loss': {
      const { delta = 1 } = config;
      if (typeof delta === 'number' && Number.isFinite(delta) && delta > 0) return huber({ delta });
      return `its loss ${name} has a delta that is no number above 0`;
    }
    default:
      return `its loss ${name} is not implemented`;
  }
}
