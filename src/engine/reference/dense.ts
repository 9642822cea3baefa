/**
 * Dense in float64: z = x W + b on rows. Any leading axes (batch, or batch and time) are rows to it, so that Dense on
 * [B, T, in] works on each time step alone, as in Keras. The activation is a layer of its own here (elementwise.ts).
 */
import { checkCount, checkLength } from './array64.ts';

/** Weights of a Dense layer in Keras layout. */
export interface DenseWeights {
  /** W [in, out] */
  readonly kernel: ArrayLike<number>;
  /** b [out], or null for a layer without bias. */
  readonly bias: ArrayLike<number> | null;
}

/** Gradients of a Dense layer. Flat, row-major. */
export interface DenseGradients {
  /** [N, in] */
  readonly dx: Float64Array;
  /** [in, out], summed over the rows. */
  readonly dKernel: Float64Array;
  /** [out], summed over the rows; null for a layer without bias. */
  readonly dBias: Float64Array | null;
}

function countRows(x: ArrayLike<number>, weights: DenseWeights, inputs: number, units: number): number {
  checkCount('Dense inputs', inputs);
  checkCount('Dense units', units);
  checkLength('Dense kernel', weights.kernel, [inputs, units]);
  if (weights.bias !== null) checkLength('Dense bias', weights.bias, [units]);
  if (x.length % inputs !== 0) {
    throw new Error(
      `Dense input has ${x.length} values, expected a multiple of ${inputs} (rows of [N, ${inputs}]).`,
    );
  }
  return x.length / inputs;
}

/**
 * z = x W + b.
 * @param x rows [N, in]
 * @returns z [N, out]
 * @throws Error when a length does not fit
 */
export function denseForward(
  x: ArrayLike<number>,
  weights: DenseWeights,
  inputs: number,
  units: number,
): Float64Array {
  const rows = countRows(x, weights, inputs, units);
  const z = new Float64Array(rows * units);
  for (let n = 0; n < rows; n++) {
    if (weights.bias !== null) z.set(weights.bias, n * units);
    for (let k = 0; k < inputs; k++) {
      const value = x[n * inputs + k] as number;
      for (let m = 0; m < units; m++) {
        const at = n * units + m;
        z[at] = (z[at] as number) + value * (weights.kernel[k * units + m] as number);
      }
    }
  }
  return z;
}

/**
 * dx = dz W^T, dW = x^T dz, db = sum of dz over the rows.
 * @param x rows [N, in]
 * @param dz gradient of z, [N, out]
 * @throws Error when a length does not fit
 */
export function denseBackward(
  x: ArrayLike<number>,
  weights: DenseWeights,
  inputs: number,
  units: number,
  dz: ArrayLike<number>,
): DenseGradients {
  const rows = countRows(x, weights, inputs, units);
  checkLength('Dense output gradient', dz, [rows, units]);
  const dx = new Float64Array(rows * inputs);
  const dKernel = new Float64Array(inputs * units);
  const dBias = new Float64Array(units);
  for (let n = 0; n < rows; n++) {
    for (let m = 0; m < units; m++) dBias[m] = (dBias[m] as number) + (dz[n * units + m] as number);
    for (let k = 0; k < inputs; k++) {
      const value = x[n * inputs + k] as number;
      let sum = 0;
      for (let m = 0; m < units; m++) {
        const gradient = dz[n * units + m] as number;
        const at = k * units + m;
        sum += gradient * (weights.kernel[at] as number);
        dKernel[at] = (dKernel[at] as number) + value * gradient;
      }
      dx[n * inputs + k] = sum;
    }
  }
  return { dx, dKernel, dBias: weights.bias === null ? null : dBias };
}
