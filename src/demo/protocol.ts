/**
 * What the page and the session say to each other. The session owns the only GPU device and everything on it; it runs in
 * a dedicated worker, or on the page's own thread where a worker has no WebGPU or a canvas cannot be handed over. Both
 * sides see only these messages, so it makes no difference which. All of it can be cloned or transferred.
 */
import type { StepGradient } from '../engine/explain/index.ts';
import type { DispatchGroup, ErrorCode, GateKey, StepProfile, TracePlace } from '../engine/index.ts';
import type { KerasModel, ModelFormat, WrittenModel } from '../engine/keras/index.ts';
import type { SelfTestResult } from '../engine/self-test/index.ts';
import type { Block, MatrixName, MatrixVariable } from './draw/heatmap-layout.ts';
import type { Theme } from './draw/ramp.ts';
import type { RibbonFrame } from './draw/ribbon-layout.ts';
import type { TraceKey } from './draw/time-layout.ts';
import type { PresetId, ReadyPresetId } from './presets.ts';
import type { Recipe } from './recipe.ts';

/** Which columns of an own CSV are used. */
export interface ColumnChoice {
  readonly target: string;
  readonly features: readonly string[];
  /** Columns that together hold the date; empty for none. */
  readonly date: readonly string[];
}

/** A heatmap: a matrix of the model's weights, or a gate or state of the trace read last. */
export type DrawingName = MatrixName | TraceKey;

/** What the session draws on a canvas. */
export type CanvasName = DrawingName | 'ribbon';

/** How one heatmap is to be drawn. */
export interface DrawOrder {
  /** Size of the drawing in device pixels. */
  readonly width: number;
  readonly height: number;
  /** Device pixels to world units, 12 floats. */
  readonly pixelToWorld: Float32Array;
  readonly blocks: readonly Block[];
  readonly scale: number;
  readonly theme: Theme;
  /** Redraw while training runs; false where the visitor asked for less motion (then at the end of each epoch). */
  readonly live: boolean;
}

/** Page to session. */
export type Command =
  | {
      readonly type: 'open';
      /** The tab's name, under which is kept what a reload would take away; null where it has none. */
      readonly tab: string | null;
      /** Whether the page was reloaded: then what was kept comes first. */
      readonly resume: boolean;
      /** The epoch whose weights are asked for, trained to first; null for none. */
      readonly epoch: number | null;
      readonly preset: ReadyPresetId;
      readonly recipe: Recipe;
      readonly seed: number;
    }
  /** What a link asks for: this series and these settings from this seed, and the weights of that epoch, trained to where need be. */
  | {
      readonly type: 'go-to';
      readonly preset: ReadyPresetId;
      readonly recipe: Recipe;
      readonly seed: number;
      readonly epoch: number | null;
    }
  | { readonly type: 'train' }
  | { readonly type: 'pause' }
  | { readonly type: 'step' }
  | { readonly type: 'reset' }
  /** Shows the weights of a past epoch; training goes on from the newest all the same. */
  | { readonly type: 'look-at'; readonly epoch: number }
  /** Sets one weight of the LSTM; the column as Keras counts. */
  | {
      readonly type: 'edit-weight';
      readonly matrix: MatrixName;
      readonly row: number;
      readonly column: number;
      readonly value: number;
    }
  | { readonly type: 'undo' }
  | { readonly type: 'redo' }
  | { readonly type: 'new-seed'; readonly seed: number }
  | { readonly type: 'apply'; readonly recipe: Recipe; readonly keepBest: boolean }
  /** The file itself: the session reads it, and its bytes are never on the page's thread. */
  | { readonly type: 'read-csv'; readonly file: File }
  | { readonly type: 'use-columns'; readonly choice: ColumnChoice }
  /** With the settings it brings. */
  | { readonly type: 'use-preset'; readonly preset: ReadyPresetId }
  /** The preset `city`: hourly weather as Open-Meteo sent it, under this name. */
  | { readonly type: 'use-city'; readonly name: string; readonly answer: Uint8Array }
  | { readonly type: 'export'; readonly format: ModelFormat }
  | {
      readonly type: 'attach';
      readonly drawing: CanvasName;
      readonly surface: OffscreenCanvas | HTMLCanvasElement;
    }
  | { readonly type: 'draw'; readonly drawing: DrawingName; readonly order: DrawOrder }
  /** Has the trace read last drawn in 3D. */
  | { readonly type: 'draw-ribbon'; readonly frame: RibbonFrame }
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
  /** Asks which windows of the test part end with gates like those of this one. */
  | { readonly type: 'find-similar'; readonly request: number; readonly window: number }
  /** Asks what the device is, what a training step dispatches on it, and what it holds. */
  | { readonly type: 'read-bonnet'; readonly request: number }
  /** Asks how long a training step takes. */
  | { readonly type: 'profile'; readonly request: number }
  /** Asks for one check of the self-test. */
  | { readonly type: 'self-test'; readonly request: number; readonly check: number }
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

