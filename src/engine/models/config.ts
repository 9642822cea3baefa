/** A model's config in Keras 3's words (keras-reference 2.2). */
import { kerasLayer, sequentialConfig } from '../keras/keras3/keras-config.ts';
import type { KerasModel, SequentialConfig } from '../keras/model/keras-model.ts';
import type { ParameterLayout } from './parameters.ts';

/** The config of a Sequential with its InputLayer. */
export function configOf(name: string, { layers }: ParameterLayout): SequentialConfig {
  return sequentialConfig(
    name,
    layers[0]?.input ?? [],
    layers.map(({ layer, name: layerName }) =>
      kerasLayer(layer.className, { name: layerName, dtype: 'float32', ...layer.getConfig() }),
    ),
  );
}

/** What a model that was read from a file keeps of it, so that it is written back as it was. */
export interface ModelOrigin {
  readonly model: KerasModel;
  /** Why this model can't be trained here, as one sentence for the user; null when it can. */
  readonly refusal: string | null;
  /** Rows of a batch where states go from batch to batch; null where no layer is stateful. */
  readonly statefulBatch: number | null;
}
