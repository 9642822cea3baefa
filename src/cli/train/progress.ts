/** How training goes, on stderr: a bar on a terminal, a line per epoch elsewhere. A callback of `fit`. */
import type { Callback, EpochLogs } from '../../engine/index.ts';
import type { Output } from '../output.ts';
import { formatDuration, formatNumber } from '../text.ts';

const BAR = 24;
const SHORTEST_BAR = 6;

/**
 * @param epochs as asked for
 * @param stepsPerEpoch training steps
 * @param now clock, ms
 */
export function showProgress(
  output: Output,
  epochs: number,
  stepsPerEpoch: number,
  now: () => number = () => performance.now(),
): Callback {
  let begun = now();
  let validationLoss: number | undefined;

  /** @param step steps done in epochs 0 .. epoch */
  const parts = (epoch: number, step: number, loss: number): string[] => {
    const done = epoch * stepsPerEpoch + step;
    const seconds = (now() - begun) / 1000;
    const rate = seconds > 0 ? done / seconds : 0;
    const left = rate > 0 ? (epochs * stepsPerEpoch - done) / rate : 0;
    return [
      `${rate < 10 ? rate.toFixed(1) : Math.round(rate)} steps/s`,
      `loss ${formatNumber(loss)}`,
      ...(validationLoss === undefined ? [] : [`val_loss ${formatNumber(validationLoss)}`]),
      `${formatDuration(left)} left`,
    ];
  };
  const title = (epoch: number): string => countTitle('Epoch', epoch + 1, epochs);
  const draw = (columns: number, epoch: number, step: number, loss: number): void => {
    const share = (epoch * stepsPerEpoch + step) / (epochs * stepsPerEpoch);
    output.draw(progressLine(columns, title(epoch), share, parts(epoch, step, loss)));
  };

  return {
    onTrainBegin() {
      begun = now();
    },
    onProgress({ epoch, step, loss }) {
      const columns = output.columns();
      if (columns !== null) draw(columns, epoch, step, loss);
    },
    onEpochEnd(epoch: number, logs: EpochLogs) {
      validationLoss = logs.val_loss;
      const columns = output.columns();
      if (columns === null) output.say([title(epoch), ...parts(epoch, stepsPerEpoch, logs.loss)].join('  '));
      else draw(columns, epoch, stepsPerEpoch, logs.loss);
    },
  };
}

/** `Epoch  3/40` */
export function countTitle(noun: string, count: number, of: number): string {
  const last = String(of);
  return `${noun} ${String(count).padStart(last.length)}/${last}`;
}

/** A line that fits a terminal: a title, a bar where there is room for one, and texts. */
export function progressLine(
  columns: number,
  title: string,
  share: number,
  texts: readonly string[],
): string {
  const room = columns - 1 - [title, ...texts].join('  ').length - 4;
  const line = [title, ...(room >= SHORTEST_BAR ? [bar(share, Math.min(BAR, room))] : []), ...texts];
  return line.join('  ').slice(0, columns - 1);
}

function bar(share: number, width: number): string {
  const filled = Math.round(share * width);
  return `[${'='.repeat(filled)}${'.'.repeat(width - filled)}]`;
}
