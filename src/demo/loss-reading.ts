/** What the loss curves say, in one sentence of their numbers. */
import { formatCount, formatLoss } from './format.ts';
import type { HistoryReport } from './protocol.ts';
import { msg, str } from './words.ts';

export function lossReading({ rows, bestEpoch }: HistoryReport): string {
  const [first, last] = [rows[0], rows.at(-1)];
  const best = rows.find(({ epoch }) => epoch === bestEpoch);
  if (first === undefined || last === undefined || best === undefined) {
    return msg('The validation loss was never a number.');
  }
  if (rows.length === 1) {
    return msg(
      str`After one epoch the validation loss is ${formatLoss(last.valLoss)}, and the training loss ${formatLoss(last.loss)}.`,
    );
  }
  const lowest = formatLoss(best.valLoss);
  if (best === first) {
    return msg(
      str`The validation loss was lowest after the first epoch, ${lowest}, and is ${formatLoss(last.valLoss)} after ${formatCount(last.epoch)}.`,
    );
  }
  const fell = msg(
    str`The validation loss fell from ${formatLoss(first.valLoss)} after the first epoch to ${lowest} at epoch ${formatCount(best.epoch)}`,
  );
  if (best === last) return msg(str`${fell}, the newest and the lowest.`);
  const after = msg(str`${fell}, and is ${formatLoss(last.valLoss)} after ${formatCount(last.epoch)}`);
  // What learning by heart looks like: one goes on falling where the other rises.
  return last.loss < best.loss && last.valLoss > best.valLoss
    ? msg(
        str`${after}; the training loss went on falling meanwhile, from ${formatLoss(best.loss)} to ${formatLoss(last.loss)}.`,
      )
    : `${after}.`;
}
