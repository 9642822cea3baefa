/** The answers to all questions at once, for who teaches; downloaded when asked for. */

import { html, nothing, type TemplateResult } from 'lit';
import { SignalElement } from '../signal-element.ts';
import { facts } from '../teaching/facts.ts';
import { questionsFor } from '../teaching/questions.ts';
import { msg } from '../words.ts';

export class AnswerKey extends SignalElement {
  protected override render(): TemplateResult | typeof nothing {
    const known = facts.value;
    if (known === null) return nothing;
    return html`<ol>
      ${questionsFor(known).map(
        ({ text, options, right, why }) =>
          html`<li>${msg(html`${text} <b>${options[right]}</b>. ${why}`)}</li>`,
      )}
    </ol>`;
  }
}
