/**
 * One layer of any generation in the words of Keras 3. Most become one layer; a Dense whose activation is a layer of its
 * own becomes two. Keys of Keras 1 and 2 are told in keras-reference 2.1.
 */
import { badInput, type Sentence, sentence } from '../../core/errors.ts';
import { isObject, type JsonObject, own, ownString, shown, shownName } from '../bytes/untrusted-json.ts';
import { kerasLayer } from '../keras3/keras-config.ts';
import type { KerasObject } from '../model/keras-model.ts';
import { UNDERSTOOD_LAYERS } from '../model/layer-settings.ts';
import type { ConfigContext } from './dialect.ts';
import { OldConfig } from './old-config.ts';
import { upgradeActivation } from './upgrade-activation.ts';
import {
  RECURRENT_CLASSES,
  unwrapCell,
  upgradeBidirectional,
  upgradeRecurrent,
} from './upgrade-recurrent.ts';
import { constraint, initializer, regularizer } from './upgrade-training-parts.ts';

type Json = Record<string, unknown>;

/** A layer as a file has it. */
export interface FileLayer {
  readonly className: string;
  /** Safe and unique in the model. */
  readonly name: string;
  readonly config: JsonObject;
}

/**
 * @returns the layer and what has to follow it
 * @throws GatewiseError naming a layer whose class or settings are not understood
 */
export function upgradeLayer(layer: FileLayer, context: ConfigContext): KerasObject[] {
  const { className, config } = unwrapCell(layer.className, layer.config);
  const { name } = layer;
  const old = new OldConfig(className, name, config, context);
  const isFrozen = own(config, 'trainable') === false;
  const build = (kerasClass: string, settings: Json) =>
    kerasLayer(kerasClass, { name, ...(isFrozen ? { trainable: false } : {}), ...settings });
  const parts = upgraded(old, className, config, build);
  old.reportUnread();
  return parts;
}

type Build = (kerasClass: string, settings: Json) => KerasObject;

function upgraded(old: OldConfig, className: string, config: JsonObject, build: Build): KerasObject[] {
  if (Object.hasOwn(RECURRENT_CLASSES, className)) {
    return [build(RECURRENT_CLASSES[className] ?? className, upgradeRecurrent(old, className))];
  }
  switch (className) {
    case 'Bidirectional':
      return [build(className, upgradeBidirectional(old))];
    case 'Dense':
      return withActivation(old, (activation) => build(className, { ...dense(old), activation }));
    case 'TimeDistributedDense':
      return withActivation(old, (activation) => {
        const name = `${String(build('', {}).config.name)}_dense`;
        return build('TimeDistributed', { layer: kerasLayer('Dense', { name, ...dense(old), activation }) });
      });
    case 'TimeDistributed':
      return timeDistributed(old, build);
    case 'Activation':
      return withActivation(old, (activation) => build(className, { activation }));
    default:
      return [build(...plainLayer(old, className, config))];
  }
}

function dense(old: OldConfig): Json {
  return {
    units: old.integer('units', 'output_dim'),
    use_bias: old.boolean(true, 'use_bias', 'bias'),
    ...initializer(old, 'kernel_initializer', 'init'),
    ...initializer(old, 'bias_initializer'),
    ...regularizer(old, 'kernel_regularizer', 'W_regularizer'),
    ...regularizer(old, 'bias_regularizer', 'b_regularizer'),
    ...regularizer(old, 'activity_regularizer'),
    ...constraint(old, 'kernel_constraint', 'W_constraint'),
    ...constraint(old, 'bias_constraint', 'b_constraint'),
  };
}

/** The layer with its activation by name, or linear and followed by the layer that the activation is. */
function withActivation(old: OldConfig, build: (activation: string) => KerasObject): KerasObject[] {
  const activation = upgradeActivation(old, 'linear', 'activation');
  if ('name' in activation) return [build(activation.name)];
  const first = build('linear');
  const name = `${String(first.config.name)}_${activation.className.toLowerCase()}`;
  const follow = upgradeLayer(
    { className: activation.className, name, config: activation.config },
    old.context,
  );
  old.note(`its activation ${activation.className} follows as a layer of its own.`);
  return [first, ...follow];
}

function timeDistributed(old: OldConfig, build: Build): KerasObject[] {
  const value = old.take('layer');
  const className = ownString(value, 'class_name') ?? '';
  const config = own(value, 'config');
  old.ignore('activity_regularizer');
  if (!isObject(config)) throw old.refusal(['layer'], value, 'a layer to wrap');
  const given = ownString(config, 'name') ?? className.toLowerCase();
  const inner = upgradeLayer(
    { className, name: given.replace(/[^A-Za-z0-9_.-]/g, '_'), config },
    old.context,
  );
  const [first, ...rest] = inner;
  if (first === undefined) return [];
  return [build('TimeDistributed', { layer: first }), ...rest];
}

