/** What the benchmark (compare.ts) and the contenders, in their frames or in Node, say to each other. */
import type { DispatchInfo } from '../src/engine/index.ts';

/** A model and its batches: LSTM(units) -> Dense(features), MSE, Adam. */
export interface Config {
  readonly name: string;
  /** B */
  readonly batch: number;
  /** T */
  readonly steps: number;
  /** F: features of the input, and outputs of the Dense. */
  readonly features: number;
  /** H */
  readonly units: number;
  readonly learningRate: number;
  /** Batches in the data set: the most a round runs over. */
  readonly batches: number;
  /** Each prediction is waited for before the next is asked for. */
  readonly isStreaming: boolean;
}

/** The engines compared; each runs in a frame of its own. */
export const CONTENDERS = [
  'gatewise',
  'tfjs-webgpu',
  'tfjs-wasm',
  'tfjs-wasm-unthreaded',
  'tfjs-cpu',
] as const;
export type ContenderName = (typeof CONTENDERS)[number];

/** What a contender says of itself once it has made its first step. */
export interface Introduction {
  /** Engine, version, backend and variant that really run. */
  readonly engine: string;
  /** Loss of batch 0 with the initial weights. */
  readonly firstLoss: number;
  /** When the engine's modules were loaded, ms since the frame began to. */
  readonly loadedMs: number;
  /** When the step was done, ms since the frame began to load. */
  readonly readyMs: number;
}

export interface WarmUp {
  /** Losses of batches 1 and 2, each after the updates before it: they tell whether the gradients are right. */
  readonly losses: readonly number[];
  /** Time of the last of these steps, ms: a first estimate. */
  readonly stepMs: number;
  /** The most GPU buffers held at a time up to here, bytes; for engines without a GPU, tensors at the end of a forward pass. */
  readonly liveBytes: number;
}

/** One pass over some batches; each time is of one batch. */
export interface Round {
  readonly batches: number;
  /** A training step, data on the device already, ms: the figure that is compared. */
  readonly stepMs: number;
  /** A whole call of fit over the number of batches, ms: setting up, uploading and reading back included. */
  readonly fitMs: number;
  /** A whole call of predict over the number of batches, arrays in and out, ms. */
  readonly predictMs: number;
  /** Times in which JavaScript encoded a step's commands, one per submission, ms; none without a GPU. */
  readonly jsMs: readonly number[];
  /** Mean of the losses, each before its update. */
  readonly loss: number;
}

/** What one training step asks of the GPU. */
export interface StepCounts {
  readonly dispatches: number;
  readonly submits: number;
}

/** One engine under test. Every failure is thrown: refused GPU commands, losses that are no numbers. */
export interface Contender {
  /** Makes the model with the given weights and trains on batch 0. */
  prepare(config: Config): Promise<Introduction>;
  /** Trains on batches 1 and 2, then calls everything a round calls, so that it is compiled. */
  warmUp(): Promise<WarmUp>;
  /** Trains and predicts over the first `batches` batches. */
  round(batches: number): Promise<Round>;
  /** null without a GPU. */
  countStep(): Promise<StepCounts | null>;
  /** The dispatches of a training step. gatewise only; needs no prepare(). */
  plan?(config: Config): Promise<readonly DispatchInfo[]>;
}
