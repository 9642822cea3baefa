/**
 * The session: the one owner of the GPU device, of the model and of the canvases. Takes the page's commands one after
 * the other and answers with events; runs the same in a worker and on the page's own thread.
 */
import { GatewiseError, type GpuDevice, parseCsvBytes, requestGpu, type Tensor } from '../../engine/index.ts';
import type { KerasModel, ModelFormat } from '../../engine/keras/index.ts';
import { presetOf, presetRecipe, type ReadyPresetId } from '../presets.ts';
import type { ColumnChoice, Command, DeviceReport, Emit, ProblemPlace } from '../protocol.ts';
import { DEFAULT_RECIPE, RECIPE_SETTINGS, type Recipe } from '../recipe.ts';
import { CellReader } from './cell-reader.ts';
import { modelReport, named, offerColumns, placeOf, problemOf, weightsReport } from './describe.ts';
import { exportFiles } from './export-file.ts';
import { type FileStart, fileStart, withRate } from './file-start.ts';
import { loadCity, loadPreset } from './load-preset.ts';
import { type LoadedData, prepareData, ridgeLater, type TableSource } from './loaded-data.ts';
import { Painter } from './painter.ts';
import { answer, isQuestion } from './questions.ts';
import { readCsvFile, release } from './read-file.ts';
import { StandIn } from './stand-in.ts';
import type { Checkpoint } from './timeline.ts';
import { Trainer } from './trainer.ts';
import { UndoStack } from './undo-stack.ts';
import { withWeight } from './weight-edit.ts';

/** What a change can take away and undo brings back. */
interface Standing {
  readonly data: LoadedData;
  readonly recipe: Recipe;
  readonly seed: number;
  readonly start: FileStart | null;
  readonly keepBest: boolean;
  readonly checkpoint: Checkpoint | null;
}

/** Changes that can be undone, in words. */
const UNDOABLE: Partial<Record<Command['type'], string>> = {
  'go-to': 'a link',
  reset: 'reset',
  'new-seed': 'new seed',
  apply: 'settings',
  'edit-weight': 'edit of a weight',
  'use-columns': 'other data',
  'use-preset': 'other data',
  'use-city': 'other data',
  continue: 'weights from a file',
};

export class Session {
  readonly #thread: DeviceReport['thread'];
  readonly #emit: Emit;
  readonly #painter = new Painter();
  readonly #standIn: StandIn;
  #queue: Promise<void> = Promise.resolve();
  #gpu: GpuDevice | null = null;
  #data: LoadedData | null = null;
  #offered: TableSource | null = null;
  #trainer: Trainer | null = null;
  #reader: CellReader | null = null;
  #recipe: Recipe = DEFAULT_RECIPE;
  #seed = 1;
  /** The file whose layers are trained, with its weights unless fresh ones were asked for; null for the page's own. */
  #start: FileStart | null = null;
  #keepBest = true;
  readonly #changes = new UndoStack<Standing>();
  /** True once a device was lost: presenting may have been the cause, so it is not tried again. */
  #hasLost = false;
  /** True once a device was asked for and there was none, or it was lost. */
  #isWithout = false;

  /** @param thread where this session runs; only reported */
  constructor(thread: DeviceReport['thread'], emit: Emit) {
    this.#thread = thread;
    this.#emit = emit;
    this.#standIn = new StandIn(thread, emit, this.#painter);
  }

