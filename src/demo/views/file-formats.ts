/** The formats a model can be taken away in, with what opens each. */

import type { ModelFormat } from '../../engine/keras/index.ts';
import { msg } from '../words.ts';

export interface FileFormat {
  readonly format: ModelFormat;
  /** As the file is usually called. */
  readonly name: string;
  /** What it is for. */
  readonly what: string;
}

export const FILE_FORMATS: readonly FileFormat[] = [
  {
    format: 'keras',
    name: 'model.keras',
    get what() {
      return msg('the whole model: keras.saving.load_model');
    },
  },
  {
    format: 'weights.h5',
    name: 'model.weights.h5',
    get what() {
      return msg('the weights: model.load_weights');
    },
  },
  {
    format: 'npz',
    name: 'weights.npz',
    get what() {
      return msg('the arrays: numpy.load');
    },
  },
  {
    format: 'h5',
    name: 'model.h5',
    get what() {
      return msg('the whole model in the older single file');
    },
  },
  {
    format: 'json',
    name: 'weights.json',
    get what() {
      return msg('the arrays in the order of get_weights()');
    },
  },
  {
    format: 'keras1',
    name: 'weights.keras1.npz',
    get what() {
      return msg('twelve arrays per LSTM, as Keras 1 has them');
    },
  },
  {
    format: 'tfjs',
    name: 'model.json + .bin',
    get what() {
      return msg('the whole model: tf.loadLayersModel');
    },
  },
  {
    format: 'safetensors',
    name: 'model.safetensors',
    get what() {
      return msg('the weights in PyTorch\u2019s names and order');
    },
  },
  {
    format: 'onnx',
    name: 'model.onnx',
    get what() {
      return msg('the whole model for ONNX runtimes');
    },
  },
];
