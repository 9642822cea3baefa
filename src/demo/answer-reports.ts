/** What the session answers to questions about the model: traces, gradients, other windows, files, and what lies under the bonnet. */
import type { StepGradient } from '../engine/explain/index.ts';
import type { DispatchGroup, GateKey, StepProfile, TracePlace } from '../engine/index.ts';
import type { SelfTestResult } from '../engine/self-test/index.ts';
import type { MatrixName } from './draw/heatmap-layout.ts';
import type { TraceKey } from './draw/time-layout.ts';
import type { Scores } from './reports.ts';
import type { Told } from './words.ts';

/** The present weights with windows of `steps` rows, or why that could not be. */
export type AppliedSteps =
  | {
      readonly type: 'applied';
      readonly steps: number;
      /** Of the test part, in the target's units. */
      readonly scores: Scores;
      /** Of the weights that forecast, read back from the model with the other windows. */
      readonly fingerprint: string;
    }
  | { readonly type: 'none'; readonly why: Told };

/** What a model from a file says about the test part, or why it says nothing. */
export type FileForecast =
  | {
      readonly type: 'forecast';
      /** In the target's units, the page's scaling assumed. */
      readonly scores: Scores;
      /** What was assumed of the inputs and the scaling. */
      readonly assumed: Told;
      /** Computed without a device, by the float64 reference. */
      readonly isOnProcessor: boolean;
    }
  /** That was asked for, or other data or settings came. */
  | { readonly type: 'stopped' }
  | { readonly type: 'none'; readonly why: Told };

/** What lies under the bonnet. */
export interface BonnetReport {
  /** Rows in a batch of the training step below. */
  readonly batchSize: number;
  /** The dispatches of a training step, in order. */
  readonly plan: readonly DispatchGroup[];
  /** Every kernel compiled on the device so far: the very string it was given. */
  readonly kernels: readonly { readonly name: string; readonly code: string }[];
  /** Live buffers on the device: whose, and their bytes together. */
  readonly memory: readonly { readonly owner: string; readonly bytes: number }[];
  readonly vendor: string;
  readonly architecture: string;
  readonly features: readonly string[];
  readonly limits: readonly { readonly name: string; readonly value: number }[];
}

/** A training step's time, or why there is none. */
export type ProfileAnswer = ({ readonly type: 'profiled' } & StepProfile) | NoAnswer;

/** One check of the self-test and how many there are, or why it was not run. Null past the last check. */
export type SelfTestAnswer =
  | { readonly type: 'checked'; readonly result: SelfTestResult | null; readonly count: number }
  | NoAnswer;

interface NoAnswer {
  readonly type: 'none';
  readonly why: Told;
}

/** What the LSTM did with one window, with the weights that did it. Time steps in order, the oldest first. */
export interface TraceReport {
  /** Index among the test windows. */
  readonly window: number;
  /** Epoch of the weights. */
  readonly epoch: number;
  /** Of all weights, as in WeightsReport. */
  readonly fingerprint: string;
  /** T, D, H */
  readonly steps: number;
  readonly features: number;
  readonly units: number;
  /** Keras' names of phi and of the gates' sigma. */
  readonly activation: string;
  readonly recurrentActivation: string;
  /** [T], ms since 1970 UTC; null without dates. */
  readonly dates: Float64Array | null;
  /** Where the session keeps the same numbers on the GPU, for drawing; until another trace is read. */
  readonly places: Readonly<Record<TraceKey, TracePlace>>;
  /** [T, D], scaled: what the network is given. */
  readonly x: Float32Array;
  /** Each [T, H]; `c` is the candidate. */
  readonly gates: Readonly<Record<GateKey, Float32Array>>;
  /** Cell state after each step, [T, H]. */
  readonly c: Float32Array;
  /** Output of each step, [T, H]. */
  readonly h: Float32Array;
  /** In Keras' layout. */
  readonly weights: Readonly<Record<MatrixName, Float32Array>>;
}

/** The windows of the test part whose gates i, f and o at the newest step are nearest to those of one of them. */
export interface SimilarDays {
  readonly window: number;
  /** Of the weights that gave the gates. */
  readonly fingerprint: string;
  /** Windows compared, the asked one not counted. */
  readonly compared: number;
  /** The nearest first; root mean square difference of the 3 H gates. */
  readonly nearest: readonly { readonly window: number; readonly distance: number }[];
}

/** The chosen window of the test part, or the first windows of the training part as one batch. */
export type GradientSource = 'window' | 'training';

/** What one training step on these windows would change the LSTM's weights by, with the weights that say so. */
export interface GradientReport {
  readonly type: 'gradients';
  readonly of: GradientSource;
  /** Index among the test windows; 0 for the training part. */
  readonly window: number;
  /** Windows the loss is the mean of. */
  readonly count: number;
  /** Epoch and fingerprint of the weights, as in TraceReport. */
  readonly epoch: number;
  readonly fingerprint: string;
  /** Norms of each time step's share, the oldest first, and of their sum. */
  readonly steps: readonly StepGradient[];
  readonly total: StepGradient;
  /** The sum over the steps against the gradient the kernel wrote: relative L2 of the two. */
  readonly difference: number;
  /** Of a single window. */
  readonly cell: WindowGradients | null;
}

/** Inside the LSTM for one window: what the backward kernels wrote. */
export interface WindowGradients {
  /** dz of each gate, [T, H]. */
  readonly dz: Readonly<Record<GateKey, Float32Array>>;
  /** Gradient of h from the layer above: [H] of the last step, or [T, H]. */
  readonly above: Float32Array;
  /** The gradient of the weights, in Keras' layout. */
  readonly whole: Readonly<Record<MatrixName, Float32Array>>;
}

/** Gradients, or why there are none. */
export type Gradients = GradientReport | { readonly type: 'none'; readonly why: Told };

/** What networks of seeds in a row say together of the test part; in the target's units. */
export interface MembersReport {
  readonly type: 'members';
  /** Of the first; the others have those after it. */
  readonly seed: number;
  readonly networks: number;
  /** What the interval shall hold of what is to come, 0 to 1. */
  readonly share: number;
  /** Windows of the later half of the validation part, whose errors made the interval. */
  readonly seenOn: number;
  /** [windows], mean of the networks' forecasts. */
  readonly mean: Float64Array;
  /** From the mean to either end of the interval. */
  readonly halfWidth: number;
  /** How many windows of the test part lie inside. */
  readonly inside: number;
  /** Root mean square distance of a network's forecast from the mean. */
  readonly apart: number;
  /** Of the mean. */
  readonly scores: Scores;
  readonly skill: number;
}

/** Ends of an interval for each window of the test part, in the target's units. */
export interface Interval {
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** The forecast it lies around: the mean of so many networks. */
  readonly mean: Float64Array;
  readonly networks: number;
}

/** `stopped` where that was asked for, or where other data or settings came. */
export type MembersAnswer =
  | MembersReport
  | { readonly type: 'stopped' }
  | { readonly type: 'none'; readonly why: Told };
