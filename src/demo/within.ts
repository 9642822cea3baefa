/** An index held to what there is: 0 to count - 1, and 0 for what is no number. */
export function within(index: number, count: number): number {
  return Number.isNaN(index) ? 0 : Math.max(0, Math.min(count - 1, index));
}
