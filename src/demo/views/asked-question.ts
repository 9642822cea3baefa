/** Questions with native radio buttons, a button that gives the answer, the reason, and the view to look it up in. */

import { effect, signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { facts } from '../teaching/facts.ts';
import type { Question } from '../teaching/questions.ts';
import { msg } from '../words.ts';

export class AskedQuestions {
  /** Where they stand: part of their names, so that the same question may stand in two places. */
  readonly #place: string;
  /** Option by question: chosen, and answered with. Arrow keys move a choice, so that choosing is no answer yet. */
  readonly #chosen = signal<Readonly<Record<string, number>>>({});
  readonly #answered = signal<Readonly<Record<string, number>>>({});

  constructor(place: string) {
    this.#place = place;
  }

  /** Begins to forget answers where another network stands. @returns what ends it */
  follow(): () => void {
    let last = '';
    return effect(() => {
      // Of another network the same question has another answer.
      const now = JSON.stringify(facts.value);
      if (now !== last) {
        this.#chosen.value = {};
        this.#answered.value = {};
      }
      last = now;
    });
  }

  isRight({ id, right }: Question): boolean {
    return this.#answered.value[id] === right;
  }

  /** @param withLink whether to lead to the view; not where the question stands beside it */
  draw(question: Question, withLink: boolean): TemplateResult {
    const { id, text, options } = question;
    const name = `${this.#place}-${id}`;
    const chosen = this.#chosen.value[id];
    const answered = this.#answered.value[id];
    // What is said is of the choice that stands.
    const isSaid = answered !== undefined && answered === chosen;
    return html`
      <fieldset class="field teachers-question" data-testid=${name}>
        <legend>${text}</legend>
        ${options.map(
          (option, k) => html`<label class="choice">
            <input
              type="radio"
              name=${name}
              value=${option}
              .checked=${chosen === k}
              @change=${() => {
                this.#chosen.value = { ...this.#chosen.value, [id]: k };
              }}
            />
            <span>${option}</span>
          </label>`,
        )}
        <div class="actions">
          <button
            class="button button-small"
            type="button"
            ?disabled=${chosen === undefined}
            @click=${() => {
              if (chosen !== undefined) this.#answered.value = { ...this.#answered.value, [id]: chosen };
            }}
          >
            ${msg('Answer')}
          </button>
        </div>
        <div class="teachers-answer" aria-live="polite">${isSaid ? answer(question, answered, withLink) : nothing}</div>
      </fieldset>
    `;
  }
}

function answer({ right, why, view }: Question, chosen: number, withLink: boolean): TemplateResult {
  return html`<p data-right=${chosen === right}>
    <b>${chosen === right ? msg('Right.') : msg('Not that one.')}</b> ${why}
    ${withLink ? html`<a href="#${view}">${msg('Look at it')}</a>` : nothing}
  </p>`;
}
