/**
 * Keras 3 configs in their smallest form: only keys that Keras 3.0 knew too, because keys new in 3.1x (input_axes,
 * quantization_config, optional) break older Keras 3 (keras-reference 2.1). Everything left out has Keras' default.
 */
import type { KerasObject, SequentialConfig } from '../model/keras-model.ts';

/** A layer: `kerasLayer('LSTM', {name: 'lstm', units: 32})`. */
export function kerasLayer(className: string, config: Readonly<Record<string, unknown>>): KerasObject {
  return { module: 'keras.layers', class_name: className, config, registered_name: null };
}

/**
 * A Sequential with its InputLayer.
 * @param inputShape shape of one sample, [T, D]
 */
export function sequentialConfig(
  name: string,
  inputShape: readonly (number | null)[],
  layers: readonly KerasObject[],
): SequentialConfig {
  const shape = [null, ...inputShape];
  const input = kerasLayer('InputLayer', { batch_shape: shape, dtype: 'float32', name: 'input_layer' });
  return { name, layers: [input, ...layers], build_input_shape: shape };
}
