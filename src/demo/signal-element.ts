/**
 * A Lit element that draws itself again when a signal it read changes. It renders into the light DOM, so that ids, labels
 * and styles are the page's own; the static content that stood there before the script ran stays until the element has something
 * to show.
 */
import { effect } from '@preact/signals-core';
import { LitElement } from 'lit';
import { drawInTurn } from './draw-turns.ts';

export abstract class SignalElement extends LitElement {
  #stop: (() => void) | null = null;

  #isFilled = false;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  /** False while the static content tells more than the element could. Once true, the element keeps its place. */
  protected hasContent(): boolean {
    return true;
  }

  protected override shouldUpdate(): boolean {
    if (!this.#isFilled && this.hasContent()) {
      this.#isFilled = true;
      this.replaceChildren();
    }
    return this.#isFilled;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#release();
  }

  protected override scheduleUpdate(): Promise<void> | undefined {
    return drawInTurn(() => this.performUpdate());
  }

  protected override performUpdate(): void {
    if (!this.isUpdatePending) {
      return;
    }
    this.#stop?.();
    let drawing = true;
    this.#stop = effect(() => {
      if (drawing) {
        drawing = false;
        super.performUpdate();
      } else {
        this.requestUpdate();
      }
    });
    // It may have left the page while it waited for its turn.
    if (!this.isConnected) this.#release();
  }

  #release(): void {
    this.#stop?.();
    this.#stop = null;
  }
}

/** Registers an element once; a second call (hot reload) does nothing. */
export function defineElement(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) {
    customElements.define(name, element);
  }
}
