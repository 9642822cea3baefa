/** The questions of one section, beside its text: what `gw-predict` downloads once it is opened. */

import { html, type TemplateResult } from 'lit';
import { SignalElement } from '../signal-element.ts';
import { facts } from '../teaching/facts.ts';
import { questionsFor } from '../teaching/questions.ts';
import { msg } from '../words.ts';
import { AskedQuestions } from './asked-question.ts';

export class SectionQuestions extends SignalElement {
  readonly #asked = new AskedQuestions('predict');
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
    const section = this.closest('section')?.id;
    const known = facts.value;
    if (known === null)
      return html`<p class="placeholder">${msg('The questions appear here once the data are read.')}</p>`;
    const questions = questionsFor(known).filter(({ view }) => view === section);
    return html`<div class="teachers-questions">${questions.map((question) => this.#asked.draw(question, false))}</div>`;
  }
}
