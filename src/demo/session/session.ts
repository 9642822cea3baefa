/**
 * The session: takes the page's commands one after the other, has them done on the workbench, which owns the one GPU
 * device, and answers with events. Runs the same in a worker and on the page's own thread.
 */
import type { KerasModel, ModelFormat } from '../../engine/keras/index.ts';
import { presetRecipe } from '../presets.ts';
import type { Command, DeviceReport, Emit, ProblemPlace } from '../protocol.ts';
import type { Recipe } from '../recipe.ts';
import { ToldError } from '../told-error.ts';
import { str, told } from '../words.ts';
import { whileBusy } from './busy.ts';
import { DataDesk } from './data-desk.ts';
import { placeOf } from './describe.ts';
import { startFor, withoutWeights } from './file-start.ts';
import { Opening } from './opening.ts';
import { answer, isQuestion } from './questions.ts';
import { bytesOf, isSameRecipe, type Standing, UNDOABLE } from './standing.ts';
import { UndoStack } from './undo-stack.ts';
import { Workbench } from './workbench.ts';

type EditCommand = Extract<Command, { type: 'edit-weight' }>;
type GoToCommand = Extract<Command, { type: 'go-to' }>;

export class Session {
  readonly #emit: Emit;
  readonly #bench: Workbench;
  readonly #desk: DataDesk;
  readonly #opening: Opening;
  readonly #changes = new UndoStack<Standing>(bytesOf);
  #queue: Promise<void> = Promise.resolve();
  #wantedLook: number | null = null;
  #isRetrying = false;

  /** @param thread where this session runs; only reported */
  constructor(thread: DeviceReport['thread'], emit: Emit) {
    this.#emit = emit;
    this.#bench = new Workbench(thread, emit, {
      onChange: () => this.#opening.keepSoon(),
      keep: (standing) => this.#opening.keep(standing),
      later: (task) => this.#enqueue(task, 'device'),
    });
    this.#desk = new DataDesk(this.#bench, emit);
    this.#opening = new Opening(this.#bench, this.#desk, emit);
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
      case 'sight':
        this.#bench.painter.isSeen = command.isSeen;
        break;
      case 'look-at':
        this.#lookAt(command.epoch);
        break;
      case 'stop-lags':
        this.#bench.lags.stop(command.task);
        break;
      case 'stop-file':
        this.#bench.files.stop(command.work);
        break;
      case 'draw-ribbon':
        this.#bench.painter.orderRibbon(command.frame);
        break;
      case 'retry':
        // Another press meanwhile asks for nothing more.
        if (this.#isRetrying) break;
        this.#isRetrying = true;
        this.#enqueue(() => this.#retry(), 'device');
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
      if (wanted === null) return;
      // No other command waits for a download.
      void this.#bench.standIn.lookAt(wanted).catch((error) => this.#bench.report(error, 'training'));
      await this.#bench.trainer?.lookAt(wanted);
    }, 'training');
  }

  async #retry(): Promise<void> {
    try {
      await whileBusy(this.#emit, told('Looking for a GPU'), () => this.#opening.retry());
    } finally {
      this.#isRetrying = false;
    }
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
        return !this.#desk.hasOffer;
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
  #isLinked({ preset, recipe, seed, keepBest }: GoToCommand): boolean {
    const own = this.#bench;
    const isOfSettings = isSameRecipe(recipe, own.recipe) && keepBest === own.keepBest && seed === own.seed;
    return preset === own.data?.source.preset && isOfSettings && own.start === null;
  }

  #sayUndoable(): void {
    this.#emit({ type: 'undoable', ...this.#changes.words });
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
    const { data, recipe, seed, start, checkpoint } = wanted;
    const bench = this.#bench;
    if (data === bench.data && recipe === bench.recipe && start?.model === bench.start?.model) {
      await bench.reset(seed, start, checkpoint);
    } else {
      await bench.install(wanted);
    }
  }

  async #run(command: Command): Promise<void> {
    switch (command.type) {
      case 'open':
        await this.#opening.open(command);
        break;
      case 'train':
        await this.#bench.trainer?.train();
        break;
      case 'train-epoch':
        await this.#bench.trainer?.trainEpoch();
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
        await this.#edit(command);
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
        await this.#desk.readCsv(command.file);
        break;
      case 'offer-columns':
        await this.#desk.offerColumns();
        break;
      case 'use-columns':
        await this.#desk.useColumns(command.choice);
        break;
      case 'use-preset':
        await this.#desk.usePreset(command.preset, presetRecipe(command.preset));
        break;
      case 'use-city':
        await this.#desk.useCity(command.name, command.answer);
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
    const { preset, recipe, seed, keepBest, epoch } = command;
    const { data, trainer } = this.#bench;
    if (data === null || preset !== data.source.preset) {
      await this.#desk.usePreset(preset, recipe, { seed, keepBest });
    } else if (!this.#isLinked(command)) {
      await this.#bench.install({ data: this.#bench.windowsFor(recipe, data), recipe, seed, keepBest });
    } else if (epoch === null && trainer?.isFresh === false) {
      await this.#bench.reset(seed, null);
    }
    if (epoch !== null) await this.#bench.trainer?.goTo(epoch);
  }

  async #edit(command: EditCommand): Promise<void> {
    const { withWeight } = await import('./weight-edit.ts');
    await this.#bench.trainer?.edit((weights, layout) => withWeight(layout, weights, command));
  }

  async #apply(recipe: Recipe, keepBest: boolean): Promise<void> {
    const data = this.#bench.data;
    if (data === null) {
      return;
    }
    const start = startFor(this.#bench.start, recipe);
    await this.#bench.install({ data: this.#bench.windowsFor(recipe, data), recipe, keepBest, start });
  }

  /** Trains on from a file, with its units, window and rate. What is trained now stays until the new model stands. */
  async #continue(name: string, model: KerasModel): Promise<void> {
    const data = this.#bench.data;
    if (data === null || !this.#bench.hasDevice) {
      throw new ToldError(
        'no-webgpu',
        told('Training needs a graphics device, and there is none here (see the top of the page).'),
      );
    }
    await whileBusy(this.#emit, told(str`Taking over ${name}`), async () => {
      const { fileStart } = await import('./start-of-file.ts');
      const start = await fileStart(name, model, data.series.columns, this.#bench.recipe.learningRate);
      const window = start.window ?? this.#bench.recipe.window;
      const { units, learningRate } = start;
      const recipe = { ...this.#bench.recipe, units, window, learningRate };
      await this.#bench.install({ data: this.#bench.windowsFor(recipe, data), recipe, start });
      this.#emit({ type: 'continued', name, notes: start.notes });
    });
  }

  async #export(format: ModelFormat): Promise<void> {
    const trainer = this.#bench.standIn.run ?? this.#bench.trainer;
    const data = this.#bench.data;
    if (trainer === null || data === null) {
      return;
    }
    await whileBusy(this.#emit, told('Writing the file'), async () => {
      const { model, recipe, seed, startName: start, shownEpoch: epoch } = trainer;
      const { exportFiles } = await import('./export-file.ts');
      const written = await exportFiles(format, { model, data, recipe, seed, start, epoch });
      this.#emit({ type: 'files', ...written });
    });
  }
}
