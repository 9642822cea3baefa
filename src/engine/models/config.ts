/** A model in Keras 3's words (keras-reference 2.2 and 2.3): its config, and everything a file of it holds. */
import type { Tensor } from '../core/tensor.ts';
import {
  adamConfig,
  adamWConfig,
  huberConfig,
  kerasLayer,
  rmspropConfig,
  sequentialConfig,
  sgdConfig,
} from '../keras/keras3/keras-config.ts';
import type { KerasModel, KerasObject, SequentialConfig } from '../keras/model/keras-model.ts';
import type { Loss } from '../losses/loss.ts';
import type { Optimizer, OptimizerDescription } from '../optimizers/optimizer.ts';
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

/** What a model that was read from a file keeps of it, so that it is written back as it was. */
export interface ModelOrigin {
  readonly model: KerasModel;
  /** Why this model can't be trained here, as one sentence for the user; null when it can. */
  readonly refusal: string | null;
  /** Rows of a batch where states go from batch to batch; null where no layer is stateful. */
  readonly statefulBatch: number | null;
}

/** Config, weights, compile settings and optimizer state, as the writers of gatewise/keras take them. */
export async function exportOf(
  config: SequentialConfig,
  state: ModelState,
  member: number,
  compiled: { readonly optimizer: Optimizer; readonly loss: Loss } | null,
  origin: ModelOrigin | null,
): Promise<KerasModel> {
  const { weights: tensors, slots, iterations } = await state.readAll(member);
  const weights = state.layout.weights.map(({ path, layer, name, shape }, k) => {
    const { data } = tensors[k] as Tensor;
    return { path, layer, name, shape, data };
  });
  const before = origin?.model;
  if (!compiled) return { ...before, config, weights };
  const { optimizer, loss } = compiled;
  const hasState = iterations > 0 || !before || before.optimizerState !== undefined;
  const { optimizerState: _, ...rest } = before ?? {};
  return {
    ...rest,
    config,
    weights,
    compile: before?.compile
      ? { ...before.compile, optimizer: withRate(before.compile.optimizer, optimizer.learningRate) }
      : { optimizer: optimizerConfig(optimizer.describe()), loss: lossConfig(loss), metrics: ['mae'] },
    ...(hasState && {
      optimizerState: {
        iterations,
        learningRate: optimizer.learningRate,
        slots: optimizer.slots.map((name, k) => ({ name, tensors: slots[k] ?? [] })),
      },
    }),
  };
}

function lossConfig(loss: Loss): string | KerasObject {
  return loss.name === 'huber' && loss.delta !== 1 ? huberConfig(loss.delta) : loss.kerasName;
}

function optimizerConfig(settings: OptimizerDescription): KerasObject {
  switch (settings.className) {
    case 'Adam':
      return adamConfig(settings);
    case 'AdamW':
      return adamWConfig(settings);
    case 'SGD':
      return sgdConfig(settings);
    case 'RMSprop':
      return rmspropConfig(settings);
  }
}

/** The optimizer's config as it was read, at the rate it has now. Keras keeps the rate in float32. */
function withRate(optimizer: KerasObject, rate: number): KerasObject {
  const { learning_rate: before } = optimizer.config;
  if (typeof before === 'number' && Math.fround(before) === Math.fround(rate)) return optimizer;
  return { ...optimizer, config: { ...optimizer.config, learning_rate: rate } };
}
