/**
 * All kernels, for the tests that reflect them. A file of its own: whoever trains needs none of those that only run forward, and
 * with them in kernels.ts a page would download their code all the same.
 */
import type { KernelSpec } from '../gpu/kernel.ts';
import { INFERENCE_KERNELS } from './inference-kernels.ts';
import {
  ACTIVATION_BACKWARD,
  ACTIVATION_FORWARD,
  ADAM,
  DENSE_FORWARD,
  DENSE_HEAD,
  DENSE_WEIGHT_GRADIENT,
  DROPOUT_BACKWARD,
  DROPOUT_FORWARD,
  GRADIENT_NORMS,
  INPUT_GRADIENT,
  LOSS,
  LSTM_BACKWARD,
  LSTM_FORWARD,
  LSTM_STEP_BACKWARD,
  LSTM_STEP_FORWARD,
  LSTM_WEIGHT_GRADIENT,
  RMSPROP,
  SGD,
} from './kernels.ts';

export const KERNELS: readonly KernelSpec[] = [
  LSTM_FORWARD,
  LSTM_BACKWARD,
  LSTM_STEP_FORWARD,
  LSTM_STEP_BACKWARD,
  LSTM_WEIGHT_GRADIENT,
  DENSE_WEIGHT_GRADIENT,
  INPUT_GRADIENT,
  DENSE_FORWARD,
  ACTIVATION_FORWARD,
  ACTIVATION_BACKWARD,
  DROPOUT_FORWARD,
  DROPOUT_BACKWARD,
  LOSS,
  DENSE_HEAD,
  GRADIENT_NORMS,
  ADAM,
  SGD,
  RMSPROP,
  ...INFERENCE_KERNELS,
];
