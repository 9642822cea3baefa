/** The place of the 3D drawing in Through time: closed until asked for, and its script downloaded only then. */

import { signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { trace } from '../selection.ts';
import { defineElement, SignalElement } from '../signal-element.ts';
import { device } from '../state.ts';
import { msg } from '../words.ts';

export class TimeRibbon extends SignalElement {
  readonly #open = signal(false);
  readonly #script = signal<'none' | 'loading' | 'here' | 'failed'>('none');

  protected override render(): TemplateResult | typeof nothing {
    if (trace.value === null) return nothing;
    return html`<details
      data-testid="ribbon"
      @toggle=${(event: Event) => {
        this.#open.value = (event.target as HTMLDetailsElement).open;
        if (this.#open.value) void this.#load();
      }}
    >
      <summary>${msg('See it in 3D')}</summary>
      ${this.#open.value ? this.#content() : nothing}
    </details>`;
  }

  #content(): TemplateResult {
    if (device.value.kind !== 'ready') {
      return html`<p data-testid="ribbon-without">
        ${msg('A graphics device draws the field of bars, and there is none at work here. The six drawings and the table of a unit have all of its numbers.')}
      </p>`;
    }
    if (this.#script.value === 'here') return html`<gw-ribbon></gw-ribbon>`;
    return this.#script.value === 'failed'
      ? html`<p class="field-error" role="alert">
          ${msg('The script of the 3D drawing could not be downloaded. Close this part and open it again to have it tried again.')}
        </p>`
      : html`<p class="placeholder">${msg('The script of the 3D drawing is on its way.')}</p>`;
  }

  async #load(): Promise<void> {
    if (this.#script.value === 'here' || this.#script.value === 'loading') return;
    this.#script.value = 'loading';
    try {
      const { RibbonView } = await import('./ribbon-view.ts');
      defineElement('gw-ribbon', RibbonView);
      this.#script.value = 'here';
    } catch {
      this.#script.value = 'failed';
    }
  }
}
