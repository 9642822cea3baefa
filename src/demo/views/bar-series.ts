/**
 * Which series, in the bar: the same list as in the card of the data. A pick alone opens nothing, since a list walked through with
 * the arrow keys would open each series on the way; the button for it comes with the pick.
 */
import { html, nothing, type TemplateResult } from 'lit';
import { SignalElement } from '../signal-element.ts';
import { msg } from '../words.ts';
import { isPresetPicked, openPicked, pickPreset, presetOptions, presetShown } from './preset-options.ts';

export class BarSeries extends SignalElement {
  protected override render(): TemplateResult {
    const id = presetShown.value;
    return html`
      <div class="bar-series">
        <label>
          <span class="visually-hidden">${msg('Series')}</span>
          <select class="select-small" data-testid="bar-series" @change=${pickPreset}>${presetOptions()}</select>
        </label>
        ${
          !isPresetPicked.value || id === null
            ? nothing
            : id === 'city'
              ? html`<a class="button button-small" href="#preset" data-testid="bar-city" @click=${this.#toForm}>${msg('Choose the place')}</a>`
              : html`<button class="button button-small" type="button" data-testid="bar-open" @click=${this.#open}>${msg('Open')}</button>`
        }
      </div>
    `;
  }

  readonly #open = (): void => {
    openPicked();
    // The button goes with the pick; the focus stays beside it.
    this.querySelector('select')?.focus();
  };

  /** The form for a city stands in the card of the data. */
  readonly #toForm = (event: Event): void => {
    event.preventDefault();
    const list = document.querySelector<HTMLElement>('#preset');
    list?.scrollIntoView({ block: 'center' });
    list?.focus({ preventScroll: true });
  };
}
