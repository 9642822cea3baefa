/** What the verbs of a Sequential take. */
import type { Tensor } from '../core/tensor.ts';
import type { Loss, LossName } from '../losses/loss.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { ModelOrigin } from './config.ts';
import type { FitOptions } from './fit-options.ts';
import type { Dataset } from './samples.ts';

export interface SequentialOptions {
  readonly name?: string;
  /** Seed of the initial weights. */
  readonly seed?: number;
  /** What the model was read from; buildFromKeras() sets it. */
  readonly origin?: ModelOrigin;
}

export interface CompileOptions {
  readonly optimizer: Optimizer;
  /** A name, or huber({ delta }). */
  readonly loss: LossName | Loss;
  /** 'mae' is the one metric, and is always reported. */
  readonly metrics?: readonly 'mae'[];
}

export interface SequentialFitOptions extends FitOptions {
  readonly validationData?: Dataset;
  /** Share of the samples at the end held back, taken before shuffling. */
  readonly validationSplit?: number;
}

export interface InferenceOptions {
  /** Rows computed together; results do not depend on it. */
  readonly batchSize?: number;
}

/** Values an optimizer keeps, in Keras' layout. */
export interface OptimizerState {
  readonly iterations: number;
  readonly slots: readonly { readonly name: string; readonly tensors: readonly Tensor[] }[];
}
