/**
 * The older single-file `.h5` (keras-reference 2.5) in the shape that Keras 3 writes and loads: configs in attributes of the
 * root, `model_weights/<layer>/<weight name>`, `optimizer_weights`. Keras finds weights by the order in which the attributes
 * list them. Not a file for Keras 2: its configs are Keras 3's.
 */

import { createH5 } from '../hdf5/h5-library.ts';
import { groupAt, type H5Variable, writeDataset, writeNames } from '../hdf5/h5-write.ts';
import { type FilledLayer, fillLayers } from '../model/check-model.ts';
import type { CompileConfig, KerasModel, KerasObject } from '../model/keras-model.ts';
import { checkExpressible } from './expressible.ts';
import { KERAS_VERSION, pythonJson } from './keras-json.ts';
import { optimizerVariables } from './optimizer-variables.ts';

interface NamedVariable extends H5Variable {
  readonly name: string;
}

/**
 * A model as one `.h5` file: architecture, weights, compile settings, optimizer state.
 * @throws GatewiseError when the model's parts do not fit each other, when Keras 3 cannot express it, or when the HDF5
 *   library cannot be loaded
 */
export async function writeLegacyH5(model: KerasModel): Promise<Uint8Array<ArrayBuffer>> {
  checkExpressible(model.config);
  const layers = fillLayers(model);
  const optimizer = optimizerVariables(model, layers);
  const weights = layers.map((layer) => ({
    name: layer.name,
    variables: weightVariables(model.config.name, layer),
  }));
  const datasets = weights.reduce((sum, { variables }) => sum + variables.length, optimizer.length);
  return createH5(datasets, (root) => {
    root.create_attribute('keras_version', KERAS_VERSION);
    root.create_attribute('backend', 'tensorflow');
    root.create_attribute(
      'model_config',
      pythonJson({ class_name: 'Sequential', config: { ...model.config } }),
    );
    if (model.compile) root.create_attribute('training_config', pythonJson(trainingConfig(model.compile)));

    const all = groupAt(root, 'model_weights');
    all.create_attribute('keras_version', KERAS_VERSION);
    all.create_attribute('backend', 'tensorflow');
    writeNames(
      all,
      'layer_names',
      layers.map(({ name }) => name),
    );
    for (const { name, variables } of [...weights, { name: 'top_level_model_weights', variables: [] }]) {
      writeVariables(groupAt(all, name), variables);
    }
    if (optimizer.length > 0) {
      const prefix = String(model.compile?.optimizer.config.name ?? 'optimizer');
      const variables = optimizer.map((variable, i) => ({
        ...variable,
        // The number keeps names apart that are equal once their slashes are gone.
        name: `${prefix}/${variable.shape.length === 0 ? '' : `${i}_`}${variable.name}`,
      }));
      writeVariables(groupAt(root, 'optimizer_weights'), variables);
    }
  });
}

/** Keras' variable paths: `model/lstm/lstm_cell/kernel`. */
function weightVariables(model: string, { name, settings, weights }: FilledLayer): NamedVariable[] {
  return weights.map((weight) => {
    const parts = weight.name.split('/');
    const variable = parts.pop() ?? '';
    const direction = parts.map((part) => `${part}_${name}/`).join('');
    const cell =
      settings.kind === 'recurrent'
        ? `${settings.cell}_cell/`
        : settings.kind === 'bidirectional'
          ? `${settings.forward.cell}_cell/`
          : '';
    return { ...weight, name: `${model}/${name}/${direction}${cell}${variable}` };
  });
}

function writeVariables(group: ReturnType<typeof groupAt>, variables: readonly NamedVariable[]): void {
  writeNames(
    group,
    'weight_names',
    variables.map(({ name }) => name),
  );
  for (const variable of variables) writeDataset(group, variable.name, variable);
}

/** Objects without their module, as this format has them; the optimizer under a key of its own. */
function trainingConfig({ optimizer, loss, metrics }: CompileConfig): object {
  const plain = ({ class_name, config }: KerasObject) => ({ class_name, config });
  return {
    loss: typeof loss === 'string' ? loss : plain(loss),
    loss_weights: null,
    metrics,
    weighted_metrics: null,
    optimizer_config: plain(optimizer),
  };
}
