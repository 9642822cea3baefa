/**
 * Losses in float64, value and gradient. Keras takes the mean over the last axis and then over everything that is left
 * (keras/src/losses/loss.py, sum_over_batch_size); without sample weights that is the mean over all entries.
 */
import { checkLength } from './array64.ts';

/** A loss by its Keras name; Huber's with the error where it turns from square to straight, `huber` alone is delta 1. */
export type ReferenceLoss = 'mse' | 'mae' | 'huber' | { readonly name: 'huber'; readonly delta: number };

/** Value of a loss, and its gradient with respect to each predicted entry. */
export interface LossResult {
  readonly value: number;
  /** As long as the prediction. */
  readonly gradient: Float64Array;
}

function checkPair(predicted: ArrayLike<number>, observed: ArrayLike<number>): number {
  checkLength('Target', observed, [predicted.length]);
  if (predicted.length === 0)
    throw new Error('The loss of no entries is not defined. Pass at least one prediction.');
  return predicted.length;
}

/**
 * Mean squared error: mean (p - y)^2, gradient 2 (p - y) / N.
 * @throws Error when the lengths differ or are 0
 */
export function meanSquaredError(predicted: ArrayLike<number>, observed: ArrayLike<number>): LossResult {
  const count = checkPair(predicted, observed);
  const gradient = new Float64Array(count);
  let sum = 0;
  for (let at = 0; at < count; at++) {
    const difference = (predicted[at] as number) - (observed[at] as number);
    sum += difference * difference;
    gradient[at] = (2 * difference) / count;
  }
  return { value: sum / count, gradient };
}

/**
 * Mean absolute error: mean |p - y|, gradient sign(p - y) / N, which is 0 where p = y (as TensorFlow's).
 * @throws Error when the lengths differ or are 0
 */
export function meanAbsoluteError(predicted: ArrayLike<number>, observed: ArrayLike<number>): LossResult {
  const count = checkPair(predicted, observed);
  const gradient = new Float64Array(count);
  let sum = 0;
  for (let at = 0; at < count; at++) {
    const difference = (predicted[at] as number) - (observed[at] as number);
    sum += Math.abs(difference);
    gradient[at] = Math.sign(difference) / count;
  }
  return { value: sum / count, gradient };
}

/**
 * Huber's loss: mean of e^2 / 2 where |e| <= delta and of delta |e| - delta^2 / 2 elsewhere, e = p - y; gradient e / N cut
 * to +- delta / N.
 * @throws Error when the lengths differ or are 0
 */
export function huberLoss(
  predicted: ArrayLike<number>,
  observed: ArrayLike<number>,
  delta: number,
): LossResult {
  const count = checkPair(predicted, observed);
  const gradient = new Float64Array(count);
  let sum = 0;
  for (let at = 0; at < count; at++) {
    const difference = (predicted[at] as number) - (observed[at] as number);
    const size = Math.abs(difference);
    sum += size <= delta ? 0.5 * difference ** 2 : delta * size - 0.5 * delta ** 2;
    gradient[at] = Math.min(Math.max(difference, -delta), delta) / count;
  }
  return { value: sum / count, gradient };
}

/**
 * A loss by name.
 * @throws Error for an unknown name, or when the lengths differ or are 0
 */
export function computeLoss(
  loss: ReferenceLoss,
  predicted: ArrayLike<number>,
  observed: ArrayLike<number>,
): LossResult {
  if (loss === 'mse') return meanSquaredError(predicted, observed);
  if (loss === 'mae') return meanAbsoluteError(predicted, observed);
  if (loss === 'huber') return huberLoss(predicted, observed, 1);
  if (typeof loss === 'object') return huberLoss(predicted, observed, loss.delta);
  throw new Error(`Loss "${String(loss)}" is not known. Use one of: mse, mae, huber.`);
}
