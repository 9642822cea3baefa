/** What can be taken back and done again: states as they were before each change, the latest first. */

/** Older changes than these are forgotten. */
const MOST_CHANGES = 20;

interface Change<State> {
  /** What was changed, in words for a button. */
  readonly what: string;
  readonly state: State;
}

export class UndoStack<State> {
  #done: readonly Change<State>[] = [];
  #undone: readonly Change<State>[] = [];

  /** What undo and redo would take back or do again; null for nothing. */
  get words(): { readonly undo: string | null; readonly redo: string | null } {
    return { undo: this.#done.at(-1)?.what ?? null, redo: this.#undone.at(-1)?.what ?? null };
  }

  /** A change was made; what had been undone can no longer be done again. */
  push(what: string, before: State): void {
    this.#done = [...this.#done, { what, state: before }].slice(-MOST_CHANGES);
    this.#undone = [];
  }

  /** The change that was pushed last did not come about. */
  drop(): void {
    this.#done = this.#done.slice(0, -1);
  }

  /**
   * Takes the latest change back.
   * @param present the state to come back to by redo()
   * @returns the state before the change, null where there is none
   */
  undo(present: State): State | null {
    const change = this.#done.at(-1);
    if (change === undefined) return null;
    this.#done = this.#done.slice(0, -1);
    this.#undone = [...this.#undone, { what: change.what, state: present }];
    return change.state;
  }

  /** Does the change again that was taken back last; as undo(). */
  redo(present: State): State | null {
    const change = this.#undone.at(-1);
    if (change === undefined) return null;
    this.#undone = this.#undone.slice(0, -1);
    this.#done = [...this.#done, { what: change.what, state: present }];
    return change.state;
  }
}