  /** Takes a command. Those that change the model wait for each other; drawing, reading and pausing do not wait. */
  handle(command: Command): void {
    if (isQuestion(command)) {
      const has = {
        gpu: this.#gpu,
        data: this.#data,
        trainer: this.#trainer,
        reader: this.#reader,
        painter: this.#painter,
        recorded: this.#standIn.run,
      };
      void answer(command, has, this.#emit);
      return;
    }
    switch (command.type) {
      case 'pause':
        this.#trainer?.pause();
        break;
      case 'attach':
        this.#painter.attach(command.drawing, command.surface);
        break;
      case 'draw':
        this.#painter.order(command.drawing, command.order);
        break;
      case 'draw-ribbon':
        this.#painter.orderRibbon(command.frame);
        break;
      default:
        this.#queue = this.#queue
          .then(() => this.#change(command))
          .catch((error: unknown) => this.#report(error, placeOf(command)));
    }
  }

  /** Runs a command; where it can be undone, remembers what it takes away. */
  async #change(command: Command): Promise<void> {
    const what = UNDOABLE[command.type];
    const before = what === undefined ? null : await this.#standing();
    if (what === undefined || before === null) return this.#run(command);
    this.#changes.push(what, before);
    this.#sayUndoable();
    try {
      await this.#run(command);
    } catch (error) {
      this.#changes.drop();
      this.#sayUndoable();
      throw error;
    }
  }

  #sayUndoable(): void {
    this.#emit({ type: 'undoable', ...this.#changes.words });
  }

  async #standing(): Promise<Standing | null> {
    const data = this.#data;
    if (data === null || this.#trainer === null) return null;
    // A lost device has nothing to read; what was kept of it comes back with the next one.
    const checkpoint = await this.#trainer.snapshot().catch(() => this.#trainer?.checkpoint ?? null);
    return {
      data,
      recipe: this.#recipe,
      seed: this.#seed,
      start: this.#start,
      keepBest: this.#keepBest,
      checkpoint,
    };
  }

  async #travel(direction: 'undo' | 'redo'): Promise<void> {
    const present = await this.#standing();
    const wanted = present === null ? null : this.#changes[direction](present);
    if (wanted === null) return;
    this.#sayUndoable();
    const { data, recipe, seed, start, keepBest, checkpoint } = wanted;
    const fits = data === this.#data && recipe === this.#recipe && start?.model === this.#start?.model;
    this.#keepBest = keepBest;
    if (fits) {
      this.#seed = seed;
      this.#start = start;
      await this.#trainer?.reset(seed, start, checkpoint);
    } else {
      await this.#install(data, recipe, start, checkpoint, seed);
    }
  }

