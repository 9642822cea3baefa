/**
 * What a method reports where there is nothing to find. Every change of the error that one permutation brings widens the
 * band, of a network that has learned shuffled targets or of a column of noise: so it only ever grows.
 */
import { badInput } from '../core/errors.ts';

export interface NullBand {
  readonly low: number;
  readonly high: number;
}

/** The band of nothing: the first value makes it a point. */
export const EMPTY_BAND: NullBand = { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY };

/** @throws GatewiseError for an effect that is not finite: a band that reaches to it would judge nothing */
export function widened({ low, high }: NullBand, effects: Iterable<number>): NullBand {
  let [least, most] = [low, high];
  for (const effect of effects) {
    if (!Number.isFinite(effect))
      throw badInput(
        `A null band is made of finite numbers, received ${effect}. Leave out the network it comes from.`,
      );
    least = Math.min(least, effect);
    most = Math.max(most, effect);
  }
  return { low: least, high: most };
}

/** The least that holds both. */
export function united(one: NullBand, other: NullBand): NullBand {
  return { low: Math.min(one.low, other.low), high: Math.max(one.high, other.high) };
}
