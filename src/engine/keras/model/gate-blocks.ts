/** Moves between layouts of recurrent weights: gates as blocks of rows (PyTorch, ONNX) or of columns (Keras). */

/** A matrix [rows, columns] as [columns, rows]. */
export function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      out[column * rows + row] = data[row * columns + column] as number;
    }
  }
  return out;
}

/** Data cut into order.length equal blocks; block k of the result is block order[k]. */
export function reorderBlocks(data: Float32Array, order: readonly number[]): Float32Array {
  const size = data.length / order.length;
  const out = new Float32Array(data.length);
  order.forEach((from, to) => {
    out.set(data.subarray(from * size, (from + 1) * size), to * size);
  });
  return out;
}

/** The order that undoes an order. */
export function inverseOrder(order: readonly number[]): number[] {
  return order.map((_, i) => order.indexOf(i));
}

/** Sum of two biases that always act together; a zero leaves the other's bits as they are. */
export function sumOfBiases(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => {
    const other = b[i] as number;
    return other === 0 ? value : value + other;
  });
}
