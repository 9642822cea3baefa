/** What the session says of how things stand: device, data, model, training, forecast, weights, and what did not work. */
import type { ErrorCode } from '../engine/index.ts';
import type { MatrixName, MatrixVariable } from './draw/heatmap-layout.ts';
import type { PresetId } from './presets.ts';
import type { Told } from './words.ts';

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
  readonly notes: readonly Told[];
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
  /** Whether training ended before them, because the validation loss fell no more. */
  readonly stoppedEarly: boolean;
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
  readonly message: Told;
  readonly place: ProblemPlace;
}
