/** What the session's device is asked about model files, and what it answers: known outputs, orders of gates, activations. */
import type { Tensor } from '../../engine/index.ts';
import type { Difference, FirstDivergence, GateOrderResult, KerasModel } from '../../engine/keras/index.ts';
import type { Told } from '../words.ts';

export type ProofQuestion =
  /** What the model gives for x, held against y. */
  | {
      readonly proof: 'outputs';
      readonly model: KerasModel;
      readonly x: Tensor;
      readonly y: Tensor;
      readonly tolerance: number;
    }
  /** Which order of the gates and which activation of them make x give y. */
  | {
      readonly proof: 'orders';
      readonly model: KerasModel;
      readonly x: Tensor;
      readonly y: Tensor;
      readonly tolerance: number;
    }
  /** Gates and states of two models for one and the same window. */
  | {
      readonly proof: 'activations';
      readonly a: KerasModel;
      readonly b: KerasModel;
      /** Index among the test windows. */
      readonly window: number;
      /** Whose first row is taken where they do not take the page's windows; null for none. */
      readonly x: Tensor | null;
      readonly tolerance: number;
    };

/** One gate or state of a layer in both models. */
export interface PartOverTime {
  /** i, f, candidate, o, c or h; of a GRU z, r, candidate or h. */
  readonly part: string;
  /** The largest |A - B| of its units, step by step. */
  readonly largest: Float32Array;
  /** Whether a unit is beyond the tolerance, step by step. */
  readonly beyond: readonly boolean[];
}

export interface LayerOverTime {
  /** As A calls it. */
  readonly layer: string;
  readonly units: number;
  readonly steps: number;
  readonly parts: readonly PartOverTime[];
}

export type ProofAnswer =
  | { readonly type: 'outputs'; readonly difference: Difference }
  | {
      readonly type: 'orders';
      readonly result: GateOrderResult;
      /** Of a large x a part is used. */
      readonly rows: { readonly used: number; readonly all: number };
    }
  | {
      readonly type: 'activations';
      /** What they read. */
      readonly input: 'window' | 'x';
      readonly layers: readonly LayerOverTime[];
      /** `expected` is of B, `received` of A. */
      readonly first: FirstDivergence | null;
      readonly tolerance: number;
    }
  | { readonly type: 'stopped' }
  | { readonly type: 'none'; readonly why: Told };

/** Long work on model files, which can be stopped. */
export type FileWork = 'forecast' | 'orders';
