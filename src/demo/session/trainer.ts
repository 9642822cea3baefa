/**
 * One model on one device, and its training: build, train, pause, step, reset, a forecast and a checkpoint after each
 * epoch. Says what happens through `hooks`; knows neither canvases nor files.
 */
import {
  FitControl,
  type GpuDevice,
  type Sequential,
  type Tensor,
  type WeightSpec,
} from '../../engine/index.ts';
import type { RunReport } from '../protocol.ts';
import type { Recipe } from '../recipe.ts';
import { Course } from './course.ts';
import type { FileStart } from './file-start.ts';
import { beginAnew, buildForecaster } from './forecaster.ts';
import type { LoadedData } from './loaded-data.ts';
import { Telling, type TrainerHooks } from './telling.ts';
import { type Checkpoint, Timeline } from './timeline.ts';

export interface TrainerOptions {
  readonly seed: number;
  readonly keepBest: boolean;
  /** The file whose layers, weights and optimizer it begins with; null for the page's own. */
  readonly start: FileStart | null;
  readonly checkpoint: Checkpoint | null;
}

export class Trainer {
  readonly model: Sequential;
  readonly recipe: Recipe;
  readonly data: LoadedData;
  #seed: number;
  #start: FileStart | null;
  #timeline = new Timeline();
  readonly #course: Course;
  readonly #telling: Telling;
  readonly #hooks: TrainerHooks;
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
    this.#hooks = hooks;
    this.#telling = new Telling(model, data, hooks, () => ({
      run: this.#run,
      timeline: this.#timeline,
      active: this.#course.active,
    }));
    this.#course = new Course({
      model,
      data,
      recipe,
      keepBest,
      hooks,
      telling: this.#telling,
      timeline: () => this.#timeline,
    });
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

  /** Whether training ends at the best epoch's weights. */
  get keepsBest(): boolean {
    return this.#course.keepsBest;
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
    return this.#course.phase === 'training';
  }

  /** True as long as nothing was trained and nothing set by hand. */
  get isFresh(): boolean {
    const { active, step } = this.#course;
    return this.epoch === 0 && step === 0 && active === null && !this.#timeline.isEdited;
  }

  /** Whether the weights shown are those training from the seed gives at this epoch. */
  shows(epoch: number): boolean {
    const { active, step } = this.#course;
    return active === null && !this.#timeline.isEdited && step === 0 && this.shownEpoch === epoch;
  }

  /** Rows in a whole batch: the recipe's, or all training windows where those are fewer. */
  get batchSize(): number {
    return Math.min(this.recipe.batchSize, this.data.split.train.starts.length);
  }

  /** The state after the last finished epoch, null before the first. */
  get checkpoint(): Checkpoint | null {
    const { checkpoint } = this.#timeline;
    const { stoppedEarly, patienceFrom } = this.#course.ends;
    return checkpoint === null ? null : { ...checkpoint, stoppedEarly, patienceFrom };
  }

  /** Says everything anew: weights, run, history, forecast. @param known the weights, where they were read already */
  announce(known?: readonly Tensor[]): Promise<void> {
    return this.#telling.all(known);
  }

  /** Trains on, or goes on after a pause. Past its last epoch it sets out for as many again. */
  async train(): Promise<void> {
    await this.#trainOn(null);
  }

  /** Trains to the end of the epoch under way, or of the next one, and holds there. */
  async trainEpoch(): Promise<void> {
    await this.#trainOn(1);
  }

  /** @param holdAfter epochs after which it holds; null for none */
  async #trainOn(holdAfter: number | null): Promise<void> {
    const course = this.#course;
    if (course.isEnding) await course.active?.ended;
    this.#goOn();
    course.holdAt = holdAfter === null ? null : this.epoch + holdAfter;
    if (course.active !== null) {
      course.active.control.resume();
    } else {
      if (this.epoch >= course.targetEpochs) course.setOutFor(holdAfter === null ? 'all' : 'one');
      course.begin(new FitControl(), this.#seed);
    }
    course.enter('training');
  }

  pause(): void {
    const { active, phase } = this.#course;
    if (active === null || phase !== 'training') return;
    active.control.pause();
    this.#course.holdAt = null;
    this.#course.enter('paused');
    void this.#telling.weights();
  }

  /** Trains one batch and holds. */
  async step(): Promise<void> {
    const course = this.#course;
    if (course.isEnding) await course.active?.ended;
    this.#goOn();
    if (course.active === null) {
      if (this.epoch >= course.targetEpochs) course.setOutFor('one');
      const control = new FitControl();
      control.pause();
      course.begin(control, this.#seed);
    }
    course.holdAt = null;
    course.enter('paused');
    course.active?.control.step();
  }

  /**
   * Back to where it began, the seed's weights or, without a new seed, the file's, with history and optimizer cleared; or to
   * a checkpoint of such a training.
   */
  async reset(seed: number, start: FileStart | null, checkpoint: Checkpoint | null = null): Promise<void> {
    await this.stop();
    this.#seed = seed;
    this.#start = start;
    this.#telling.beginAnew();
    beginAnew(this.model, seed, start);
    this.#timeline = new Timeline();
    this.#course.beginAnew();
    if (checkpoint !== null) this.#take(checkpoint);
    await this.#hooks.onBeginning(checkpoint);
    await this.announce();
  }

  /** Gives the model the weights of a past epoch; training goes on from its own all the same. Not while it runs. */
  async lookAt(epoch: number): Promise<void> {
    if (this.isTraining) return;
    await this.#course.untilHeld();
    if (epoch === this.epoch && this.#course.step === 0) {
      this.#goOn();
    } else {
      const weights = this.#timeline.lookAt(epoch, false, await this.model.getWeights());
      if (weights !== null) this.model.setWeights(weights);
    }
    await this.#telling.weights();
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
    else if (this.#course.active !== null) await this.reset(this.#seed, this.#start, this.checkpoint);
    this.#course.upTo = epoch;
    this.#course.targetEpochs = epoch;
    await this.train();
  }

  /** Gives the model other weights, which training goes on from. Not while it runs. */
  async edit(
    change: (weights: readonly Tensor[], layout: readonly WeightSpec[]) => readonly Tensor[],
  ): Promise<void> {
    if (this.isTraining) return;
    await this.#course.untilHeld();
    const weights = change(await this.model.getWeights(), this.model.weightSpecs());
    const optimizer = await this.model.getOptimizerState();
    this.model.setWeights(weights);
    this.#timeline.edit();
    this.#timeline.checkpoint = this.#timeline.snapshot(weights, optimizer, this.#course.ends);
    await this.#hooks.onBeginning(this.checkpoint);
    await this.#telling.weights();
  }

  /** All that is needed to come back to this; of an epoch under way, its beginning. Null where that is the beginning of all. */
  async snapshot(): Promise<Checkpoint | null> {
    const { active, isEnding } = this.#course;
    // A fit that ends stands where it will stay: with the weights that are looked at, and no epoch under way.
    if (active !== null && !isEnding) return this.checkpoint;
    const timeline = this.#timeline;
    const { epoch } = this;
    return this.read(async () => {
      const weights = timeline.held ?? (await this.model.getWeights());
      const optimizer = await this.model.getOptimizerState();
      // Training that began or was reset meanwhile has other weights than its optimizer, or another past.
      const isSame = [active, null].includes(this.#course.active);
      const isStill = timeline === this.#timeline && epoch === this.epoch && isSame;
      return isStill ? timeline.snapshot(weights, optimizer, this.#course.ends) : this.checkpoint;
    });
  }

  /** Ends a running fit and waits for its end. */
  async stop(): Promise<void> {
    const { active } = this.#course;
    active?.control.stop();
    await active?.ended;
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
    this.#telling.beginAnew();
    await this.#telling.ended();
    await this.#reading;
    this.model.dispose();
  }

  #take(checkpoint: Checkpoint): void {
    const { weights, optimizer, look } = checkpoint;
    this.model.setWeights(weights);
    this.model.setOptimizerState(optimizer);
    this.#timeline = new Timeline(checkpoint);
    this.#timeline.checkpoint = { ...checkpoint, look: null };
    this.#course.goOnFrom(checkpoint);
    const looked = look === null ? null : this.#timeline.lookAt(look.epoch, look.isBest, weights);
    if (looked !== null) this.model.setWeights(looked);
  }

  /** Back from an epoch that was looked at to the weights training goes on from. */
  #goOn(): void {
    const weights = this.#timeline.goOn();
    if (weights !== null) this.model.setWeights(weights);
  }

  get #run(): RunReport {
    const { phase, step, stepsPerEpoch, loss } = this.#course;
    const { targetEpochs, stoppedEarly } = this.#course.ends;
    return {
      phase,
      epoch: this.epoch,
      targetEpochs,
      stoppedEarly,
      step,
      stepsPerEpoch,
      loss,
      seed: this.#seed,
      start: this.startName,
      shownEpoch: this.shownEpoch,
      isEdited: this.#timeline.isEdited,
    };
  }
}
