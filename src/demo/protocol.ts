/**
 * What the page and the session say to each other. The session owns the only GPU device and everything on it; it runs in
 * a dedicated worker, or on the page's own thread where a worker has no WebGPU or a canvas cannot be handed over. Both
 * sides see only these messages, so it makes no difference which. All of it can be cloned or transferred.
 */
import type { StepGradient } from '../engine/explain/index.ts';
import type { ErrorCode, GateKey } from '../engine/index.ts';
import type { KerasModel, ModelFormat, WrittenModel } from '../engine/keras/index.ts';
import type { GateBlock, MatrixName, MatrixVariable } from './draw/heatmap-layout.ts';
import type { Theme } from './draw/ramp.ts';
import type { Recipe } from './recipe.ts';

/** Which columns of an own CSV are used. */
export interface ColumnChoice {
  readonly target: string;
  readonly features: readonly string[];
  /** Columns that together hold the date; empty for none. */
  readonly date: readonly string[];
}

/** How one heatmap is to be drawn. */
export interface DrawOrder {
  /** Size of the drawing in device pixels. */
  readonly width: number;
  readonly height: number;
  /** Device pixels to world units, 12 floats. */
  readonly pixelToWorld: Float32Array;
  readonly blocks: readonly GateBlock[];
  readonly scale: number;
  readonly theme: Theme;
  /** Redraw while training runs; false where the visitor asked for less motion (then at the end of each epoch). */
  readonly live: boolean;
}

/** Page to session. */
export type Command =
  | { readonly type: 'open'; readonly recipe: Recipe; readonly seed: number }
  | { readonly type: 'train' }
  | { readonly type: 'pause' }
  | { readonly type: 'step' }
  | { readonly type: 'reset' }
  | { readonly type: 'new-seed'; readonly seed: number }
  | { readonly type: 'apply'; readonly recipe: Recipe; readonly keepBest: boolean }
  /** The file itself: the session reads it, and its bytes are never on the page's thread. */
  | { readonly type: 'read-csv'; readonly file: File }
  | { readonly type: 'use-columns'; readonly choice: ColumnChoice }
  | { readonly type: 'use-bundled' }
  | { readonly type: 'export'; readonly format: ModelFormat }
  | {
      readonly type: 'attach';
      readonly matrix: MatrixName;
      readonly surface: OffscreenCanvas | HTMLCanvasElement;
    }
  | { readonly type: 'draw'; readonly matrix: MatrixName; readonly order: DrawOrder }
  | { readonly type: 'read-cell'; readonly request: number; readonly offset: number }
  /** Asks for the model as it is now, in Keras' form. */
  | { readonly type: 'read-model'; readonly request: number }
  /** Asks what the present weights forecast with windows of another length. */
  | { readonly type: 'apply-steps'; readonly request: number; readonly steps: number }
  /** Asks what a model from a file says about the test part. */
  | { readonly type: 'predict-file'; readonly request: number; readonly model: KerasModel }
  /** Trains on from a model out of a file. */
  | { readonly type: 'continue'; readonly name: string; readonly model: KerasModel }
  | { readonly type: 'read-weights'; readonly request: number }
  /** Asks what the LSTM does with one window of the test part; an index among them. */
  | { readonly type: 'read-trace'; readonly request: number; readonly window: number }
  /** Asks what training on one window of the test part, or on the first of the training part, would change. */
  | {
      readonly type: 'read-gradients';
      readonly request: number;
      readonly of: GradientSource;
      /** Index among the test windows; only with 'window'. */
      readonly window: number;
    }
  | { readonly type: 'retry' }
  | { readonly type: 'close' };

/** The adapter as the browser names it. */
export interface DeviceReport {
  readonly label: string;
  /** True for a software adapter: right numbers, slow. */
  readonly isSoftware: boolean;
  /** Where training and drawing run. */
  readonly thread: 'worker' | 'page';
}

/** Mean absolute and root mean square error, in the target's units. */
export interface Scores {
  readonly mae: number;
  readonly rmse: number;
}

export interface DataReport {
  /** File name, or the bundled series' name. */
  readonly name: string;
  readonly bundled: boolean;
  readonly rows: number;
  /** First and last date, ms since 1970 UTC; null without dates. */
  readonly from: number | null;
  readonly to: number | null;
  /** Distance of two rows, ms; null without dates or where it varies. */
  readonly stepMs: number | null;
  readonly target: string;
  /** Unit of the target, such as \u00b0C; empty where the file does not say. */
  readonly unit: string;
  /** Inputs of the model in order; the rows of `kernel`. */
  readonly inputs: readonly string[];
  /** Windows in each part. */
  readonly windows: { readonly train: number; readonly validation: number; readonly test: number };
  /** Sentences about dropped columns and filled gaps. */
  readonly notes: readonly string[];
  readonly horizon: number;
  /** The test part, one number per window, in the target's units. NaN where nothing was observed. */
  readonly test: {
    readonly dates: Float64Array | null;
    readonly observed: Float64Array;
    readonly persistence: Float64Array;
    readonly climatology: Float64Array | null;
    /** Null where it takes a while and comes later, as a `ridge` event. */
    readonly ridge: Float64Array | null;
  };
  readonly scores: {
    readonly persistence: Scores;
    readonly climatology: Scores | null;
    readonly ridge: Scores | null;
  };
}

/** The ridge forecast of the test part. */
export interface RidgeReport {
  readonly predictions: Float64Array;
  readonly scores: Scores;
}

