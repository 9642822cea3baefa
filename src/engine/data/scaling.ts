/** Standardising: mean and population standard deviation (ddof 0, as keras.io's forecasting example). */
import { badInput, sentence } from '../core/errors.ts';

/** scaled = (value - mean) / scale, per column; [columns] each. */
export interface Scaling {
  readonly mean: Float64Array;
  readonly scale: Float64Array;
}

/** A spread below this part of the mean's size is rounding, not weather. */
const SMALLEST_SPREAD = 1e-12;

/**
 * @param columns [columns] of [rows] each
 * @param trainingRows rows looked at: the first ones, never more
 * @returns scale 1 for a column that is constant over these rows, and `constant` 1 for it
 * @throws GatewiseError when there is no training row
 */
export function fitScaling(
  columns: readonly Float64Array[],
  trainingRows: number,
): { scaling: Scaling; constant: Uint8Array } {
  if (trainingRows < 1)
    throw badInput(sentence`The training part has no row. Use more data or a larger share for training.`);
  const mean = new Float64Array(columns.length);
  const scale = new Float64Array(columns.length);
  const constant = new Uint8Array(columns.length);
  for (const [i, values] of columns.entries()) {
    let sum = 0;
    for (let row = 0; row < trainingRows; row++) sum += values[row] as number;
    const center = sum / trainingRows;
    let squares = 0;
    for (let row = 0; row < trainingRows; row++) squares += ((values[row] as number) - center) ** 2;
    const spread = Math.sqrt(squares / trainingRows);
    const isConstant = spread <= SMALLEST_SPREAD * Math.max(1, Math.abs(center));
    mean[i] = center;
    scale[i] = isConstant ? 1 : spread;
    constant[i] = isConstant ? 1 : 0;
  }
  return { scaling: { mean, scale }, constant };
}

/**
 * @param columns [columns] of [rows] each
 * @returns [rows, columns] row-major, scaled
 */
export function scaled(
  columns: readonly Float64Array[],
  rows: number,
  { mean, scale }: Scaling,
): Float32Array {
  const width = columns.length;
  const result = new Float32Array(rows * width);
  for (const [i, values] of columns.entries()) {
    const center = mean[i] as number;
    const spread = scale[i] as number;
    for (let row = 0, at = i; row < rows; row++, at += width)
      result[at] = ((values[row] as number) - center) / spread;
  }
  return result;
}

/**
 * Back to the units of the file.
 * @param values [rows, columns] row-major, scaled
 */
export function unscaled(values: ArrayLike<number>, { mean, scale }: Scaling): Float64Array {
  const columns = mean.length;
  return Float64Array.from(
    values,
    (value, at) => value * (scale[at % columns] as number) + (mean[at % columns] as number),
  );
}
