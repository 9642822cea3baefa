/** Which device trains here, the colour theme, and the language. */

import { signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import type { Theme } from '../draw/ramp.ts';
import { chooseLanguage, language } from '../language.ts';
import { LANGUAGES, languageOf } from '../languages.ts';
import { SignalElement } from '../signal-element.ts';
import { device } from '../state.ts';
import { msg, say, str } from '../words.ts';
import { langOf } from './spoken.ts';

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
    const [name, words, lang] = this.#device();
    return html`
      <div class="badge">
        <span class="badge-device" data-testid="device-badge">
          <button type="button" popovertarget="device">
            <span class="badge-dot" data-kind=${device.value.kind}></span>
            <span class="badge-name" title=${words}>${name}</span>
          </button>
        </span>
        <p id="device" lang=${lang} popover>${words}</p>
        <label>
          <span class="visually-hidden">${msg('Colours')}</span>
          <select class="select-small" data-testid="theme" @change=${this.#choose}>
            ${CHOICES.map(
              (name) => html`<option value=${name} ?selected=${name === choice.value}>
                ${name === 'system' ? msg('Auto') : name === 'light' ? msg('Light') : msg('Dark')}
              </option>`,
            )}
          </select>
        </label>
        <label>
          <span class="visually-hidden">${msg('Language')}</span>
          <select class="select-small" data-testid="language" @change=${this.#speak}>
            ${LANGUAGES.map(
              (name) => html`<option value=${name} lang=${name} .selected=${name === language.value}>
                ${name === 'en' ? 'English' : '中文'}
              </option>`,
            )}
          </select>
        </label>
      </div>
    `;
  }

  /** Its name, which may be cut, what is told of it whole, and the language of that. */
  #device(): [name: string, words: string, lang: 'en' | typeof nothing] {
    const state = device.value;
    switch (state.kind) {
      case 'starting':
        return [msg('Looking for a GPU'), msg('Looking for a GPU'), nothing];
      case 'ready': {
        const { label, isSoftware, thread } = state.report;
        const where = thread === 'worker' ? msg('in a worker') : msg('on the page\u2019s own thread');
        const words = msg(
          str`${isSoftware ? msg('Software adapter: right numbers, slow. ') : ''}${label}; trains and draws ${where}.`,
        );
        const note = isSoftware ? msg(' (software)') : '';
        return [isSoftware && /software/i.test(label) ? label : `${label}${note}`, words, nothing];
      }
      default: {
        const { message } = state.problem;
        const name =
          state.kind === 'lost'
            ? msg('GPU lost')
            : state.problem.code === 'no-adapter'
              ? msg('No graphics adapter here')
              : state.problem.code === 'device-refused'
                ? msg('No graphics device here')
                : state.problem.code === 'internal'
                  ? msg('Training did not start')
                  : msg('No WebGPU here');
        return [name, say(message), langOf(message)];
      }
    }
  }

  readonly #speak = (event: Event): void => {
    chooseLanguage(languageOf((event.target as HTMLSelectElement).value) ?? 'en');
  };

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
