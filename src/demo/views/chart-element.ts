/** An element that draws to its own width and follows other things while it is in the page. */
import { effect, signal } from '@preact/signals-core';
import { SignalElement } from '../signal-element.ts';
import { watchWidth } from './chart-box.ts';

export class ChartElement extends SignalElement {
  /** Content width in CSS pixels; 0 before it is known. */
  protected readonly width = signal(0);
  #stops: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    const watched = watchWidth(this);
    this.#stops = [
      watched.stop,
      effect(() => {
        this.width.value = watched.width.value;
      }),
      ...this.follow(),
    ];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stops) stop();
  }

  /** Begins to follow what else is needed; @returns what ends each of it */
  protected follow(): (() => void)[] {
    return [];
  }
}
