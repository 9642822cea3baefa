/** The losses a model can be trained with. */
import { badInput } from '../core/errors.ts';
import type { LossRule } from '../kernels/loss.ts';

/** Short names; Keras' full names are accepted too. `huber` has delta 1; others come from huber(). */
export type LossName = 'mse' | 'mae' | 'huber' | 'mean_squared_error' | 'mean_absolute_error';

/** A loss as the engine knows it. */
export type Loss = LossRule & {
  /** The name Keras 3 configs need: the short ones do not load there (keras-reference 2.6). */
  readonly kerasName: 'mean_squared_error' | 'mean_absolute_error' | 'huber';
};

/**
 * Huber's loss: e^2 / 2 for errors up to delta, delta (|e| - delta / 2) beyond.
 * @throws GatewiseError unless delta is finite and above 0
 */
export function huber({ delta = 1 }: { readonly delta?: number } = {}): Loss {
  if (!(Number.isFinite(delta) && delta > 0))
    throw badInput(`Huber's delta must be a number above 0, received ${delta}.`);
  return { name: 'huber', delta, kerasName: 'huber' };
}

/** @throws GatewiseError for an unknown name */
export function lossOf(loss: LossName | Loss): Loss {
  if (typeof loss === 'object') return loss;
  switch (loss) {
    case 'mse':
    case 'mean_squared_error':
      return { name: 'mse', kerasName: 'mean_squared_error' };
    case 'mae':
    case 'mean_absolute_error':
      return { name: 'mae', kerasName: 'mean_absolute_error' };
    case 'huber':
      return huber();
    default:
      throw badInput(`Loss "${String(loss)}" is not known. Use "mse", "mae" or "huber".`);
  }
}

/** The loss of one error. */
export function lossOfError(loss: Loss, error: number): number {
  const size = Math.abs(error);
  if (loss.name === 'huber') {
    const { delta } = loss;
    return size <= delta ? 0.5 * error * error : delta * (size - 0.5 * delta);
  }
  return loss.name === 'mse' ? error * error : size;
}
