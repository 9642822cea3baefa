/** Help for elements that hold a chart: their width as a signal, and at most a few redraws a second, none in a hidden tab. */
import { signal } from '@preact/signals-core';
import { followSight, isSeen } from '../seen.ts';

/** Watches an element's content width in CSS pixels. Call `stop` when it leaves the page. */
export function watchWidth(element: Element): { readonly width: { readonly value: number }; stop(): void } {
  const width = signal(Math.floor(element.getBoundingClientRect().width));
  const observer = new ResizeObserver((entries) => {
    const box = entries.at(-1)?.contentRect;
    if (box !== undefined && box.width > 0) {
      width.value = Math.floor(box.width);
    }
  });
  observer.observe(element);
  return { width, stop: () => observer.disconnect() };
}

/** What became due while the tab was hidden. */
const due = new Set<() => void>();

followSight((seen) => {
  if (!seen) return;
  const all = [...due];
  due.clear();
  for (const run of all) run();
});

/**
 * Runs the latest of many requests, at most once per `everyMs` and outside the request's own task; in a hidden tab, when it is seen
 * again.
 */
export class Throttle {
  readonly #everyMs: number;
  #last = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #task: () => void = () => {};

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  run(task: () => void): void {
    this.#task = task;
    clearTimeout(this.#timer);
    const wait = Math.max(0, this.#last + this.#everyMs - performance.now());
    this.#timer = setTimeout(this.#whenSeen, wait);
  }

  cancel(): void {
    clearTimeout(this.#timer);
    due.delete(this.#whenSeen);
  }

  readonly #whenSeen = (): void => {
    if (!isSeen()) {
      due.add(this.#whenSeen);
      return;
    }
    this.#last = performance.now();
    this.#task();
  };
}
