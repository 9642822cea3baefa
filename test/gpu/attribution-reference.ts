/** Gradients of the float64 reference by its input, by central differences of its forward pass alone. */
import { sizeOf, type Tensor } from '../../src/engine/core/tensor.ts';
import type { ReferenceModel } from '../../src/engine/reference/index.ts';

const STEP = 1e-5;

/**
 * dy/dx, as long as x.
 * @param output which value of a prediction, flat
 */
export function finiteDifferences(
  model: ReferenceModel,
  x: { readonly shape: readonly number[]; readonly data: ArrayLike<number> },
  output: number,
): Float64Array {
  const [count = 0, ...sample] = x.shape;
  const size = sizeOf(sample);
  const result = new Float64Array(count * size);
  for (let n = 0; n < count; n++) {
    // Two rows for each value of the sample: one with a little more of it, one with a little less.
    const moved = Float64Array.from(
      { length: 2 * size * size },
      (_, at) => x.data[n * size + (at % size)] as number,
    );
    for (let k = 0; k < size; k++) {
      moved[2 * k * size + k] = (x.data[n * size + k] as number) + STEP;
      moved[(2 * k + 1) * size + k] = (x.data[n * size + k] as number) - STEP;
    }
    const { data, shape } = model.predict({ shape: [2 * size, ...sample], data: moved });
    const width = sizeOf(shape.slice(1));
    for (let k = 0; k < size; k++) {
      const [more, less] = [data[2 * k * width + output], data[(2 * k + 1) * width + output]];
      result[n * size + k] = ((more as number) - (less as number)) / (2 * STEP);
    }
  }
  return result;
}

/** Samples `first` to `first + count - 1`. */
export function rowsOf({ shape, data }: Tensor, first: number, count: number): Tensor {
  const size = sizeOf(shape.slice(1));
  return { shape: [count, ...shape.slice(1)], data: data.slice(first * size, (first + count) * size) };
}

/** Reference answers, [N] of one output of every window. */
export function outputOf(model: ReferenceModel, x: Tensor64, output: number): Float64Array {
  const { data, shape } = model.predict(x);
  const width = sizeOf(shape.slice(1));
  return Float64Array.from({ length: shape[0] ?? 0 }, (_, n) => data[n * width + output] as number);
}

export interface Tensor64 {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** A rule for the mean over [0, 1]: the middle of each of many equal parts. */
export function midpoints(parts: number): { readonly nodes: number[]; readonly weights: number[] } {
  return {
    nodes: Array.from({ length: parts }, (_, k) => (k + 0.5) / parts),
    weights: Array.from({ length: parts }, () => 1 / parts),
  };
}

/** Integrated gradients [N, T, D] from central differences, by any rule. */
export function integratedReference(
  model: ReferenceModel,
  x: Tensor64,
  baseline: Tensor64,
  output: number,
  { nodes, weights }: { readonly nodes: ArrayLike<number>; readonly weights: ArrayLike<number> },
): Float64Array {
  const way = Float64Array.from(x.data, (value, at) => value - (baseline.data[at] as number));
  const sum = new Float64Array(way.length);
  for (let s = 0; s < nodes.length; s++) {
    const data = way.map((step, at) => (baseline.data[at] as number) + (nodes[s] as number) * step);
    finiteDifferences(model, { shape: x.shape, data }, output).forEach((slope, at) => {
      sum[at] = (sum[at] as number) + (weights[s] as number) * slope * (way[at] as number);
    });
  }
  return sum;
}

/** Mean over the windows at each place, lag 1 first, as a LagMap has it. */
export function meanByLag(
  values: ArrayLike<number>,
  [count = 0, steps = 0, features = 0]: readonly number[],
  weigh: (value: number) => number = (value) => value,
): Float64Array {
  const mean = new Float64Array(steps * features);
  for (let n = 0; n < count; n++)
    for (let t = 0; t < steps; t++)
      for (let j = 0; j < features; j++) {
        const at = (steps - 1 - t) * features + j;
        mean[at] = (mean[at] as number) + weigh(values[(n * steps + t) * features + j] as number) / count;
      }
  return mean;
}
