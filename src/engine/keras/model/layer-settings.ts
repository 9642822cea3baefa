/**
 * The layers that are understood, each as typed settings: one strict reading of a Keras 3 config, used by whoever has to
 * know what a layer computes or stores (weights, writers, inspect, the engine). Readers of old files first translate their
 * configs into Keras 3's words; hard_sigmoid of Keras 1 and 2 is `hard_sigmoid_keras2` by then.
 */
import { ACTIVATIONS, type Activation } from '../../core/activations.ts';
import { badInput } from '../../core/errors.ts';
import { ConfigReader } from './config-reader.ts';
import type { KerasObject } from './keras-model.ts';

/** An LSTM, GRU or SimpleRNN. */
export interface RecurrentSettings {
  readonly kind: 'recurrent';
  readonly cell: 'lstm' | 'gru' | 'simple_rnn';
  /** H */
  readonly units: number;
  /** phi */
  readonly activation: Activation;
  /** sigma_r; linear, and of no meaning, in a SimpleRNN. */
  readonly recurrentActivation: Activation;
  readonly useBias: boolean;
  readonly returnSequences: boolean;
  /** Reads t = T-1 ... 0; a returned sequence stays in the order of processing. */
  readonly goBackwards: boolean;
  /** Row i of a batch goes on from the final state of row i of the batch before. */
  readonly stateful: boolean;
  /** A masked step emits zeros instead of the previous output. */
  readonly zeroOutputForMask: boolean;
  /** GRU: the reset gate works after the recurrent product, and there are two biases. */
  readonly resetAfter: boolean;
  /** Rates in training; inference knows neither. */
  readonly dropout: number;
  readonly recurrentDropout: number;
}

/** null: the two outputs are not merged but given as a list (only as the last layer). */
export type MergeMode = 'concat' | 'sum' | 'mul' | 'ave' | null;

export interface BidirectionalSettings {
  readonly kind: 'bidirectional';
  readonly mergeMode: MergeMode;
  readonly forward: RecurrentSettings;
  /** goBackwards is true in it, whatever the file said. */
  readonly backward: RecurrentSettings;
}

/** Dense, on the last axis; TimeDistributed(Dense) is the same thing. */
export interface DenseSettings {
  readonly kind: 'dense';
  readonly units: number;
  readonly activation: Activation | 'softmax';
  readonly useBias: boolean;
}

/** Activation, ReLU, LeakyReLU, ELU, Softmax. */
export type ElementSettings =
  | { readonly kind: 'activation'; readonly activation: Activation }
  /** Over the last axis. */
  | { readonly kind: 'softmax' }
  /** x >= max: max; x >= threshold: x; else slope * (x - threshold). max is Infinity where there is none. */
  | { readonly kind: 'relu'; readonly max: number; readonly slope: number; readonly threshold: number }
  /** x > 0: x; else alpha * (exp(x) - 1) */
  | { readonly kind: 'elu'; readonly alpha: number }
  /** x * scale + offset */
  | { readonly kind: 'rescaling'; readonly scale: number; readonly offset: number };

export type LayerSettings =
  | RecurrentSettings
  | BidirectionalSettings
  | DenseSettings
  | ElementSettings
  /** Drops in training. */
  | { readonly kind: 'dropout'; readonly rate: number }
  /** Does nothing at inference: GaussianNoise, GaussianDropout, ActivityRegularization, SpatialDropout1D. */
  | { readonly kind: 'identity' }
  /** A step counts when any of its features differs from the value; steps that don't are zeroed. */
  | { readonly kind: 'masking'; readonly maskValue: number }
  /** [D] to [n, D] */
  | { readonly kind: 'repeatVector'; readonly n: number }
  | { readonly kind: 'flatten' }
  /** One entry may be -1: what is left. */
  | { readonly kind: 'reshape'; readonly targetShape: readonly number[] }
  /** (x - mean) / sqrt(variance + epsilon) * gamma + beta with stored mean and variance, over the last axis. */
  | {
      readonly kind: 'batchNormalization';
      readonly epsilon: number;
      readonly center: boolean;
      readonly scale: boolean;
    }
  /** The same with each row's own mean and variance (population) over the last axis. */
  | {
      readonly kind: 'layerNormalization';
      readonly epsilon: number;
      readonly center: boolean;
      readonly scale: boolean;
    };

