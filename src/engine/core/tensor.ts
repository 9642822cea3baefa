/** A dense float32 array with its shape, row-major: how data and weights go in and out of the engine. */
import { badInput, formatShape } from './errors.ts';

export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * A tensor from its shape and values.
 * @throws GatewiseError when the number of values does not fit the shape
 */
export function tensor(shape: readonly number[], data: ArrayLike<number>): Tensor {
  if (data.length !== sizeOf(shape)) {
    throw badInput(
      `A tensor of shape ${formatShape(shape)} needs ${sizeOf(shape)} values, received ${data.length}. Check the shape or the data.`,
    );
  }
  return { shape: [...shape], data: data instanceof Float32Array ? data : Float32Array.from(data) };
}

/** Position of the first NaN or infinity, or -1. Checked before upload: on a GPU a clamp can hide a NaN. */
export function firstNonFinite(data: Float32Array): number {
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i] as number)) return i;
  }
  return -1;
}