/** The run stored with the page, shown where nothing can be trained. */
export interface RecordedReport {
  /** Day it was recorded, ms since 1970 UTC. */
  readonly date: number;
  /** What it was trained with, as the browser named it. */
  readonly device: string;
  /** Name of the series it was trained on. */
  readonly series: string;
  /** Epoch of its weights, and how many it was trained for. */
  readonly epoch: number;
  readonly epochs: number;
  /** Where its matrices are drawn. */
  readonly thread: DeviceReport['thread'];
}

/** Mean absolute and root mean square error, in the target's units. */
export interface Scores {
  readonly mae: number;
  readonly rmse: number;
}

export interface DataReport {
  /** File name, or the preset's title. */
  readonly name: string;
  /** Null for a visitor's own file. */
  readonly preset: PresetId | null;
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
    /** Of the target over the training part: the same for every window. */
    readonly mean: number;
    /** Null where it takes a while and comes later, as a `ridge` event. */
    readonly ridge: Float64Array | null;
  };
  readonly scores: {
    readonly persistence: Scores;
    readonly climatology: Scores | null;
    /** Of always saying the mean of the training part. */
    readonly mean: Scores;
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
  /** Epoch of the weights that all views show: the newest, the best, or one that is looked at. */
  readonly shownEpoch: number;
  /** Whether a weight was set by hand since the beginning. */
  readonly isEdited: boolean;
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
  /** Epochs whose weights can be looked at again, rising; 0 is before the first. */
  readonly kept: readonly number[];
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
  readonly why: string;
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

export type ProblemPlace = 'data' | 'recipe' | 'training' | 'device' | 'export' | 'keras' | 'link';

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
  /**
   * Forget model, run, history, forecast and weights: those that follow are of this recorded run, or of a device. With a
   * sentence where there is neither.
   */
  | { readonly type: 'recorded'; readonly recorded: RecordedReport | null; readonly why: string | null }
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
  /** Null as a trace. */
  | { readonly type: 'similar'; readonly request: number; readonly similar: SimilarDays | null }
  /** Null where the weights changed meanwhile. */
  | { readonly type: 'gradients'; readonly request: number; readonly gradients: Gradients | null }
  /** Null without a model. */
  | { readonly type: 'exported'; readonly request: number; readonly model: KerasModel | null }
  | { readonly type: 'applied-steps'; readonly request: number; readonly applied: AppliedSteps }
  | { readonly type: 'file-forecast'; readonly request: number; readonly forecast: FileForecast }
  /** Null without a model. */
  | { readonly type: 'bonnet'; readonly request: number; readonly bonnet: BonnetReport | null }
  | { readonly type: 'step-profile'; readonly request: number; readonly profile: ProfileAnswer }
  | { readonly type: 'self-tested'; readonly request: number; readonly answer: SelfTestAnswer }
  /** Training begins from a file; `notes` say what of it could not be taken over. */
  | { readonly type: 'continued'; readonly name: string; readonly notes: readonly string[] }
  /** What stood before the page was reloaded stands again. */
  | { readonly type: 'resumed'; readonly epoch: number; readonly name: string }
  /** What undo and redo would take back or do again, in words; null for nothing. */
  | { readonly type: 'undoable'; readonly undo: string | null; readonly redo: string | null }
  | { readonly type: 'busy'; readonly what: string | null }
  | { readonly type: 'problem'; readonly problem: Problem };

/** How a session talks back. */
export type Emit = (event: SessionEvent, transfer?: Transferable[]) => void;
