/** How far the device's numbers are from the reference's: one number, and never a good one where a value is not finite. */

type Numbers = ArrayLike<number>;

/** Largest |received - expected| / (1 + |expected|): absolute for small numbers, relative for large ones. */
export function largestError(received: Numbers, expected: Numbers): number {
  if (received.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const wanted = expected[i] as number;
    const error = Math.abs((received[i] as number) - wanted) / (1 + Math.abs(wanted));
    if (!Number.isFinite(error)) return Number.POSITIVE_INFINITY;
    largest = Math.max(largest, error);
  }
  return largest;
}

/** Euclidean length of the difference, divided by that of what was expected; 0 where both are zeros throughout. */
export function relativeError(received: Numbers, expected: Numbers): number {
  if (received.length !== expected.length) return Number.POSITIVE_INFINITY;
  let error = 0;
  let size = 0;
  for (let i = 0; i < expected.length; i++) {
    error += ((received[i] as number) - (expected[i] as number)) ** 2;
    size += (expected[i] as number) ** 2;
  }
  if (error === 0) return 0;
  const ratio = Math.sqrt(error / size);
  return Number.isFinite(ratio) ? ratio : Number.POSITIVE_INFINITY;
}

/** How many numbers are not the same bits. */
export function differingBits(received: Float32Array, expected: Float32Array): number {
  const [a, b] = [received, expected].map((all) => new Uint32Array(all.slice().buffer)) as [
    Uint32Array,
    Uint32Array,
  ];
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.reduce((count, word, i) => count + (word === b[i] ? 0 : 1), 0);
}
