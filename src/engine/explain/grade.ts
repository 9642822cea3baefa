/** What a method finds held against a planted truth: how much of it is true, how much of the truth it finds. */
import type { TrueLags } from '../data/planted.ts';
import type { LagMap } from './lag-map.ts';

/** A place by name, as findings and truths have it. */
export interface NamedPlace {
  readonly lag: number;
  readonly feature: string;
}

export interface Grade {
  /** Share of what was found that is true; null where nothing was found. */
  readonly precision: number | null;
  /** Share of what is true that was found; null where nothing is true. */
  readonly recall: number | null;
}

/** Every true place, one by one. */
export function truePlaces(truth: readonly TrueLags[]): NamedPlace[] {
  return truth.flatMap(({ feature, lags }) => lags.map((lag) => ({ lag, feature })));
}

/** Grades what a method has found; a place found twice counts once. */
export function gradeLags(found: readonly NamedPlace[], truth: readonly TrueLags[]): Grade {
  const keyOf = ({ lag, feature }: NamedPlace): string => `${lag} ${feature}`;
  const isTrue = new Set(truePlaces(truth).map(keyOf));
  const named = new Set(found.map(keyOf));
  const hits = [...named].filter((key) => isTrue.has(key)).length;
  return {
    precision: named.size === 0 ? null : hits / named.size,
    recall: isTrue.size === 0 ? null : hits / isTrue.size,
  };
}

/** Places of a map by size of their values, the largest first; equal ones in the map's order. */
export function ranked({ features, values }: LagMap): NamedPlace[] {
  const order = Array.from(values.keys());
  order.sort((a, b) => Math.abs(values[b] as number) - Math.abs(values[a] as number) || a - b);
  return order.map((at) => ({
    lag: Math.floor(at / features.length) + 1,
    feature: features[at % features.length] ?? '',
  }));
}

/** Places of a map whose values are larger in size than a threshold, such as the largest of a column of noise. */
export function foundAbove(map: LagMap, threshold: number): NamedPlace[] {
  const count = map.values.reduce((sum, value) => sum + (Math.abs(value) > threshold ? 1 : 0), 0);
  return ranked(map).slice(0, count);
}

/** Rank of each true place in a map, 1 for the largest value; of those the map has. */
export function trueRanks(map: LagMap, truth: readonly TrueLags[]): number[] {
  const order = ranked(map);
  return truePlaces(truth)
    .map((place) => order.findIndex(({ lag, feature }) => lag === place.lag && feature === place.feature) + 1)
    .filter((rank) => rank > 0);
}
