/**
 * What stands on the one GPU device: data, settings, the model with its training, and what draws it. All of it changes
 * together or not at all; without a device the recorded run stands in.
 */
import { type GpuDevice, requestGpu, type Tensor } from '../../engine/index.ts';
import type { DeviceReport, Emit, ProblemPlace } from '../protocol.ts';
import { DEFAULT_RECIPE, type Recipe } from '../recipe.ts';
import { CellReader } from './cell-reader.ts';
import { modelReport, problemOf, weightsReport } from './describe.ts';
import type { FileStart } from './file-start.ts';
import { type LoadedData, prepareData, ridgeLater } from './loaded-data.ts';
import { Painter } from './painter.ts';
import type { Answerable } from './questions.ts';
import { StandIn } from './stand-in.ts';
import type { Standing } from './standing.ts';
import type { Checkpoint } from './timeline.ts';
import { Trainer } from './trainer.ts';

export class Workbench {
  readonly painter = new Painter();
  readonly standIn: StandIn;
  readonly #thread: DeviceReport['thread'];
  readonly #emit: Emit;
  readonly #onChange: () => void;
  readonly #later: (task: () => Promise<void>) => void;
  #gpu: GpuDevice | null = null;
  #data: LoadedData | null = null;
  #trainer: Trainer | null = null;
  #reader: CellReader | null = null;
  #recipe: Recipe = DEFAULT_RECIPE;
  #start: FileStart | null = null;
  /** What waits for a device; null while one has it all. */
  #waiting: Standing | null = null;
  seed = 1;
  keepBest = true;
  /** True once a device was lost: presenting may have been the cause, so it is not tried again. */
  #hasLost = false;
  /** True once a device was asked for and there was none, or it was lost. */
  #isWithout = false;