const KERAS_RNN = { LSTM: 'lstm', GRU: 'gru', SimpleRNN: 'simple_rnn' } as const;

/** Class names that layerSettings() understands, for messages. */
export const UNDERSTOOD_LAYERS: readonly string[] = [
  'InputLayer',
  'LSTM',
  'GRU',
  'SimpleRNN',
  'Bidirectional',
  'TimeDistributed(Dense)',
  'Dense',
  'Activation',
  'Softmax',
  'ReLU',
  'LeakyReLU',
  'ELU',
  'Rescaling',
  'Dropout',
  'SpatialDropout1D',
  'GaussianNoise',
  'GaussianDropout',
  'ActivityRegularization',
  'Masking',
  'RepeatVector',
  'Flatten',
  'Reshape',
  'BatchNormalization',
  'LayerNormalization',
];

/**
 * What a layer (not an InputLayer) does.
 * @throws GatewiseError for a class that is not understood, naming it, and for a config that makes no sense
 */
export function layerSettings(layer: KerasObject): LayerSettings {
  const { class_name: className, config } = layer;
  const owner = `Layer "${String(config.name ?? '?')}" (${className})`;
  const read = new ConfigReader(owner, config);
  switch (className) {
    case 'LSTM':
    case 'GRU':
    case 'SimpleRNN':
      return recurrent(className, read, owner);
    case 'Bidirectional':
      return bidirectional(config, read, owner);
    case 'TimeDistributed': {
      const inner = kerasObject(config.layer, owner);
      const settings = layerSettings(inner);
      const isElementwise = [
        'dense',
        'activation',
        'relu',
        'elu',
        'softmax',
        'dropout',
        'rescaling',
      ].includes(settings.kind);
      if (isElementwise) return settings;
      throw badInput(
        `${owner}: it wraps a ${inner.class_name}; TimeDistributed is understood around Dense and layers that work element by element. Export the model without it.`,
      );
    }
    case 'Dense':
      return {
        kind: 'dense',
        units: read.integer('units'),
        activation: activationOf(read, 'activation', 'linear', owner),
        useBias: read.boolean('use_bias', true),
      };
    case 'Activation': {
      const activation = activationOf(read, 'activation', 'linear', owner);
      return activation === 'softmax' ? { kind: 'softmax' } : { kind: 'activation', activation };
    }
    case 'Softmax':
      checkLastAxis(read, owner);
      return { kind: 'softmax' };
    case 'ReLU':
      return {
        kind: 'relu',
        max: read.number('max_value', Number.POSITIVE_INFINITY),
        slope: read.number('negative_slope', 0),
        threshold: read.number('threshold', 0),
      };
    case 'LeakyReLU':
      return {
        kind: 'relu',
        max: Number.POSITIVE_INFINITY,
        slope: read.number('negative_slope', 0.3),
        threshold: 0,
      };
    case 'ELU':
      return { kind: 'elu', alpha: read.number('alpha', 1) };
    case 'Rescaling':
      return { kind: 'rescaling', scale: read.number('scale', 1), offset: read.number('offset', 0) };
    case 'Dropout':
      return { kind: 'dropout', rate: read.number('rate', 0) };
    case 'SpatialDropout1D':
    case 'GaussianNoise':
    case 'GaussianDropout':
    case 'ActivityRegularization':
      return { kind: 'identity' };
    case 'Masking':
      return { kind: 'masking', maskValue: read.number('mask_value', 0) };
    case 'RepeatVector':
      return { kind: 'repeatVector', n: read.integer('n') };
    case 'Flatten':
      return { kind: 'flatten' };
    case 'Reshape':
      return { kind: 'reshape', targetShape: read.integers('target_shape') };
    case 'BatchNormalization':
    case 'LayerNormalization':
      checkLastAxis(read, owner);
      return {
        kind: className === 'BatchNormalization' ? 'batchNormalization' : 'layerNormalization',
        epsilon: read.number('epsilon', 1e-3),
        center: read.boolean('center', true),
        scale: read.boolean('scale', true),
      };
    default:
      throw badInput(
        `${owner} is of a class that gatewise does not know. It knows ${UNDERSTOOD_LAYERS.join(', ')}. Export the model without this layer, or the weights alone as .npz.`,
      );
  }
}

/**
 * A nested layer object of a config.
 * @throws GatewiseError when it is none
 */
