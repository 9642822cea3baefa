/** How many samples a forward pass takes at once where nobody trains. */
import { badInput } from '../core/errors.ts';
import type { ModelOrigin } from './config.ts';
import type { Samples } from './samples.ts';
import type { InferenceOptions } from './sequential-options.ts';

/** Rows of a batch when only forward runs; a row's result does not depend on it. */
const INFERENCE_BATCH = 128;

/**
 * Rows of a batch: the model's own in a stateful model, as asked for in others.
 * @param initial where nothing is asked for
 * @throws GatewiseError when the samples do not fill whole batches of a stateful model
 */
export function predictionBatch(
  { starts }: Samples,
  origin: ModelOrigin | null,
  { batchSize }: InferenceOptions = {},
  initial: number = INFERENCE_BATCH,
): number {
  const count = starts.length;
  const rows = origin?.statefulBatch ?? null;
  if (rows === null) return Math.min(batchSize ?? initial, count);
  if (count % rows === 0 && (batchSize ?? rows) === rows) return rows;
  throw badInput(
    `The model is stateful with batches of ${rows}, received ${count} samples${batchSize === undefined ? '' : ` in batches of ${batchSize}`}. Give a multiple of ${rows} samples, in this batch size.`,
  );
}
