/** What the GPU is told of the steps of a submission: their windows, and where each step finds its own. */
import type { StepValues } from '../gpu/step-uniform.ts';
import type { Program } from './program.ts';
import type { UploadedSamples } from './samples.ts';

/** What only one step has: how it learns, or what it changes, and in how many rows where they are not all of the batch. */
type OwnValues = Pick<StepValues, 'learningRate' | 'weightDecay' | 'seed' | 'changedStep'> &
  Partial<Pick<StepValues, 'count'>>;

export const FORWARD_ONLY: OwnValues = { learningRate: 0, weightDecay: 0, seed: 0 };

/**
 * Sends the windows and step values of `count` batches from batch `first`, ordered before the next submit.
 * @param ownOf called for each step in turn; absent where none learns or changes anything
 */
export function sendSteps(
  program: Program,
  data: UploadedSamples,
  first: number,
  count: number,
  ownOf: (step: number) => OwnValues = () => FORWARD_ONLY,
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
      ...ownOf(first + slot),
    });
  }
  step.flush(count);
}