export interface ModelReport {
  /** Its layers in words: `LSTM(32) \u2192 Dense(1) \u2192 linear`. */
  readonly outline: string;
  /** What it is trained with: `Adam`. */
  readonly optimizer: string;
  readonly units: number;
  readonly features: readonly string[];
  readonly parameterCount: number;
  readonly matrices: readonly MatrixVariable[];
  /** Dispatches of one training step. */
  readonly dispatchesPerStep: number;
}

export interface RunReport {
  readonly phase: 'idle' | 'training' | 'paused' | 'done';
  /** Epochs finished. */
  readonly epoch: number;
  readonly targetEpochs: number;
  /** Steps finished in the epoch that runs. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** Running mean of the loss in this epoch, scaled units; null before the first. */
  readonly loss: number | null;
  readonly seed: number;
  /** The file whose weights training began from; null where the seed's random ones were the beginning. */
  readonly start: string | null;
}

/** One finished epoch; errors in scaled units. */
export interface EpochRow {
  readonly epoch: number;
  readonly loss: number;
  readonly valLoss: number;
}

export interface HistoryReport {
  readonly rows: readonly EpochRow[];
  /** Epoch with the lowest validation loss; null before the first. */
  readonly bestEpoch: number | null;
}

/** The model's forecast for the test part with the weights it has now. */
export interface ForecastReport {
  /** Epoch of the weights; 0 is before the first. */
  readonly epoch: number;
  /** Steps trained since that epoch; epoch 0 and step 0 is before training. */
  readonly step: number;
  /** As in RunReport. */
  readonly start: string | null;
  /** True where the weights were set back to the best epoch. */
  readonly isBest: boolean;
  readonly predicted: Float64Array;
  readonly scores: Scores;
  /** 1 - MAE / MAE of persistence. */
  readonly skill: number;
}

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
  | { readonly type: 'none'; readonly why: string };

/** What a model from a file says about the test part, or why it says nothing. */
export type FileForecast =
  | {
      readonly type: 'forecast';
      /** In the target's units, the page's scaling assumed. */
      readonly scores: Scores;
      /** What was assumed of the inputs and the scaling. */
      readonly assumed: string;
    }
  | { readonly type: 'none'; readonly why: string };

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
export type Gradients = GradientReport | { readonly type: 'none'; readonly why: string };

/** What is known of the weights without drawing them. */
export interface WeightsReport {
  /** Eight hexadecimal digits over the bytes of all weights, in Keras' order. */
  readonly fingerprint: string;
  /** Largest |value| of each matrix of the LSTM. */
  readonly largest: Readonly<Record<MatrixName, number>>;
}

export interface ColumnReport {
  readonly name: string;
  readonly kind: 'number' | 'date' | 'text' | 'empty' | 'constant';
  readonly missing: number;
}

export type ProblemPlace = 'data' | 'recipe' | 'training' | 'device' | 'export' | 'keras';

/** Something that did not work; the message is the whole sentence to show. */
export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly place: ProblemPlace;
}

/** Session to page. */
export type SessionEvent =
  | { readonly type: 'hello'; readonly canTrain: boolean }
  | { readonly type: 'device'; readonly device: DeviceReport }
  | {
      readonly type: 'no-device';
      readonly problem: Problem;
      readonly lost: boolean;
      readonly epochKept: number;
    }
  | { readonly type: 'data'; readonly data: DataReport }
  /** What the latest `data` came without. */
  | { readonly type: 'ridge'; readonly ridge: RidgeReport }
  | {
      readonly type: 'columns';
      readonly file: string;
      readonly rows: number;
      readonly columns: readonly ColumnReport[];
      readonly choice: ColumnChoice;
    }
  | { readonly type: 'recipe'; readonly recipe: Recipe }
  | { readonly type: 'model'; readonly model: ModelReport }
  | { readonly type: 'run'; readonly run: RunReport }
  | { readonly type: 'history'; readonly history: HistoryReport }
  /** Null: the forecast so far was another network's, and the new one is not worked out yet. */
  | { readonly type: 'forecast'; readonly forecast: ForecastReport | null }
  | { readonly type: 'weights'; readonly weights: WeightsReport }
  | ({ readonly type: 'files' } & WrittenModel)
  | { readonly type: 'cell'; readonly request: number; readonly value: number }
  | {
      readonly type: 'matrices';
      readonly request: number;
      readonly values: Readonly<Record<MatrixName, Float32Array>>;
    }
  /** Null where there is nothing to tell: no model, no such window, or weights that changed meanwhile. */
  | { readonly type: 'trace'; readonly request: number; readonly trace: TraceReport | null }
  /** Null where the weights changed meanwhile. */
  | { readonly type: 'gradients'; readonly request: number; readonly gradients: Gradients | null }
  /** Null without a model. */
  | { readonly type: 'exported'; readonly request: number; readonly model: KerasModel | null }
  | { readonly type: 'applied-steps'; readonly request: number; readonly applied: AppliedSteps }
  | { readonly type: 'file-forecast'; readonly request: number; readonly forecast: FileForecast }
  /** Training begins from a file; `notes` say what of it could not be taken over. */
  | { readonly type: 'continued'; readonly name: string; readonly notes: readonly string[] }
  | { readonly type: 'busy'; readonly what: string | null }
  | { readonly type: 'problem'; readonly problem: Problem };

/** How a session talks back. */
export type Emit = (event: SessionEvent, transfer?: Transferable[]) => void;
