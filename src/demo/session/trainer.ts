/**
 * One model on one device, and its training: build, train, pause, step, reset, a forecast and a checkpoint after each
 * epoch. Says what happens through `hooks`; knows neither canvases nor files.
 */
import {
  type EpochLogs,
  FitControl,
  type GpuDevice,
  type OptimizerState,
  type Progress,
  type Sequential,
  type Tensor,
} from '../../engine/index.ts';
import type { EpochRow, ForecastReport, HistoryReport, RunReport } from '../protocol.ts';
import type { Recipe } from '../recipe.ts';
import type { FileStart } from './file-start.ts';
import { beginAnew, buildForecaster, forecastTest, historyOf } from './forecaster.ts';
import type { LoadedData } from './loaded-data.ts';

/** Everything needed to go on after the device is gone: read back at the end of each epoch. */
export interface Checkpoint {
  readonly weights: readonly Tensor[];
  readonly optimizer: OptimizerState;
  readonly rows: readonly EpochRow[];
  readonly targetEpochs: number;
}

export interface TrainerHooks {
  /** Phase, epoch or step changed. */
  onRun(run: RunReport): void;
  onHistory(history: HistoryReport): void;
  /** Null where the forecast so far no longer holds and the new one is not there yet. */
  onForecast(forecast: ForecastReport | null): void;
  /** Weights on the GPU changed; `read` are all of them where they were read back, in Keras' order. */
  onWeights(read: readonly Tensor[] | null, training: boolean): void;
  /** Training ended with an error. */
  onFailure(error: unknown): void;
}

export interface TrainerOptions {
  readonly seed: number;
  readonly keepBest: boolean;
  /** The file whose layers, weights and optimizer it begins with; null for the page's own. */
  readonly start: FileStart | null;
  readonly checkpoint: Checkpoint | null;
}

interface ActiveFit {
  readonly control: FitControl;
  readonly ended: Promise<void>;
}

/** Training does not wait for a forecast of more windows than these, which takes a second and more on a software adapter. */
const MOST_WINDOWS_AWAITED = 20_000;

export class Trainer {
  readonly model: Sequential;
  readonly recipe: Recipe;
  readonly data: LoadedData;
  readonly #hooks: TrainerHooks;
  #seed: number;
  #start: FileStart | null;
  readonly #keepBest: boolean;
  #rows: EpochRow[] = [];
  #targetEpochs: number;
  #step = 0;
  #stepsPerEpoch: number;
  #loss: number | null = null;
  #phase: RunReport['phase'] = 'idle';
  #active: ActiveFit | null = null;
  #best: { readonly epoch: number; readonly weights: readonly Tensor[] } | null = null;
  #showsBest = false;
  #checkpoint: Checkpoint | null = null;
  /** Counts the beginnings from fresh weights, so that what was asked of older ones is not told of newer ones. */
  #beginnings = 0;
  /** The forecast being made; the model must outlive it. */
  #forecasting: Promise<unknown> = Promise.resolve();
  /** What others read of the model; the model must outlive it too. */
  #reading: Promise<unknown> = Promise.resolve();

  private constructor(
    model: Sequential,
    data: LoadedData,
    recipe: Recipe,
    { seed, keepBest, start }: Pick<TrainerOptions, 'seed' | 'keepBest' | 'start'>,
    hooks: TrainerHooks,
  ) {
    this.model = model;
    this.data = data;
    this.recipe = recipe;
    this.#seed = seed;
    this.#start = start;
    this.#keepBest = keepBest;
    this.#hooks = hooks;
    this.#targetEpochs = recipe.epochs;
    this.#stepsPerEpoch = Math.ceil(data.split.train.starts.length / recipe.batchSize);
  }

