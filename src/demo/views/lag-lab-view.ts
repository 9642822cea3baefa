/** What it learned: methods to choose from, what the chosen one says of each lag and input, and the controls it is held against. */
import { effect } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { plantedOf } from '../lags/lag-noise.ts';
import { chosenMethod, study } from '../lags/lag-state.ts';
import { lagMethods } from '../lags/lag-words.ts';
import { defineElement, SignalElement } from '../signal-element.ts';
import { canAsk, data, device, isOther, lagProgress, model, recipe } from '../state.ts';
import { msg } from '../words.ts';
import { LagMapView } from './lag-map.ts';
import { LagOptions } from './lag-options.ts';
import { LagRandom } from './lag-random.ts';
import { LagRetrain } from './lag-retrain.ts';
import { LagStudyView } from './lag-study.ts';

defineElement('gw-lag-options', LagOptions);
defineElement('gw-lag-map', LagMapView);
defineElement('gw-lag-random', LagRandom);
defineElement('gw-lag-study', LagStudyView);
defineElement('gw-lag-retrain', LagRetrain);

export class LagLabView extends SignalElement {
  #stop: (() => void) | null = null;
  /** What the page came with of the recorded study; it is shown until there is one of the visitor’s own. */
  #recorded: HTMLElement | null = null;

  override connectedCallback(): void {
    this.#recorded ??= this.querySelector<HTMLElement>('.recorded-verdicts');
    super.connectedCallback();
    this.#stop = effect(() => {
      // Marks are for series whose truth is known, and downloaded with the first of them.
      if (plantedOf(data.value?.preset ?? null) === null) return;
      void import('./lag-grades.ts').then(({ LagGrades }) => defineElement('gw-lag-grades', LagGrades));
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
  }

  protected override hasContent(): boolean {
    return (model.value !== null && data.value !== null) || isOther.value;
  }

  protected override render(): TemplateResult {
    if (model.value === null || data.value === null) {
      return html`<p class="placeholder">
        ${
          device.value.kind === 'none' || device.value.kind === 'lost'
            ? msg(
                'To measure what a network uses, its forecasts are computed thousands of times on a graphics device, and there is none here.',
              )
            : msg('What the network uses appears here once the network is ready.')
        }
      </p>`;
    }
    return html`
      <fieldset class="lag-methods">
        <legend>${msg('How to ask')}</legend>
        ${lagMethods().map(
          ({ method, name, help }) => html`<label class="lag-method">
            <input
              type="radio"
              name="lag-method"
              .checked=${chosenMethod.value === method}
              data-testid="lag-method-${method}"
              aria-describedby="lag-help-${method}"
              @change=${() => {
                chosenMethod.value = method;
              }}
            />
            <span class="lag-method-name">${name}</span>
            <span class="field-hint" id="lag-help-${method}">${help}</span>
          </label>`,
        )}
      </fieldset>
      ${canAsk.value ? html`<gw-lag-options></gw-lag-options>` : nothing}
      <gw-lag-map></gw-lag-map>
      <gw-lag-random></gw-lag-random>
      <gw-lag-study></gw-lag-study>
      ${lagProgress.value === null && study.value?.type !== 'studied' && this.#isOfSettings() ? html`<div lang="en">${this.#recorded}</div>` : nothing}
      <gw-lag-retrain></gw-lag-retrain>
      <gw-lag-grades></gw-lag-grades>
    `;
  }

  /** Whether the recorded study is of the data and settings in force. */
  #isOfSettings(): boolean {
    const of = this.#recorded?.dataset.of;
    if (of === undefined || data.value?.preset !== 'seattle') return false;
    return of === JSON.stringify({ recipe: recipe.value, inputs: data.value.inputs });
  }
}
