/** The rows with which changed versions of a model are tried: all of a few, a part of many, since each version predicts anew. */
import type { Tensor } from '../../core/tensor.ts';
import type { KerasModel } from '../model/keras-model.ts';

/** Time steps of all rows together, at most: hundreds of versions are tried, and a fault shows in a few rows. */
const MOST_STEPS = 256;

export interface SearchRows {
  readonly x: Tensor;
  readonly y: Tensor;
  /** A sentence where rows were left out, null otherwise. */
  readonly note: string | null;
}

/**
 * @param worst a row that is among them, unless the model fixes the size of a batch
 */
export function searchRows(model: KerasModel, x: Tensor, y: Tensor, worst: number): SearchRows {
  const [rows = 0] = x.shape;
  const steps = x.shape.length > 2 ? (x.shape[1] ?? 1) : 1;
  // Rows of a stateful model go on from the batches before, and come in whole batches.
  const batch = model.config.build_input_shape[0] ?? null;
  const most = Math.min(rows, Math.max(1, Math.floor(MOST_STEPS / steps)));
  const count = batch === null ? most : Math.min(rows, Math.max(batch, most - (most % batch)));
  const from = batch === null ? Math.min(Math.max(0, worst - count + 1), rows - count) : 0;
  if (count === rows) return { x, y, note: null };
  return {
    x: part(x, from, count),
    y: part(y, from, count),
    note: `The search used ${count} of ${rows} rows, from row ${from} on.`,
  };
}

function part({ shape, data }: Tensor, from: number, count: number): Tensor {
  const [rows = 1, ...rest] = shape;
  const size = data.length / rows;
  return { shape: [count, ...rest], data: data.slice(from * size, (from + count) * size) };
}
