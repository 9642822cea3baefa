/** Shared by the cases of models from files: Keras models with random weights, as a reader would hand them on. */
import { sizeOf } from '../../src/engine/core/tensor.ts';
import { kerasLayer, sequentialConfig } from '../../src/engine/keras/keras3/keras-config.ts';
import type { KerasModel } from '../../src/engine/keras/model/keras-model.ts';
import { placeLayers } from '../../src/engine/keras/model/layer-variables.ts';
import { randomNumbers } from './support.ts';

/** A layer's class and config, without its name. */
export type LayerEntry = readonly [className: string, config?: Readonly<Record<string, unknown>>];

/**
 * A model whose layers are named layer_0, layer_1, ...
 * @param inputShape of one sample; null where T is open
 */
export function kerasModel(
  entries: readonly LayerEntry[],
  inputShape: readonly (number | null)[],
  seed: number,
  scale = 0.6,
): KerasModel {
  const layers = entries.map(([className, config], k) =>
    kerasLayer(className, { name: `layer_${k}`, dtype: 'float32', ...config }),
  );
  const config = sequentialConfig('from_file', inputShape, layers);
  const weights = placeLayers(config).flatMap(({ name: layer, variables }, k) =>
    variables.map(({ name, shape }, n) => {
      const data = randomNumbers(sizeOf(shape), seed * 1000 + k * 10 + n, scale);
      const isVariance = name === 'moving_variance';
      return { path: `${layer}/${name}`, layer, name, shape, data: isVariance ? data.map(Math.abs) : data };
    }),
  );
  return { config, weights };
}
