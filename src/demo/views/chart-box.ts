/** Help for elements that hold a chart: their width as a signal, and at most a few redraws a second. */
import { signal } from '@preact/signals-core';

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

/** Runs the latest of many requests, at most once per `everyMs` and outside the request's own task. */
export class Throttle {
  readonly #everyMs: number;
  #last = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  run(task: () => void): void {
    clearTimeout(this.#timer);
    const wait = Math.max(0, this.#last + this.#everyMs - performance.now());
    this.#timer = setTimeout(() => {
      this.#last = performance.now();
      task();
    }, wait);
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }
}
