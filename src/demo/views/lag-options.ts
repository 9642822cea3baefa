/** How the chosen method is asked and shown: its baseline, the input, sizes or signs, one window or all, older rows. */
import { html, nothing, type TemplateResult } from 'lit';
import { baselineWindow, choices } from '../choices.ts';
import { formatDate } from '../format.ts';
import type { LagDisplay } from '../lags/lag-bars.ts';
import type { LagBaseline } from '../lags/lag-protocol.ts';
import {
  addsOlder,
  chosenBaseline,
  chosenDisplay,
  chosenInput,
  chosenMethod,
  hasSigns,
  OLDER_ROWS,
  ofWindow,
  shownDisplay,
} from '../lags/lag-state.ts';
import { chooseFeature, chosenWindow } from '../selection.ts';
import { SignalElement } from '../signal-element.ts';
import { data, model } from '../state.ts';
import { within } from '../within.ts';
import { msg, str } from '../words.ts';

const baselines = (): readonly { readonly kind: LagBaseline['kind']; readonly word: string }[] => [
  { kind: 'mean', word: msg('The training mean of every input') },
  { kind: 'climatology', word: msg('What is usual for the date') },
  { kind: 'window', word: msg('Another window of the test part') },
];
const displays = (): readonly { readonly display: LagDisplay; readonly word: string }[] => [
  { display: 'size', word: msg('as they are') },
  { display: 'signed', word: msg('with their sign') },
  { display: 'share', word: msg('as shares of all bars') },
];

export class LagOptions extends SignalElement {
  protected override render(): TemplateResult | typeof nothing {
    const method = chosenMethod.value;
    if (method === 'half-life') return nothing;
    return html`
      ${method === 'integrated' ? this.#baseline() : nothing}
      <div class="lag-options">
        <label class="field"><span>${msg('Input')}</span>${this.#inputs()}</label>
        <label class="field">
          <span>${msg('Bars')}</span>
          <select
            class="select-small"
            data-testid="lag-display"
            @change=${(event: Event) => {
              chosenDisplay.value = (event.target as HTMLSelectElement).value as LagDisplay;
            }}
          >
            ${displays()
              .filter(({ display }) => hasSigns.value || display !== 'signed')
              .map(
                ({ display, word }) =>
                  html`<option value=${display} .selected=${shownDisplay.value === display}>${word}</option>`,
              )}
          </select>
        </label>
        <label class="choice">
          <input
            type="checkbox"
            .checked=${addsOlder.value}
            data-testid="lag-older"
            @change=${(event: Event) => {
              addsOlder.value = (event.target as HTMLInputElement).checked;
            }}
          />
          ${msg(str`Add ${OLDER_ROWS} older rows: the same weights on longer windows`)}
        </label>
      </div>
      ${
        addsOlder.value
          ? html`<p class="field-hint">
              ${msg('A peak at the oldest row can come from the start of the loop, where h and c are 0, and not from the row. If it is real, it stays where it is when windows begin earlier; if not, it moves to the new edge or goes.')}
            </p>`
          : nothing
      }
    `;
  }

  #inputs(): TemplateResult {
    const features = model.value?.features ?? [];
    return html`<select
      class="select-small"
      data-testid="lag-input"
      @change=${(event: Event) => {
        const { value } = event.target as HTMLSelectElement;
        chooseFeature(value === '' ? null : Number(value));
      }}
    >
      <option value="" .selected=${chosenInput.value === null}>${msg('all together')}</option>
      ${features.map(
        (name, index) =>
          html`<option value=${index} .selected=${chosenInput.value === index}>${name}</option>`,
      )}
    </select>`;
  }

  #baseline(): TemplateResult {
    const chosen = chosenBaseline.value;
    return html`
      <fieldset class="lag-baselines">
        <legend>${msg('Where the way begins, the baseline')}</legend>
        ${baselines().map(
          ({ kind, word }) => html`<label class="choice">
            <input
              type="radio"
              name="lag-baseline"
              .checked=${chosen.kind === kind}
              data-testid="lag-baseline-${kind}"
              @change=${() => {
                if (kind === 'window') baselineWindow.value = farWindow();
                choices.baseline.value = kind;
              }}
            />
            ${word}
          </label>`,
        )}
        ${chosen.kind === 'window' ? this.#otherWindow(chosen.window) : nothing}
      </fieldset>
      <div class="segments lag-segments" role="radiogroup" aria-label=${msg('Windows the bars are of')}>
        ${this.#whose(false, msg('Mean over the test part'))} ${this.#whose(true, msg('The chosen window'))}
      </div>
    `;
  }

  #otherWindow(window: number): TemplateResult {
    const report = data.value;
    const count = report?.windows.test ?? 1;
    const date = report?.test.dates?.[window];
    return html`<label class="lag-other">
      <span class="field-hint">${msg(str`Number of the window, 1 to ${count}`)}</span>
      <input
        type="number"
        min="1"
        max=${count}
        .value=${String(window + 1)}
        data-testid="lag-baseline-number"
        @change=${(event: Event) => {
          const typed = Number((event.target as HTMLInputElement).value);
          const index = Number.isInteger(typed) ? typed - 1 : 0;
          baselineWindow.value = within(index, count);
        }}
      />
      <span class="field-hint">${date === undefined ? '' : msg(str`forecast for ${formatDate(date, report?.stepMs ?? null)}`)}</span>
    </label>`;
  }

  #whose(window: boolean, word: string): TemplateResult {
    return html`<label>
      <input
        type="radio"
        name="lag-whose"
        .checked=${ofWindow.value === window}
        data-testid="lag-of-${window ? 'window' : 'all'}"
        @change=${() => {
          ofWindow.value = window;
        }}
      />${word}
    </label>`;
  }
}

/** Half the test part away from the chosen one, so that there is a difference to be told. */
function farWindow(): number {
  const count = data.value?.windows.test ?? 1;
  return (chosenWindow.value + Math.floor(count / 2)) % count;
}

/** The window the bars are of; null for the whole test part. */
export function barsWindow(): number | null {
  return chosenMethod.value === 'integrated' && ofWindow.value ? chosenWindow.value : null;
}
