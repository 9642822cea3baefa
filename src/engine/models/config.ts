/** A model in Keras 3's words (keras-reference 2.2 and 2.3): its config, and everything a file of it holds. */
import type { Tensor } from '../core/tensor.ts';
import { adamConfig, kerasLayer, sequentialConfig, sgdConfig } from '../keras/keras-config.ts';
import type { KerasModel, SequentialConfig } from '../keras/keras-model.ts';
import type { Loss } from '../losses/loss.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { ParameterLayout } from './parameters.ts';
import type { ModelState } from './state.ts';

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

/** Config, weights, compile settings and optimizer state, as the writers of gatewise/keras take them. */
export async function exportOf(
  config: SequentialConfig,
  state: ModelState,
  optimizer: Optimizer,
  loss: Loss,
): Promise<KerasModel> {
  const { weights: tensors, slots, iterations } = await state.readAll();
  const settings = optimizer.describe();
  return {
    config,
    weights: state.layout.weights.map(({ path, layer, name, shape }, k) => {
      const { data } = tensors[k] as Tensor;
      return { path, layer, name, shape, data };
    }),
    compile: {
      optimizer: settings.className === 'Adam' ? adamConfig(settings) : sgdConfig(settings),
      loss: loss.kerasName,
      metrics: ['mae'],
    },
    optimizerState: {
      iterations,
      learningRate: optimizer.learningRate,
      slots: optimizer.slots.map((name, k) => ({ name, tensors: slots[k] ?? [] })),
    },
  };
}
