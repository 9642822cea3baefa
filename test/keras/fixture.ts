/**
 * Typed loader of training100.json: 100 steps of training in Keras 3.15.1 (tools/keras/train_fixtures.py). Start from
 * `start`, train step s on batch s mod `batches`, and end within relative L2 1e-4 of each tensor of `end`. Works in Node
 * and, through the bundler, in a browser.
 */
import fixture from '../fixtures/keras/training100.json';

export interface FixtureTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface TrainingCase {
  /** e.g. `adam-mse` */
  readonly name: string;
  readonly loss: 'mse' | 'mae';
  /** 1 or 2; the first of two returns sequences. Each has `units` units, then comes Dense(y's last extent). */
  readonly lstmLayers: number;
  readonly optimizer: {
    readonly kind: 'adam' | 'sgd';
    readonly learningRate: number;
    readonly momentum?: number;
    readonly nesterov?: boolean;
    readonly clipnorm?: number;
    readonly globalClipnorm?: number;
  };
  /** Weights before step 0, in Keras' get_weights() order. */
  readonly start: readonly FixtureTensor[];
  /** Loss of each step's batch before its update, [steps]. */
  readonly losses: Float32Array;
  /** Weights after the last step. */
  readonly end: readonly FixtureTensor[];
  /** Optimizer slots after the last step, one tensor per weight. */
  readonly slots: readonly {
    readonly name: 'm' | 'v' | 'momentum';
    readonly tensors: readonly FixtureTensor[];
  }[];
}

export interface TrainingFixture {
  readonly steps: number;
  readonly units: number;
  /** Batches, B, T, D, K: x is [batches, B, T, D], y is [batches, B, K]. */
  readonly sizes: {
    readonly batches: number;
    readonly B: number;
    readonly T: number;
    readonly D: number;
    readonly K: number;
  };
  /** Inputs [B, T, D] and targets [B, K] of a step. */
  batch(step: number): { readonly x: FixtureTensor; readonly y: FixtureTensor };
  readonly cases: readonly TrainingCase[];
}

/**
 * The whole fixture, decoded.
 * @throws Error when the file is not what the maker writes
 */
export function loadTrainingFixture(): TrainingFixture {
  const x = decodeTensor(fixture.x);
  const y = decodeTensor(fixture.y);
  const [batches = 0, B = 0, T = 0, D = 0] = x.shape;
  const K = y.shape[2] ?? 0;
  return {
    steps: fixture.steps,
    units: fixture.units,
    sizes: { batches, B, T, D, K },
    batch: (step) => ({ x: part(x, step % batches), y: part(y, step % batches) }),
    cases: fixture.cases.map(decodeCase),
  };
}

function decodeCase(one: (typeof fixture.cases)[number]): TrainingCase {
  const config: Readonly<Record<string, number | boolean | undefined>> = one.optimizer.config;
  const {
    learning_rate: learningRate,
    momentum,
    nesterov,
    clipnorm,
    global_clipnorm: globalClipnorm,
  } = config;
  return {
    name: one.name,
    loss: one.loss === 'mean_squared_error' ? 'mse' : 'mae',
    lstmLayers: one.lstmLayers,
    optimizer: {
      kind: one.optimizer.class_name === 'Adam' ? 'adam' : 'sgd',
      learningRate: Number(learningRate),
      ...(momentum === undefined ? {} : { momentum: Number(momentum) }),
      ...(nesterov === undefined ? {} : { nesterov: Boolean(nesterov) }),
      ...(clipnorm === undefined ? {} : { clipnorm: Number(clipnorm) }),
      ...(globalClipnorm === undefined ? {} : { globalClipnorm: Number(globalClipnorm) }),
    },
    start: one.start.map(decodeTensor),
    losses: decodeFloats(one.losses),
    end: one.end.map(decodeTensor),
    slots: one.slots.map(({ name, tensors }) => {
      if (name !== 'm' && name !== 'v' && name !== 'momentum')
        throw new Error(`Slot "${name}" is not known.`);
      return { name, tensors: tensors.map(decodeTensor) };
    }),
  };
}

function part({ shape, data }: FixtureTensor, index: number): FixtureTensor {
  const rest = shape.slice(1);
  const size = rest.reduce((product, extent) => product * extent, 1);
  return { shape: rest, data: data.slice(index * size, (index + 1) * size) };
}

function decodeTensor({ shape, data }: { shape: readonly number[]; data: string }): FixtureTensor {
  const values = decodeFloats(data);
  if (values.length !== shape.reduce((product, extent) => product * extent, 1)) {
    throw new Error(`A tensor of shape [${shape.join(', ')}] has ${values.length} values.`);
  }
  return { shape, data: values };
}

/** Little-endian float32 in base64. */
function decodeFloats(text: string): Float32Array {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}
