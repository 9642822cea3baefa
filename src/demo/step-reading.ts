/** What the shares of the time steps say, in one sentence. */
import { mostFromNewest, type StepGradient } from '../engine/explain/index.ts';
import { formatCount, formatSteps, stepWord } from './format.ts';

/** @param steps the oldest first */
export function readingOf(steps: readonly Pick<StepGradient, 'whole'>[], stepMs: number | null): string {
  const most = mostFromNewest(steps.map(({ whole }) => whole));
  if (most === null) return 'Nothing would change: the gradient is 0.';
  if (steps.length === 1) return `The window has one ${stepWord(stepMs)}: all of the gradient comes from it.`;
  if (most.count === steps.length) {
    return `It takes all ${formatSteps(steps.length, stepMs)} to make up more than half of the gradient: most comes from the oldest.`;
  }
  const last = most.count === 1 ? stepWord(stepMs) : formatSteps(most.count, stepMs);
  return `Most of the gradient comes from the last ${last} of ${formatCount(steps.length)}: ${formatCount(most.share * 100)}\u00a0%.`;
}
