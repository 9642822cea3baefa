/** What `gatewise explain` should tell of a model, by the float64 reference: central differences and plain sums. */
import type { Tensor } from '../../src/engine/core/tensor.ts';
import type { KerasModel } from '../../src/engine/keras/index.ts';
import { fillLayers } from '../../src/engine/keras/model/check-model.ts';
import { lstmForward, predictLayers } from '../../src/engine/reference/index.ts';
import { D, T } from './explain-support.ts';

/** Rows of the table: every place of a window, lag 1 first. */
export const PLACES = Array.from({ length: T * D }, (_, row) => row);
const STEP = 1e-4;

/** Where a row of the table lies in a window, the oldest step first. */
export function placeInWindow(row: number): number {
  return (T - 1 - Math.floor(row / D)) * D + (row % D);
}

/** Windows with a place changed. */
export function changed(
  windows: ArrayLike<number>,
  row: number,
  change: (value: number) => number,
): Float64Array {
  const at = placeInWindow(row);
  return Float64Array.from(windows, (value, k) => (k % (T * D) === at ? change(value) : value));
}

/** Outputs of a model, of windows [N, T, D]. */
function outputs(model: KerasModel, data: ArrayLike<number>): Float64Array {
  const layers = fillLayers(model).map(({ settings, weights }) => ({
    settings,
    weights: weights.map((one) => one.data),
  }));
  const shape = [data.length / (T * D), T, D];
  return Float64Array.from(predictLayers(layers, { shape, data }).data);
}

/** dy/dx at a place of every window, by central differences. */
function derivative(model: KerasModel, windows: ArrayLike<number>, row: number): Float64Array {
  const [above, below] = [STEP, -STEP].map((step) =>
    outputs(
      model,
      changed(windows, row, (value) => value + step),
    ),
  ) as [Float64Array, Float64Array];
  return above.map((value, k) => (value - (below[k] ?? 0)) / (2 * STEP));
}

const meanSize = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length;

/** Mean size of dy/dx at a place. */
export function meanDerivative(model: KerasModel, windows: ArrayLike<number>, row: number): number {
  return meanSize(derivative(model, windows, row));
}

/** Root mean square error in scaled units. */
export function rmse(model: KerasModel, windows: ArrayLike<number>, targets: ArrayLike<number>): number {
  const squares = outputs(model, windows).map((value, k) => (value - (targets[k] ?? 0)) ** 2);
  return Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / targets.length);
}

/** Integrated gradients of a place from zeros, mean size: a midpoint rule. */
export function integrated(model: KerasModel, windows: ArrayLike<number>, row: number): number {
  const points = 24;
  const sums = new Float64Array(windows.length / (T * D));
  for (let s = 0; s < points; s++) {
    const between = Float64Array.from(windows, (value) => (value * (s + 0.5)) / points);
    derivative(model, between, row).forEach((value, k) => {
      sums[k] = (sums[k] ?? 0) + value / points;
    });
  }
  const at = placeInWindow(row);
  return meanSize(sums.map((value, k) => value * (windows[k * T * D + at] ?? 0)));
}

/** Half-lives of the units of the first layer, an LSTM. */
export function referenceHalfLives(model: KerasModel, windows: Tensor): number[] {
  const [kernel, recurrentKernel, bias] = model.weights.map(({ data }) => data);
  const units = recurrentKernel ? Math.sqrt(recurrentKernel.length / 4) : 0;
  const weights = { kernel: kernel ?? [], recurrentKernel: recurrentKernel ?? [], bias: bias ?? null };
  const { f } = lstmForward(windows, weights, { units });
  return Array.from({ length: units }, (_, u) => {
    const own = f.filter((_gate, at) => at % units === u);
    const mean = own.reduce((sum, gate) => sum + Math.log(gate), 0) / own.length;
    return Math.log(0.5) / mean;
  });
}
