/** Symmetric positive definite systems, by Cholesky's factor (Golub and Van Loan, Matrix Computations, 4.2). */
import { GatewiseError } from '../core/errors.ts';

/**
 * The lower factor of matrix + ridge * identity.
 * @param matrix [n, n] row-major, symmetric
 * @returns [n, n] row-major, lower triangle
 * @throws GatewiseError (internal) when the sum is not positive definite
 */
export function choleskyFactor(matrix: Float64Array, size: number, ridge: number): Float64Array {
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const rowI = i * size;
    for (let j = 0; j <= i; j++) {
      const rowJ = j * size;
      let sum = (matrix[rowI + j] as number) + (i === j ? ridge : 0);
      for (let k = 0; k < j; k++) sum -= (factor[rowI + k] as number) * (factor[rowJ + k] as number);
      if (i > j) {
        factor[rowI + j] = sum / (factor[rowJ + j] as number);
      } else {
        if (!(sum > 0)) {
          throw new GatewiseError(
            'internal',
            `Ridge regression: pivot ${i} of ${size} is ${sum}, expected above 0. Please report the data.`,
          );
        }
        factor[rowI + i] = Math.sqrt(sum);
      }
    }
  }
  return factor;
}

/**
 * Solves factor factor^T x = right.
 * @param factor [n, n] row-major, lower triangle
 * @param right [n]
 */
export function choleskySolve(factor: Float64Array, size: number, right: Float64Array): Float64Array {
  const x = right.slice();
  for (let i = 0; i < size; i++) {
    let sum = x[i] as number;
    for (let k = 0; k < i; k++) sum -= (factor[i * size + k] as number) * (x[k] as number);
    x[i] = sum / (factor[i * size + i] as number);
  }
  for (let i = size - 1; i >= 0; i--) {
    const value = (x[i] as number) / (factor[i * size + i] as number);
    x[i] = value;
    for (let k = 0; k < i; k++) x[k] = (x[k] as number) - (factor[i * size + k] as number) * value; // row i: no strides
  }
  return x;
}
