/** How the page comes to what stands: a series and a device, or what stood before a reload; and how that is kept for the next. */
import type { Command, Emit } from '../protocol.ts';
import { told } from '../words.ts';
import type { DataDesk } from './data-desk.ts';
import { inTime } from './in-time.ts';
import { Keeper } from './keeper.ts';
import { isSameRecipe, type Standing, toKeep } from './standing.ts';
import type { Workbench } from './workbench.ts';

type OpenCommand = Extract<Command, { type: 'open' }>;

/** A part of the script, ms. */
const PART_MS = 20_000;

export class Opening {
  readonly #bench: Workbench;
  readonly #desk: DataDesk;
  readonly #emit: Emit;
  /** Null where the tab has no name to keep things under. */
  #keeper: Keeper | null = null;
  #opened: OpenCommand | null = null;
  /** The epoch of a link, until there is a model to go to it. */
  #epoch: number | null = null;

  constructor(bench: Workbench, desk: DataDesk, emit: Emit) {
    this.#bench = bench;
    this.#desk = desk;
    this.#emit = emit;
  }

  async open(command: OpenCommand): Promise<void> {
    const { tab, resume } = command;
    this.#keeper = tab === null ? null : new Keeper(tab);
    // Nobody waits for it, and a browser without a database has nothing to clean.
    void this.#keeper?.clean().catch(() => undefined);
    this.#opened = command;
    if (resume && (await this.#resume(command))) return;
    this.#epoch = command.epoch;
    await this.#openSeries(command);
    await this.#bench.openGpu();
    await this.#goToEpoch();
  }

  async #goToEpoch(): Promise<void> {
    const { trainer, data, recipe, seed } = this.#bench;
    const [epoch, opened] = [this.#epoch, this.#opened];
    if (trainer === null || epoch === null || opened === null) return;
    this.#epoch = null;
    // Other data or settings may have been chosen meanwhile, and trained.
    const isOther = data?.source.preset !== opened.preset || seed !== opened.seed || !trainer.isFresh;
    if (!isOther && isSameRecipe(recipe, opened.recipe)) await trainer.goTo(epoch);
  }

  /** A series that can't be had is told, and holds up nothing else. */
  async #openSeries({ preset, recipe, seed, keepBest }: OpenCommand): Promise<void> {
    await this.#desk
      .usePreset(preset, recipe, { seed, keepBest })
      .catch((error: unknown) => this.#bench.report(error, 'data'));
  }

  /** What could not be had as the page opened, once more: its series, or a device. */
  async retry(): Promise<void> {
    const isWithoutData = this.#bench.data === null;
    if (isWithoutData && this.#opened !== null) await this.#openSeries(this.#opened);
    if (!isWithoutData || !this.#bench.hasDevice) await this.#bench.openGpu();
    await this.#goToEpoch();
  }

  /** Keeps this at once, in the place of what stood before. */
  async keep(standing: Standing): Promise<void> {
    await this.#keeper?.keep(toKeep(standing));
  }

  /** Keeps how things stand for a reload of the page, soon; of an epoch under way, its beginning. */
  keepSoon(): void {
    this.#keeper?.save(async () => {
      const standing = await this.#bench.standing();
      return standing === null ? null : toKeep(standing);
    });
  }

  /** Brings back what stood before the page was reloaded. @returns whether it stands */
  async #resume(asked: OpenCommand): Promise<boolean> {
    const keeper = this.#keeper;
    if (keeper === null) return false;
    const part = await inTime(import('./resume.ts'), PART_MS).catch(() => null);
    const resumed = (await part?.resume(asked, keeper, this.#bench, this.#emit)) ?? 'unread';
    if (resumed === 'unread') {
      // What is still there is not written over.
      this.#keeper = null;
      const message = told(
        'What this tab had kept could not be brought back. The page begins anew and keeps nothing: another reload may bring it back.',
      );
      this.#emit({ type: 'problem', problem: { code: 'internal', place: 'training', message } });
    }
    return resumed === 'back';
  }
}