/** Layers with a few settings and nothing special about them: class and settings. */
function plainLayer(old: OldConfig, className: string, config: JsonObject): [string, Json] {
  switch (className) {
    case 'Softmax':
      return [className, axis(old)];
    case 'ReLU':
      return [className, relu(old)];
    case 'ThresholdedReLU':
      return ['ReLU', { threshold: old.number(1, 'theta') }];
    case 'LeakyReLU':
      return [className, { negative_slope: old.number(0.3, 'negative_slope', 'alpha') }];
    case 'ELU':
      return [className, { alpha: old.number(1, 'alpha') }];
    case 'Rescaling':
      return [className, { scale: old.number(1, 'scale'), offset: old.number(0, 'offset') }];
    case 'Dropout':
    case 'SpatialDropout1D':
    case 'GaussianDropout':
      return [className, { rate: old.number(0, 'rate', 'p') }];
    case 'AlphaDropout':
      old.note('it is taken as a Dropout, which is the same at inference but drops otherwise in training.');
      return ['Dropout', { rate: old.number(0, 'rate', 'p') }];
    case 'Identity':
      return ['Activation', { activation: 'linear' }];
    case 'GaussianNoise':
      return [className, { stddev: old.number(0, 'stddev', 'sigma') }];
    case 'ActivityRegularization':
      old.ignore('activity_regularizer');
      return [className, { l1: old.number(0, 'l1'), l2: old.number(0, 'l2') }];
    case 'Masking':
      return [className, { mask_value: old.number(0, 'mask_value') }];
    case 'RepeatVector':
      return [className, { n: old.integer('n') }];
    case 'Flatten':
      return [className, flatten(old)];
    case 'Reshape':
      return [className, { target_shape: targetShape(old) }];
    case 'BatchNormalization':
      return [className, batchNormalization(old)];
    case 'LayerNormalization':
      return [className, layerNormalization(old)];
    default:
      throw unknownLayer(old, className, config);
  }
}

/** With channels_first Keras swaps time and features before; whether that matters is told where shapes are known. */
function flatten(old: OldConfig): Json {
  const value = old.take('data_format');
  const format = typeof value === 'string' ? value.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase() : value;
  if (format === undefined || format === 'channels_last') return {};
  if (format === 'channels_first') return { data_format: format };
  throw old.refusal(['data_format'], value, 'channels_last');
}

function relu(old: OldConfig): Json {
  return {
    ...(old.hasValue('max_value') ? { max_value: old.number(0, 'max_value') } : {}),
    negative_slope: old.number(0, 'negative_slope'),
    threshold: old.number(0, 'threshold'),
  };
}

function targetShape(old: OldConfig): readonly number[] {
  const value = old.take('target_shape', 'dims');
  if (Array.isArray(value) && value.every((one): one is number => Number.isInteger(one))) return value;
  throw old.refusal(['target_shape'], value, 'a list of whole numbers');
}

/** A number or a list of one; whether it is the last axis is told where shapes are known. */
function axis(old: OldConfig): Json {
  const value = old.take('axis');
  if (value === undefined) return { axis: -1 };
  const one: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (typeof one === 'number' && Number.isInteger(one)) return { axis: one };
  throw old.refusal(['axis'], value, 'the last axis');
}

function batchNormalization(old: OldConfig): Json {
  const mode = old.number(0, 'mode');
  if (mode !== 0 || old.boolean(false, 'renorm')) {
    throw badInput(
      `${old.owner}: ${mode === 0 ? 'renorm' : `mode ${mode}`} is not understood; only BatchNormalization with stored mean and variance is. Save the model without it.`,
    );
  }
  old.ignore(
    'fused',
    'virtual_batch_size',
    'adjustment',
    'synchronized',
    'renorm_clipping',
    'renorm_momentum',
  );
  return {
    ...axis(old),
    momentum: old.number(0.99, 'momentum'),
    epsilon: old.number(1e-3, 'epsilon'),
    center: old.boolean(true, 'center'),
    scale: old.boolean(true, 'scale'),
    ...initializer(old, 'beta_initializer', 'beta_init'),
    ...initializer(old, 'gamma_initializer', 'gamma_init'),
    ...initializer(old, 'moving_mean_initializer'),
    ...initializer(old, 'moving_variance_initializer'),
    ...regularizer(old, 'beta_regularizer'),
    ...regularizer(old, 'gamma_regularizer'),
    ...constraint(old, 'beta_constraint'),
    ...constraint(old, 'gamma_constraint'),
  };
}

function layerNormalization(old: OldConfig): Json {
  if (old.boolean(false, 'rms_scaling')) {
    throw badInput(`${old.owner}: rms_scaling is not understood. Save the model with rms_scaling=False.`);
  }
  return {
    ...axis(old),
    epsilon: old.number(1e-3, 'epsilon'),
    center: old.boolean(true, 'center'),
    scale: old.boolean(true, 'scale'),
    ...initializer(old, 'beta_initializer'),
    ...initializer(old, 'gamma_initializer'),
    ...regularizer(old, 'beta_regularizer'),
    ...regularizer(old, 'gamma_regularizer'),
    ...constraint(old, 'beta_constraint'),
    ...constraint(old, 'gamma_constraint'),
  };
}

/** Advice for the classes that are met most. */
const ADVICE: Readonly<Record<string, Sentence>> = {
  Lambda: sentence`It holds Python code, which gatewise never runs. Replace it by a layer before saving.`,
  Embedding: sentence`It turns words into vectors; save the part of the model behind it, and give that the vectors.`,
};

function unknownLayer(old: OldConfig, className: string, config: JsonObject): Error {
  const advice = Object.hasOwn(ADVICE, className)
    ? (ADVICE[className] as Sentence)
    : sentence`Save a model without this layer, or its other weights as .npz.`;
  const what = isObject(own(config, 'cell'))
    ? ` around ${shown(ownString(own(config, 'cell'), 'class_name'))}`
    : '';
  return badInput(
    sentence`${old.owner + what} of a file of ${old.context.writer} is of the class ${shownName(className)}, which gatewise does not know. It knows ${UNDERSTOOD_LAYERS.join(', ')}. ${advice}`,
  );
}
