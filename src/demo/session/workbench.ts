/**
 * What stands on the one GPU device: data, settings, the model with its training, and what draws it. All of it changes
 * together or not at all; without a device the recorded run stands in.
 */

import { type GpuDevice, requestGpu, type Tensor } from '../../engine/index.ts';
import type { FileWork } from '../keras/proof-protocol.ts';
import type { DeviceReport, Emit, ProblemPlace } from '../protocol.ts';
import { DEFAULT_RECIPE, type Recipe } from '../recipe.ts';
import { ToldError } from '../told-error.ts';
import { str, type Told, told } from '../words.ts';
import { CellReader } from './cell-reader.ts';
import { modelReport, problemOf, weightsReport } from './describe.ts';
import type { FileStart } from './file-start.ts';
import { inTime } from './in-time.ts';
import { type LagTask, LagWork } from './lag-work.ts';
import { type LoadedData, prepareData, ridgeLater } from './loaded-data.ts';
import { Painter } from './painter.ts';
import type { Answerable } from './questions.ts';
import { StandIn } from './stand-in.ts';
import type { Standing } from './standing.ts';
import type { Checkpoint } from './timeline.ts';
import { Trainer } from './trainer.ts';

/** How things are to stand; without seed and keepBest as they do, without start and checkpoint from the seed's weights. */
type Wanted = Pick<Standing, 'data' | 'recipe'> & Partial<Standing>;

interface WorkbenchHooks {
  /** Other weights stand; called after each epoch, step or look. */
  onChange(): void;
  /** Something else stands from now on: waited for before it is told, so that a reload never brings back what was there before. */
  keep(standing: Standing): Promise<void>;
  /** Runs a task once the command under way is done. */
  later(task: () => Promise<void>): void;
}

/** A device that takes longer to make a model hangs, ms: some drivers compile its kernels for many seconds. Doubled with each that was given up. */
const MADE_MS = 60_000;

export class Workbench {
  readonly painter = new Painter();
  readonly lags = new LagWork<LagTask>();
  readonly files = new LagWork<FileWork>();
  readonly standIn: StandIn;
  readonly #thread: DeviceReport['thread'];
  readonly #emit: Emit;
  readonly #hooks: WorkbenchHooks;
  #gpu: GpuDevice | null = null;
  #data: LoadedData | null = null;
  #trainer: Trainer | null = null;
  #reader: CellReader | null = null;
  #recipe: Recipe = DEFAULT_RECIPE;
  #start: FileStart | null = null;
  /** What waits for a device; null while one has it all. */
  #waiting: Standing | null = null;
  /** What is about to stand, while it is being kept. */
  #coming: Standing | null = null;
  seed = 1;
  #keepBest = true;
  /** True once a device was lost: presenting may have been the cause, so it is not tried again. */
  #hasLost = false;
  /** True once a device was asked for and there was none, or it was lost. */
  #isWithout = false;
  #patienceMs = MADE_MS;

  /** @param thread where the session runs; only reported */
  constructor(thread: DeviceReport['thread'], emit: Emit, hooks: WorkbenchHooks) {
    this.#thread = thread;
    this.#emit = emit;
    this.#hooks = hooks;
    this.standIn = new StandIn(thread, emit, this.painter);
  }

  get data(): LoadedData | null {
    return this.#data;
  }

  get trainer(): Trainer | null {
    return this.#trainer;
  }

  get recipe(): Recipe {
    return this.#recipe;
  }

  get keepBest(): boolean {
    return this.#keepBest;
  }

  /** The file whose layers are trained, with its weights unless fresh ones were asked for; null for the page's own. */
  get start(): FileStart | null {
    return this.#start;
  }

  get hasDevice(): boolean {
    return this.#gpu !== null;
  }

  /** What questions are answered from. */
  get answerable(): Answerable {
    return {
      gpu: this.#gpu,
      isAsking: this.#gpu === null && !this.#isWithout,
      data: this.#data,
      trainer: this.#trainer,
      reader: this.#reader,
      painter: this.painter,
      recorded: this.standIn.run,
      lags: this.lags,
      files: this.files,
      stands: (trainer) => trainer === this.#trainer,
    };
  }

