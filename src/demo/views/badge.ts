/** Which device trains here, and the colour theme. */
import { signal } from '@preact/signals-core';
import { html, type TemplateResult } from 'lit';
import type { Theme } from '../draw/ramp.ts';
import { SignalElement } from '../signal-element.ts';
import { device } from '../state.ts';

type ThemeChoice = 'system' | Theme;
const CHOICES: readonly ThemeChoice[] = ['system', 'light', 'dark'];
const STORED = 'gatewise.theme';

const darkQuery = matchMedia('(prefers-color-scheme: dark)');
const systemTheme = signal<Theme>(darkQuery.matches ? 'dark' : 'light');
darkQuery.addEventListener('change', () => {
  systemTheme.value = darkQuery.matches ? 'dark' : 'light';
});
const choice = signal<ThemeChoice>(readChoice());

/** The theme in force; the heatmaps take their ramp from it. */
export function currentTheme(): Theme {
  return choice.value === 'system' ? systemTheme.value : choice.value;
}

export class Badge extends SignalElement {
  protected override render(): TemplateResult {
    document.documentElement.dataset.theme = choice.value;
    return html`
      <div class="badge">
        <span class="badge-device" data-testid="device-badge">
          <span class="badge-dot" data-kind=${device.value.kind}></span>
          ${this.#device()}
        </span>
        <label>
          <span class="visually-hidden">Colours</span>
          <select class="select-small" data-testid="theme" @change=${this.#choose}>
            ${CHOICES.map(
              (name) => html`<option value=${name} ?selected=${name === choice.value}>
                ${name === 'system' ? 'Auto' : name === 'light' ? 'Light' : 'Dark'}
              </option>`,
            )}
          </select>
        </label>
      </div>
    `;
  }

  #device(): TemplateResult {
    const state = device.value;
    switch (state.kind) {
      case 'starting':
        return html`<span class="badge-name">Looking for a GPU</span>`;
      case 'ready': {
        const { label, isSoftware, thread } = state.report;
        const where = thread === 'worker' ? 'in a worker' : 'on the page\u2019s own thread';
        const title = `${isSoftware ? 'Software adapter: right numbers, slow. ' : ''}${label}; trains and draws ${where}.`;
        const note = isSoftware ? ' (software)' : '';
        const shown = isSoftware && /software/i.test(label) ? label : `${label}${note}`;
        return html`<span class="badge-name" title=${title}>${shown}</span>`;
      }
      case 'none':
        return html`<span class="badge-name">No WebGPU here</span>`;
      case 'lost':
        return html`<span class="badge-name">GPU lost</span>`;
    }
  }

  readonly #choose = (event: Event): void => {
    const value = (event.target as HTMLSelectElement).value;
    choice.value = CHOICES.find((name) => name === value) ?? 'system';
    try {
      localStorage.setItem(STORED, choice.value);
    } catch {
      // Storage can be closed (private windows, policies); the choice then lasts as long as the page.
    }
  };
}

function readChoice(): ThemeChoice {
  try {
    const stored = localStorage.getItem(STORED);
    return CHOICES.find((name) => name === stored) ?? 'system';
  } catch {
    return 'system';
  }
}
