/** All predict-first questions in one list, with how many were answered rightly. */

import { html, type TemplateResult } from 'lit';
import { SignalElement } from '../signal-element.ts';
import { facts } from '../teaching/facts.ts';
import { questionsFor } from '../teaching/questions.ts';
import { msg } from '../words.ts';
import { AskedQuestions } from './asked-question.ts';

export class QuestionList extends SignalElement {
  readonly #asked = new AskedQuestions('question');
  #stop: (() => void) | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = this.#asked.follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
  }

  protected override render(): TemplateResult {
    const known = facts.value;
    if (known === null)
      return html`<p class="placeholder">${msg('The questions appear here once the data are read.')}</p>`;
    const questions = questionsFor(known);
    const right = questions.filter((question) => this.#asked.isRight(question)).length;
    return html`
      <h3>${msg('Predict first')}</h3>
      <p>
        ${msg(html`Choose before you look, then press Answer. Where a number is asked for, it is worked out from the network as it stands now. <span role="status" data-testid="questions-right">${right} of ${questions.length} right.</span>`)}
      </p>
      <div class="teachers-questions">${questions.map((question) => this.#asked.draw(question, true))}</div>
    `;
  }
}
