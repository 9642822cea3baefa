/** What the curve of a unit's memory says, in one sentence of its numbers. */
import { formatCount, formatSteps } from './format.ts';
import { msg, str } from './words.ts';

/** @param left of what each step ended with the share that is left at the newest, the oldest step first */
export function survivalReading(left: ArrayLike<number>, stepMs: number | null): string {
  const newest = left.length - 1;
  const shares = Array.from(left);
  // Forget gates are below 1, so that the share only falls towards older steps.
  const held = shares.findLastIndex((share) => share < 0.5);
  const oldest = formatCount((shares[0] ?? Number.NaN) * 100);
  if (newest < 1) return msg('The window has one step, and nothing is forgotten within it.');
  if (held < 0) {
    return msg(
      str`More than half is still there after the whole window: ${oldest}\u00a0% of what the oldest step held.`,
    );
  }
  return msg(
    str`Less than half is left after ${formatSteps(newest - held, stepMs)}, and ${oldest}\u00a0% of what the oldest step held.`,
  );
}
