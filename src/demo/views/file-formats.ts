/** The formats a model can be taken away in, with what opens each. */
import type { ModelFormat } from '../../engine/keras/index.ts';

export interface FileFormat {
  readonly format: ModelFormat;
  /** As the file is usually called. */
  readonly name: string;
  /** What it is for. */
  readonly what: string;
}

export const FILE_FORMATS: readonly FileFormat[] = [
  { format: 'keras', name: 'model.keras', what: 'the whole model: keras.saving.load_model' },
  { format: 'weights.h5', name: 'model.weights.h5', what: 'the weights: model.load_weights' },
  { format: 'npz', name: 'weights.npz', what: 'the arrays: numpy.load' },
  { format: 'h5', name: 'model.h5', what: 'the whole model in the older single file' },
  { format: 'json', name: 'weights.json', what: 'the arrays in the order of get_weights()' },
  { format: 'keras1', name: 'weights.keras1.npz', what: 'twelve arrays per LSTM, as Keras 1 has them' },
  { format: 'tfjs', name: 'model.json + .bin', what: 'the whole model: tf.loadLayersModel' },
  { format: 'safetensors', name: 'model.safetensors', what: 'the weights in PyTorch\u2019s names and order' },
  { format: 'onnx', name: 'model.onnx', what: 'the whole model for ONNX runtimes' },
];
