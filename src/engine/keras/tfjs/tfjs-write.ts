/**
 * A model as a TF.js layers model: model.json in the form the browser's TF.js 4.22 saves, and one shard. Every option
 * whose default differs in TF.js is written out. `tf.loadLayersModel('model.json')` takes it.
 */

import type { Activation } from '../../core/activations.ts';
import { badInput } from '../../core/errors.ts';
import { encodeFloat32 } from '../bytes/number-formats.ts';
import { type FilledLayer, fillLayers } from '../model/check-model.ts';
import type { CompileConfig, KerasModel, KerasObject } from '../model/keras-model.ts';
import { kerasObject, layerSettings, type RecurrentSettings } from '../model/layer-settings.ts';
import type { NamedFile } from '../raw-file.ts';
import { sumOfTfjs } from './tfjs-read.ts';

const SHARD = 'model.weights.bin';
const LAYERS_VERSION = 'tfjs-layers 4.22.0';

type Json = Readonly<Record<string, unknown>>;

/**
 * model.json and model.weights.bin.
 * @throws GatewiseError for what TF.js computes differently or not at all, naming the layer
 */
export async function writeTfjs(model: KerasModel): Promise<NamedFile[]> {
  const filled = fillLayers(model);
  checkMasks(filled);
  const objects = model.config.layers.filter((layer) => layer.class_name !== 'InputLayer');
  const layers = objects.map((layer, i) => {
    const input = i === 0 ? { batch_input_shape: model.config.build_input_shape, dtype: 'float32' } : {};
    return { class_name: layer.class_name, config: { ...tfjsConfig(layer), ...input } };
  });
  const weights = filled.flatMap((layer, i) => tfjsNames(layer, objects[i]));
  const bytes = concatenated(weights.map(({ data }) => encodeFloat32(data)));
  const training = model.compile && trainingConfig(model.compile);
  const json = {
    format: 'layers-model',
    generatedBy: 'gatewise',
    convertedBy: null,
    modelTopology: {
      class_name: 'Sequential',
      config: { name: model.config.name, layers },
      keras_version: LAYERS_VERSION,
      backend: 'tensor_flow.js',
    },
    ...(training ? { trainingConfig: training } : {}),
    weightsManifest: [
      { paths: [SHARD], weights: weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })) },
    ],
  };
  const userDefinedMetadata = { gatewise: { sha256: await sumOfTfjs(json, [bytes]) } };
  return [
    { name: 'model.json', bytes: new TextEncoder().encode(JSON.stringify({ ...json, userDefinedMetadata })) },
    { name: SHARD, bytes },
  ];
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The names under which TF.js looks for a layer's weights. */
function tfjsNames({ name: layer, settings, weights }: FilledLayer, object: KerasObject | undefined) {
  const inner = settings.kind === 'bidirectional' ? kerasObject(object?.config.layer, layer) : null;
  return weights.map(({ name, shape, data }) => {
    const [direction, variable] = name.split('/');
    const path = variable === undefined ? name : `${direction}_${String(inner?.config.name)}/${variable}`;
    return { name: `${layer}/${path}`, shape, data };
  });
}

/** A layer's config in TF.js' words. */
function tfjsConfig(layer: KerasObject): Json {
  const settings = layerSettings(layer);
  const { name } = layer.config;
  const base = { name, trainable: layer.config.trainable ?? true };
  if (layer.class_name === 'TimeDistributed') {
    const inner = kerasObject(layer.config.layer, String(name));
    return { ...base, layer: { class_name: inner.class_name, config: tfjsConfig(inner) } };
  }
  switch (settings.kind) {
    case 'recurrent':
      return { ...base, ...recurrentConfig(layer, settings) };
    case 'bidirectional': {
      const inner = kerasObject(layer.config.layer, String(name));
      if (settings.mergeMode === null) throw refusal(layer, 'its directions are not merged');
      const { forward, backward } = settings;
      const isSame = (Object.keys(forward) as (keyof RecurrentSettings)[]).every(
        (key) => key === 'goBackwards' || forward[key] === backward[key],
      );
      if (!isSame) throw refusal(layer, 'its directions have different settings; TF.js has one for both');
      const config = recurrentConfig(layer, { ...forward, zeroOutputForMask: false });
      return {
        ...base,
        merge_mode: settings.mergeMode,
        layer: {
          class_name: inner.class_name,
          config: { name: inner.config.name, trainable: true, ...config },
        },
      };
    }
    case 'dense': {
      const { units, activation, useBias } = settings;
      return {
        ...base,
        units,
        activation: activationName(activation, layer),
        use_bias: useBias,
        kernel_initializer: GLOROT_UNIFORM,
        bias_initializer: ZEROS,
      };
    }
    case 'activation':
      return { ...base, activation: activationName(settings.activation, layer) };
    case 'softmax':
      return layer.class_name === 'Activation' ? { ...base, activation: 'softmax' } : { ...base, axis: -1 };
    case 'relu': {
      const { max, slope, threshold } = settings;
      if (layer.class_name === 'LeakyReLU') return { ...base, alpha: slope };
      if (slope !== 0 || threshold !== 0)
        throw refusal(layer, 'ReLU has no negative_slope and no threshold there');
      return { ...base, max_value: Number.isFinite(max) ? max : null };
    }
    case 'elu':
      return { ...base, alpha: settings.alpha };
    case 'dropout':
      return { ...base, rate: settings.rate, noise_shape: null, seed: null };
    case 'masking':
      return { ...base, mask_value: settings.maskValue };
    case 'repeatVector':
      return { ...base, n: settings.n };
    case 'flatten':
      return base;
    case 'reshape':
      return { ...base, target_shape: settings.targetShape };
    case 'batchNormalization':
    case 'layerNormalization': {
      const { epsilon, center, scale } = settings;
      return { ...base, axis: -1, epsilon, center, scale };
    }
    case 'identity': {
      const { stddev, rate } = layer.config;
      if (layer.class_name === 'GaussianNoise') return { ...base, stddev };
      if (layer.class_name === 'GaussianDropout') return { ...base, rate };
      throw refusal(layer, 'TF.js has no such layer');
    }
    default:
      throw refusal(layer, 'TF.js has no such layer');
  }
}

