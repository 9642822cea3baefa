/**
 * The numbers behind charts as CSV, in full, a line for each row of the table that stands on the page. Dates and names of a
 * visitor's file are not in them. Downloaded with the first of them.
 */
import { csvCell, GATES } from '../engine/index.ts';
import type { GradientReport, HistoryReport } from './protocol.ts';

type Row = readonly (string | number)[];

function csvOf(head: Row, rows: readonly Row[]): string {
  return `${[head, ...rows].map((row) => row.map(csvCell).join(',')).join('\n')}\n`;
}

/** Columns: epoch, loss, validation_loss, is_best. */
export function lossCsv({ rows, bestEpoch }: HistoryReport): string {
  return csvOf(
    ['epoch', 'loss', 'validation_loss', 'is_best'],
    rows.map(({ epoch, loss, valLoss }) => [epoch, loss, valLoss, epoch === bestEpoch ? 1 : 0]),
  );
}

/** Columns: steps_before_newest, the norms by gate and by array, and all together; the last line is the norm of the sum. */
export function gradientCsv({ steps, total }: GradientReport): string {
  const norms = ({ gates, kernel, recurrentKernel, bias, whole }: GradientReport['total']): Row => [
    ...GATES.map(({ key }) => gates[key]),
    kernel,
    recurrentKernel,
    bias,
    whole,
  ];
  return csvOf(
    ['steps_before_newest', 'i', 'f', 'candidate', 'o', 'kernel', 'recurrent_kernel', 'bias', 'all'],
    [...steps.map((step, t) => [steps.length - 1 - t, ...norms(step)]), ['norm_of_sum', ...norms(total)]],
  );
}

/** Columns: unit, mean_forget_gate (geometric), half_life_steps. */
export function halfLifeCsv(
  memories: readonly { readonly unit: number; readonly forget: number; readonly halfLife: number }[],
): string {
  return csvOf(
    ['unit', 'mean_forget_gate', 'half_life_steps'],
    memories.map(({ unit, forget, halfLife }) => [unit, forget, halfLife]),
  );
}

/** Columns: steps_before_newest, forget_gate, share_left; of one unit, the oldest step first. */
export function survivalCsv(forget: ArrayLike<number>, left: ArrayLike<number>): string {
  return csvOf(
    ['steps_before_newest', 'forget_gate', 'share_left'],
    Array.from(left, (share, t) => [left.length - 1 - t, forget[t] ?? Number.NaN, share]),
  );
}
