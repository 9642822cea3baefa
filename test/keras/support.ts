/** What the tests of the Keras writers share: models with random asymmetric weights, and a reader of HDF5 files. */
import type { Group } from 'h5wasm';
import { seededRandom } from '../../src/engine/core/random.ts';
import { sizeOf } from '../../src/engine/core/tensor.ts';
import {
  type CompileConfig,
  type KerasModel,
  type KerasWeight,
  kerasLayer,
  type OptimizerState,
  sequentialConfig,
} from '../../src/engine/keras/index.ts';
import { describeLayer, type ReferenceLayer, ReferenceModel } from '../../src/engine/reference/index.ts';

/** A layer of the float64 reference and the name it has in Keras. */
export type NamedLayer = ReferenceLayer & { readonly name: string };

export interface ModelOptions {
  readonly name?: string;
  readonly seed?: number;
  /** [T, D] */
  readonly inputShape?: readonly [number, number];
  readonly layers?: readonly NamedLayer[];
  readonly compile?: CompileConfig;
  readonly iterations?: number;
  readonly recipe?: object;
}

const DEFAULT_LAYERS: readonly NamedLayer[] = [
  { kind: 'lstm', units: 5, name: 'lstm' },
  { kind: 'dense', units: 2, name: 'dense' },
];

/** An export model with random weights and, when it is compiled, a random optimizer state. */
export function randomModel(options: ModelOptions = {}): KerasModel {
  const { name = 'model', seed = 1, inputShape = [4, 3], layers = DEFAULT_LAYERS, compile } = options;
  const random = seededRandom(seed);
  const weights: KerasWeight[] = [];
  let features = inputShape[1];
  for (const layer of layers) {
    const { weightShapes, outputFeatures } = describeLayer(layer, features);
    weightShapes.forEach((shape, i) => {
      const variable =
        (layer.kind === 'lstm' ? ['kernel', 'recurrent_kernel', 'bias'] : ['kernel', 'bias'])[i] ?? '';
      const data = Float32Array.from({ length: sizeOf(shape) }, () => 0.05 + 0.4 * random.normal());
      weights.push({ path: `${layer.name}/${variable}`, layer: layer.name, name: variable, shape, data });
    });
    features = outputFeatures;
  }
  return {
    config: sequentialConfig(name, inputShape, layers.map(layerConfig)),
    weights,
    ...(compile
      ? { compile, optimizerState: randomState(compile, weights, options.iterations ?? 7, random) }
      : {}),
    ...(options.recipe ? { recipe: options.recipe } : {}),
  };
}

/** What the float64 reference predicts for a random model. */
export function referencePrediction(
  model: KerasModel,
  layers: readonly NamedLayer[],
  x: { shape: readonly number[]; data: Float32Array },
): { shape: readonly number[]; data: Float32Array } {
  const reference = new ReferenceModel(
    layers,
    x.shape[2] ?? 0,
    model.weights.map((weight) => weight.data),
  );
  const y = reference.predict(x);
  return { shape: y.shape, data: Float32Array.from(y.data) };
}

function layerConfig(layer: NamedLayer) {
  const { name } = layer;
  switch (layer.kind) {
    case 'lstm': {
      const { units, activation = 'tanh', recurrentActivation = 'sigmoid' } = layer;
      const flags = { use_bias: layer.useBias ?? true, return_sequences: layer.returnSequences ?? false };
      return kerasLayer('LSTM', {
        name,
        units,
        activation,
        recurrent_activation: recurrentActivation,
        ...flags,
      });
    }
    case 'dense':
      return kerasLayer('Dense', {
        name,
        units: layer.units,
        activation: layer.activation ?? 'linear',
        use_bias: layer.useBias ?? true,
      });
    case 'activation':
      return kerasLayer('Activation', { name, activation: layer.activation });
    case 'dropout':
      return kerasLayer('Dropout', { name, rate: 0.2 });
  }
}

function randomState(
  compile: CompileConfig,
  weights: readonly KerasWeight[],
  iterations: number,
  random: { next(): number },
): OptimizerState {
  const { class_name: className, config } = compile.optimizer;
  const names = className === 'Adam' ? (['m', 'v'] as const) : config.momentum ? (['momentum'] as const) : [];
  const slots = names.map((name) => ({
    name,
    tensors: weights.map(({ shape }) => ({
      shape,
      data: Float32Array.from(
        { length: sizeOf(shape) },
        () => 0.01 * (name === 'v' ? random.next() : random.next() - 0.5),
      ),
    })),
  }));
  return { iterations, learningRate: Number(config.learning_rate), slots };
}

export interface H5Content {
  /** Datasets by path without the leading slash. */
  readonly datasets: ReadonlyMap<
    string,
    { readonly shape: readonly number[] | null; readonly value: unknown }
  >;
  /** Attribute `name` by group path. */
  readonly names: ReadonlyMap<string, unknown>;
}

/** Everything in an HDF5 file, read back through libhdf5. */
export async function readH5(bytes: Uint8Array): Promise<H5Content> {
  const h5 = await import('h5wasm');
  await h5.ready;
  h5.FS?.writeFile('/read-back.h5', bytes);
  const file = new h5.File('/read-back.h5', 'r');
  const datasets = new Map<string, { shape: number[] | null; value: unknown }>();
  const names = new Map<string, unknown>();
  const walk = (group: Group, prefix: string): void => {
    for (const key of group.keys()) {
      const path = `${prefix}${key}`;
      const item = group.get(key);
      if (item instanceof h5.Dataset) {
        datasets.set(path, { shape: item.shape, value: item.value });
      } else if (item instanceof h5.Group) {
        names.set(path, item.attrs.name?.value);
        walk(item, `${path}/`);
      }
    }
  };
  try {
    walk(file, '');
  } finally {
    file.close();
    h5.FS?.unlink('/read-back.h5');
  }
  return { datasets, names };
}

/** The bits of float32 values, so that -0, NaN and rounding count. */
export function bits(values: Float32Array): number[] {
  return [...new Uint32Array(values.slice().buffer)];
}

/** The attributes of one group of an HDF5 file. */
export async function h5Attributes(bytes: Uint8Array, path: string): Promise<Record<string, unknown>> {
  const h5 = await import('h5wasm');
  await h5.ready;
  h5.FS?.writeFile('/attributes.h5', bytes);
  const file = new h5.File('/attributes.h5', 'r');
  try {
    const group = path === '/' ? file : (file.get(path) as Group);
    const entries = Object.entries(group.attrs).map(([name, { value }]): [string, unknown] => [name, value]);
    return Object.fromEntries(entries);
  } finally {
    file.close();
    h5.FS?.unlink('/attributes.h5');
  }
}
