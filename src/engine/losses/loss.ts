/** Names of the losses a model can be trained with. */
import { badInput } from '../core/errors.ts';

/** Short names; Keras' full names are accepted too. */
export type LossName = 'mse' | 'mae' | 'mean_squared_error' | 'mean_absolute_error';

/** A loss as the engine knows it. */
export interface Loss {
  readonly name: 'mse' | 'mae';
  /** The name Keras 3 configs need: the short ones do not load there (keras-reference 2.6). */
  readonly kerasName: 'mean_squared_error' | 'mean_absolute_error';
}

/** @throws GatewiseError for an unknown name */
export function lossOf(name: string): Loss {
  switch (name) {
    case 'mse':
    case 'mean_squared_error':
      return { name: 'mse', kerasName: 'mean_squared_error' };
    case 'mae':
    case 'mean_absolute_error':
      return { name: 'mae', kerasName: 'mean_absolute_error' };
    default:
      throw badInput(`Loss "${name}" is not known. Use "mse" or "mae".`);
  }
}
