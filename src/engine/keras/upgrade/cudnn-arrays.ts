/**
 * CuDNNLSTM and CuDNNGRU weights as those of a plain layer (keras-reference 3.2). Shapes and gate order of the kernels are
 * the same, but each gate's block lies transposed in its place, and there are two biases, input and recurrent.
 */

type Triple = readonly [kernel: Float32Array, recurrentKernel: Float32Array, bias: Float32Array];

/** @returns kernel [D, 4H], recurrent kernel [H, 4H], bias [4H] */
export function lstmFromCudnn(
  [kernel, recurrent, bias]: Triple,
  features: number,
  units: number,
): Float32Array[] {
  const columns = 4 * units;
  const sum = Float32Array.from({ length: columns }, (_, i) => (bias[i] ?? 0) + (bias[columns + i] ?? 0));
  return [blocksReread(kernel, 4, features, units), blocksReread(recurrent, 4, units, units), sum];
}

/** @returns kernel [D, 3H], recurrent kernel [H, 3H], bias [2, 3H] of a GRU with reset_after */
export function gruFromCudnn(
  [kernel, recurrent, bias]: Triple,
  features: number,
  units: number,
): Float32Array[] {
  return [blocksReread(kernel, 3, features, units), blocksReread(recurrent, 3, units, units), bias.slice()];
}

/** Each block [rows, H] read row by row as a matrix [H, rows], and that transposed. */
export function blocksReread(matrix: Float32Array, gates: number, rows: number, units: number): Float32Array {
  const columns = gates * units;
  const reread = new Float32Array(matrix.length);
  for (let gate = 0; gate < gates; gate++) {
    for (let row = 0; row < rows; row++) {
      for (let unit = 0; unit < units; unit++) {
        const at = unit * rows + row;
        const from = Math.floor(at / units) * columns + gate * units + (at % units);
        reread[row * columns + gate * units + unit] = matrix[from] ?? 0;
      }
    }
  }
  return reread;
}
