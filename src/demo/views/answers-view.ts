/** The three questions people ask about the weights of an LSTM, each with its answer, a live number and the way to its view. */

import { html, nothing, type TemplateResult } from 'lit';
import { forgetBias, forgetColumns, heldFrom, LAG } from '../answers.ts';
import {
  formatChangeIn,
  formatCount,
  formatShape,
  formatSteps,
  formatWeight,
  listed,
  traceWeights,
} from '../format.ts';
import { type LagAnswered, lagAnswered, measuredLags } from '../lags/lag-answer.ts';
import { lstmWeights } from '../lstm-facts.ts';
import type { TraceReport } from '../protocol.ts';
import { trace } from '../selection.ts';
import { SignalElement } from '../signal-element.ts';
import { data, model, recipe, run, weights } from '../state.ts';
import { msg, str } from '../words.ts';
import type { AnswerId } from './answer-looks.ts';

export class AnswersView extends SignalElement {
  protected override render(): TemplateResult {
    const units = model.value?.units ?? recipe.value.units;
    const features = model.value?.features.length ?? data.value?.inputs.length ?? null;
    const shown = trace.value;
    return html`
      <div class="answers">
        ${this.#card(msg('Where is time_steps?'), msg('Not in the weights.'), this.#steps(units, features), 'time-steps', msg('Move the slider and see what changes'))}
        ${this.#card(msg('Which matrix is which gate?'), msg('Each matrix holds all four, side by side.'), this.#gates(units, shown), 'gates', msg('See them cut by gate'))}
        ${this.#card(msg(str`What did it learn: is t\u2212${LAG} used?`), msg(str`No weight belongs to t\u2212${LAG}.`), this.#memory(shown), 'lag-lab', msg('Ask the network which rows it uses'))}
      </div>
    `;
  }

  #card(question: string, answer: string, more: TemplateResult, to: AnswerId, link: string): TemplateResult {
    return html`
      <article class="answer">
        <h3>${question}</h3>
        <p class="answer-short">${answer}</p>
        <p>${more}</p>
        <a href="#${to}" @click=${() => void import('./answer-looks.ts').then(({ lookAt }) => lookAt(to))}>${link}</a>
      </article>
    `;
  }

  #steps(units: number, features: number | null): TemplateResult {
    const kernel = features === null ? nothing : html`${unbroken([features, 4 * units])}, `;
    const count =
      features === null
        ? nothing
        : html`${msg(html`<b data-testid="answer-count">${formatCount(lstmWeights(units, features))}</b> numbers,`)} `;
    return msg(
      html`With ${formatCount(recipe.value.window)} rows as with any other number the matrices have the shapes ${kernel}${unbroken([units, 4 * units])} and ${formatShape([4 * units])}: ${count}used once for every row of the window.`,
    );
  }

  #gates(units: number, shown: TraceReport | null): TemplateResult {
    const [first, last] = forgetColumns(units);
    const bias = shown === null ? null : forgetBias(shown);
    const columns = msg(
      html`Columns <b data-testid="answer-columns">${first} to ${last}</b> are the forget gate. Its bias starts at exactly 1`,
    );
    if (shown === null || bias === null || run.value.start !== null) {
      return msg(html`${columns}, which is how it gives itself away.`);
    }
    const [least, most] = bias;
    const now =
      least === most ? formatWeight(least) : msg(str`${formatWeight(least)} to ${formatWeight(most)}`);
    return msg(html`${columns}; now it is <b data-testid="answer-bias">${now}</b> (${this.#whose(shown)}).`);
  }

  #memory(shown: TraceReport | null): TemplateResult {
    const measured = measuredLags.value;
    const answered = measured === null ? null : lagAnswered(measured, LAG + 1);
    if (answered !== null) return this.#use(answered);
    const base = msg('What can be read is memory, not use.');
    const rest = msg(
      'Which rows the forecast needs shows only when they are changed: the lag lab measures that.',
    );
    const held = shown === null ? null : heldFrom(shown, LAG);
    if (shown === null || held === null) {
      return msg(html`${base} The forget gates say how long a unit remembers. ${rest}`);
    }
    return msg(
      html`${base} By their forget gates alone half of the units still hold at least <b data-testid="answer-held">${formatWeight(100 * held)}\u00a0%</b> of what they knew ${formatSteps(LAG, data.value?.stepMs ?? null)} earlier (${this.#whose(shown)}). ${rest}`,
    );
  }

  /** Once it was measured: what the forecast loses without the row, beside what matters most. */
  #use({ asked, most, verdicts }: LagAnswered): TemplateResult {
    const unit = data.value?.unit ?? '';
    const back = most.lag === 1 ? 't' : `t\u2212${most.lag - 1}`;
    const judged =
      verdicts.length === 0
        ? ''
        : msg(str` With controls, of its inputs: ${listed(verdicts.map(judgedWords))}.`);
    return msg(
      html`What can be read is behaviour on data. Permuted among the windows, t\u2212${LAG} of ${asked.feature} changes the error by <b data-testid="answer-lag">${formatChangeIn(asked.value, unit)}</b>, no other input of that row by more; ${back} of ${most.feature} by ${formatChangeIn(most.value, unit)}.${judged}`,
    );
  }

  #whose(shown: TraceReport): string {
    const words = traceWeights({ run: run.value, trace: shown });
    return shown.fingerprint === weights.value?.fingerprint
      ? words
      : msg(str`${words}, before this training`);
  }
}

/** A shape that no line is broken in. */
const unbroken = (shape: readonly number[]): string => formatShape(shape).replaceAll(' ', '\u00a0');

function judgedWords({ verdict, count }: LagAnswered['verdicts'][number]): string {
  const number = formatCount(count);
  switch (verdict) {
    case 'used':
      return msg(str`${number} used`);
    case 'not used':
      return msg(str`${number} not used`);
    case 'cannot tell':
      return msg(str`${number} cannot tell`);
  }
}
