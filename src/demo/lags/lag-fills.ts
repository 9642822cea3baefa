/**
 * How inputs are told apart in stacked bars. Up to six have a fill each, the same in all charts; of more the five that weigh
 * most, and the others share one.
 */
import { LAG_FILLS, type LagBar } from '../charts/lag-bars.ts';
import type { LagTable } from './lag-bars.ts';

export interface InputFill {
  readonly fill: number;
  /** Index of the input; null for all others together. */
  readonly feature: number | null;
}

/** In the order in which bars are cut, from the middle line outwards. */
export function inputFills({ values, features }: Pick<LagTable, 'values' | 'features'>): InputFill[] {
  if (features.length <= LAG_FILLS) return features.map((_, feature) => ({ fill: feature, feature }));
  const weights = features.map((_, feature) => ({ feature, weight: 0 }));
  values.forEach((value, at) => {
    const one = weights[at % features.length];
    if (one !== undefined) one.weight += Math.abs(value);
  });
  const sorted = weights.sort((a, b) => b.weight - a.weight).map(({ feature }) => feature);
  const own = sorted.slice(0, LAG_FILLS - 1).map((feature, fill) => ({ fill, feature }));
  return [...own, { fill: LAG_FILLS - 1, feature: null }];
}

/** Bars of all inputs together, cut by input. */
export function stackedBars(table: LagTable, fills: readonly InputFill[]): LagBar[] {
  const width = table.features.length;
  const named = new Set(fills.map(({ feature }) => feature));
  return Array.from({ length: table.steps }, (_, row) => {
    const at = (feature: number): number => table.values[row * width + feature] as number;
    const rest = table.features.reduce(
      (sum, _name, feature) => sum + (named.has(feature) ? 0 : at(feature)),
      0,
    );
    return {
      lag: row + 1,
      parts: fills.map(({ fill, feature }) => ({ fill, value: feature === null ? rest : at(feature) })),
      dots: [],
    };
  });
}

/** Bars of one input. */
export function singleBars({ steps, features, values }: LagTable, feature: number, fill: number): LagBar[] {
  return Array.from({ length: steps }, (_, row) => ({
    lag: row + 1,
    parts: [{ fill, value: values[row * features.length + feature] as number }],
    dots: [],
  }));
}

/** The fill of an input; that of the others where it has none of its own. */
export function fillOf(fills: readonly InputFill[], input: number): number {
  return (fills.find(({ feature }) => feature === input) ?? fills.at(-1))?.fill ?? 0;
}
