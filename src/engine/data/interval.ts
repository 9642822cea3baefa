/**
 * How far off a forecast may be, from how far off it was on data it was not fitted to: split conformal prediction (Vovk,
 * Gammerman and Shafer 2005; Lei et al. 2018). Nothing is assumed of the errors' shape, only that those to come are like those
 * seen; where seasons or years differ they are not quite, so the share that really lies inside is to be counted beside it.
 */
import { badInput } from '../core/errors.ts';

/**
 * Half the width of the interval around a forecast: the ceil((n + 1) share)-th smallest of n absolute errors.
 * @param predicted [n], of a part that took no part in training, nor in the choice of an epoch
 * @param observed [n]
 * @param share of what is to come that shall lie inside, between 0 and 1
 * @returns in the unit of the values
 * @throws GatewiseError for a share outside, lengths that differ, values that are not finite, and too few errors for so large a share
 */
export function intervalHalfWidth(
  predicted: ArrayLike<number>,
  observed: ArrayLike<number>,
  share: number,
): number {
  if (!(share > 0 && share < 1))
    throw badInput(
      `The share inside an interval is ${share}, expected a number between 0 and 1, such as 0.9.`,
    );
  const count = observed.length;
  if (predicted.length !== count)
    throw badInput(
      `Received ${predicted.length} forecasts for ${count} observations, expected one for each.`,
    );
  const rank = ceil((count + 1) * share);
  if (rank > count)
    throw badInput(
      `${count} errors are too few for an interval that holds ${share * 100} % of what is to come: expected at least ${ceil(share / (1 - share))}. Give a longer validation part or a smaller share.`,
    );
  const errors = Float64Array.from(observed, (value, at) => Math.abs(value - (predicted[at] as number)));
  if (!errors.every(Number.isFinite))
    throw badInput(
      'Errors of an interval must be finite, received one that is not. Leave that forecast out.',
    );
  return errors.sort()[rank - 1] as number;
}

/** Up to the next whole number; one that rounding put a little above stays. */
const ceil = (value: number): number => Math.ceil(value - 1e-9);

/** How many observations lie inside, edges among them. @throws GatewiseError where the lengths differ */
export function countInside(
  predicted: ArrayLike<number>,
  observed: ArrayLike<number>,
  halfWidth: number,
): number {
  if (predicted.length !== observed.length)
    throw badInput(
      `Received ${predicted.length} forecasts for ${observed.length} observations, expected one for each.`,
    );
  return Array.from(observed).filter((value, at) => Math.abs(value - (predicted[at] as number)) <= halfWidth)
    .length;
}
