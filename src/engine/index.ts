/**
 * The door of the engine: everything a program may import. Keras files have a door of their own, `gatewise/keras`,
 * and so has what explains a trained model, `gatewise/explain`.
 */
export { ACTIVATIONS, type Activation } from './core/activations.ts';
export { type ErrorCode, GatewiseError } from './core/errors.ts';
export { GATES, type GateKey } from './core/gates.ts';
export type { Initializer, InitializerName } from './core/initializers.ts';
export { type Tensor, tensor } from './core/tensor.ts';
export * from './data/index.ts';
export type { GpuInfo } from './gpu/adapter.ts';
export { readBuffer } from './gpu/buffers.ts';
export { GpuDevice, type GpuOptions, requestGpu } from './gpu/device.ts';
export { type DispatchGroup, type DispatchInfo, foldDispatches } from './gpu/plan.ts';
export { activation } from './layers/activation.ts';
export { type DenseSettings, dense } from './layers/dense.ts';
export { type DropoutSettings, dropout } from './layers/dropout.ts';
export type { Layer, SampleShape, TracePlace } from './layers/layer.ts';
export { type LstmSettings, lstm } from './layers/lstm.ts';
export { huber, type Loss, type LossName } from './losses/loss.ts';
export {
  type Callback,
  type EarlyStopping,
  type EarlyStoppingOptions,
  type EpochLogs,
  earlyStopping,
  type FitActions,
  type MemberLogs,
  type Progress,
} from './models/callbacks.ts';
export type { PlaceChange } from './models/changed-windows.ts';
export type { Evaluation } from './models/evaluate.ts';
export { FitControl, type FitState } from './models/fit-control.ts';
export type { History, MemberHistory, ScoreHistory, TargetOrder } from './models/fit-options.ts';
export { buildFromKeras, gradientFault, layersFromKeras } from './models/from-keras.ts';
export type { KeptTrace } from './models/kept-trace.ts';
export { type Predictor, withPredictor } from './models/keras-predictor.ts';
export type { OptimizerState } from './models/model-values.ts';
export type { WeightSpec } from './models/parameters.ts';
export type { StepProfile } from './models/profile.ts';
export type { ArrayDataset, Dataset } from './models/samples.ts';
export { Sequential } from './models/sequential.ts';
export type {
  BuildOptions,
  CompileOptions,
  InferenceOptions,
  MemberOptions,
  SequentialFitOptions,
  SequentialOptions,
} from './models/sequential-options.ts';
export type { TracedGradients } from './models/trace.ts';
export { type AdamSettings, adam, adamw } from './optimizers/adam.ts';
export type { Optimizer } from './optimizers/optimizer.ts';
export { type RmspropSettings, rmsprop } from './optimizers/rmsprop.ts';
export { type SgdSettings, sgd } from './optimizers/sgd.ts';
