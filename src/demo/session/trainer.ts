/**
 * One model on one device, and its training: build, train, pause, step, reset, a forecast and a checkpoint after each
 * epoch. Says what happens through `hooks`; knows neither canvases nor files.
 */
import {
  type EpochLogs,
  FitControl,
  type GpuDevice,
  type Progress,
  type Sequential,
  type Tensor,
  type WeightSpec,
} from '../../engine/index.ts';
import type { ForecastReport, HistoryReport, RunReport } from '../protocol.ts';
import type { Recipe } from '../recipe.ts';
import type { FileStart } from './file-start.ts';
import { beginAnew, buildForecaster, forecastTest } from './forecaster.ts';
import type { LoadedData } from './loaded-data.ts';
import { type Checkpoint, Timeline } from './timeline.ts';

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
  #timeline = new Timeline();
  #targetEpochs: number;
  #step = 0;
  #stepsPerEpoch: number;
  #loss: number | null = null;
  #phase: RunReport['phase'] = 'idle';
  #active: ActiveFit | null = null;
  /** True from the last step on until its end is told: what is asked for meanwhile waits. */
  #isEnding = false;
  /** The epoch of a link, which training holds at with its own weights; null for none. */
  #upTo: number | null = null;
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
    try {
      if (checkpoint !== null) trainer.#take(checkpoint);
    } catch (error) {
      model.dispose();
      throw error;
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
    return this.#timeline.epoch;
  }

  /** Epoch of the weights the model has now: the newest, or the one that is looked at. */
  get shownEpoch(): number {
    return this.#timeline.shownEpoch;
  }

  get isTraining(): boolean {
    return this.#phase === 'training';
  }

  /** True as long as nothing was trained and nothing set by hand. */
  get isFresh(): boolean {
    return this.epoch === 0 && this.#step === 0 && this.#active === null && !this.#timeline.isEdited;
  }

  /** Whether the weights shown are those training from the seed gives at this epoch. */
  shows(epoch: number): boolean {
    return this.#active === null && !this.#timeline.isEdited && this.#step === 0 && this.shownEpoch === epoch;
  }

  /** Rows in a whole batch: the recipe's, or all training windows where those are fewer. */
  get batchSize(): number {
    return Math.min(this.recipe.batchSize, this.data.split.train.starts.length);
  }

  /** The state after the last finished epoch, null before the first. */
  get checkpoint(): Checkpoint | null {
    return this.#timeline.checkpoint;
  }

  /** Says everything anew: run, history, weights, forecast. A forecast of many windows comes when it is done. */
  async announce(): Promise<void> {
    this.#hooks.onForecast(null);
    this.#say();
    this.#hooks.onHistory(this.#timeline.history);
    const refreshed = this.#refresh();
    if (this.data.split.test.starts.length <= MOST_WINDOWS_AWAITED) {
      await refreshed;
    } else {
      refreshed.catch((error: unknown) => this.#hooks.onFailure(error));
    }
  }

  /** Trains on, or goes on after a pause. Past its last epoch it sets out for as many again. */
  async train(): Promise<void> {
    if (this.#isEnding) await this.#active?.ended;
    this.#goOn();
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
  async step(): Promise<void> {
    if (this.#isEnding) await this.#active?.ended;
    this.#goOn();
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

  /**
   * Back to where it began, the seed's weights or, without a new seed, the file's, with history and optimizer cleared; or to
   * a checkpoint of such a training.
   */
  async reset(seed: number, start: FileStart | null, checkpoint: Checkpoint | null = null): Promise<void> {
    await this.stop();
    this.#seed = seed;
    this.#start = start;
    this.#beginnings += 1;
    beginAnew(this.model, seed, start);
    this.#timeline = new Timeline();
    this.#upTo = null;
    this.#targetEpochs = this.recipe.epochs;
    this.#step = 0;
    this.#loss = null;
    this.#phase = 'idle';
    if (checkpoint !== null) this.#take(checkpoint);
    await this.announce();
  }

  /** Gives the model the weights of a past epoch; training goes on from its own all the same. Not while it runs. */
  async lookAt(epoch: number): Promise<void> {
    if (this.#phase === 'training') return;
    await this.#untilHeld();
    if (epoch === this.epoch && this.#step === 0) {
      this.#goOn();
    } else {
      const weights = this.#timeline.lookAt(epoch, false, await this.model.getWeights());
      if (weights !== null) this.model.setWeights(weights);
    }
    this.#say();
    await this.#refresh();
  }

  /** Shows the weights of an epoch: a past one, or one that is trained to first. Training past it is not lost. */
  async goTo(epoch: number): Promise<void> {
    const isPure = !this.#timeline.isEdited;
    if (isPure && this.#timeline.keeps(epoch)) {
      this.pause();
      await this.lookAt(epoch);
      return;
    }
    // An epoch that was begun is begun again, and what was set by hand is undone, so that a link gives the same numbers again.
    if (!isPure || epoch <= this.epoch) await this.reset(this.#seed, this.#start);
    else if (this.#active !== null) await this.reset(this.#seed, this.#start, this.checkpoint);
    this.#upTo = epoch;
    this.#targetEpochs = epoch;
    await this.train();
  }

  /** Gives the model other weights, which training goes on from. Not while it runs. */
  async edit(
    change: (weights: readonly Tensor[], layout: readonly WeightSpec[]) => readonly Tensor[],
  ): Promise<void> {
    if (this.#phase === 'training') return;
    await this.#untilHeld();
    const weights = change(await this.model.getWeights(), this.model.weightSpecs());
    this.model.setWeights(weights);
    this.#timeline.edit();
    const optimizer = await this.model.getOptimizerState();
    this.#timeline.checkpoint = this.#timeline.snapshot(weights, optimizer, this.#targetEpochs);
    this.#say();
    await this.#refresh();
  }

  /** All that is needed to come back to this; of an epoch under way, its beginning. Null where that is the beginning of all. */
  async snapshot(): Promise<Checkpoint | null> {
    if (this.#active !== null) return this.checkpoint;
    const timeline = this.#timeline;
    return this.read(async () => {
      const weights = timeline.held ?? (await this.model.getWeights());
      return timeline.snapshot(weights, await this.model.getOptimizerState(), this.#targetEpochs);
    });
  }

  /** Ends a running fit and waits for its end. */
  async stop(): Promise<void> {
    this.#active?.control.stop();
    await this.#active?.ended;
  }

  /** Runs what reads the model: dispose() waits for it. */
  read<T>(task: () => Promise<T>): Promise<T> {
    const reading = task();
    // Only that it ended is held on to, not what it gave.
    this.#reading = Promise.allSettled([this.#reading, reading]).then(() => undefined);
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

  #take(checkpoint: Checkpoint): void {
    const { weights, optimizer, rows, targetEpochs, look } = checkpoint;
    this.model.setWeights(weights);
    this.model.setOptimizerState(optimizer);
    this.#timeline = new Timeline(checkpoint);
    this.#timeline.checkpoint = { ...checkpoint, look: null };
    this.#targetEpochs = targetEpochs;
    this.#phase = rows.length > 0 && rows.length >= targetEpochs ? 'done' : 'idle';
    const looked = look === null ? null : this.#timeline.lookAt(look.epoch, look.isBest, weights);
    if (looked !== null) this.model.setWeights(looked);
  }

  /** Back from an epoch that was looked at to the weights training goes on from. */
  #goOn(): void {
    const weights = this.#timeline.goOn();
    if (weights !== null) this.model.setWeights(weights);
  }

  /** Waits until a paused fit has handed in its last steps, after which the weights stand still. */
  async #untilHeld(): Promise<void> {
    if (this.#active !== null) await Promise.race([this.#active.control.whenHeld(), this.#active.ended]);
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
    this.#say();
    this.#hooks.onWeights(null, this.#phase === 'training');
    if (this.#phase === 'paused') {
      void this.#refresh();
    }
  }

  async #onEpochEnd(logs: EpochLogs): Promise<void> {
    const row = { epoch: this.epoch + 1, loss: logs.loss, valLoss: logs.val_loss ?? Number.NaN };
    this.#step = 0;
    const weights = await this.model.getWeights();
    this.#timeline.finish(row, weights, await this.model.getOptimizerState(), this.#targetEpochs);
    this.#say();
    this.#hooks.onHistory(this.#timeline.history);
    this.#hooks.onWeights(weights, this.#phase === 'training');
    await this.#forecast();
  }

  async #finish(complete: boolean): Promise<void> {
    this.#isEnding = true;
    const isLink = this.#upTo !== null && complete;
    if (isLink) {
      this.#targetEpochs = Math.max(this.recipe.epochs, this.epoch);
      this.#upTo = null;
    }
    const best = complete && this.#keepBest && !isLink ? this.#timeline.lookAtBest() : null;
    if (best !== null) this.model.setWeights(best);
    if (complete) {
      // The end is told once the error of the weights that stay is known.
      await this.#refresh();
    }
    this.#isEnding = false;
    this.#active = null;
    this.#enter(complete && this.epoch >= this.#targetEpochs ? 'done' : 'idle');
  }

  async #fail(error: unknown): Promise<void> {
    this.#isEnding = false;
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
    if (this.#timeline.lacksBeginning && this.#step === 0) {
      this.#timeline.keepBeginning(weights);
      this.#hooks.onHistory(this.#timeline.history);
    }
    this.#hooks.onWeights(weights, false);
    await this.#forecast();
  }

  async #forecast(): Promise<void> {
    const beginning = this.#beginnings;
    const active = this.#active;
    const which = {
      epoch: this.shownEpoch,
      step: this.#timeline.look === null ? this.#step : 0,
      isBest: this.#timeline.look?.isBest === true,
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
      shownEpoch: this.shownEpoch,
      isEdited: this.#timeline.isEdited,
    });
  }
}
