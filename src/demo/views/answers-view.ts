/** The three questions people ask about the weights of an LSTM, each with its answer, a live number and the way to its view. */
import { html, nothing, type TemplateResult } from 'lit';
import { forgetBias, forgetColumns, heldFrom } from '../answers.ts';
import { formatCount, formatShape, formatSteps, formatWeight, traceWeights } from '../format.ts';
import { lstmWeights } from '../lstm-facts.ts';
import type { TraceReport } from '../protocol.ts';
import { trace } from '../selection.ts';
import { SignalElement } from '../signal-element.ts';
import { data, model, recipe, run, weights } from '../state.ts';

/** The lag of the question as it is asked. */
const LAG = 5;

export class AnswersView extends SignalElement {
  protected override render(): TemplateResult {
    const units = model.value?.units ?? recipe.value.units;
    const features = model.value?.features.length ?? data.value?.inputs.length ?? null;
    const shown = trace.value;
    return html`
      <div class="answers">
        ${this.#card('Where is time_steps?', 'Not in the weights.', this.#steps(units, features), '#time-steps', 'Move the slider and see what changes')}
        ${this.#card('Which matrix is which gate?', 'Each matrix holds all four, side by side.', this.#gates(units, shown), '#gates', 'See them cut by gate')}
        ${this.#card(`What did it learn: is t\u2212${LAG} used?`, `No weight belongs to t\u2212${LAG}.`, this.#memory(shown), '#through-time', 'See the gates through time')}
      </div>
    `;
  }

  #card(question: string, answer: string, more: TemplateResult, to: string, link: string): TemplateResult {
    return html`
      <article class="answer">
        <h3>${question}</h3>
        <p class="answer-short">${answer}</p>
        <p>${more}</p>
        <a href=${to}>${link}</a>
      </article>
    `;
  }

  #steps(units: number, features: number | null): TemplateResult {
    const kernel = features === null ? nothing : html`${formatShape([features, 4 * units])}, `;
    const count =
      features === null
        ? nothing
        : html`<b data-testid="answer-count">${formatCount(lstmWeights(units, features))}</b> numbers, `;
    return html`
      With ${formatCount(recipe.value.window)} rows as with any other number the matrices have the shapes
      ${kernel}${formatShape([units, 4 * units])} and ${formatShape([4 * units])}: ${count}used once for every row of the
      window.
    `;
  }

  #gates(units: number, shown: TraceReport | null): TemplateResult {
    const [first, last] = forgetColumns(units);
    const bias = shown === null ? null : forgetBias(shown);
    const columns = html`Columns <b data-testid="answer-columns">${first} to ${last}</b> are the forget gate. Its bias starts at
      exactly 1`;
    if (shown === null || bias === null || run.value.start !== null) {
      return html`${columns}, which is how it gives itself away.`;
    }
    const [least, most] = bias;
    const now = least === most ? formatWeight(least) : `${formatWeight(least)} to ${formatWeight(most)}`;
    return html`${columns}; now it is <b data-testid="answer-bias">${now}</b> (${this.#whose(shown)}).`;
  }

  #memory(shown: TraceReport | null): TemplateResult {
    const base = 'What can be read is memory, not use.';
    const rest =
      'Which rows the forecast needs shows only when they are changed; this page does not measure that yet.';
    const held = shown === null ? null : heldFrom(shown, LAG);
    if (shown === null || held === null) {
      return html`${base} The forget gates say how long a unit remembers. ${rest}`;
    }
    return html`${base} By its forget gates alone a unit in the middle of the field still holds
      <b data-testid="answer-held">${formatWeight(100 * held)}\u00a0%</b> of what it knew
      ${formatSteps(LAG, data.value?.stepMs ?? null)} earlier (${this.#whose(shown)}). ${rest}`;
  }

  #whose(shown: TraceReport): string {
    const words = traceWeights({ run: run.value, trace: shown });
    return shown.fingerprint === weights.value?.fingerprint ? words : `${words}, before this training`;
  }
}
