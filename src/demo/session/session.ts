/**
 * The session: takes the page's commands one after the other, has them done on the workbench, which owns the one GPU
 * device, and answers with events. Runs the same in a worker and on the page's own thread.
 */
import { GatewiseError } from '../../engine/index.ts';
import type { KerasModel, ModelFormat } from '../../engine/keras/index.ts';
import { presetOf, presetRecipe, type ReadyPresetId } from '../presets.ts';
import type { ColumnChoice, Command, DeviceReport, Emit, ProblemPlace } from '../protocol.ts';
import { RECIPE_SETTINGS, type Recipe } from '../recipe.ts';
import { named, placeOf } from './describe.ts';
import { exportFiles } from './export-file.ts';
import { fileStart, startFor, withoutWeights } from './file-start.ts';
import { Keeper } from './keeper.ts';
import { restoredCheckpoint } from './kept-checkpoint.ts';
import { loadCity, loadPreset, reopened } from './load-preset.ts';
import { prepareData, type TableSource } from './loaded-data.ts';
import { openOwnFile } from './own-file.ts';
import { answer, isQuestion } from './questions.ts';
import { bytesOf, type Standing, toKeep, UNDOABLE } from './standing.ts';
import { UndoStack } from './undo-stack.ts';
import { withWeight } from './weight-edit.ts';
import { Workbench } from './workbench.ts';

type OpenCommand = Extract<Command, { type: 'open' }>;
type GoToCommand = Extract<Command, { type: 'go-to' }>;

export class Session {
  readonly #emit: Emit;
  readonly #bench: Workbench;
  readonly #changes = new UndoStack<Standing>(bytesOf);
  #queue: Promise<void> = Promise.resolve();
  #offered: TableSource | null = null;
  #wantedLook: number | null = null;
  /** Null where the tab has no name to keep things under. */
  #keeper: Keeper | null = null;