  /**
   * @param thread where the session runs; only reported
   * @param hooks `onChange` is called when other weights stand; `later` runs a task once the command
   *   under way is done
   */
  constructor(
    thread: DeviceReport['thread'],
    emit: Emit,
    { onChange, later }: { onChange: () => void; later: (task: () => Promise<void>) => void },
  ) {
    this.#thread = thread;
    this.#emit = emit;
    this.#onChange = onChange;
    this.#later = later;
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
      data: this.#data,
      trainer: this.#trainer,
      reader: this.#reader,
      painter: this.painter,
      recorded: this.standIn.run,
      stands: (trainer) => trainer === this.#trainer,
    };
  }

  /** How things stand, with the training, or what waits for a device; null where there is no model. */
  async standing(): Promise<Standing | null> {
    const trainer = this.#trainer;
    if (this.#waiting !== null || trainer === null) return this.#waiting;
    const before = this.#standingAt(null);
    // A lost device has nothing to read; what was kept of it comes back with the next one.
    const checkpoint = await trainer.snapshot().catch(() => trainer.checkpoint);
    // What was begun meanwhile has other settings, data or weights.
    const isStill = trainer === this.#trainer && before?.seed === this.seed && before.start === this.#start;
    return before === null || !isStill ? null : { ...before, checkpoint };
  }

  #standingAt(checkpoint: Checkpoint | null): Standing | null {
    const data = this.#data;
    const [recipe, seed, start, keepBest] = [this.#recipe, this.seed, this.#start, this.keepBest];
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
    await this.#trainer?.dispose();
    this.#trainer = null;
    try {
      const gpu = await requestGpu();
      this.#gpu = gpu;
      this.#isWithout = false;
      this.standIn.end();
      const { label, isFallback } = gpu.info;
      this.#emit({ type: 'device', device: { label, isSoftware: isFallback, thread: this.#thread } });
      gpu.onError((error) => this.report(error, 'device'));
      void gpu.lost.then((info) => this.#onLost(gpu, info.message));
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
    const { data, recipe, start, checkpoint, seed } = waiting;
    await this.install(data, recipe, start, checkpoint, seed);
  }

  /** Puts data, recipe and a new model in force, all together or, where one does not work, none of them. */
  async install(
    data: LoadedData,
    recipe: Recipe,
    start: FileStart | null,
    checkpoint: Checkpoint | null,
    seed = this.seed,
  ): Promise<void> {
    const gpu = this.#gpu;
    const old = this.#trainer;
    await old?.stop();
    const next = gpu === null ? null : await this.#prepare(gpu, data, recipe, start, checkpoint, seed);
    this.seed = seed;
    const isNew = data !== this.#data;
    this.#data = data;
    this.#recipe = recipe;
    this.#start = start;
    if (isNew) {
      this.#emit({ type: 'data', data: data.report });
    }
    this.#emit({ type: 'recipe', recipe });
    if (isNew && data.report.test.ridge === null) {
      void this.#bringRidge(data);
    }
    if (gpu === null || next === null) {
      this.#trainer = null;
      this.#waiting = this.#standingAt(checkpoint);
      await old?.dispose();
      await this.#showRecorded();
      return;
    }
    this.#waiting = null;
    this.#reader?.dispose();
    this.#trainer = next.trainer;
    const { buffer } = next.trainer.model.parameters;
    this.#reader = new CellReader(gpu.device, buffer);
    this.painter.show(gpu, buffer, gpu.info.isFallback || this.#hasLost);
    this.#emit({ type: 'model', model: modelReport(next.trainer, next.dispatches) });
    // What still reads the old model does not hold the new one up.
    old?.dispose().catch((error: unknown) => this.report(error, 'training'));
    await next.trainer.announce();
  }

  /** Back to the weights training began with, or to a checkpoint, with another seed or file of the same layers. */
  async reset(seed: number, start: FileStart | null, checkpoint: Checkpoint | null = null): Promise<void> {
    this.seed = seed;
    this.#start = start;
    await this.#trainer?.reset(seed, start, checkpoint);
  }

  #onLost(gpu: GpuDevice, reason: string): void {
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
    const because = reason === '' ? '' : ` The browser says: ${reason}`;
    this.#emit({
      type: 'no-device',
      lost: true,
      epochKept: this.#waiting?.checkpoint?.rows.length ?? 0,
      problem: {
        code: 'device-lost',
        place: 'device',
        message: `The browser took the graphics device away; a driver update, sleep or too much load can do that.${because}`,
      },
    });
    this.#later(() => this.#showRecorded());
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
    data: LoadedData,
    recipe: Recipe,
    start: FileStart | null,
    checkpoint: Checkpoint | null,
    seed: number,
  ): Promise<{ trainer: Trainer; dispatches: number }> {
    const trainer = await Trainer.create(
      gpu,
      data,
      recipe,
      { seed, keepBest: this.keepBest, start, checkpoint },
      {
        onRun: (run) => this.#emit({ type: 'run', run }),
        onHistory: (history) => this.#emit({ type: 'history', history }),
        onForecast: (forecast) => this.#emit({ type: 'forecast', forecast }),
        onWeights: (read, training) => this.#onWeights(read, training),
        onFailure: (error) => this.report(error, 'training'),
      },
    );
    try {
      // Compiles the kernels, so that what the device cannot do is known before the old model goes.
      return { trainer, dispatches: (await trainer.model.plan(trainer.batchSize)).length };
    } catch (error) {
      await trainer.dispose();
      throw error;
    }
  }

  #onWeights(read: readonly Tensor[] | null, training: boolean): void {
    this.painter.refresh(training);
    const trainer = this.#trainer;
    if (read === null || trainer === null) {
      return;
    }
    this.#emit({ type: 'weights', weights: weightsReport(trainer, read) });
    this.#onChange();
  }

  report(error: unknown, place: ProblemPlace): void {
    const problem = problemOf(error, place);
    // A lost device is told once, by the device itself, with what was kept.
    if (problem.code !== 'device-lost') {
      this.#emit({ type: 'problem', problem });
    }
  }
}