  async #run(command: Command): Promise<void> {
    switch (command.type) {
      case 'open':
        this.#recipe = command.recipe;
        this.#seed = command.seed;
        await this.#usePreset(command.preset, command.recipe);
        await this.#openGpu();
        break;
      case 'retry':
        await this.#openGpu();
        break;
      case 'train':
        this.#trainer?.train();
        break;
      case 'step':
        this.#trainer?.step();
        break;
      case 'reset':
        await this.#trainer?.reset(this.#seed, this.#start);
        break;
      case 'go-to':
        await this.#goTo(command);
        break;
      case 'look-at':
        await this.#trainer?.lookAt(command.epoch);
        break;
      case 'edit-weight':
        await this.#trainer?.edit((weights, layout) => withWeight(layout, weights, command));
        break;
      case 'undo':
      case 'redo':
        await this.#travel(command.type);
        break;
      case 'new-seed':
        this.#seed = command.seed;
        this.#start = withoutWeights(this.#start);
        await this.#trainer?.reset(command.seed, this.#start);
        break;
      case 'apply':
        await this.#apply(command.recipe, command.keepBest);
        break;
      case 'read-csv':
        await this.#readCsv(command.file);
        break;
      case 'use-columns':
        await this.#useColumns(command.choice);
        break;
      case 'use-preset':
        await this.#usePreset(command.preset, presetRecipe(command.preset));
        break;
      case 'use-city':
        await this.#useCity(command.name, command.answer);
        break;
      case 'export':
        await this.#export(command.format);
        break;
      case 'continue':
        await this.#continue(command.name, command.model);
        break;
      default:
        break;
    }
  }

  /** The page's own network for this series and these settings from this seed, unless that is what stands, and an epoch of it. */
  async #goTo({ preset, recipe, seed, epoch }: Extract<Command, { type: 'go-to' }>): Promise<void> {
    const data = this.#data;
    if (preset !== data?.source.preset) {
      await this.#usePreset(preset, recipe, seed);
    } else if (!isSame(recipe, this.#recipe) || seed !== this.#seed || this.#start !== null) {
      await this.#install(this.#windowsFor(recipe, data), recipe, null, null, seed);
    }
    if (epoch !== null) await this.#trainer?.goTo(epoch);
  }

  async #openGpu(): Promise<void> {
    const kept = this.#trainer?.checkpoint ?? null;
    this.#painter.hide();
    this.#gpu?.dispose();
    this.#gpu = null;
    await this.#trainer?.dispose();
    this.#trainer = null;
    try {
      const gpu = await requestGpu();
      this.#gpu = gpu;
      this.#isWithout = false;
      this.#standIn.end();
      const { label, isFallback } = gpu.info;
      this.#emit({ type: 'device', device: { label, isSoftware: isFallback, thread: this.#thread } });
      gpu.onError((error) => this.#report(error, 'device'));
      void gpu.lost.then((info) => this.#onLost(gpu, info.message));
    } catch (error) {
      this.#emit({ type: 'no-device', problem: problemOf(error, 'device'), lost: false, epochKept: 0 });
      this.#isWithout = true;
      await this.#showRecorded();
      return;
    }
    if (this.#data !== null) {
      await this.#install(this.#data, this.#recipe, this.#start, kept);
    }
  }

  #onLost(gpu: GpuDevice, reason: string): void {
    if (gpu !== this.#gpu) {
      return;
    }
    this.#gpu = null;
    this.#hasLost = true;
    this.#isWithout = true;
    this.#painter.hide();
    const because = reason === '' ? '' : ` The browser says: ${reason}`;
    this.#emit({
      type: 'no-device',
      lost: true,
      epochKept: this.#trainer?.checkpoint?.rows.length ?? 0,
      problem: {
        code: 'device-lost',
        place: 'device',
        message: `The browser took the graphics device away; a driver update, sleep or too much load can do that.${because}`,
      },
    });
    this.#queue = this.#queue
      .then(() => this.#showRecorded())
      .catch((error: unknown) => this.#report(error, 'device'));
  }

  /** Without a device, and unless weights that were trained here wait for one. */
  async #showRecorded(): Promise<void> {
    if (this.#data === null || !this.#isWithout || this.#trainer?.checkpoint) return;
    await this.#standIn.show(this.#data, this.#recipe);
  }

  async #usePreset(preset: ReadyPresetId, recipe: Recipe, seed = this.#seed): Promise<void> {
    await this.#whileBusy(`Reading ${presetOf(preset).title}`, async () => {
      const { source, choice } = await loadPreset(preset);
      await this.#install(prepareData(source, choice, recipe), recipe, null, null, seed);
    });
  }

  async #useCity(name: string, answer: Uint8Array): Promise<void> {
    await this.#whileBusy(`Preparing ${name}`, async () => {
      const { source, choice } = loadCity(name, answer);
      const recipe = presetRecipe('city');
      await this.#install(prepareData(source, choice, recipe), recipe, null, null);
    });
  }

  /** Reads a file and offers its columns; the data in use stay until columns are chosen. */
  async #readCsv(file: File): Promise<void> {
    const { name } = file;
    await this.#whileBusy(`Reading ${name}`, async () => {
      this.#offered = null;
      const bytes = await readCsvFile(file);
      const table = parseCsvBytes(bytes);
      release(bytes.buffer);
      const offer = offerColumns(name, table);
      this.#offered = { name, table, preset: null, units: {} };
      this.#emit(offer);
    }).catch((error: unknown) => {
      throw named(error, name);
    });
  }

  /** The new data take the place of the old ones only once they have proved usable. */
  async #useColumns(choice: ColumnChoice): Promise<void> {
    const source = this.#offered;
    if (source === null) {
      return;
    }
    await this.#whileBusy(`Preparing ${source.name}`, () =>
      this.#install(prepareData(source, choice, this.#recipe), this.#recipe, null, null),
    ).catch((error: unknown) => {
      throw named(error, source.name);
    });
  }

  async #apply(recipe: Recipe, keepBest: boolean): Promise<void> {
    const data = this.#data;
    if (data === null) {
      return;
    }
    const next = this.#windowsFor(recipe, data);
    this.#keepBest = keepBest;
    const start = this.#startFor(recipe);
    await this.#install(next, recipe, start, null);
  }

  /** The data cut into the windows that a recipe asks for. */
  #windowsFor({ window, horizon }: Recipe, data: LoadedData): LoadedData {
    const isSame = window === this.#recipe.window && horizon === this.#recipe.horizon;
    return isSame ? data : prepareData(data.source, data.choice, { ...this.#recipe, window, horizon });
  }

  /** The file it trains from, as long as it fits the settings; the page's own network where it no longer does. */
  #startFor({ units, window, learningRate }: Recipe): FileStart | null {
    const start = this.#start;
    if (start === null || start.units !== units || (start.window ?? window) !== window) {
      return null;
    }
    return start.learningRate === learningRate ? start : withRate(start, learningRate);
  }

  /** Trains on from a file, with its units, window and rate. What is trained now stays until the new model stands. */
  async #continue(name: string, model: KerasModel): Promise<void> {
    const data = this.#data;
    if (data === null || this.#gpu === null) {
      throw new GatewiseError(
        'no-webgpu',
        'Training needs a graphics device, and there is none here (see the top of the page).',
      );
    }
    await this.#whileBusy(`Taking over ${name}`, async () => {
      const start = await fileStart(name, model, data.series.columns, this.#recipe.learningRate);
      const window = start.window ?? this.#recipe.window;
      const { units, learningRate } = start;
      const recipe = { ...this.#recipe, units, window, learningRate };
      const next = this.#windowsFor(recipe, data);
      await this.#install(next, recipe, start, null);
      this.#emit({ type: 'continued', name, notes: start.notes });
    });
  }

  /** Puts data, recipe and a new model in force, all together or, where one does not work, none of them. */
  async #install(
    data: LoadedData,
    recipe: Recipe,
    start: FileStart | null,
    checkpoint: Checkpoint | null,
    seed = this.#seed,
  ): Promise<void> {
    const gpu = this.#gpu;
    const old = this.#trainer;
    await old?.stop();
    const next = gpu === null ? null : await this.#prepare(gpu, data, recipe, start, checkpoint, seed);
    this.#seed = seed;
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
      await this.#showRecorded();
      return;
    }
    this.#reader?.dispose();
    this.#trainer = next.trainer;
    const { buffer } = next.trainer.model.parameters;
    this.#reader = new CellReader(gpu.device, buffer);
    this.#painter.show(gpu, buffer, gpu.info.isFallback || this.#hasLost);
    await old?.dispose();
    this.#emit({ type: 'model', model: modelReport(next.trainer, next.dispatches) });
    await next.trainer.announce();
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
      { seed, keepBest: this.#keepBest, start, checkpoint },
      {
        onRun: (run) => this.#emit({ type: 'run', run }),
        onHistory: (history) => this.#emit({ type: 'history', history }),
        onForecast: (forecast) => this.#emit({ type: 'forecast', forecast }),
        onWeights: (read, training) => this.#onWeights(read, training),
        onFailure: (error) => this.#report(error, 'training'),
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
    this.#painter.refresh(training);
    const trainer = this.#trainer;
    if (read === null || trainer === null) {
      return;
    }
    this.#emit({ type: 'weights', weights: weightsReport(trainer, read) });
  }

  async #export(format: ModelFormat): Promise<void> {
    const trainer = this.#standIn.run ?? this.#trainer;
    const data = this.#data;
    if (trainer === null || data === null) {
      return;
    }
    await this.#whileBusy('Writing the file', async () => {
      const { model, recipe, seed, startName: start, shownEpoch: epoch } = trainer;
      const written = await exportFiles(format, { model, data, recipe, seed, start, epoch });
      this.#emit({ type: 'files', ...written });
    });
  }

  async #whileBusy(what: string, task: () => Promise<void>): Promise<void> {
    this.#emit({ type: 'busy', what });
    try {
      await task();
    } finally {
      this.#emit({ type: 'busy', what: null });
    }
  }

  #report(error: unknown, place: ProblemPlace): void {
    const problem = problemOf(error, place);
    // A lost device is told once, by the device itself, with what was kept.
    if (problem.code !== 'device-lost') {
      this.#emit({ type: 'problem', problem });
    }
  }
}

/** The same architecture with fresh weights. */
function withoutWeights(start: FileStart | null): FileStart | null {
  return start === null ? null : { ...start, usesWeights: false };
}

function isSame(one: Recipe, other: Recipe): boolean {
  return RECIPE_SETTINGS.every(({ field }) => one[field] === other[field]);
}