  /** Builds the model on the device, with fresh weights, those of a file or those of a checkpoint. */
  static async create(
    gpu: GpuDevice,
    data: LoadedData,
    recipe: Recipe,
    options: TrainerOptions,
    hooks: TrainerHooks,
  ): Promise<Trainer> {
    const { seed, start, checkpoint } = options;
    const model = await buildForecaster(gpu, data, recipe, seed, start);
    const trainer = new Trainer(model, data, recipe, options, hooks);
    if (checkpoint !== null) {
      model.setWeights(checkpoint.weights);
      model.setOptimizerState(checkpoint.optimizer);
      trainer.#rows = [...checkpoint.rows];
      trainer.#targetEpochs = checkpoint.targetEpochs;
      trainer.#checkpoint = checkpoint;
    }
    return trainer;
  }

  get seed(): number {
    return this.#seed;
  }

  /** The file whose weights it began from; null for the seed's. */
  get startName(): string | null {
    return this.#start?.usesWeights === true ? this.#start.name : null;
  }

  /** Whether its layers are this page's own, not those of a file. */
  get isOwn(): boolean {
    return this.#start === null;
  }

  /** Keras' name of what it learns with. */
  get optimizerName(): string {
    return this.#start?.model.compile?.optimizer.class_name ?? 'Adam';
  }

  get epoch(): number {
    return this.#rows.length;
  }

  /** Epoch of the weights the model has now; the best one where they were set back to it. */
  get shownEpoch(): number {
    return this.#showsBest ? (this.#best?.epoch ?? this.epoch) : this.epoch;
  }

  /** Rows in a whole batch: the recipe's, or all training windows where those are fewer. */
  get batchSize(): number {
    return Math.min(this.recipe.batchSize, this.data.split.train.starts.length);
  }

  /** The state after the last finished epoch, null before the first. */
  get checkpoint(): Checkpoint | null {
    return this.#checkpoint;
  }

