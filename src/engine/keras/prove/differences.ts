/** How far two arrays of numbers are apart: |a - b| <= tolerance * (1 + |b|) for each, NaN equal to nothing. */
import { badInput, formatShape } from '../../core/errors.ts';
import type { Tensor } from '../../core/tensor.ts';

export interface Difference {
  /** Whether every value is within the tolerance. */
  readonly holds: boolean;
  /** Infinity where one value is NaN or only one is infinite. */
  readonly maxAbs: number;
  readonly meanAbs: number;
  /** Where the largest difference is; null for arrays without values. */
  readonly worst: {
    readonly index: readonly number[];
    readonly expected: number;
    readonly received: number;
  } | null;
}

/** |a - b|; 0 for one and the same infinity, Infinity for NaN. */
export function distance(a: number, b: number): number {
  if (a === b) return 0;
  const size = Math.abs(a - b);
  return Number.isNaN(size) ? Number.POSITIVE_INFINITY : size;
}

/** @throws GatewiseError when the shapes differ */
export function compareTensors(received: Tensor, expected: Tensor, tolerance: number): Difference {
  if (formatShape(received.shape) !== formatShape(expected.shape)) {
    throw badInput(
      `Values of shape ${formatShape(received.shape)} cannot be held against values of shape ${formatShape(expected.shape)}. Give arrays of one shape.`,
    );
  }
  let holds = true;
  let maxAbs = 0;
  let sum = 0;
  let worst = 0;
  for (let at = 0; at < expected.data.length; at++) {
    const b = expected.data[at] ?? Number.NaN;
    const size = distance(received.data[at] ?? Number.NaN, b);
    sum += size;
    if (size > 0 && !(size <= tolerance * (1 + Math.abs(b)) && Number.isFinite(size))) holds = false;
    if (size > maxAbs) [maxAbs, worst] = [size, at];
  }
  const count = expected.data.length;
  return {
    holds,
    maxAbs,
    meanAbs: count === 0 ? 0 : sum / count,
    worst:
      count === 0
        ? null
        : {
            index: indexOf(worst, expected.shape),
            expected: expected.data[worst] ?? Number.NaN,
            received: received.data[worst] ?? Number.NaN,
          },
  };
}

/** Position in a row-major array as an index. */
export function indexOf(at: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  let rest = at;
  for (const size of [...shape].reverse()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return index;
}
