/**
 * Typed loader of training100.json: 100 steps of training in Keras 3.15.1 (tools/keras/train_fixtures.py). Start from
 * `start`, train step s on batch s mod `batches`, and end within relative L2 1e-4 of each tensor of `end`. Works in Node
 * and, through the bundler, in a browser.
 */
import type { KerasObject } from '../../src/engine/keras/index.ts';
import type { OptimizerSpec, ReferenceLoss } from '../../src/engine/reference/index.ts';
import fixture from '../fixtures/keras/training100.json';

export interface FixtureTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface TrainingCase {
  /** e.g. `adam-mse` */
  readonly name: string;
  readonly loss: ReferenceLoss;
  /** As Keras' configs have it. */
  readonly kerasLoss: string | KerasObject;
  /** 1 or 2; the first of two returns sequences. Each has `units` units, then comes Dense(y's last extent). */
  readonly lstmLayers: number;
  readonly optimizer: OptimizerSpec;
  readonly kerasOptimizer: KerasObject;
  /** Weights before step 0, in Keras' get_weights() order. */
  readonly start: readonly FixtureTensor[];
  /** Loss of each step's batch before its update, [steps]. */
  readonly losses: Float32Array;
  /** Weights after the last step. */
  readonly end: readonly FixtureTensor[];
  /** Optimizer slots after the last step, one tensor per weight; null where an earlier case has the same ones. */
  readonly slots: readonly { readonly name: string; readonly tensors: readonly FixtureTensor[] }[] | null;
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
  const { class_name: className, config } = one.optimizer;
  const settings = Object.entries(config).map(([key, value]) => [camelCase(key), value]);
  const slots = 'slots' in one ? one.slots : null;
  return {
    name: one.name,
    loss: lossOf(one.loss),
    kerasLoss:
      typeof one.loss === 'string' ? one.loss : kerasObject('keras.losses', 'Huber', one.loss.config),
    lstmLayers: one.lstmLayers,
    optimizer: { kind: className.toLowerCase(), ...Object.fromEntries(settings) } as OptimizerSpec,
    kerasOptimizer: kerasObject('keras.optimizers', className, config),
    start: one.start.map(decodeTensor),
    losses: decodeFloats(one.losses),
    end: one.end.map(decodeTensor),
    slots: slots?.map(({ name, tensors }) => ({ name, tensors: tensors.map(decodeTensor) })) ?? null,
  };
}

function kerasObject(module: string, className: string, config: object): KerasObject {
  return { module, class_name: className, config: { ...config }, registered_name: null };
}

function lossOf(loss: (typeof fixture.cases)[number]['loss']): ReferenceLoss {
  if (typeof loss === 'object') return { name: 'huber', delta: loss.config.delta };
  const name = ({ mean_squared_error: 'mse', mean_absolute_error: 'mae', huber: 'huber' } as const)[loss];
  if (name === undefined) throw new Error(`Loss "${loss}" is not known.`);
  return name;
}

/** beta_1 to beta1, learning_rate to learningRate. */
function camelCase(key: string): string {
  return key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
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
