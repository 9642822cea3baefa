/**
 * How numbers are compared in every test: |actual - expected| <= atol + rtol * |expected| for each element. Imports
 * nothing, so that it also runs in a page. NaN equals only NaN, an infinity only itself, at the same index.
 */

/** Numbers in any storage. */
export type Numbers = ArrayLike<number>;

export interface Tolerance {
  readonly atol?: number;
  readonly rtol?: number;
  /** What is compared, for the message. */
  readonly label: string;
}

const SHOWN_FAULTS = 5;

/** @throws Error with the count of faults, the first five with their index, and the largest absolute and relative error */
export function assertClose(actual: Numbers, expected: Numbers, tolerance: Tolerance): void {
  const { atol = 0, rtol = 0, label } = tolerance;
  if (actual.length !== expected.length) {
    throw new Error(`${label}: ${actual.length} elements, expected ${expected.length}.`);
  }
  let faults = 0;
  let maxAbsolute = 0;
  let maxRelative = 0;
  const shown: string[] = [];
  for (let i = 0; i < expected.length; i++) {
    const a = at(actual, i);
    const e = at(expected, i);
    const error = difference(a, e);
    maxAbsolute = Math.max(maxAbsolute, error);
    maxRelative = Math.max(maxRelative, error === 0 ? 0 : error / Math.abs(e));
    const isClose = error === 0 || (Number.isFinite(error) && error <= atol + rtol * Math.abs(e));
    if (isClose) continue;
    faults++;
    if (shown.length < SHOWN_FAULTS) shown.push(`[${i}] ${a}, expected ${e}`);
  }
  if (faults === 0) return;
  throw new Error(
    `${label}: ${faults} of ${expected.length} elements differ (atol ${atol}, rtol ${rtol}; ` +
      `max absolute ${maxAbsolute.toExponential(2)}, max relative ${maxRelative.toExponential(2)}):\n  ${shown.join('\n  ')}`,
  );
}

/**
 * |actual - expected|_2 / |expected|_2, the measure of gradients and weights. 0 where both are all zeros; Infinity
 * where only the expected ones are, or where an element is not finite.
 */
export function relativeL2(actual: Numbers, expected: Numbers): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let error = 0;
  let size = 0;
  for (let i = 0; i < expected.length; i++) {
    error += (at(actual, i) - at(expected, i)) ** 2;
    size += at(expected, i) ** 2;
  }
  if (error === 0) return 0;
  const ratio = Math.sqrt(error) / Math.sqrt(size);
  return Number.isFinite(ratio) ? ratio : Number.POSITIVE_INFINITY;
}

/** @throws Error when the relative L2 error is above `limit` or not a number */
export function assertRelativeL2(actual: Numbers, expected: Numbers, limit: number, label: string): void {
  const error = relativeL2(actual, expected);
  if (error <= limit) return;
  throw new Error(
    `${label}: relative L2 error ${error.toExponential(2)}, allowed ${limit} ` +
      `(${actual.length} elements, expected ${expected.length}).`,
  );
}

/** 0 for equal values and for the same kind of non-finite one, Infinity where only one is finite. */
function difference(actual: number, expected: number): number {
  if (Object.is(actual, expected) || actual === expected) return 0;
  if (!Number.isFinite(actual) || !Number.isFinite(expected)) return Number.POSITIVE_INFINITY;
  return Math.abs(actual - expected);
}

function at(numbers: Numbers, index: number): number {
  return numbers[index] ?? Number.NaN;
}
