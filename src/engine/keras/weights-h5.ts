/**
 * `model.weights.h5` and `*.weights.h5` of Keras 3 (keras-reference 2.4; keras v3.15.1 saving_lib.py). Variables are datasets
 * `<path>/vars/0, 1, ...`; groups are named by class, not by the layer's name: `layers/lstm/cell/vars/0`,
 * `layers/lstm_1/...`, `layers/dense/vars/1`, `optimizer/vars/0`. The attribute `name` of a `vars` group is for people.
 */
import type { Group } from 'h5wasm';
import { type FilledLayer, fillLayers, trainableWeights } from './check-model.ts';
import { createH5 } from './h5-library.ts';
import type { KerasModel, OptimizerState } from './keras-model.ts';

/** A `vars` group to be: its values in order. */
interface VariableGroup {
  /** e.g. `layers/lstm/cell/vars` */
  readonly path: string;
  /** The attribute `name`. */
  readonly name: string;
  readonly variables: readonly Variable[];
}

interface Variable {
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/**
 * The weights, and the optimizer's state if the model has one, as Keras' `model.load_weights` takes them.
 * @throws GatewiseError when the parts of the model do not fit each other, or when the HDF5 library cannot be loaded
 */
export async function writeWeightsH5(model: KerasModel): Promise<Uint8Array<ArrayBuffer>> {
  const layers = fillLayers(model);
  const groups = [
    ...layerGroups(layers),
    ...(model.compile && model.optimizerState ? [optimizerGroup(model, layers, model.optimizerState)] : []),
    { path: 'vars', name: model.config.name, variables: [] },
  ];
  const datasets = groups.reduce((sum, group) => sum + group.variables.length, 0);
  return createH5(datasets, (root) => {
    for (const group of groups) writeGroup(root, group);
  });
}

function layerGroups(layers: readonly FilledLayer[]): VariableGroup[] {
  const counts = new Map<string, number>();
  return layers.flatMap(({ className, name, weights }) => {
    const base = snakeCase(className);
    const earlier = counts.get(base) ?? 0;
    counts.set(base, earlier + 1);
    const path = `layers/${base}${earlier === 0 ? '' : `_${earlier}`}`;
    const variables = weights.map(({ shape, data }) => ({ shape, data }));
    // A recurrent layer's variables belong to its cell; the layer itself keeps an empty group.
    return className === 'LSTM'
      ? [
          { path: `${path}/cell/vars`, name: 'lstm_cell', variables },
          { path: `${path}/vars`, name, variables: [] },
        ]
      : [{ path: `${path}/vars`, name, variables }];
  });
}

/** Iteration, learning rate, then the slots variable by variable: m0, v0, m1, v1, ... */
function optimizerGroup(
  model: KerasModel,
  layers: readonly FilledLayer[],
  state: OptimizerState,
): VariableGroup {
  const slots = trainableWeights(layers).flatMap((_, i) =>
    state.slots.flatMap(({ tensors }) => {
      const one = tensors[i];
      return one ? [{ shape: one.shape, data: one.data }] : [];
    }),
  );
  return {
    path: 'optimizer/vars',
    name: String(model.compile?.optimizer.config.name ?? 'optimizer'),
    variables: [
      { shape: [], data: BigInt64Array.of(BigInt(state.iterations)) },
      { shape: [], data: Float32Array.of(state.learningRate) },
      ...slots,
    ],
  };
}

function writeGroup(root: Group, { path, name, variables }: VariableGroup): void {
  let group = root;
  for (const part of path.split('/')) {
    const next = group.keys().includes(part) ? group.get(part) : group.create_group(part);
    group = next as Group; // every path of this file is made of groups
  }
  group.create_attribute('name', name);
  variables.forEach(({ shape, data }, i) => {
    group.create_dataset({
      name: String(i),
      data,
      shape: [...shape],
      dtype: data instanceof Float32Array ? '<f' : '<q',
    });
  });
}

/** Keras' to_snake_case: LSTM is lstm, TimeDistributed is time_distributed, SimpleRNN is simple_rnn. */
function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
