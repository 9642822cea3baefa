/**
 * The float64 reference: LSTM, Dense, losses and optimizers in plain loops, importing nothing from the rest of `src`.
 * Oracle of the GPU kernels' tests, second opinion of the page, and the way to go on without a GPU.
 */
export {
  type ActivationFunction,
  REFERENCE_ACTIVATIONS,
  type ReferenceActivation,
  referenceActivation,
} from './activations.ts';
export type { Array64, ArrayInput } from './array64.ts';
export { type DenseGradients, type DenseWeights, denseBackward, denseForward } from './dense.ts';
export { activationBackward, activationForward, applyMask } from './elementwise.ts';
export {
  type InferenceLayer,
  type InferenceSettings,
  predictLayers,
} from './inference.ts';
export { describeLayer, type LayerRecord, type ReferenceLayer } from './layers.ts';
export {
  computeLoss,
  huberLoss,
  type LossResult,
  meanAbsoluteError,
  meanSquaredError,
  type ReferenceLoss,
} from './losses.ts';
export {
  type LstmGradients,
  type LstmOptions,
  type LstmTrace,
  type LstmWeights,
  lstmBackward,
  lstmForward,
  REFERENCE_GATE_COLUMNS,
} from './lstm.ts';
export {
  type BatchScores,
  type ForwardOptions,
  type ForwardPass,
  type ModelGradients,
  ReferenceModel,
} from './model.ts';
export {
  type AdamSpec,
  adamStepSize,
  applyGradients,
  type ClipOptions,
  clipGradients,
  createOptimizerState,
  type OptimizerSpec,
  type OptimizerState,
  type RmspropSpec,
  type SgdSpec,
} from './optimizers.ts';
export { type RecurrentOptions, type RecurrentRun, recurrentForward } from './recurrent.ts';
