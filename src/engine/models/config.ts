/** A model as Keras 3 writes it into config.json (keras-reference 2.2 and 2.3): the smallest config every Keras 3 loads. */
import type { PlacedLayer } from './parameters.ts';

export function sequentialConfig(name: string, layers: readonly PlacedLayer[]): Record<string, unknown> {
  const batchShape = [null, ...(layers[0]?.input ?? [])];
  const wrap = (className: string, config: Record<string, unknown>): Record<string, unknown> => ({
    module: 'keras.layers',
    class_name: className,
    config,
    registered_name: null,
  });
  return {
    name,
    layers: [
      wrap('InputLayer', { batch_shape: batchShape, dtype: 'float32', name: 'input' }),
      ...layers.map(({ layer, name: layerName }) =>
        wrap(layer.className, { name: layerName, dtype: 'float32', ...layer.getConfig() }),
      ),
    ],
    build_input_shape: batchShape,
  };
}
