/**
 * Trying changed models against expected outputs: what predicts them is given, so that the engine, the float64 reference and
 * tests can all be it.
 */
import { formatShape, GatewiseError } from '../../core/errors.ts';
import type { Tensor } from '../../core/tensor.ts';
import type { KerasModel } from '../model/keras-model.ts';
import { compareTensors } from './differences.ts';

/** The outputs of a model for the same inputs each time. */
export type Predict = (model: KerasModel) => Promise<Tensor>;

export interface Trial {
  /** Infinity where the outputs have another shape or cannot be computed. */
  readonly maxAbs: number;
  /** Whether every output is within the tolerance. */
  readonly fits: boolean;
}

/** How far a model is from the expected outputs. A model that cannot be built or run is as far as can be. */
export async function tryModel(
  model: KerasModel,
  predict: Predict,
  expected: Tensor,
  tolerance: number,
): Promise<Trial> {
  const none: Trial = { maxAbs: Number.POSITIVE_INFINITY, fits: false };
  try {
    const received = await predict(model);
    if (formatShape(received.shape) !== formatShape(expected.shape)) return none;
    const { maxAbs, holds } = compareTensors(received, expected, tolerance);
    return { maxAbs, fits: holds };
  } catch (error) {
    if (error instanceof GatewiseError && error.code === 'bad-input') return none;
    throw error;
  }
}

/** Best first: those that fit in the order they were tried (the simplest first), then by the distance. */
export function bestFirst<T extends Trial>(trials: readonly T[]): T[] {
  return [...trials].sort((a, b) => {
    if (a.fits || b.fits) return Number(b.fits) - Number(a.fits);
    return a.maxAbs === b.maxAbs ? 0 : a.maxAbs - b.maxAbs;
  });
}