export function kerasObject(value: unknown, owner: string): KerasObject {
  const object = value as Partial<KerasObject> | null | undefined;
  if (typeof object?.class_name === 'string' && typeof object.config === 'object' && object.config !== null) {
    return object as KerasObject;
  }
  throw badInput(`${owner}: it holds no layer to wrap. Check the model's config.`);
}

function recurrent(className: keyof typeof KERAS_RNN, read: ConfigReader, owner: string): RecurrentSettings {
  const cell = KERAS_RNN[className];
  const activation = activationOf(read, 'activation', 'tanh', owner);
  const recurrentActivation =
    cell === 'simple_rnn' ? 'linear' : activationOf(read, 'recurrent_activation', 'sigmoid', owner);
  if (activation === 'softmax' || recurrentActivation === 'softmax') {
    throw badInput(`${owner}: its activation is softmax, which is not understood inside a recurrent layer.`);
  }
  return {
    kind: 'recurrent',
    cell,
    units: read.integer('units'),
    activation,
    recurrentActivation,
    useBias: read.boolean('use_bias', true),
    returnSequences: read.boolean('return_sequences', false),
    goBackwards: read.boolean('go_backwards', false),
    stateful: read.boolean('stateful', false),
    zeroOutputForMask: read.boolean('zero_output_for_mask', false),
    resetAfter: cell === 'gru' && read.boolean('reset_after', true),
    dropout: read.number('dropout', 0),
    recurrentDropout: read.number('recurrent_dropout', 0),
  };
}

function bidirectional(
  config: Readonly<Record<string, unknown>>,
  read: ConfigReader,
  owner: string,
): BidirectionalSettings {
  const inner = kerasObject(config.layer, owner);
  const other = config.backward_layer == null ? inner : kerasObject(config.backward_layer, owner);
  const [forward, backward] = [inner, other].map((layer) => {
    const settings = layerSettings(layer);
    if (settings.kind === 'recurrent') return settings;
    throw badInput(`${owner}: it wraps a ${layer.class_name}; LSTM, GRU and SimpleRNN are understood in it.`);
  }) as [RecurrentSettings, RecurrentSettings];
  if (forward.units !== backward.units || forward.returnSequences !== backward.returnSequences) {
    throw badInput(
      `${owner}: its two directions have ${forward.units} and ${backward.units} units and return ${forward.returnSequences ? 'sequences' : 'vectors'} and ${backward.returnSequences ? 'sequences' : 'vectors'}; they must agree.`,
    );
  }
  // null is a value here, not the absence of one.
  const mergeMode =
    config.merge_mode === null ? null : read.oneOf('merge_mode', ['concat', 'sum', 'mul', 'ave'], 'concat');
  // tf.keras and Keras 3 set zero_output_for_mask themselves, on where sequences are merged and off elsewhere; the Keras
  // before knew nothing of it, which readers of its files say with false.
  const zeroed = (layer: KerasObject) =>
    forward.returnSequences && layer.config.zero_output_for_mask !== false;
  return {
    kind: 'bidirectional',
    mergeMode,
    forward: { ...forward, goBackwards: false, zeroOutputForMask: zeroed(inner) },
    backward: { ...backward, goBackwards: true, zeroOutputForMask: zeroed(other) },
  };
}

function activationOf(
  read: ConfigReader,
  key: string,
  initial: Activation,
  owner: string,
): Activation | 'softmax' {
  const value = read.get(key);
  if (value === undefined) return initial;
  if (value === 'softmax') return value;
  const found = ACTIVATIONS.find((name) => name === value);
  if (found !== undefined) return found;
  const name = typeof value === 'string' ? value : JSON.stringify(value).slice(0, 80);
  throw badInput(
    `${owner}: the ${key} ${name} is not known. Known are ${ACTIVATIONS.join(', ')}, softmax. Replace it before saving.`,
  );
}

/** Axis as a number or a list of one; whether it is the last one can only be told with a shape, -1 and [−1] always are. */
function checkLastAxis(read: ConfigReader, owner: string): void {
  const value = read.get('axis');
  const axis = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (axis === undefined || axis === -1 || axis === 1 || axis === 2) return;
  throw badInput(`${owner}: its axis is ${JSON.stringify(value)}; only the last axis (-1) is understood.`);
}
