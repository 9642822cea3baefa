/**
 * What the page and the session say to each other. The session owns the only GPU device and everything on it; it runs in
 * a dedicated worker, or on the page's own thread where a worker has no WebGPU or a canvas cannot be handed over. Both
 * sides see only these messages, so it makes no difference which. All of it can be cloned or transferred.
 */
import type { KerasModel, ModelFormat, WrittenModel } from '../engine/keras/index.ts';
import type {
  AppliedSteps,
  BonnetReport,
  FileForecast,
  GradientSource,
  Gradients,
  MembersAnswer,
  ProfileAnswer,
  SelfTestAnswer,
  SimilarDays,
  TraceReport,
} from './answer-reports.ts';
import type { Block, MatrixName } from './draw/heatmap-layout.ts';
import type { Theme } from './draw/ramp.ts';
import type { RibbonFrame } from './draw/ribbon-layout.ts';
import type { TraceKey } from './draw/time-layout.ts';
import type { FileWork, ProofAnswer, ProofQuestion } from './keras/proof-protocol.ts';
import type {
  LagAnswer,
  LagProgress,
  LagQuestion,
  LagRetrainProgress,
  LagStudyAnswer,
  LagTraining,
  RetrainAnswer,
} from './lags/lag-protocol.ts';
import type { ReadyPresetId } from './presets.ts';
import type { Recipe } from './recipe.ts';
import type {
  ColumnReport,
  DataReport,
  DeviceReport,
  ForecastReport,
  HistoryReport,
  ModelReport,
  Problem,
  RecordedReport,
  RidgeReport,
  RunReport,
  WeightsReport,
} from './reports.ts';
import type { Told } from './words.ts';

export type * from './answer-reports.ts';
export type * from './reports.ts';

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
      readonly keepBest: boolean;
    }
  /** What a link asks for: this series and these settings from this seed, and the weights of that epoch, trained to where need be. */
  | {
      readonly type: 'go-to';
      readonly preset: ReadyPresetId;
      readonly recipe: Recipe;
      readonly seed: number;
      readonly keepBest: boolean;
      readonly epoch: number | null;
    }
  | { readonly type: 'train' }
  | { readonly type: 'pause' }
  | { readonly type: 'step' }
  /** Trains to the end of the epoch under way, or of the next one, and holds there. */
  | { readonly type: 'train-epoch' }
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
  /** Asks for the columns of the own file in use once more. */
  | { readonly type: 'offer-columns' }
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
  /** The tab came into sight or left it: out of sight nothing is drawn, and training goes on. */
  | { readonly type: 'sight'; readonly isSeen: boolean }
  /** Has the trace read last drawn in 3D. */
  | { readonly type: 'draw-ribbon'; readonly frame: RibbonFrame }
  | { readonly type: 'read-cell'; readonly request: number; readonly offset: number }
  /** Asks for the model as it is now, in Keras' form. */
  | { readonly type: 'read-model'; readonly request: number }
  /** Asks what the present weights forecast with windows of another length. */
  | { readonly type: 'apply-steps'; readonly request: number; readonly steps: number }
  /** Asks what a model from a file says about the test part. */
  | { readonly type: 'predict-file'; readonly request: number; readonly model: KerasModel }
  /** Asks what the device makes of a model file, or of two. */
  | ({ readonly type: 'prove'; readonly request: number } & ProofQuestion)
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
  /** Asks what a method of the lag lab says about the test part. */
  | ({ readonly type: 'read-lags'; readonly request: number } & LagQuestion)
  /** Trains so many networks and as many on shuffled targets, and asks which lags they use. */
  | { readonly type: 'study-lags'; readonly request: number; readonly seeds: number }
  /** Trains networks without each row and each input in turn. */
  | { readonly type: 'retrain-lags'; readonly request: number }
  /** Trains networks of seeds in a row, and asks what they forecast together. */
  | { readonly type: 'train-members'; readonly request: number }
  /** Ends a study, a retraining or the training of members under way. */
  | { readonly type: 'stop-lags'; readonly task: LagTraining }
  /** Ends the forecast of a model file, or the search for the order of its gates. */
  | { readonly type: 'stop-file'; readonly work: FileWork }
  | { readonly type: 'retry' }
  | { readonly type: 'close' };

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
  | { readonly type: 'recorded'; readonly recorded: RecordedReport | null; readonly why: Told | null }
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
  /** `keepBest`: whether training ends at the best epoch. */
  | { readonly type: 'recipe'; readonly recipe: Recipe; readonly keepBest: boolean }
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
  /** Null where another question of the kind came meanwhile. */
  | { readonly type: 'lag-map'; readonly request: number; readonly lags: LagAnswer | null }
  | { readonly type: 'lag-study'; readonly request: number; readonly answer: LagStudyAnswer }
  | { readonly type: 'lag-retraining'; readonly request: number; readonly answer: RetrainAnswer }
  | { readonly type: 'lag-progress'; readonly progress: LagProgress }
  | { readonly type: 'retrain-progress'; readonly progress: LagRetrainProgress }
  | { readonly type: 'members'; readonly request: number; readonly answer: MembersAnswer }
  /** Share of their training that is done, 0 to 1; a few times a second. */
  | { readonly type: 'members-trained'; readonly share: number }
  /** Share of the work of the question under way, 0 to 1; a few times a second. */
  | { readonly type: 'lag-measured'; readonly share: number }
  /** Null without a model. */
  | { readonly type: 'exported'; readonly request: number; readonly model: KerasModel | null }
  | { readonly type: 'applied-steps'; readonly request: number; readonly applied: AppliedSteps }
  | { readonly type: 'file-forecast'; readonly request: number; readonly forecast: FileForecast }
  | { readonly type: 'proven'; readonly request: number; readonly answer: ProofAnswer }
  /** How many orders of gates are tried of how many. */
  | { readonly type: 'orders-tried'; readonly tried: number; readonly of: number }
  /** Null without a model. */
  | { readonly type: 'bonnet'; readonly request: number; readonly bonnet: BonnetReport | null }
  | { readonly type: 'step-profile'; readonly request: number; readonly profile: ProfileAnswer }
  | { readonly type: 'self-tested'; readonly request: number; readonly answer: SelfTestAnswer }
  /** Training begins from a file; `notes` say what of it could not be taken over. */
  | { readonly type: 'continued'; readonly name: string; readonly notes: readonly Told[] }
  /** What stood before the page was reloaded stands again. */
  | { readonly type: 'resumed'; readonly epoch: number; readonly name: string }
  /** What undo and redo would take back or do again, in words; null for nothing. */
  | { readonly type: 'undoable'; readonly undo: Told | null; readonly redo: Told | null }
  | { readonly type: 'busy'; readonly what: Told | null }
  | { readonly type: 'problem'; readonly problem: Problem };

/** How a session talks back. */
export type Emit = (event: SessionEvent, transfer?: Transferable[]) => void;
