/** What Node (run.ts) and the contenders' frames (contender-page.ts) say to each other. */

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
  /** Batches in the data set: a round trains once on each. */
  readonly batches: number;
}

/** The engines compared; each runs in a frame of its own. */
export const CONTENDERS = ['gatewise', 'tfjs-wasm', 'tfjs-wasm-unthreaded'] as const;
export type ContenderName = (typeof CONTENDERS)[number];

/** What a contender says of itself once it is ready and has made its first step. */
export interface Introduction {
  /** Engine, version, backend and variant that really run. */
  readonly engine: string;
  /** Loss of batch 0 with the initial weights; that step's update is done too. */
  readonly firstLoss: number;
  /** Dispatches of one training step; null where the engine does not tell. */
  readonly dispatches: number | null;
}

/** One pass over all batches in order, its queue drained. */
export interface Round {
  /** Time of a training step, data on the device already, ms: the figure that is compared. */
  readonly stepMs: number;
  /** The whole call over the number of steps, ms: setting up, uploading and reading back included. */
  readonly callMs: number;
  /** Mean of the batches' losses, each before its update. */
  readonly loss: number;
}

/** Time of one dispatch of the training step. */
export interface KernelTime {
  readonly label: string;
  readonly workgroups: readonly number[];
  /** One per step measured, microseconds. */
  readonly microseconds: readonly number[];
}

/** One engine under test. Every failure is thrown: refused GPU commands, losses that are no numbers. */
export interface Contender {
  /** Makes the model with the given weights and trains one step. */
  prepare(config: Config): Promise<Introduction>;
  round(): Promise<Round>;
  /** Times each dispatch by itself. gatewise only. */
  timeKernels?(): Promise<KernelTime[]>;
}

declare global {
  interface Window {
    /** The frame's contender. */
    contender?: Contender;
  }
}
