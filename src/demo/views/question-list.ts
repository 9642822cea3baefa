/** The predict-first questions: native radio buttons, a button that gives the answer, the reason, and the view to look it up in. */
import { effect, signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { SignalElement } from '../signal-element.ts';
import { facts } from '../teaching/facts.ts';
import { type Question, questionsFor } from '../teaching/questions.ts';

export class QuestionList extends SignalElement {
  /** Option by question: chosen, and answered with. Arrow keys move a choice, so that choosing is no answer yet. */
  readonly #chosen = signal<Readonly<Record<string, number>>>({});
  readonly #answered = signal<Readonly<Record<string, number>>>({});
  #stop: (() => void) | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    let last = '';
    this.#stop = effect(() => {
      // Of another network the same question has another answer.
      const now = JSON.stringify(facts.value);
      if (now !== last) {
        this.#chosen.value = {};
        this.#answered.value = {};
      }
      last = now;
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
  }

  protected override render(): TemplateResult {
    const known = facts.value;
    if (known === null)
      return html`<p class="placeholder">The questions appear here once the data are read.</p>`;
    const questions = questionsFor(known);
    const right = questions.filter(({ id, right: wanted }) => this.#answered.value[id] === wanted).length;
    return html`
      <h3>Predict first</h3>
      <p>
        Choose before you look, then press Answer. Where a number is asked for, it is worked out from the network as it stands
        now. <span role="status" data-testid="questions-right">${right} of ${questions.length} right.</span>
      </p>
      <div class="teachers-questions">${questions.map((question) => this.#question(question))}</div>
    `;
  }

  #question(question: Question): TemplateResult {
    const { id, text, options } = question;
    const chosen = this.#chosen.value[id];
    const answered = this.#answered.value[id];
    // What is said is of the choice that stands.
    const isSaid = answered !== undefined && answered === chosen;
    return html`
      <fieldset class="field teachers-question" data-testid="question-${id}">
        <legend>${text}</legend>
        ${options.map(
          (option, k) => html`<label class="choice">
            <input
              type="radio"
              name="question-${id}"
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
            Answer
          </button>
        </div>
        <div class="teachers-answer" aria-live="polite">${isSaid ? answer(question, answered) : nothing}</div>
      </fieldset>
    `;
  }
}

function answer({ right, why, view }: Question, chosen: number): TemplateResult {
  return html`<p data-right=${chosen === right}>
    <b>${chosen === right ? 'Right.' : 'Not that one.'}</b> ${why} <a href="#${view}">Look at it</a>
  </p>`;
}
