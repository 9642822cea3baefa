/** The numbers of the three answers: what is in the bias of the forget gate, and how much of an old step is still remembered. */

import { survival } from '../engine/explain/index.ts';
import { GATES } from '../engine/index.ts';
import type { TraceReport } from './protocol.ts';

const FORGET = GATES.findIndex(({ key }) => key === 'f');

/** The forget gate's columns in each of Keras' arrays, from the first to the last. */
export function forgetColumns(units: number): readonly [number, number] {
  return [FORGET * units, (FORGET + 1) * units - 1];
}

/** Smallest and largest bias of the forget gate, [first, last] of the slice sorted. */
export function forgetBias({
  units,
  weights,
}: Pick<TraceReport, 'units' | 'weights'>): readonly [number, number] {
  const [first, last] = forgetColumns(units);
  const slice = [...weights.bias.subarray(first, last + 1)];
  return [Math.min(...slice), Math.max(...slice)];
}

/**
 * What the middle unit still holds at the newest step of its memory `lag` steps before: the product of its forget gates
 * since, on the direct path. The mean of the two middle ones where units are even.
 * @returns 0 to 1, null where the window has no such step
 */
export function heldFrom({ steps, units, gates }: TraceReport, lag: number): number | null {
  if (lag >= steps) return null;
  const held = Array.from({ length: units }, (_, unit) => {
    const forget = Array.from({ length: steps }, (_step, t) => gates.f[t * units + unit] as number);
    return survival(forget)[steps - 1 - lag] as number;
  }).sort((a, b) => a - b);
  const middle = units >> 1;
  return units % 2 === 1
    ? (held[middle] as number)
    : ((held[middle - 1] as number) + (held[middle] as number)) / 2;
}
