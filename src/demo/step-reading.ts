/** What the shares of the time steps say, in one sentence. */

import { mostFromNewest, type StepGradient } from '../engine/explain/index.ts';
import { formatCount, formatSteps, stepKind, stepWord } from './format.ts';
import { msg, str } from './words.ts';

/** @param steps the oldest first */
export function readingOf(steps: readonly Pick<StepGradient, 'whole'>[], stepMs: number | null): string {
  const most = mostFromNewest(steps.map(({ whole }) => whole));
  if (most === null) return msg('Nothing would change: the gradient is 0.');
  if (steps.length === 1)
    return msg(str`The window has one ${stepWord(stepMs)}: all of the gradient comes from it.`);
  if (most.count === steps.length) {
    return msg(
      str`It takes all ${formatSteps(steps.length, stepMs)} to make up more than half of the gradient: most comes from the oldest.`,
    );
  }
  const last = most.count === 1 ? lastOne(stepMs) : msg(str`the last ${formatSteps(most.count, stepMs)}`);
  return msg(
    str`Most of the gradient comes from ${last} of ${formatCount(steps.length)}: ${formatCount(most.share * 100)}\u00a0%.`,
  );
}

function lastOne(stepMs: number | null): string {
  return { day: () => msg('the last day'), hour: () => msg('the last hour'), row: () => msg('the last row') }[
    stepKind(stepMs)
  ]();
}