  /** @param thread where this session runs; only reported */
  constructor(thread: DeviceReport['thread'], emit: Emit) {
    this.#emit = emit;
    this.#bench = new Workbench(thread, emit, {
      onChange: () => this.#keep(),
      later: (task) => this.#enqueue(task, 'device'),
    });
  }

  /** Takes a command. Those that change the model wait for each other; drawing, reading and pausing do not wait. */
  handle(command: Command): void {
    if (isQuestion(command)) {
      void answer(command, this.#bench.answerable, this.#emit);
      return;
    }
    switch (command.type) {
      case 'pause':
        this.#bench.trainer?.pause();
        break;
      case 'attach':
        this.#bench.painter.attach(command.drawing, command.surface);
        break;
      case 'draw':
        this.#bench.painter.order(command.drawing, command.order);
        break;
      case 'look-at':
        this.#lookAt(command.epoch);
        break;
      case 'draw-ribbon':
        this.#bench.painter.orderRibbon(command.frame);
        break;
      default:
        this.#enqueue(() => this.#change(command), placeOf(command));
    }
  }

  /** Of many looks that are asked for while one is under way, only the latest waits. */
  #lookAt(epoch: number): void {
    const waits = this.#wantedLook !== null;
    this.#wantedLook = epoch;
    if (waits) return;
    this.#enqueue(async () => {
      const wanted = this.#wantedLook;
      this.#wantedLook = null;
      if (wanted !== null) await this.#bench.trainer?.lookAt(wanted);
    }, 'training');
  }

  #enqueue(task: () => Promise<void>, place: ProblemPlace): void {
    this.#queue = this.#queue.then(task).catch((error: unknown) => this.#bench.report(error, place));
  }

  /** Runs a command; where it can be undone, remembers what it takes away. */
  async #change(command: Command): Promise<void> {
    const what = this.#changesNothing(command) ? undefined : UNDOABLE[command.type];
    const before = what === undefined ? null : await this.#bench.standing();
    if (what === undefined || before === null) return this.#run(command);
    const putBack = this.#changes.push(what, before);
    this.#sayUndoable();
    try {
      await this.#run(command);
    } catch (error) {
      putBack();
      this.#sayUndoable();
      throw error;
    }
  }

  /** What is asked for stands already, or can't be done now. */
  #changesNothing(command: Command): boolean {
    switch (command.type) {
      case 'edit-weight':
        return this.#bench.trainer?.isTraining === true;
      case 'use-columns':
        return this.#offered === null;
      case 'go-to':
        return this.#isLinked(command) && this.#stands(command.epoch);
      default:
        return false;
    }
  }

  /** Whether an epoch of a link is what is seen; without one, whether nothing was trained. */
  #stands(epoch: number | null): boolean {
    const { trainer } = this.#bench;
    return (epoch === null ? trainer?.isFresh : trainer?.shows(epoch)) === true;
  }

  /** Whether series, settings and seed of a link are those that stand. */
  #isLinked({ preset, recipe, seed }: GoToCommand): boolean {
    const { data, recipe: own, seed: ownSeed, start } = this.#bench;
    return preset === data?.source.preset && isSame(recipe, own) && seed === ownSeed && start === null;
  }

  #sayUndoable(): void {
    this.#emit({ type: 'undoable', ...this.#changes.words });
  }

  /** Keeps how things stand for a reload of the page; of an epoch under way, its beginning. */
  #keep(): void {
    this.#keeper?.save(async () => {
      const standing = await this.#bench.standing();
      return standing === null ? null : toKeep(standing);
    });
  }

  /** Brings back what stood before the page was reloaded. @returns false where nothing was kept, or it can't be read */
  async #resume(asked: OpenCommand): Promise<boolean> {
    const kept = await this.#keeper?.load().catch(() => null);
    if (!kept) return false;
    try {
      const { origin, choice, recipe, seed, keepBest, start, checkpoint } = kept;
      const source = await reopened(origin);
      const data = prepareData(source, choice, recipe);
      this.#bench.keepBest = keepBest;
      const restored = checkpoint === null ? null : restoredCheckpoint(checkpoint);
      await this.#bench.install(data, recipe, start, restored, seed);
      await this.#bench.openGpu();
      const epoch = restored?.rows.length ?? 0;
      const isPlain =
        source.preset === asked.preset &&
        seed === asked.seed &&
        start === null &&
        isSame(recipe, asked.recipe);
      if (this.#bench.hasDevice && (epoch > 0 || !isPlain))
        this.#emit({ type: 'resumed', epoch, name: source.name });
      return true;
    } catch (error) {
      this.#bench.keepBest = true;
      // What has no sense is forgotten; what could not be fetched or put on the device may stand again after another reload.
      if (error instanceof GatewiseError && error.code === 'bad-input') await this.#keeper?.forget();
      else this.#keeper = null;
      return false;
    }
  }

  async #travel(direction: 'undo' | 'redo'): Promise<void> {
    // Without a device no model can come back.
    if (!this.#bench.hasDevice) return;
    const present = await this.#bench.standing();
    const change = present === null ? null : this.#changes[direction](present);
    if (change === null) return;
    this.#sayUndoable();
    try {
      await this.#bringBack(change.state);
    } catch (error) {
      change.putBack();
      this.#sayUndoable();
      throw error;
    }
  }

  async #bringBack(wanted: Standing): Promise<void> {
    const { data, recipe, seed, start, keepBest, checkpoint } = wanted;
    const bench = this.#bench;
    bench.keepBest = keepBest;
    if (data === bench.data && recipe === bench.recipe && start?.model === bench.start?.model) {
      await bench.reset(seed, start, checkpoint);
    } else {
      await bench.install(data, recipe, start, checkpoint, seed);
    }
  }

  async #run(command: Command): Promise<void> {
    switch (command.type) {
      case 'open':
        await this.#open(command);
        break;
      case 'retry':
        await this.#bench.openGpu();
        break;
      case 'train':
        await this.#bench.trainer?.train();
        break;
      case 'step':
        await this.#bench.trainer?.step();
        break;
      case 'reset':
        await this.#bench.reset(this.#bench.seed, this.#bench.start);
        break;
      case 'go-to':
        await this.#goTo(command);
        break;
      case 'edit-weight':
        await this.#bench.trainer?.edit((weights, layout) => withWeight(layout, weights, command));
        break;
      case 'undo':
      case 'redo':
        await this.#travel(command.type);
        break;
      case 'new-seed':
        await this.#bench.reset(command.seed, withoutWeights(this.#bench.start));
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

  /**
   * The page's own network for this series and these settings from this seed, unless that is what stands, and an epoch of
   * it; without one, as it is before training.
   */
  async #goTo(command: GoToCommand): Promise<void> {
    const { preset, recipe, seed, epoch } = command;
    const { data, trainer } = this.#bench;
    if (data === null || preset !== data.source.preset) {
      await this.#usePreset(preset, recipe, seed);
    } else if (!this.#isLinked(command)) {
      await this.#bench.install(this.#bench.windowsFor(recipe, data), recipe, null, null, seed);
    } else if (epoch === null && trainer?.isFresh === false) {
      await this.#bench.reset(seed, null);
    }
    if (epoch !== null) await this.#bench.trainer?.goTo(epoch);
  }

  async #open(command: OpenCommand): Promise<void> {
    const { tab, resume, preset, recipe, seed } = command;
    this.#keeper = tab === null ? null : new Keeper(tab);
    // Nobody waits for it, and a browser without a database has nothing to clean.
    void this.#keeper?.clean().catch(() => undefined);
    if (resume && (await this.#resume(command))) return;
    await this.#usePreset(preset, recipe, seed);
    await this.#bench.openGpu();
    if (command.epoch !== null) await this.#bench.trainer?.goTo(command.epoch);
  }

  async #usePreset(preset: ReadyPresetId, recipe: Recipe, seed = this.#bench.seed): Promise<void> {
    await this.#whileBusy(`Reading ${presetOf(preset).title}`, async () => {
      const { source, choice } = await loadPreset(preset);
      await this.#bench.install(prepareData(source, choice, recipe), recipe, null, null, seed);
    });
  }

  async #useCity(name: string, answer: Uint8Array): Promise<void> {
    await this.#whileBusy(`Preparing ${name}`, async () => {
      const { source, choice } = loadCity(name, answer);
      const recipe = presetRecipe('city');
      await this.#bench.install(prepareData(source, choice, recipe), recipe, null, null);
    });
  }

  /** Reads a file and offers its columns; the data in use stay until columns are chosen. */
  async #readCsv(file: File): Promise<void> {
    const { name } = file;
    await this.#whileBusy(`Reading ${name}`, async () => {
      this.#offered = null;
      const { source, offer } = await openOwnFile(file);
      this.#offered = source;
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
      this.#bench.install(prepareData(source, choice, this.#bench.recipe), this.#bench.recipe, null, null),
    ).catch((error: unknown) => {
      throw named(error, source.name);
    });
  }

  async #apply(recipe: Recipe, keepBest: boolean): Promise<void> {
    const data = this.#bench.data;
    if (data === null) {
      return;
    }
    const next = this.#bench.windowsFor(recipe, data);
    this.#bench.keepBest = keepBest;
    await this.#bench.install(next, recipe, startFor(this.#bench.start, recipe), null);
  }

  /** Trains on from a file, with its units, window and rate. What is trained now stays until the new model stands. */
  async #continue(name: string, model: KerasModel): Promise<void> {
    const data = this.#bench.data;
    if (data === null || !this.#bench.hasDevice) {
      throw new GatewiseError(
        'no-webgpu',
        'Training needs a graphics device, and there is none here (see the top of the page).',
      );
    }
    await this.#whileBusy(`Taking over ${name}`, async () => {
      const start = await fileStart(name, model, data.series.columns, this.#bench.recipe.learningRate);
      const window = start.window ?? this.#bench.recipe.window;
      const { units, learningRate } = start;
      const recipe = { ...this.#bench.recipe, units, window, learningRate };
      const next = this.#bench.windowsFor(recipe, data);
      await this.#bench.install(next, recipe, start, null);
      this.#emit({ type: 'continued', name, notes: start.notes });
    });
  }

  async #export(format: ModelFormat): Promise<void> {
    const trainer = this.#bench.standIn.run ?? this.#bench.trainer;
    const data = this.#bench.data;
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
}

function isSame(one: Recipe, other: Recipe): boolean {
  return RECIPE_SETTINGS.every(({ field }) => one[field] === other[field]);
}
