/** Which series: a list of presets, what the chosen one is, and the button that opens it; for a city, its form. */

import { effect } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { presetOf } from '../presets.ts';
import { defineElement, SignalElement } from '../signal-element.ts';
import { data } from '../state.ts';
import { msg, say, str } from '../words.ts';
import { openPicked, pickPreset, presetOptions, presetShown } from './preset-options.ts';

export class PresetChooser extends SignalElement {
  #stop: (() => void) | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = effect(() => {
      // The form's script, which talks to another server, comes with the first who wants it.
      if (presetShown.value === 'city') {
        void import('./city-form.ts').then(({ CityForm }) => defineElement('gw-city', CityForm));
      }
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
  }

  protected override render(): TemplateResult {
    const id = presetShown.value;
    const words = id === null ? null : presetOf(id);
    return html`
      <div class="preset">
        <div class="preset-row">
          <div class="field">
            <label for="preset">${msg('Choose a series')}</label>
            <select id="preset" data-testid="preset" aria-describedby="preset-about" @change=${pickPreset}>
              ${presetOptions()}
            </select>
          </div>
          ${
            id === 'city' || id === null
              ? nothing
              : html`<button class="button" type="button" data-testid="use-preset" @click=${openPicked}>
                  ${msg('Open')}
                </button>`
          }
        </div>
        <p class="field-hint" id="preset-about" data-testid="preset-about">${words === null ? msg(str`${data.value?.name ?? ''}, read in this browser.`) : `${say(words.about)} ${say(words.credits)}`}</p>
        ${id === 'city' ? html`<gw-city></gw-city>` : nothing}
      </div>
    `;
  }
}