  /** Says everything anew: run, history, weights, forecast. A forecast of many windows comes when it is done. */
  async announce(): Promise<void> {
    this.#hooks.onForecast(null);
    this.#say();
    this.#hooks.onHistory(historyOf(this.#rows));
    const refreshed = this.#refresh();
    if (this.data.split.test.starts.length <= MOST_WINDOWS_AWAITED) {
      await refreshed;
    } else {
      refreshed.catch((error: unknown) => this.#hooks.onFailure(error));
    }
  }

  /** Trains on, or goes on after a pause. Past its last epoch it sets out for as many again. */
  train(): void {
    if (this.#active !== null) {
      this.#active.control.resume();
      this.#enter('training');
      return;
    }
    if (this.epoch >= this.#targetEpochs) {
      this.#targetEpochs = this.epoch + this.recipe.epochs;
    }
    this.#begin(new FitControl());
    this.#enter('training');
  }

  pause(): void {
    if (this.#active === null || this.#phase !== 'training') {
      return;
    }
    this.#active.control.pause();
    this.#enter('paused');
    void this.#refresh();
  }

  /** Trains one batch and holds. */
  step(): void {
    if (this.#active === null) {
      if (this.epoch >= this.#targetEpochs) {
        this.#targetEpochs = this.epoch + 1;
      }
      const control = new FitControl();
      control.pause();
      this.#begin(control);
    }
    this.#enter('paused');
    this.#active?.control.step();
  }

  /** Back to where it began: the seed's weights or, without a new seed, the file's; history and optimizer are cleared. */
  async reset(seed: number, start: FileStart | null): Promise<void> {
    await this.stop();
    this.#seed = seed;
    this.#start = start;
    this.#beginnings += 1;
    beginAnew(this.model, seed, start);
    this.#rows = [];
    this.#best = null;
    this.#showsBest = false;
    this.#checkpoint = null;
    this.#targetEpochs = this.recipe.epochs;
    this.#step = 0;
    this.#loss = null;
    this.#phase = 'idle';
    await this.announce();
  }

  /** Ends a running fit and waits for its end. */
  async stop(): Promise<void> {
    this.#active?.control.stop();
    await this.#active?.ended;
  }

  /** Runs what reads the model: dispose() waits for it. */
  read<T>(task: () => Promise<T>): Promise<T> {
    const reading = task();
    this.#reading = Promise.allSettled([this.#reading, reading]);
    return reading;
  }

  /** Stops and gives the GPU memory back. */
  async dispose(): Promise<void> {
    await this.stop();
    this.#beginnings += 1;
    await this.#forecasting.catch(() => undefined);
    await this.#reading;
    this.model.dispose();
  }

  #begin(control: FitControl): void {
    const { split } = this.data;
    this.#step = 0;
    const ended = this.model
      .fit(split.train, {
        epochs: this.#targetEpochs,
        initialEpoch: this.epoch,
        batchSize: this.recipe.batchSize,
        seed: this.#seed,
        validationData: split.validation,
        control,
        callbacks: [
          {
            onProgress: (progress) => this.#onProgress(progress),
            onEpochEnd: (_, logs) => this.#onEpochEnd(logs),
          },
        ],
      })
      .then((history) => this.#finish(history.stopped === undefined))
      .catch((error: unknown) => this.#fail(error));
    this.#active = { control, ended };
  }

  #onProgress(progress: Progress): void {
    this.#step = progress.step;
    this.#stepsPerEpoch = progress.stepsPerEpoch;
    this.#loss = progress.loss;
    this.#showsBest = false;
    this.#say();
    this.#hooks.onWeights(null, this.#phase === 'training');
    if (this.#phase === 'paused') {
      void this.#refresh();
    }
  }

  async #onEpochEnd(logs: EpochLogs): Promise<void> {
    const row = { epoch: this.epoch + 1, loss: logs.loss, valLoss: logs.val_loss ?? Number.NaN };
    this.#rows.push(row);
    this.#step = 0;
    const weights = await this.model.getWeights();
    this.#checkpoint = {
      weights,
      optimizer: await this.model.getOptimizerState(),
      rows: [...this.#rows],
      targetEpochs: this.#targetEpochs,
    };
    if (historyOf(this.#rows).bestEpoch === row.epoch) {
      this.#best = { epoch: row.epoch, weights };
    }
    this.#say();
    this.#hooks.onHistory(historyOf(this.#rows));
    this.#hooks.onWeights(weights, this.#phase === 'training');
    await this.#forecast();
  }

  async #finish(complete: boolean): Promise<void> {
    if (complete && this.#keepBest && this.#best !== null && this.#best.epoch !== this.epoch) {
      this.model.setWeights(this.#best.weights);
      this.#showsBest = true;
    }
    if (complete) {
      // The end is told once the error of the weights that stay is known.
      await this.#refresh();
    }
    this.#active = null;
    this.#enter(complete ? 'done' : 'idle');
  }

  async #fail(error: unknown): Promise<void> {
    this.#active = null;
    this.#enter('idle');
    this.#hooks.onFailure(error);
    // After a divergence the last good weights stand in the buffer again; after a lost device there is none to read.
    await this.#refresh().catch(() => undefined);
  }

  async #refresh(): Promise<void> {
    const beginning = this.#beginnings;
    const weights = await this.model.getWeights();
    if (beginning !== this.#beginnings) {
      return;
    }
    this.#hooks.onWeights(weights, false);
    await this.#forecast();
  }

  async #forecast(): Promise<void> {
    const beginning = this.#beginnings;
    const active = this.#active;
    const which = {
      epoch: this.shownEpoch,
      step: this.#step,
      isBest: this.#showsBest,
      start: this.startName,
    };
    const forecasting = forecastTest(this.model, this.data);
    this.#forecasting = forecasting;
    const forecast = await forecasting;
    // Training that began meanwhile has changed the weights under it: it is of no epoch.
    if (beginning === this.#beginnings && (active !== null || this.#active === null)) {
      this.#hooks.onForecast({ ...which, ...forecast });
    }
  }

  #enter(phase: RunReport['phase']): void {
    this.#phase = phase;
    this.#say();
  }

  #say(): void {
    this.#hooks.onRun({
      phase: this.#phase,
      epoch: this.epoch,
      targetEpochs: this.#targetEpochs,
      step: this.#step,
      stepsPerEpoch: this.#stepsPerEpoch,
      loss: this.#loss,
      seed: this.#seed,
      start: this.startName,
    });
  }
}
