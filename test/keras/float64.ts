/** Predictions of a model of any file by the float64 reference. */
import type { Tensor } from '../../src/engine/core/tensor.ts';
import type { KerasModel } from '../../src/engine/keras/index.ts';
import { fillLayers } from '../../src/engine/keras/model/check-model.ts';
import { type ArrayInput, predictLayers } from '../../src/engine/reference/index.ts';

/** @param batchRows rows computed together, for stateful layers; all of them unless given */
export function predictFloat64(model: KerasModel, x: ArrayInput, batchRows?: number): Tensor {
  const layers = fillLayers(model).map(({ settings, weights }) => ({
    settings,
    weights: weights.map(({ data }) => data),
  }));
  const { shape, data } = predictLayers(layers, x, batchRows);
  return { shape, data: Float32Array.from(data) };
}
