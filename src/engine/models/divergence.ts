/**
 * Tells training that goes wrong from training that goes badly: a value that is not finite, or a running mean loss
 * 10,000 times over what the start or a constant answer would cost.
 */
import { GatewiseError } from '../core/errors.ts';
import type { Metrics } from '../kernels/loss.ts';
import { type Loss, lossOfError } from '../losses/loss.ts';
import type { Samples } from './samples.ts';

const FACTOR = 1e4;
/** Targets that are all zero, met by a perfect first batch, would set a limit of nothing. */
const SMALLEST_REFERENCE = 1e-12;

/** The limit of each member; a reference stays over several fits until the weights are set anew. */
export class DivergenceGuard {
  private references: (number | undefined)[] = [];

  /** Forget the start: the weights are others now. */
  reset(): void {
    this.references = [];
  }

  /**
   * What is wrong with a member, as an error with advice; null for one that is sound.
   * @param metrics running sums of an epoch; the first ever seen sets the reference, together with the loss of always answering 0
   */
  find(
    metrics: Metrics,
    member: number,
    samples: Samples,
    loss: Loss,
    epoch: number,
    learningRate: number,
  ): GatewiseError | null {
    const reference =
      this.references[member] ?? Math.max(metrics.batchLoss, lossOfZero(samples, loss), SMALLEST_REFERENCE);
    this.references[member] = reference;
    const limit = FACTOR * reference;
    const isSound = metrics.badValues === 0 && Number.isFinite(metrics.loss);
    if (isSound && metrics.loss <= limit) return null;
    const what = isSound
      ? `the loss rose to ${metrics.loss.toPrecision(3)}, over ${FACTOR.toLocaleString('en-US')} times its start (${reference.toPrecision(3)})`
      : 'values became infinite or not a number';
    return new GatewiseError(
      'diverged',
      `Training diverged in epoch ${epoch + 1}: ${what}. The last good weights are kept. Use a smaller learning rate (now ${learningRate}) or clip the gradients (clipnorm).`,
    );
  }
}

/** Mean loss of always predicting 0, on at most 10,000 samples. */
function lossOfZero({ targets, targetRows, targetWidth }: Samples, loss: Loss): number {
  const count = Math.min(targetRows.length, 10_000);
  let sum = 0;
  for (let k = 0; k < count; k++) {
    const first = (targetRows[k] as number) * targetWidth;
    for (let j = 0; j < targetWidth; j++) {
      const y = targets[first + j] as number;
      sum += lossOfError(loss, y);
    }
  }
  return sum / Math.max(1, count * targetWidth);
}
