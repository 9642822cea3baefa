/**
 * The door `gatewise/keras`: Keras-layout files out of plain data, in a page, a worker or Node. Importing it loads neither
 * the HDF5 nor the inflate library; they come with the first call that needs them.
 */
export { checkGates, compareGates, type FirstDivergence, type GateComparison } from './compare-gates.ts';
export { type Comparison, compareModels, type TensorDifference } from './compare-models.ts';
export { type Diagnosis, diagnose, type Finding } from './diagnose.ts';
export { compareTensors, type Difference } from './differences.ts';
export { findGateOrder, type GateOrderResult, type GateOrderTrial } from './find-gate-order.ts';
export {
  type InspectedGate,
  type InspectedLayer,
  type InspectedTensor,
  type Inspection,
  inspectModel,
} from './inspect-model.ts';
export { writeKeras } from './keras-archive.ts';
export {
  adamConfig,
  adamWConfig,
  huberConfig,
  kerasLayer,
  lossName,
  rmspropConfig,
  sequentialConfig,
  sgdConfig,
} from './keras-config.ts';
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
} from './keras-model.ts';
export { type PlacedLayer, placeLayers } from './layer-variables.ts';
export { type NpyArray, type NpyData, readNpy, writeNpy } from './npy.ts';
export { type NamedArray, type NpzReadOptions, readNpz, writeNpz } from './npz.ts';
export { outputShapes } from './output-shapes.ts';
export type { NamedFile, ReadModelOptions } from './raw-file.ts';
export { type PairedFile, readModelFile, readModelPair } from './read-model.ts';
export { writeWeightsH5 } from './weights-h5.ts';
export {
  formatOf,
  type ModelFormat,
  type WriteModelOptions,
  type WrittenModel,
  writeModelFile,
} from './write-model.ts';
