/** What the GPU is told of the steps of a submission: their windows, and where each step finds its own. */
import type { Program } from './program.ts';
import type { UploadedSamples } from './samples.ts';

/** How one step learns. */
interface LearningValues {
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly seed: number;
}

const FORWARD_ONLY: LearningValues = { learningRate: 0, weightDecay: 0, seed: 0 };

/**
 * Sends the windows and step values of `count` batches from batch `first`, ordered before the next submit.
 * @param learn called for each step in turn; absent where none learns
 */
export function sendSteps(
  program: Program,
  data: UploadedSamples,
  first: number,
  count: number,
  learn: () => LearningValues = () => FORWARD_ONLY,
): void {
  const { batch, step } = program;
  const start = first * batch;
  const windows = Math.min(count * batch, data.count - start);
  data.write(start, windows);
  for (let slot = 0; slot < count; slot++) {
    step.set(slot, {
      first: slot * batch,
      count: Math.min(batch, windows - slot * batch),
      batchesBefore: first + slot,
      windowStride: windows,
      samplingRate: data.samples.samplingRate,
      ...learn(),
    });
  }
  step.flush(count);
}
