/**
 * What a reload of the page would take away, kept in the browser's own database under the tab's name: which data, which
 * settings, and the training as it stood after its last epoch. Nothing of it leaves the browser. Where the data came from,
 * which can be a large file, lies under a key of its own, so that it is not written anew with each epoch.
 */
import { createStore, delMany, entries, getMany, set, setMany } from 'idb-keyval';
import type { ColumnChoice } from '../protocol.ts';
import type { Recipe } from '../recipe.ts';
import type { FileStart } from './file-start.ts';
import { inTime } from './in-time.ts';
import { type KeptCheckpoint, withFewestEpochs } from './kept-checkpoint.ts';
import type { SourceOrigin } from './loaded-data.ts';

export interface Kept {
  readonly origin: SourceOrigin;
  readonly choice: ColumnChoice;
  readonly recipe: Recipe;
  readonly seed: number;
  readonly keepBest: boolean;
  readonly start: FileStart | null;
  /** Null where no epoch was finished. */
  readonly checkpoint: KeptCheckpoint | null;
}

interface Entry {
  readonly version: number;
  /** ms since 1970. */
  readonly savedAt: number;
  readonly kept: Omit<Kept, 'origin'>;
}

/** Of the entry's form: what another version of the page kept is not read. */
const VERSION = 4;
const ORIGIN = ' origin';
const EVERY_MS = 1500;
/** Nothing waits longer than this for the database: one that does not answer holds nothing up. */
const LONGEST_MS = 1000;
/** Only a page that was reloaded waits longer, for what it had. */
const LOADED_MS = 10_000;
const OLDEST_MS = 7 * 24 * 3_600_000;

/** Whether this is what the page keeps; anyone who can open the tools can change it. */
function isWhole({ origin, recipe, choice }: Partial<Kept>): boolean {
  const isFile = origin?.type === 'file' && origin.file instanceof Blob;
  const isCity = origin?.type === 'city' && origin.answer instanceof Uint8Array;
  return (isFile || isCity || origin?.type === 'preset') && recipe !== undefined && choice !== undefined;
}

function isSame(one: SourceOrigin, other: SourceOrigin | null): boolean {
  if (one.type === 'file') return other?.type === 'file' && one.file === other.file;
  if (one.type === 'city') return other?.type === 'city' && one.answer === other.answer;
  return other?.type === 'preset' && one.preset === other.preset;
}

function isWithoutRoom(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'QuotaExceededError';
}

export class Keeper {
  readonly #tab: string;
  readonly #store = createStore('gatewise', 'tabs');
  /** What the database has under this tab's name; null for nothing. */
  #stored: SourceOrigin | null = null;
  /** What the database has no room for: nothing of these data is kept. */
  #tooLarge: SourceOrigin | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isWriting = false;
  #latest: (() => Promise<Kept | null>) | null = null;
  #lastSaved = Number.NEGATIVE_INFINITY;
  /** Counts what was kept at once: what was being taken meanwhile may be of what stood before it. */
  #beginnings = 0;
  /** One after the other, so that what is kept last stands. */
  #writes: Promise<void> = Promise.resolve();

  /** @param tab the tab's own name, which a reload does not change */
  constructor(tab: string) {
    this.#tab = tab;
  }

