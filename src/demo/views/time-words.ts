/** How cells of a trace and the lengths of memories are called, and whose the numbers of a trace are. */

import { lagName, panelName } from '../draw/time-layout.ts';
import { formatCount, formatDate, formatWeight, stepsWord } from '../format.ts';
import type { TraceReport } from '../protocol.ts';
import { data, recorded } from '../state.ts';
import { msg, str } from '../words.ts';
import { panelOf, type TraceCell } from './time-state.ts';

/** `t\u22125 (12 Mar 2015)`; without dates `t\u22125 (row 9 of 14)`. */
export function stepWords(shown: Pick<TraceReport, 'steps' | 'dates'>, step: number): string {
  const date = shown.dates?.[step];
  const when =
    date === undefined
      ? msg(str`row ${step + 1} of ${shown.steps}`)
      : formatDate(date, data.value?.stepMs ?? null);
  return `${lagName(step, shown.steps)} (${when})`;
}

/** `forget gate, unit 7, t\u22125 (12 Mar 2015)` */
export function cellWords(shown: TraceReport, { key, step, unit }: TraceCell): string {
  return msg(str`${panelName(panelOf(key))}, unit ${unit}, ${stepWords(shown, step)}`);
}

/** A length of time that need not be whole steps: `5.31 days`, `1,230 days`, `never`. */
export function durationWords(steps: number, stepMs: number | null): string {
  if (steps === Number.POSITIVE_INFINITY) return msg('never');
  return `${durationDigits(steps)} ${stepsWord(stepMs)}`;
}

function durationDigits(steps: number): string {
  if (steps === 0) return '0';
  if (steps < 0.01) return msg('under 0.01');
  return steps < 100 ? steps.toPrecision(3) : formatCount(Number(steps.toPrecision(3)));
}

/** A share of 1: `12.5 %`. */
export function shareWords(share: number): string {
  return `${formatWeight(100 * share)}\u00a0%`;
}

/** Whose weights gave a trace, and what wrote its numbers. */
export function whoseWords({ epoch, fingerprint }: TraceReport): string {
  const how =
    recorded.value === null
      ? msg(
          'The kernels of this device wrote gates and states; while training runs, these wait for its next pause.',
        )
      : msg(
          'They are those of a recorded run; without a device, gates and states are worked out here in double precision and no kernel writes them.',
        );
  return msg(str`Weights of epoch ${formatCount(epoch)}, fingerprint ${fingerprint}. ${how}`);
}
