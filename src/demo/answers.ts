/** The numbers of the three answers: what is in the bias of the forget gate, and how much of an old step is still remembered. */

import { survival } from '../engine/explain/index.ts';
import { GATES } from '../engine/index.ts';
import { hasUnitGates } from './lstm-facts.ts';
import type { TraceReport } from './protocol.ts';

/** The forget gate among Keras' four. */
export const FORGET = GATES.findIndex(({ key }) => key === 'f');
/** The lag of the page's own question. */
export const LAG = 5;

/** The forget gate's columns in each of Keras' arrays, from the first to the last. */
export function forgetColumns(units: number): readonly [number, number] {
  return [FORGET * units, (FORGET + 1) * units - 1];
}

/** Smallest and largest bias of the forget gate; null for a layer without a bias. */
export function forgetBias({
  units,
  weights,
}: Pick<TraceReport, 'units' | 'weights'>): readonly [number, number] | null {
  const [first, last] = forgetColumns(units);
  const slice = [...weights.bias.subarray(first, last + 1)];
  return slice.length === 0 ? null : [Math.min(...slice), Math.max(...slice)];
}

/**
 * What the middle unit still holds at the newest step of its memory `lag` steps before: the product of its forget gates
 * since, on the direct path. The mean of the two middle ones where units are even.
 * @returns 0 to 1; null where the window has no such step, and for gates that are no shares, such as those of a tanh
 */
export function heldFrom(trace: TraceReport, lag: number): number | null {
  const { steps, units, gates } = trace;
  if (lag >= steps || !hasUnitGates(trace) || !gates.f.every((gate) => gate >= 0 && gate <= 1)) return null;
  const held = Array.from({ length: units }, (_, unit) => {
    const forget = Array.from({ length: steps }, (_step, t) => gates.f[t * units + unit] as number);
    return survival(forget)[steps - 1 - lag] as number;
  }).sort((a, b) => a - b);
  const middle = units >> 1;
  return units % 2 === 1
    ? (held[middle] as number)
    : ((held[middle - 1] as number) + (held[middle] as number)) / 2;
}
