/**
 * What a reload of the page would take away, kept in the browser's own database under the tab's name: which data, which
 * settings, and the training as it stood after its last epoch. Nothing of it leaves the browser.
 */
import { createStore, del, entries, get, set } from 'idb-keyval';
import type { ColumnChoice } from '../protocol.ts';
import type { Recipe } from '../recipe.ts';
import type { FileStart } from './file-start.ts';
import type { SourceOrigin } from './loaded-data.ts';
import type { Checkpoint } from './timeline.ts';

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

/** As a checkpoint, with past epochs as far as there is room. */
export type KeptCheckpoint = Omit<Checkpoint, 'past'> & {
  readonly past: readonly (readonly [number, Checkpoint['weights']])[];
};

interface Entry {
  readonly version: number;
  /** ms since 1970. */
  readonly savedAt: number;
  readonly kept: Kept;
}

/** Of the entry's form: what another version of the page kept is not read. */
const VERSION = 1;
const EVERY_MS = 1500;
const OLDEST_MS = 7 * 24 * 3_600_000;

/** Whether an entry is what this page keeps; anyone who can open the tools can change it. */
function isWhole({ origin, recipe, choice }: Kept): boolean {
  const isFile = origin?.type === 'file' && origin.file instanceof Blob;
  const isCity = origin?.type === 'city' && origin.answer instanceof Uint8Array;
  return (isFile || isCity || origin?.type === 'preset') && recipe !== undefined && choice !== undefined;
}

export class Keeper {
  readonly #tab: string;
  readonly #store = createStore('gatewise', 'tabs');
  #timer: ReturnType<typeof setTimeout> | undefined;
  #latest: (() => Promise<Kept | null>) | null = null;
  #lastSaved = Number.NEGATIVE_INFINITY;

  /** @param tab the tab's own name, which a reload does not change */
  constructor(tab: string) {
    this.#tab = tab;
  }

  /**
   * What was kept for this tab; null for nothing.
   * @throws where the browser has no database or closes it
   */
  async load(): Promise<Kept | null> {
    const entry = await get<Entry>(this.#tab, this.#store);
    return entry?.version === VERSION && isWhole(entry.kept) ? entry.kept : null;
  }

  /** Lets go what any tab has kept for more than a week. */
  async clean(): Promise<void> {
    for (const [key, entry] of await entries<string, Entry>(this.#store)) {
      if (!(Date.now() - entry?.savedAt < OLDEST_MS)) await del(key, this.#store);
    }
  }

  /** Keeps what `take` gives, soon; of many calls the latest. A browser without room or leave keeps nothing. */
  save(take: () => Promise<Kept | null>): void {
    this.#latest = take;
    if (this.#timer !== undefined) return;
    const wait = Math.max(0, this.#lastSaved + EVERY_MS - performance.now());
    this.#timer = setTimeout(() => void this.#write().catch(() => undefined), wait);
  }

  async forget(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#latest = null;
    await del(this.#tab, this.#store).catch(() => undefined);
  }

  async #write(): Promise<void> {
    this.#timer = undefined;
    this.#lastSaved = performance.now();
    const kept = (await this.#latest?.()) ?? null;
    if (kept !== null) await set(this.#tab, { version: VERSION, savedAt: Date.now(), kept }, this.#store);
  }
}
