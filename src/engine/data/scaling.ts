/** Standardising: mean and population standard deviation (ddof 0, as keras.io's forecasting example). */
import { badInput } from '../core/errors.ts';

/** scaled = (value - mean) / scale, per column; [columns] each. */
export interface Scaling {
  readonly mean: Float64Array;
  readonly scale: Float64Array;
}

/** A spread below this part of the mean's size is rounding, not weather. */
const SMALLEST_SPREAD = 1e-12;

/**
 * @param values [rows, columns] row-major
 * @param trainingRows rows looked at: the first ones, never more
 * @returns scale 1 for a column that is constant over these rows, and `constant` 1 for it
 * @throws GatewiseError when there is no training row
 */
export function fitScaling(
  values: Float64Array,
  columns: number,
  trainingRows: number,
): { scaling: Scaling; constant: Uint8Array } {
  if (trainingRows < 1)
    throw badInput('The training part has no row. Use more data or a larger share for training.');
  const mean = new Float64Array(columns);
  const scale = new Float64Array(columns);
  const constant = new Uint8Array(columns);
  const end = trainingRows * columns;
  for (let i = 0; i < columns; i++) {
    let sum = 0;
    for (let at = i; at < end; at += columns) sum += values[at] as number;
    const center = sum / trainingRows;
    let squares = 0;
    for (let at = i; at < end; at += columns) squares += ((values[at] as number) - center) ** 2;
    const spread = Math.sqrt(squares / trainingRows);
    const isConstant = spread <= SMALLEST_SPREAD * Math.max(1, Math.abs(center));
    mean[i] = center;
    scale[i] = isConstant ? 1 : spread;
    constant[i] = isConstant ? 1 : 0;
  }
  return { scaling: { mean, scale }, constant };
}

/** @param values [rows, columns] row-major */
export function scaled(values: Float64Array, { mean, scale }: Scaling): Float32Array {
  const columns = mean.length;
  const result = new Float32Array(values.length);
  for (let at = 0, i = 0; at < values.length; at++) {
    result[at] = ((values[at] as number) - (mean[i] as number)) / (scale[i] as number);
    if (++i === columns) i = 0;
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
