/** What the verbs of a Sequential take. */
import type { Tensor } from '../core/tensor.ts';
import type { SampleShape } from '../layers/layer.ts';
import type { Loss, LossName } from '../losses/loss.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { ModelOrigin } from './config.ts';
import type { FitOptions } from './fit-options.ts';
import type { Dataset } from './samples.ts';

export interface SequentialOptions {
  readonly name?: string;
  /** Seed of the initial weights; member e has seed + e. */
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

export interface BuildOptions {
  /** Of one sample, [T, D]; the first layer's inputShape otherwise. */
  readonly inputShape?: SampleShape;
  /** E: models trained side by side in the same dispatches, each from a seed of its own; default 1. */
  readonly members?: number;
  /** Weights to begin with, in Keras' order, the same for all members; drawn from the seed by default. */
  readonly weights?: readonly Tensor[];
}

/** Which of the models trained side by side. */
export interface MemberOptions {
  /** From 0. */
  readonly member?: number;
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
