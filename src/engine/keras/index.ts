/**
 * The door `gatewise/keras`: Keras-layout files out of plain data, in a page, a worker or Node. Importing it loads neither
 * the HDF5 nor the inflate library; they come with the first call that needs them.
 */

export { type NpyArray, type NpyData, readNpy, writeNpy } from './bytes/npy.ts';
export { type NamedArray, type NpzReadOptions, readNpz, writeNpz } from './bytes/npz.ts';
export { writeKeras } from './keras3/keras-archive.ts';
export { kerasLayer, sequentialConfig } from './keras3/keras-config.ts';
export {
  adamConfig,
  adamWConfig,
  huberConfig,
  lossName,
  rmspropConfig,
  sgdConfig,
} from './keras3/training-config.ts';
export { writeWeightsH5 } from './keras3/weights-h5.ts';
export type {
  CompileConfig,
  FileSource,
  Generation,
  KerasModel,
  KerasObject,
  KerasWeight,
  ModelFile,
  OptimizerState,
  SequentialConfig,
  StoredTensor,
} from './model/keras-model.ts';
export { type PlacedLayer, placeLayers } from './model/layer-variables.ts';
export { outputShapes } from './model/output-shapes.ts';
export {
  checkGates,
  compareGates,
  type FirstDivergence,
  type GateComparison,
} from './prove/compare-gates.ts';
export { type Comparison, compareModels, type TensorDifference } from './prove/compare-models.ts';
export { type Diagnosis, diagnose, type Finding } from './prove/diagnose.ts';
export { compareTensors, type Difference } from './prove/differences.ts';
export { findGateOrder, type GateOrderResult, type GateOrderTrial } from './prove/find-gate-order.ts';
export {
  type InspectedGate,
  type InspectedLayer,
  type InspectedTensor,
  type Inspection,
  inspectModel,
} from './prove/inspect-model.ts';
export { type SearchRows, searchRows } from './prove/search-rows.ts';
export type { NamedFile, ReadModelOptions } from './raw-file.ts';
export { type PairedFile, readModelFile, readModelPair } from './read-model.ts';
export {
  formatOf,
  type ModelFormat,
  type WriteModelOptions,
  type WrittenModel,
  writeModelFile,
} from './write-model.ts';
