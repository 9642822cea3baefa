/** Numbers held to what there is. */

export function between(value: number, [low, high]: readonly [low: number, high: number]): number {
  return Math.max(low, Math.min(high, value));
}

/** An index: 0 to count - 1, and 0 for what is no number. */
export function within(index: number, count: number): number {
  return Number.isNaN(index) ? 0 : between(index, [0, count - 1]);
}
