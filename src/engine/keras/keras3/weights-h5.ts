/**
 * `model.weights.h5` and `*.weights.h5` of Keras 3 (keras-reference 2.4; keras v3.15.1 saving_lib.py). Variables are datasets
 * `<path>/vars/0, 1, ...`; groups are named by class, not by the layer's name: `layers/lstm/cell/vars/0`,
 * `layers/lstm_1/...`, `layers/dense/vars/1`, `optimizer/vars/0`. The attribute `name` of a `vars` group is for people.
 */

import { createH5 } from '../hdf5/h5-library.ts';
import { groupAt, type H5Variable, writeDataset } from '../hdf5/h5-write.ts';
import { type FilledLayer, fillLayers } from '../model/check-model.ts';
import type { KerasModel } from '../model/keras-model.ts';
import type { RecurrentSettings } from '../model/layer-settings.ts';
import { snakeCase } from '../upgrade/layer-paths.ts';
import { optimizerVariables } from './optimizer-variables.ts';

/** A `vars` group to be: its values in order. */
interface VariableGroup {
  /** e.g. `layers/lstm/cell/vars` */
  readonly path: string;
  /** The attribute `name`. */
  readonly name: string;
  readonly variables: readonly H5Variable[];
}

/**
 * The weights, and the optimizer's state if the model has one, as Keras' `model.load_weights` takes them.
 * @throws GatewiseError when the parts of the model do not fit each other, or when the HDF5 library cannot be loaded
 */
export async function writeWeightsH5(model: KerasModel): Promise<Uint8Array<ArrayBuffer>> {
  const layers = fillLayers(model);
  const optimizer = optimizerVariables(model, layers);
  const optimizerName = String(model.compile?.optimizer.config.name ?? 'optimizer');
  const groups: VariableGroup[] = [
    ...layerGroups(layers),
    ...(optimizer.length > 0 ? [{ path: 'optimizer/vars', name: optimizerName, variables: optimizer }] : []),
    { path: 'vars', name: model.config.name, variables: [] },
  ];
  const datasets = groups.reduce((sum, group) => sum + group.variables.length, 0);
  return createH5(datasets, (root) => {
    for (const { path, name, variables } of groups) {
      const group = groupAt(root, path);
      group.create_attribute('name', name);
      variables.forEach((variable, i) => {
        writeDataset(group, String(i), variable);
      });
    }
  });
}

function layerGroups(layers: readonly FilledLayer[]): VariableGroup[] {
  const counts = new Map<string, number>();
  return layers.flatMap(({ className, name, settings, weights }) => {
    const base = snakeCase(className);
    const earlier = counts.get(base) ?? 0;
    counts.set(base, earlier + 1);
    const path = `layers/${base}${earlier === 0 ? '' : `_${earlier}`}`;
    const own = { path: `${path}/vars`, name, variables: [] };
    if (settings.kind === 'recurrent') return [...recurrentGroups(path, name, settings, weights)];
    if (settings.kind === 'bidirectional') {
      const { forward, backward } = settings;
      const half = weights.filter((weight) => weight.name.startsWith('forward/')).length;
      return [
        ...recurrentGroups(`${path}/forward_layer`, `forward_${name}`, forward, weights.slice(0, half)),
        ...recurrentGroups(`${path}/backward_layer`, `backward_${name}`, backward, weights.slice(half)),
        own,
      ];
    }
    if (className === 'TimeDistributed') {
      return [{ path: `${path}/layer/vars`, name: `${name}_layer`, variables: weights }, own];
    }
    return [{ ...own, variables: weights }];
  });
}

/** A recurrent layer's variables belong to its cell; the layer itself keeps an empty group. */
function recurrentGroups(
  path: string,
  name: string,
  { cell }: RecurrentSettings,
  variables: readonly H5Variable[],
): VariableGroup[] {
  return [
    { path: `${path}/cell/vars`, name: `${cell}_cell`, variables },
    { path: `${path}/vars`, name, variables: [] },
  ];
}
