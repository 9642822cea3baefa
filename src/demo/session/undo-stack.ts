/** What can be taken back and done again: states as they were before each change, the latest first. */
import type { Told } from '../words.ts';

/** Older changes than these are forgotten. */
const MOST_CHANGES = 20;
const MOST_BYTES = 256 * 1024 * 1024;

interface Change<State> {
  /** What was changed, in words for a button. */
  readonly what: Told;
  readonly state: State;
}

/** A state to come back to, and what makes the stack as it was where that fails. */
interface Travelled<State> {
  readonly state: State;
  putBack(): void;
}

export class UndoStack<State> {
  #done: readonly Change<State>[] = [];
  #undone: readonly Change<State>[] = [];
  readonly #bytesOf: (state: State) => number;
  readonly #mostBytes: number;

  /** @param bytesOf what a state holds in memory */
  constructor(bytesOf: (state: State) => number, mostBytes = MOST_BYTES) {
    this.#bytesOf = bytesOf;
    this.#mostBytes = mostBytes;
  }

  /** What undo and redo would take back or do again; null for nothing. */
  get words(): { readonly undo: Told | null; readonly redo: Told | null } {
    return { undo: this.#done.at(-1)?.what ?? null, redo: this.#undone.at(-1)?.what ?? null };
  }

  /**
   * A change is made; what had been undone can no longer be done again.
   * @returns what puts all back as it was, where the change did not come about
   */
  push(what: Told, before: State): () => void {
    const putBack = this.#putBack();
    this.#done = this.#fitting([...this.#done, { what, state: before }]);
    this.#undone = [];
    return putBack;
  }

  /**
   * Takes the latest change back.
   * @param present the state to come back to by redo()
   * @returns the state before the change, null where there is none
   */
  undo(present: State): Travelled<State> | null {
    const change = this.#done.at(-1);
    if (change === undefined) return null;
    const putBack = this.#putBack();
    this.#done = this.#done.slice(0, -1);
    this.#undone = [...this.#undone, { what: change.what, state: present }];
    return { state: change.state, putBack };
  }

  /** Does the change again that was taken back last; as undo(). */
  redo(present: State): Travelled<State> | null {
    const change = this.#undone.at(-1);
    if (change === undefined) return null;
    const putBack = this.#putBack();
    this.#undone = this.#undone.slice(0, -1);
    this.#done = [...this.#done, { what: change.what, state: present }];
    return { state: change.state, putBack };
  }

  #putBack(): () => void {
    const [done, undone] = [this.#done, this.#undone];
    return () => {
      this.#done = done;
      this.#undone = undone;
    };
  }

  /** The latest changes that are few and small enough; the last one in any case. */
  #fitting(changes: readonly Change<State>[]): readonly Change<State>[] {
    const latest = changes.slice(-MOST_CHANGES);
    let bytes = 0;
    const tooMany = latest.findLastIndex(({ state }, index) => {
      bytes += this.#bytesOf(state);
      return bytes > this.#mostBytes && index < latest.length - 1;
    });
    return latest.slice(tooMany + 1);
  }
}
