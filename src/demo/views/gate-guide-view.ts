/** Below the heatmaps: the slices as Python, what the bias gives away, common mistakes, and how other formats store gates. */

import { signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { formatPlural, formatWeight, joined } from '../format.ts';
import { allOnes, biasQuarters, pythonSlices, storedAs } from '../gate-guide.ts';
import type { ModelReport, TraceReport } from '../protocol.ts';
import { trace } from '../selection.ts';
import { defineElement, SignalElement } from '../signal-element.ts';
import { model } from '../state.ts';
import { msg } from '../words.ts';
import { copyText } from './copy-text.ts';
import { GateCue } from './gate-cue.ts';
import { gateName } from './gate-words.ts';

defineElement('gw-gate-cue', GateCue);

const mistakesNow = (): readonly (readonly [string, string])[] => [
  [
    msg('weights[0] is \u201cthe input gate\u201d'),
    msg('it is the kernel: what all four gates do with the inputs.'),
  ],
  [msg('The order is i, f, o, c\u0303'), msg('it is i, f, c\u0303, o; the candidate comes third.')],
  [msg('The output gate has no sigmoid'), msg('it has one: o = \u03c3(z), and h = o \u00b7 tanh(c).')],
  [
    msg('There are peepholes from c to the gates'),
    msg('Keras\u2019 LSTM has none: gates see x and the last h.'),
  ],
  [
    msg('units has to do with time_steps'),
    msg('units is how many cells there are; time_steps is in no weight.'),
  ],
];

export class GateGuide extends SignalElement {
  readonly #said = signal('');

  protected override render(): TemplateResult | typeof nothing {
    const built = model.value;
    if (built === null) return nothing;
    return html`
      <gw-gate-cue></gw-gate-cue>
      ${this.#python(built)}
      <details class="gate-guide" data-testid="gate-guide">
        <summary>${msg('How to tell without a manual, what is often mistaken, and other formats')}</summary>
        ${bias(trace.value)} ${mistakes()} ${formats(built)}
      </details>
    `;
  }

  #python({ features, units }: ModelReport): TemplateResult {
    const text = pythonSlices(features.length, units);
    return html`
      <h3>${msg('The slices in Python')}</h3>
      <pre class="gate-code" tabindex="0" role="region" aria-label=${msg('The slices in Python')} data-testid="gate-python">${text}</pre>
      <div class="actions">
        <button class="button button-small" type="button" data-testid="gate-copy" @click=${() => void this.#copy(text)}>
          ${msg('Copy')}
        </button>
        <span role="status">${this.#said.value}</span>
      </div>
    `;
  }

  async #copy(text: string): Promise<void> {
    this.#said.value = await copyText(text, this.querySelector('.gate-code'));
  }
}

/** The forget gate's bias begins at 1, so that the blocks can be told apart without a manual. */
function bias(shown: TraceReport | null): TemplateResult | typeof nothing {
  if (shown === null) return nothing;
  const quarters = biasQuarters(shown.weights.bias);
  const ones = allOnes(quarters);
  return html`
    <h3>${msg('How would you know without a manual?')}</h3>
    <p data-testid="gate-cue">
      ${
        ones.length > 0
          ? msg(
              html`Look at the four quarters of the bias before training: that of ${joined(ones.map((key) => gateName(key)))} is exactly 1 throughout, because Keras lets a network begin by remembering.`,
            )
          : msg(
              html`After ${formatPlural(shown.epoch, 'epoch')} training has moved the bias. Press Reset and look again: one quarter begins at exactly 1.`,
            )
      }
    </p>
    <table class="gate-table">
      <thead><tr><th scope="col">${msg('quarter of the bias')}</th><th scope="col">${msg('smallest')}</th><th scope="col">${msg('largest')}</th></tr></thead>
      <tbody>
        ${quarters.map(
          ({ gate, least, most }) => html`<tr data-testid="gate-bias-${gate}">
            <th scope="row">${gateName(gate)}</th><td>${formatWeight(least)}</td><td>${formatWeight(most)}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  `;
}

function mistakes(): TemplateResult {
  return html`
    <h3>${msg('Often mistaken')}</h3>
    <dl class="gate-mistakes">
      ${mistakesNow().map(([wrong, right]) => html`<div><dt>${wrong}</dt><dd>${msg(html`No: ${right}`)}</dd></div>`)}
    </dl>
  `;
}

function formats({ features, units }: ModelReport): TemplateResult {
  return html`
    <h3>${msg('The same gates elsewhere')}</h3>
    <div class="table-region" tabindex="0" role="region" aria-label=${msg('How formats store the gates')}>
      <table class="gate-table" data-testid="gate-formats">
        <thead><tr><th scope="col">${msg('format')}</th><th scope="col">${msg('order')}</th><th scope="col">${msg('arrays')}</th></tr></thead>
        <tbody>
          ${storedAs(features.length, units).map(
            ({ format, order, arrays }) =>
              html`<tr><th scope="row">${format}</th><td>${order}</td><td>${arrays}</td></tr>`,
          )}
        </tbody>
      </table>
    </div>
  `;
}
