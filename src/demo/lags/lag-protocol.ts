/** What the lag lab asks of the session and is told by it; a part of protocol.ts. Lag 1 is the newest row of a window. */
import type { LagStudy, Retraining, RetrainProgress, StudyProgress } from '../../engine/explain/index.ts';
import type { Told } from '../words.ts';

/** Methods that are worked out for weights as they are. */
export type LagMethod = 'sensitivity' | 'gradient-input' | 'integrated' | 'occlusion' | 'permutation';

/** Where integrated gradients begin: the training mean, what is usual for each row's date, or another window of the test part. */
export type LagBaseline =
  | { readonly kind: 'mean' }
  | { readonly kind: 'climatology' }
  | { readonly kind: 'window'; readonly window: number };

export interface LagQuestion {
  readonly method: LagMethod;
  /** Only integrated gradients look at it. */
  readonly baseline: LagBaseline;
  /** Rows that windows reach further back than those the network was trained on. */
  readonly extra: number;
  /** Whose weights: those that are shown, or fresh ones of the same seed. */
  readonly weights: 'shown' | 'random';
}

/** What a method says of each lag and input, over the whole test part. */
export interface LagReport extends LagQuestion {
  readonly type: 'lags';
  /** Rows of the windows that were read; lags 1 to this. */
  readonly steps: number;
  readonly features: readonly string[];
  /** [steps, D], lag 1 first: changes of the error, or means of sizes; in the target's units. */
  readonly values: Float64Array;
  /** [steps, D], the means with their signs; null for methods whose numbers are errors or sizes alone. */
  readonly signed: Float64Array | null;
  /** Windows read. */
  readonly windows: number;
  /** Of integrated gradients alone. */
  readonly each: LagWindows | null;
  /** Epoch and fingerprint of the weights, as in TraceReport. */
  readonly epoch: number;
  readonly fingerprint: string;
}

/** Integrated gradients of every window of the test part, in the target's units. */
export interface LagWindows {
  /** [windows], index of each among the test windows, rising. */
  readonly indices: Uint32Array;
  /** [windows, steps, D], the oldest row first. */
  readonly samples: Float32Array;
  /** [windows] */
  readonly forecast: Float64Array;
  /** [windows], forecast less what the network says to the baseline: what the parts of a window add up to. */
  readonly changes: Float64Array;
  /** Largest difference of a sum and its change, relative, as Attribution of the engine says. */
  readonly residual: number;
}

interface NoLags {
  readonly type: 'none';
  readonly why: Told;
}

export type LagAnswer = LagReport | NoLags;
/** `stopped` where that was asked for, or where other data or settings came. */
export type LagStudyAnswer =
  | {
      readonly type: 'studied';
      readonly study: LagStudy;
      /** Of its first network; the others have those after it. */
      readonly seed: number;
    }
  | { readonly type: 'stopped' }
  | NoLags;

export type RetrainAnswer =
  | { readonly type: 'retrained'; readonly retraining: Retraining }
  | { readonly type: 'stopped' }
  | NoLags;

/** What trains networks of its own, and can be stopped. */
export type LagTraining = 'study' | 'retrain' | 'members';

/** How far a study is; the page hears of it a few times a second. */
export type LagProgress = { readonly phase: 'measuring' } | StudyProgress;
export type LagRetrainProgress =
  | { readonly phase: 'measuring' }
  | ({ readonly phase: 'training' } & RetrainProgress);