/** The weights follow, so no random values are needed; TF.js' Orthogonal takes seconds for a few hundred units. */
const ZEROS = { class_name: 'Zeros', config: {} };
const GLOROT_UNIFORM = {
  class_name: 'VarianceScaling',
  config: { scale: 1, mode: 'fan_avg', distribution: 'uniform', seed: null },
};

function recurrentConfig(layer: KerasObject, settings: RecurrentSettings): Json {
  const { cell, units, useBias, returnSequences, goBackwards, stateful, dropout, recurrentDropout } =
    settings;
  if (settings.resetAfter)
    throw refusal(layer, 'the GRU of TF.js has its reset gate before the product (reset_after false)');
  if (settings.zeroOutputForMask) throw refusal(layer, 'zero_output_for_mask does not exist there');
  const inner =
    layer.class_name === 'Bidirectional' ? kerasObject(layer.config.layer, '').config : layer.config;
  return {
    units,
    activation: activationName(settings.activation, layer),
    ...(cell === 'simple_rnn'
      ? {}
      : { recurrent_activation: activationName(settings.recurrentActivation, layer), implementation: 1 }),
    use_bias: useBias,
    kernel_initializer: GLOROT_UNIFORM,
    recurrent_initializer: ZEROS,
    bias_initializer: ZEROS,
    ...(cell === 'lstm' ? { unit_forget_bias: inner.unit_forget_bias !== false } : {}),
    ...(cell === 'gru' ? { reset_after: false } : {}),
    dropout,
    recurrent_dropout: recurrentDropout,
    return_sequences: returnSequences,
    return_state: false,
    go_backwards: goBackwards,
    stateful,
    unroll: false,
  };
}

/** TF.js means clip(0.2x + 0.5, 0, 1) by hard_sigmoid. */
function activationName(activation: Activation | 'softmax', layer: KerasObject): string {
  if (activation === 'hard_sigmoid_keras2') return 'hard_sigmoid';
  if (activation === 'exponential') throw refusal(layer, 'it has no exponential activation');
  if (activation !== 'hard_sigmoid') return activation;
  throw refusal(
    layer,
    'its hard_sigmoid is clip(x/6 + 0.5, 0, 1) of Keras 3, and TF.js means clip(0.2x + 0.5, 0, 1) by that name',
  );
}

/** Where masks meet what TF.js does differently: it hands the mask on and has no zero_output_for_mask in Bidirectional. */
function checkMasks(layers: readonly FilledLayer[]): void {
  const masking = layers.find(({ settings }) => settings.kind === 'masking');
  const both = layers.find(({ settings }) => settings.kind === 'bidirectional');
  if (!masking || !both) return;
  throw badInput(
    `Layers "${masking.name}" (Masking) and "${both.name}" (Bidirectional) cannot be written for TF.js together: it does not mask both directions. Write .keras or .h5 instead.`,
  );
}

const LOSSES = ['mean_squared_error', 'mean_absolute_error'];

/** Compile settings, where TF.js has them; without them the model is loaded uncompiled. */
function trainingConfig({ optimizer, loss, metrics }: CompileConfig): Json | undefined {
  const { class_name: className, config } = optimizer;
  const isClipped = ['clipnorm', 'clipvalue', 'global_clipnorm'].some((key) => config[key] != null);
  if (typeof loss !== 'string' || !LOSSES.includes(loss) || isClipped) return undefined;
  const learningRate = config.learning_rate;
  if (typeof learningRate !== 'number') return undefined;
  const rest = { loss, metrics };
  if (className === 'Adam' && config.amsgrad !== true && !config.weight_decay) {
    const { beta_1: beta1 = 0.9, beta_2: beta2 = 0.999, epsilon = 1e-7 } = config;
    return {
      ...rest,
      optimizer_config: { class_name: 'Adam', config: { learningRate, beta1, beta2, epsilon } },
    };
  }
  if (className === 'SGD' && !config.momentum && !config.weight_decay) {
    return { ...rest, optimizer_config: { class_name: 'SGD', config: { learningRate } } };
  }
  return undefined;
}

function refusal({ class_name: className, config }: KerasObject, reason: string): Error {
  return badInput(
    `Layer "${String(config.name)}" (${className}) cannot be written for TF.js: ${reason}. Write .keras, .h5 or ONNX instead, or change the layer and train again.`,
  );
}
