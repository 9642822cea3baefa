/** For teachers: lessons as links, questions, the work sheet, large type for a projector, and code to embed a view. */
import { signal } from '@preact/signals-core';
import { html, type TemplateResult } from 'lit';
import { defineElement, SignalElement } from '../signal-element.ts';
import { LESSONS } from '../teaching/lessons.ts';
import { linkTo } from '../url-state.ts';
import { EmbedForm } from './embed-form.ts';
import { QuestionList } from './question-list.ts';
import { WorkSheet } from './work-sheet.ts';

export class TeachersView extends SignalElement {
  readonly #isLarge = signal(false);

  protected override render(): TemplateResult {
    return html`
      <label class="choice teachers-projector">
        <input
          type="checkbox"
          data-testid="projector"
          .checked=${this.#isLarge.value}
          @change=${(event: Event) => this.#enlarge((event.target as HTMLInputElement).checked)}
        />
        Large type, for a projector
      </label>
      <h3>Lessons</h3>
      <p>Each link sets data, seed and settings, so that a whole class begins with the same numbers.</p>
      <ul class="teachers-lessons" data-testid="lessons">
        ${LESSONS.map(
          ({ title, minutes, task, state }) => html`<li data-testid="lesson">
            <a href=${linkTo(state)}>${title}</a> <span class="field-hint">${minutes} minutes</span>
            <p>${task}</p>
          </li>`,
        )}
      </ul>
      <gw-questions></gw-questions>
      <gw-work-sheet></gw-work-sheet>
      <gw-embed></gw-embed>
    `;
  }

  #enlarge(isLarge: boolean): void {
    this.#isLarge.value = isLarge;
    document.documentElement.toggleAttribute('data-projector', isLarge);
  }
}

defineElement('gw-questions', QuestionList);
defineElement('gw-work-sheet', WorkSheet);
defineElement('gw-embed', EmbedForm);
