/**
 * Whether a model that was read from a file can be trained here as Keras would train it, and with what. What the engine
 * does not know (a regularizer, a frozen layer, another optimizer) is refused by name: no training is better than another one.
 */
import type { CompileConfig, KerasModel, KerasObject } from '../keras/keras-model.ts';
import type { PlacedLayer } from '../keras/layer-variables.ts';
import { type Loss, lossOf } from '../losses/loss.ts';
import { adam } from '../optimizers/adam.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { sgd } from '../optimizers/sgd.ts';

/** How a model is trained on, or one sentence that says why it can't be. */
export type Training =
  | { readonly optimizer: Optimizer; readonly loss: Loss; readonly refusal: null }
  | { readonly refusal: string };

/** A layer as it stands in the model, and whether the engine has only its forward pass. */
export interface TrainingLayer {
  readonly placed: PlacedLayer;
  readonly source: KerasObject;
  readonly isInferenceOnly: boolean;
}

/** What a model's file and layers allow. */
export function trainingOf(model: KerasModel, layers: readonly TrainingLayer[]): Training {
  const { compile, optimizerState } = model;
  const refuse = (reason: string): Training => ({
    refusal: `This model can't be trained here, only predict: ${reason}.`,
  });
  for (const layer of layers) {
    const reason = layerObstacle(layer);
    if (reason) return refuse(`layer "${layer.placed.name}" (${layer.placed.className}) ${reason}`);
  }
  if (!compile) return refuse('its file holds no compile settings');
  const found = optimizerOf(compile, optimizerState?.learningRate);
  if (typeof found === 'string') return refuse(found);
  const loss = lossFor(compile.loss);
  if (typeof loss === 'string') return refuse(loss);
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

function layerObstacle({ placed, source, isInferenceOnly }: TrainingLayer): string | null {
  if (isInferenceOnly) return 'has options or a class whose gradients are not implemented';
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

/** Settings that do nothing where they are absent, null, false or 0. */
const UNKNOWN_SETTINGS = [
  'weight_decay',
  'decay',
  'clipvalue',
  'use_ema',
  'amsgrad',
  'gradient_accumulation_steps',
  'loss_scale_factor',
];

/** The engine's optimizer with the file's settings, or why there is none. */
function optimizerOf({ optimizer }: CompileConfig, rate: number | undefined): Optimizer | string {
  const { class_name: className, config } = optimizer;
  const unknown = UNKNOWN_SETTINGS.find((key) => config[key]);
  if (unknown) return `optimizer ${className} has ${unknown}, which is not implemented`;
  const learningRate = rate ?? config.learning_rate ?? config.lr;
  if (learningRate !== undefined && typeof learningRate !== 'number') {
    return `optimizer ${className} has a learning rate schedule, which is not implemented`;
  }
  const number = (key: string): number | undefined => {
    const value = config[key];
    return typeof value === 'number' ? value : undefined;
  };
  const shared = given({
    learningRate,
    clipnorm: number('clipnorm'),
    globalClipnorm: number('global_clipnorm'),
  });
  try {
    switch (className) {
      case 'Adam':
        return adam({
          ...shared,
          ...given({ beta1: number('beta_1'), beta2: number('beta_2'), epsilon: number('epsilon') }),
        });
      case 'SGD':
        return sgd({
          ...shared,
          ...given({ momentum: number('momentum') }),
          nesterov: config.nesterov === true && Boolean(config.momentum),
        });
      default:
        return `optimizer ${className} is not implemented`;
    }
  } catch (error) {
    return `optimizer ${className} has settings out of range (${error instanceof Error ? error.message : String(error)})`;
  }
}

/** The settings that are there. */
function given<K extends string>(
  settings: Readonly<Record<K, number | undefined>>,
): Partial<Record<K, number>> {
  const present: Partial<Record<K, number>> = {};
  for (const key of Object.keys(settings) as K[]) {
    const value = settings[key];
    if (value !== undefined) present[key] = value;
  }
  return present;
}

function lossFor(loss: string | KerasObject): Loss | string {
  const name = typeof loss === 'string' ? loss : snakeCase(loss.class_name);
  try {
    return lossOf(name);
  } catch {
    return `its loss ${name} is not implemented`;
  }
}

/** MeanSquaredError to mean_squared_error. */
function snakeCase(className: string): string {
  return className.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
}
