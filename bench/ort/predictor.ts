/** What Node and the frames of `--ort` say to each other: engines that predict with the same weights. */
import type { Config } from '../protocol.ts';

/** The first is ours. */
export const PREDICTORS = ['gatewise-predict', 'ort-wasm', 'ort-wasm-unthreaded', 'ort-webgpu'] as const;
export type PredictorName = (typeof PREDICTORS)[number];

export interface PredictorIntroduction {
  /** Engine, version and backend. */
  readonly engine: string;
  /** Where its LSTM really runs, when that is not where the backend's name says; empty otherwise. */
  readonly note: string;
  /** What one more prediction asks of WebGPU: none where the arithmetic stays in WebAssembly. */
  readonly dispatches: number;
  /** Predictions of batch 0, [B, F]. */
  readonly output: readonly number[];
}

export interface Predictor {
  prepare(config: Config): Promise<PredictorIntroduction>;
  /** Predicts `batches` batches, each waited for before the next; arrays in and out. @returns ms per batch */
  round(batches: number): Promise<number>;
}
