/** What Keras 3 would compute differently, or could load but not run: no file of it is written. */
import { badInput } from '../../core/errors.ts';
import type { KerasObject, SequentialConfig } from '../model/keras-model.ts';

/** clip(0.2x + 0.5, 0, 1), the hard_sigmoid of Keras 1 and 2. */
const OLD_HARD_SIGMOID = 'hard_sigmoid_keras2';

/** What TensorFlow takes as the name of a scope; Keras opens one for the model and one for each layer. `/` would nest. */
const MODEL_NAME = /^[A-Za-z0-9.][A-Za-z0-9_.>-]*$/;
const LAYER_NAME = /^[A-Za-z0-9_.>-]+$/;

/**
 * Refuses what Keras 3 would compute differently or could load but not run.
 * @throws GatewiseError for a layer that uses the hard_sigmoid of Keras 1 and 2, and for a name with other characters
 *   than letters of ASCII, digits and _ . > -
 */
export function checkExpressible(config: SequentialConfig): void {
  checkName('The model', config.name, MODEL_NAME);
  for (const layer of config.layers) {
    checkName(`A layer of class ${layer.class_name}`, String(layer.config.name), LAYER_NAME);
    checkActivations(String(layer.config.name), layer);
  }
}

function checkActivations(name: string, { config }: KerasObject): void {
  for (const inner of [config.layer, config.backward_layer]) {
    if (inner != null) checkActivations(name, inner as KerasObject); // layerSettings() reads them before anything is written
  }
  const keys = ['activation', 'recurrent_activation'].filter((key) => config[key] === OLD_HARD_SIGMOID);
  if (keys.length === 0) return;
  throw badInput(
    `Layer "${name}" has ${keys.join(' and ')} clip(0.2x + 0.5, 0, 1), the hard_sigmoid of Keras 1 and 2. Keras 3 means clip(x/6 + 0.5, 0, 1) by that name and would predict other numbers, so no such file is written. Export the weights as .npz or .weights.h5, or let writeModelFile() rewrite the model for Keras 3.`,
  );
}

function checkName(what: string, name: string, pattern: RegExp): void {
  if (pattern.test(name)) return;
  throw badInput(
    `${what} is named ${JSON.stringify(name)}; Keras on TensorFlow cannot run it. Use ASCII letters, digits and _ . > - only, a letter or digit first.`,
  );
}
