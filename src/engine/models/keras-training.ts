/**
 * Whether a model that was read from a file can be trained here as Keras would train it, and with what. What the engine
 * does not know (a regularizer, a frozen layer, another optimizer) is refused by name: no training is better than another one.
 */
import type { KerasModel, KerasObject } from '../keras/model/keras-model.ts';
import type { PlacedLayer } from '../keras/model/layer-variables.ts';
import type { Loss } from '../losses/loss.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { lossOfConfig, optimizerOf } from './keras-compile.ts';

/** How a model is trained on, or one sentence that says why it can't be. */
export type Training =
  | { readonly optimizer: Optimizer; readonly loss: Loss; readonly refusal: null }
  | { readonly refusal: string };

/** A layer as it stands in the model, and what keeps the engine's own from being trained. */
export interface TrainingLayer {
  readonly placed: PlacedLayer;
  readonly source: KerasObject;
  readonly obstacle: string | null;
}

/** What a model's file and layers allow. */
export function trainingOf(model: KerasModel, layers: readonly TrainingLayer[]): Training {
  const { compile, optimizerState } = model;
  const refuse = (reason: string, advice = ''): Training => ({
    refusal: `This model can't be trained here, only predict: ${reason}.${advice}`,
  });
  for (const layer of layers) {
    const reason = layerObstacle(layer);
    if (reason) return refuse(`layer "${layer.placed.name}" (${layer.placed.className}) ${reason}`);
  }
  if (!compile) return refuse('its file holds no compile settings');
  const found = optimizerOf(compile.optimizer, optimizerState?.learningRate);
  if (typeof found === 'string') return refuse(found, ' Choose SGD, Adam, AdamW or RMSprop for it.');
  const loss = lossOfConfig(compile.loss);
  if (typeof loss === 'string') return refuse(loss, ' Choose mse, mae or huber for it.');
  return { optimizer: found, loss, refusal: null };
}

const PENALTIES = [
  'kernel_regularizer',
  'recurrent_regularizer',
  'bias_regularizer',
  'activity_regularizer',
  'kernel_constraint',
  'recurrent_constraint',
  'bias_constraint',
];

/** What keeps a layer from being trained, to follow its name; null where nothing does. */
export function layerObstacle({ placed, source, obstacle }: TrainingLayer): string | null {
  if (obstacle) return obstacle;
  const inner = source.config.layer as KerasObject | undefined;
  for (const { config } of [source, ...(inner ? [inner] : [])]) {
    if (config.trainable === false && placed.variables.length > 0) return 'is frozen (trainable is false)';
    const penalty = PENALTIES.find((key) => config[key] != null && !isZero(config[key]));
    if (penalty) return `has a ${penalty}, which is not implemented`;
  }
  return null;
}

/** A regularizer whose every number is 0 adds nothing: Keras 2 writes such ones. */
function isZero(value: unknown): boolean {
  const { config } = value as Partial<KerasObject>;
  return (
    typeof config === 'object' &&
    Object.keys(config).length > 0 &&
    Object.values(config).every((number) => number === 0)
  );
}
