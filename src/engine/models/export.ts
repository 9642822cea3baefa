/** Everything a file of a model holds, in Keras 3's words (keras-reference 2.2 and 2.3). Loaded with the first export. */
import type { Tensor } from '../core/tensor.ts';
import {
  adamConfig,
  adamWConfig,
  huberConfig,
  rmspropConfig,
  sgdConfig,
} from '../keras/keras3/training-config.ts';
import type { KerasModel, KerasObject, SequentialConfig } from '../keras/model/keras-model.ts';
import type { Loss } from '../losses/loss.ts';
import type { Optimizer, OptimizerDescription } from '../optimizers/optimizer.ts';
import type { ModelOrigin } from './config.ts';
import type { WeightSpec } from './parameters.ts';
import type { ModelState } from './state.ts';

/** Config, weights, compile settings and optimizer state, as the writers of gatewise/keras take them. */
export function exportOf(
  config: SequentialConfig,
  specs: readonly WeightSpec[],
  { weights: tensors, slots, iterations }: Awaited<ReturnType<ModelState['readAll']>>,
  compiled: { readonly optimizer: Optimizer; readonly loss: Loss } | null,
  origin: ModelOrigin | null,
): KerasModel {
  const weights = specs.map(({ path, layer, name, shape }, k) => {
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
