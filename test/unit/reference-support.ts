/**
 * What the tests of the float64 reference share: seeded numbers, central differences and a comparison that says where
 * two arrays differ.
 */
import { expect } from 'vitest';
import { seededRandom } from '../../src/engine/core/random.ts';
import type { Array64 } from '../../src/engine/reference/index.ts';

/** An array of normal random numbers. */
export function randomArray(random: { normal(): number }, shape: readonly number[], scale = 1): Array64 {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return { shape, data: Float64Array.from({ length: size }, () => scale * random.normal()) };
}

/** A generator for a named test: the same numbers every run. */
export const randomOf = (seed: number): { normal(): number; next(): number } => seededRandom(seed);

// Four-point stencil, error step^4 / 30 times the fifth derivative: rounding (about 1e-16 / step) is what is left.
const STEP = 1e-4;

/** d f / d values[at] for every entry of values, which f reads; values are as before afterwards. */
export function centralDifferences(values: Float64Array, f: () => number): Float64Array {
  return values.map((value, at) => {
    const evaluate = (offset: number): number => {
      values[at] = value + offset;
      return f();
    };
    const near = evaluate(STEP) - evaluate(-STEP);
    const far = evaluate(2 * STEP) - evaluate(-2 * STEP);
    values[at] = value;
    return (8 * near - far) / (12 * STEP);
  });
}

/** Where each activation has a kink; central differences are no reference near one. */
const KINKS: Readonly<Record<string, readonly number[]>> = {
  relu: [0],
  hard_sigmoid: [-3, 3],
  hard_sigmoid_keras2: [-2.5, 2.5],
};

/** Distance of the nearest value to a kink of an activation. Exact zeros do not move and do not count. */
export function distanceToKink(activation: string, values: ArrayLike<number>): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (const kink of KINKS[activation] ?? []) {
    for (let at = 0; at < values.length; at++) {
      const value = values[at] as number;
      if (value !== 0) nearest = Math.min(nearest, Math.abs(value - kink));
    }
  }
  return nearest;
}

/** Asserts |a - b| <= atol + rtol |b| everywhere, NaN equal to nothing; says how many differ and shows the first five. */
export function expectClose(
  name: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { atol = 1e-12, rtol = 1e-11 }: { atol?: number; rtol?: number } = {},
): void {
  expect(actual.length, `${name}: number of values`).toBe(expected.length);
  const faults: string[] = [];
  let largest = 0;
  for (let at = 0; at < expected.length; at++) {
    const a = actual[at] as number;
    const b = expected[at] as number;
    const difference = Math.abs(a - b);
    if (difference <= atol + rtol * Math.abs(b)) continue;
    largest = Math.max(largest, difference);
    faults.push(`[${at}] ${a} instead of ${b}`);
  }
  const message = `${name}: ${faults.length} of ${expected.length} differ, by at most ${largest}`;
  expect(faults.slice(0, 5), message).toEqual([]);
}