  /**
   * What was kept for this tab; null for nothing, 'late' where the database does not answer.
   * @throws where the browser has no database or closes it
   */
  async load(): Promise<Kept | 'late' | null> {
    const found = await inTime(getMany(this.#keys, this.#store), LOADED_MS);
    if (found === null) return 'late';
    const [entry, origin] = found as [Entry?, SourceOrigin?];
    if (entry?.version !== VERSION || origin === undefined) return null;
    const kept = { ...entry.kept, origin };
    if (!isWhole(kept)) return null;
    this.#stored = origin;
    return kept;
  }

  /** Lets go what other tabs have kept for more than a week. */
  async clean(): Promise<void> {
    const all = new Map(await entries<string, Partial<Entry>>(this.#store));
    const isFresh = (key: string): boolean => {
      const savedAt = all.get(key.endsWith(ORIGIN) ? key.slice(0, -ORIGIN.length) : key)?.savedAt;
      return savedAt !== undefined && Date.now() - savedAt < OLDEST_MS;
    };
    const old = [...all.keys()].filter((key) => !this.#keys.includes(key) && !isFresh(key));
    if (old.length > 0) await delMany(old, this.#store);
  }

  /** Keeps what `take` gives, soon; of many calls the latest. A browser without room or leave keeps nothing. */
  save(take: () => Promise<Kept | null>): void {
    this.#latest = take;
    this.#schedule();
  }

  /** Keeps this at once, in the place of all that stood before it. Done when the database has it, or after a second. */
  async keep(kept: Kept): Promise<void> {
    this.#beginnings += 1;
    await inTime(
      this.#enqueue(() => this.#putOrLess(kept)),
      LONGEST_MS,
    );
  }

  /** Lets go what was kept; waited for as long. */
  async forget(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#latest = null;
    this.#beginnings += 1;
    await inTime(
      this.#enqueue(() => this.#remove()),
      LONGEST_MS,
    );
  }

  /** What fails here is tried again with the next change. */
  #enqueue(write: () => Promise<void>): Promise<void> {
    this.#writes = this.#writes.then(write).catch(() => undefined);
    return this.#writes;
  }

  get #keys(): [string, string] {
    return [this.#tab, this.#tab + ORIGIN];
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#isWriting || this.#latest === null) return;
    const wait = Math.max(0, this.#lastSaved + EVERY_MS - performance.now());
    this.#timer = setTimeout(() => void this.#write().catch(() => undefined), wait);
  }

  async #write(): Promise<void> {
    const take = this.#latest;
    this.#latest = null;
    this.#timer = undefined;
    this.#lastSaved = performance.now();
    this.#isWriting = true;
    const beginning = this.#beginnings;
    try {
      const kept = (await take?.()) ?? null;
      if (kept !== null && beginning === this.#beginnings) await this.#enqueue(() => this.#putOrLess(kept));
    } finally {
      this.#isWriting = false;
      this.#schedule();
    }
  }

  async #putOrLess(kept: Kept): Promise<void> {
    if (isSame(kept.origin, this.#tooLarge)) return;
    await this.#put(kept).catch((error: unknown) => {
      // Any other failure takes nothing away: what is kept is better than nothing until it can be written anew.
      if (!isWithoutRoom(error)) throw error;
      return this.#putLess(kept);
    });
  }

  /** Both or neither, so that weights never stand beside other data. */
  async #put({ origin, ...kept }: Kept): Promise<void> {
    const [tab, ofOrigin] = this.#keys;
    const entry: Entry = { version: VERSION, savedAt: Date.now(), kept };
    if (isSame(origin, this.#stored)) {
      await set(tab, entry, this.#store);
      return;
    }
    await setMany(
      [
        [tab, entry],
        [ofOrigin, origin],
      ],
      this.#store,
    );
    this.#stored = origin;
  }

  /** Where the database has no room: with few epochs, and else in the place of what it had. What no longer holds is not left there. */
  async #putLess(kept: Kept): Promise<void> {
    await this.clean();
    const { checkpoint } = kept;
    const less = { ...kept, checkpoint: checkpoint === null ? null : withFewestEpochs(checkpoint) };
    await this.#put(less).catch(async (error: unknown) => {
      if (!isWithoutRoom(error)) throw error;
      await this.#remove();
      await this.#put(less).catch((again: unknown) => {
        if (!isWithoutRoom(again)) throw again;
        this.#tooLarge = kept.origin;
      });
    });
  }

  async #remove(): Promise<void> {
    this.#stored = null;
    await delMany(this.#keys, this.#store);
  }
}