  /** How things stand, with the training, or what waits for a device; null where there is no model. */
  async standing(): Promise<Standing | null> {
    const trainer = this.#trainer;
    const next = this.#coming ?? this.#waiting;
    if (next !== null || trainer === null) return next;
    const before = this.#standingAt(null);
    // A lost device has nothing to read; what was kept of it comes back with the next one.
    const checkpoint = await trainer.snapshot().catch(() => trainer.checkpoint);
    // What was begun meanwhile has other settings, data or weights.
    const isStill = trainer === this.#trainer && before?.seed === this.seed && before.start === this.#start;
    return before === null || !isStill ? null : { ...before, checkpoint };
  }

  #standingAt(checkpoint: Checkpoint | null): Standing | null {
    const data = this.#data;
    const [recipe, seed, start, keepBest] = [this.#recipe, this.seed, this.#start, this.#keepBest];
    return data === null ? null : { data, recipe, seed, start, keepBest, checkpoint };
  }

  /** The data cut into the windows that a recipe asks for. */
  windowsFor({ window, horizon }: Recipe, data: LoadedData): LoadedData {
    const isSame = window === this.#recipe.window && horizon === this.#recipe.horizon;
    return isSame ? data : prepareData(data.source, data.choice, { ...this.#recipe, window, horizon });
  }

  /** Asks for a device and puts on it what stood before, or waits for one. */
  async openGpu(): Promise<void> {
    this.#waiting = await this.standing();
    this.painter.hide();
    this.#gpu?.dispose();
    this.#gpu = null;
    this.#isWithout = false;
    await this.#trainer?.dispose();
    this.#trainer = null;
    try {
      const gpu = await requestGpu();
      this.#gpu = gpu;
      this.standIn.end();
      const { label, isFallback } = gpu.info;
      this.#emit({ type: 'device', device: { label, isSoftware: isFallback, thread: this.#thread } });
      gpu.onError((error) => this.report(error, 'device'));
      void gpu.lost.then(({ message }) => this.#onLost(gpu, takenAway(message)));
    } catch (error) {
      const epochKept = this.#waiting?.checkpoint?.rows.length ?? 0;
      const problem = problemOf(error, 'device');
      this.#emit({ type: 'no-device', problem, lost: this.#hasLost, epochKept });
      this.#isWithout = true;
      await this.#showRecorded();
      return;
    }
    const waiting = this.#waiting;
    if (waiting === null) return;
    await this.install(waiting);
  }

  /** Puts data, settings and a new model in force, all together or, where one does not work, none of them. */
  async install(wanted: Wanted): Promise<void> {
    const gpu = this.#gpu;
    const old = this.#trainer;
    this.lags.stopAll();
    await old?.stop();
    const next = gpu === null ? null : await this.#unlessHung(gpu, this.#prepare(gpu, wanted));
    const { data, recipe, seed = this.seed, keepBest = this.#keepBest } = wanted;
    const { start = null, checkpoint = null } = wanted;
    // Until it is kept what stood before stands, and answers. From there to what is told nothing is waited for.
    this.#coming = { data, recipe, seed, keepBest, start, checkpoint };
    await this.#hooks.keep(this.#coming);
    const isNew = data !== this.#data;
    const isHere = gpu !== null && gpu === this.#gpu;
    this.seed = seed;
    this.#data = data;
    this.#recipe = recipe;
    this.#start = start;
    this.#keepBest = keepBest;
    this.#trainer = next?.trainer ?? null;
    this.#waiting = isHere ? null : this.#coming;
    this.#coming = null;
    this.#reader?.dispose();
    this.#reader =
      gpu === null || next === null ? null : new CellReader(gpu.device, next.trainer.model.parameters.buffer);
    if (isNew) {
      this.#emit({ type: 'data', data: data.report });
    }
    this.#emit({ type: 'recipe', recipe, keepBest });
    // What was asked while the new model was made is about the old one.
    this.lags.stopAll();
    if (isNew) this.files.stop('forecast');
    if (isNew && data.report.test.ridge === null) {
      void this.#bringRidge(data);
    }
    if (!isHere || next === null) {
      await old?.dispose();
      await this.#showRecorded();
      return;
    }
    this.painter.show(gpu, next.trainer.model.parameters.buffer, gpu.info.isFallback || this.#hasLost);
    this.#emit({ type: 'model', model: modelReport(next.trainer, next.dispatches) });
    // What still reads the old model does not hold the new one up.
    old?.dispose().catch((error: unknown) => this.report(error, 'training'));
    await next.trainer.announce(next.weights);
  }

  /** Back to the weights training began with, or to a checkpoint, with another seed or file of the same layers. */
  async reset(seed: number, start: FileStart | null, checkpoint: Checkpoint | null = null): Promise<void> {
    this.seed = seed;
    this.#start = start;
    await this.#trainer?.reset(seed, start, checkpoint);
  }

  async #keep(checkpoint: Checkpoint | null): Promise<void> {
    const standing = this.#standingAt(checkpoint);
    if (standing !== null) await this.#hooks.keep(standing);
  }

  #onLost(gpu: GpuDevice, message: Told): void {
    if (gpu !== this.#gpu) {
      return;
    }
    // Without a model what waits already is on its way to the device that is gone.
    if (this.#trainer !== null || this.#waiting === null) {
      this.#waiting = this.#standingAt(this.#trainer?.checkpoint ?? null);
    }
    this.#gpu = null;
    this.#hasLost = true;
    this.#isWithout = true;
    this.painter.hide();
    this.#emit({
      type: 'no-device',
      lost: true,
      epochKept: this.#waiting?.checkpoint?.rows.length ?? 0,
      problem: { code: 'device-lost', place: 'device', message },
    });
    this.#hooks.later(() => this.#showRecorded());
  }

  /** @throws GatewiseError 'device-lost' where the device does not answer: it is given up, as one that was lost */
  async #unlessHung<T extends object>(gpu: GpuDevice, work: Promise<T>): Promise<T> {
    const done = await inTime(work, this.#patienceMs);
    if (done !== null) return done;
    const message = told(
      str`The graphics device has not answered for ${this.#patienceMs / 1000} seconds and was given up.`,
    );
    this.#patienceMs *= 2;
    this.#onLost(gpu, message);
    gpu.dispose();
    throw new ToldError('device-lost', message);
  }

  /** Without a device, and unless weights that were trained here wait for one. */
  async #showRecorded(): Promise<void> {
    if (this.#data === null || !this.#isWithout || this.#waiting?.checkpoint) return;
    await this.standIn.show(this.#data, this.#recipe);
  }

  /** A long series' ridge forecast takes seconds: it comes when it is done, and training does not wait for it. */
  async #bringRidge(data: LoadedData): Promise<void> {
    const ridge = await ridgeLater(data, () => data === this.#data);
    if (ridge !== null) {
      this.#emit({ type: 'ridge', ridge });
    }
  }

  async #prepare(
    gpu: GpuDevice,
    { data, recipe, seed = this.seed, keepBest = this.#keepBest, start = null, checkpoint = null }: Wanted,
  ): Promise<{ trainer: Trainer; dispatches: number; weights: Tensor[] }> {
    // What still reads a model that no longer stands tells nothing of it.
    const ifStands = (tell: () => void): void => {
      if (trainer === this.#trainer) tell();
    };
    const trainer: Trainer = await Trainer.create(
      gpu,
      data,
      recipe,
      { seed, keepBest, start, checkpoint },
      {
        onRun: (run) => ifStands(() => this.#emit({ type: 'run', run })),
        onHistory: (history) => ifStands(() => this.#emit({ type: 'history', history })),
        onForecast: (forecast) => ifStands(() => this.#emit({ type: 'forecast', forecast })),
        onWeights: (read, training) => ifStands(() => this.#onWeights(trainer, read, training)),
        onBeginning: (beginning) => this.#keep(beginning),
        onFailure: (error) => ifStands(() => this.report(error, 'training')),
      },
    );
    try {
      // Compiles the kernels and waits for the device, so that what it cannot do is known before the old model goes.
      const dispatches = (await trainer.model.plan(trainer.batchSize)).length;
      const weights = await trainer.model.getWeights();
      return { trainer, dispatches, weights };
    } catch (error) {
      await trainer.dispose();
      throw error;
    }
  }

  #onWeights(trainer: Trainer, read: readonly Tensor[] | null, training: boolean): void {
    this.painter.refresh(training);
    if (read === null) return;
    this.#emit({ type: 'weights', weights: weightsReport(trainer, read) });
    this.#hooks.onChange();
  }

  report(error: unknown, place: ProblemPlace): void {
    const problem = problemOf(error, place);
    // A lost device is told once, by the device itself, with what was kept.
    if (problem.code !== 'device-lost') {
      this.#emit({ type: 'problem', problem });
    }
  }
}

function takenAway(reason: string): Told {
  return reason === ''
    ? told('The browser took the graphics device away; a driver update, sleep or too much load can do that.')
    : told(
        str`The browser took the graphics device away; a driver update, sleep or too much load can do that. The browser says: ${reason}`,
      );
}
