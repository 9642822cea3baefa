/** One weight set by hand. */

import { type Tensor, tensor, type WeightSpec } from '../../engine/index.ts';
import type { MatrixName } from '../draw/heatmap-layout.ts';
import { ToldError } from '../told-error.ts';
import { str, told } from '../words.ts';

/** Weights beyond this make every gate 0 or 1, and sums that float32 cannot hold soon after. */
const LARGEST_WEIGHT = 1000;

export interface WeightEdit {
  readonly matrix: MatrixName;
  readonly row: number;
  /** As Keras counts: gate times units plus unit. */
  readonly column: number;
  readonly value: number;
}

/**
 * The same weights with one value of the LSTM changed.
 * @throws GatewiseError 'bad-input' for a number that is no weight, or a place that is none
 */
export function withWeight(
  layout: readonly WeightSpec[],
  weights: readonly Tensor[],
  { matrix, row, column, value }: WeightEdit,
): Tensor[] {
  const array = layout.findIndex(({ name, gateUnits }) => gateUnits !== null && name === matrix);
  const shape = layout[array]?.shape ?? [];
  const [rows = 0, columns = 0] = matrix === 'bias' ? [1, shape[0]] : shape;
  if (!isIndex(row, rows) || !isIndex(column, columns)) {
    throw new ToldError(
      'bad-input',
      told(
        str`${matrix} has ${rows} rows and ${columns} columns; received row ${row}, column ${column}. Choose a cell of a matrix.`,
      ),
    );
  }
  if (!(Math.abs(value) <= LARGEST_WEIGHT)) {
    throw new ToldError(
      'bad-input',
      told(
        str`A weight can be set to a number from \u2212${LARGEST_WEIGHT} to ${LARGEST_WEIGHT}; received ${value}.`,
      ),
    );
  }
  return weights.map((one, k) => {
    if (k !== array) return one;
    const data = Float32Array.from(one.data);
    data[row * columns + column] = value;
    return tensor(one.shape, data);
  });
}

function isIndex(index: number, count: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < count;
}
