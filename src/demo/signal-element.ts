/**
 * A Lit element that draws itself again when a signal it read changes. It renders into the light DOM, so that ids, labels
 * and styles are the page's own, and drops the static content that stood there before the script ran.
 */
import { effect } from '@preact/signals-core';
import { LitElement } from 'lit';

export abstract class SignalElement extends LitElement {
  #stop: (() => void) | null = null;

  protected override createRenderRoot(): HTMLElement {
    this.replaceChildren();
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
    this.#stop = null;
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
  }
}

/** Registers an element once; a second call (hot reload) does nothing. */
export function defineElement(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) {
    customElements.define(name, element);
  }
}
