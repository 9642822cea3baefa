/** Which matrix is which gate: the three matrices cut by gate, one legend, the chosen cell in words, and the table. */

import { effect, signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { cellName, sliceCode } from '../draw/heatmap-layout.ts';
import { rampGradient, rampStops } from '../draw/ramp.ts';
import { formatWeight } from '../format.ts';
import { defineElement, SignalElement } from '../signal-element.ts';
import { isOther, model, weights } from '../state.ts';
import { msg } from '../words.ts';
import { currentTheme } from './badge.ts';
import { MatrixView } from './matrix-view.ts';
import { WeightEditForm } from './weight-edit-form.ts';
import type { termWords } from './weight-term.ts';
import {
  type Arrangement,
  arrangement,
  chosenCell,
  chosenValue,
  readChosenCell,
  type ScaleMode,
  scaleMode,
  scales,
} from './weights-state.ts';

defineElement('gw-matrix', MatrixView);
defineElement('gw-weight-edit', WeightEditForm);

const MODES: readonly { readonly mode: ScaleMode; readonly word: string }[] = [
  {
    mode: 'shared',
    get word() {
      return msg('One scale');
    },
  },
  {
    mode: 'own',
    get word() {
      return msg('Each its own');
    },
  },
];

const ARRANGEMENTS: readonly { readonly mode: Arrangement; readonly word: string }[] = [
  {
    mode: 'apart',
    get word() {
      return msg('Pulled apart by gate');
    },
  },
  {
    mode: 'stored',
    get word() {
      return msg('As Keras stores it');
    },
  },
];

export class WeightsView extends SignalElement {
  /** What says what a weight does in the chosen step; it comes with the first cell that is chosen. */
  readonly #term = signal<typeof termWords | null>(null);
  readonly #tableOpen = signal(false);
  #stops: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stops = [
      effect(() => {
        // The numbers changed: the chosen cell is read again.
        if (weights.value !== null) {
          void readChosenCell();
        }
      }),
      effect(() => {
        if (chosenCell.value === null || this.#term.peek() !== null) return;
        void import('./weight-term.ts').then(({ termWords }) => {
          this.#term.value = termWords;
        });
      }),
    ];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stops) stop();
  }

  protected override hasContent(): boolean {
    return model.value !== null || isOther.value;
  }

  protected override render(): TemplateResult {
    const built = model.value;
    if (built === null) {
      return html`<p class="placeholder">
        ${msg('The weights appear here once the network is ready; where there is a graphics device, it draws them from the very buffer that training writes to.')}
      </p>`;
    }
    return html`
      <div class="weights-bar">
        ${this.#legend()}
        <div class="segments" role="radiogroup" aria-label=${msg('How the matrices lie')}>
          ${ARRANGEMENTS.map(
            ({ mode, word }) => html`<label>
              <input
                type="radio"
                name="arrangement"
                .checked=${arrangement.value === mode}
                data-testid="arrange-${mode}"
                @change=${() => {
                  arrangement.value = mode;
                }}
              />${word}
            </label>`,
          )}
        </div>
        <div class="segments" role="radiogroup" aria-label=${msg('Scale of the colours')}>
          ${MODES.map(
            ({ mode, word }) => html`<label>
              <input
                type="radio"
                name="scale-mode"
                .checked=${scaleMode.value === mode}
                data-testid="scale-${mode}"
                @change=${() => {
                  scaleMode.value = mode;
                }}
              />${word}
            </label>`,
          )}
        </div>
      </div>
      ${this.#readout()}
      ${built.matrices.map((variable) => html`<gw-matrix class="matrix" .variable=${variable} .features=${built.features}></gw-matrix>`)}
      <gw-weight-edit></gw-weight-edit>
      <div class="weights-foot">
        <p>
          ${msg('Zoom with the buttons, with Ctrl and the wheel, or with two fingers; drag to move. With the keyboard: Tab to a matrix, arrow keys from cell to cell, plus and minus to zoom, 0 to fit.')}
        </p>
        <details data-testid="weights-table" @toggle=${this.#toggleTable}>
          <summary>${msg('Show the weights as a table')}</summary>
          ${this.#tableOpen.value ? html`<gw-weights-table></gw-weights-table>` : nothing}
        </details>
      </div>
    `;
  }

  readonly #toggleTable = (event: Event): void => {
    const { open } = event.target as HTMLDetailsElement;
    void import('./weights-table.ts').then(({ WeightsTable }) => {
      defineElement('gw-weights-table', WeightsTable);
      this.#tableOpen.value = open;
    });
  };

  #legend(): TemplateResult {
    const shared = scaleMode.value === 'shared';
    const end = shared ? formatWeight(scales.value.kernel) : msg('largest');
    return html`
      <div class="ramp" data-testid="ramp">
        <span>${shared ? '\u2212' : '\u2212 '}${end}</span>
        <span class="ramp-colours" style="background:${rampGradient(rampStops(currentTheme()))}"></span>
        <span>${shared ? '+' : '+ '}${end}</span>
        <span class="ramp-zero">0</span>
      </div>
    `;
  }

  #readout(): TemplateResult {
    const chosen = chosenCell.value;
    const value = chosenValue.value;
    const live = chosen?.byKey === true ? 'polite' : 'off';
    return html`
      <p class="cell-readout weight-readout" aria-live=${live} data-testid="cell-readout">
        ${
          chosen === null
            ? html`<span>${msg('Point at a cell, or step to it with the arrow keys, to read its number.')}</span>`
            : html`
                <span>
                  ${cellName(chosen.variable.name, chosen.cell, model.value?.features ?? [])},
                  <b>${value === null ? nothing : formatWeight(value)}</b>
                </span>
                <code>${sliceCode(chosen.variable.name, chosen.cell.gate)}</code>
                ${this.#term.value?.(chosen) ?? nothing}
              `
        }
      </p>
    `;
  }
}
