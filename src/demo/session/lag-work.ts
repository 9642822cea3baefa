/** What the lag lab, or the panel for model files, has under way: of each kind one task, which another of the kind ends, and the page's "Stop". */
import type { LagQuestion, LagTraining } from '../lags/lag-protocol.ts';

export type LagTask = LagQuestion['weights'] | LagTraining;

/** Partial results reach the page at most so often, ms. */
const BETWEEN_REPORTS = 250;

export class LagWork<Task extends string> {
  readonly #running = new Map<Task, AbortController>();

  /** Ends what runs of this kind, and gives the signal of what begins. */
  begin(task: Task): AbortSignal {
    this.stop(task);
    const controller = new AbortController();
    this.#running.set(task, controller);
    return controller.signal;
  }

  stop(task: Task): void {
    this.#running.get(task)?.abort();
    this.#running.delete(task);
  }

  /** Other data, settings or another device: whatever is under way is of what is gone. */
  stopAll(): void {
    for (const task of [...this.#running.keys()]) this.stop(task);
  }
}

/**
 * Passes on what is reported, but only so often, and nothing once it was stopped.
 * @param isDue passed on in any case
 */
export function everySoOften<T>(
  pass: (report: T) => void,
  signal: AbortSignal,
  isDue: (report: T) => boolean = () => false,
): (report: T) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (report) => {
    const now = performance.now();
    if (signal.aborted || (now - last < BETWEEN_REPORTS && !isDue(report))) return;
    last = now;
    pass(report);
  };
}
