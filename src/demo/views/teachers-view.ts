/** For teachers: lessons as links, questions, the work sheet, large type for a projector, and code to embed a view. */

import { effect, signal } from '@preact/signals-core';
import { html, type TemplateResult } from 'lit';
import { defineElement, SignalElement } from '../signal-element.ts';
import { run } from '../state.ts';
import { LESSONS } from '../teaching/lessons.ts';
import { linkTo } from '../url-link.ts';
import { msg } from '../words.ts';
import { EmbedForm } from './embed-form.ts';
import { WorkSheet } from './work-sheet.ts';

export class TeachersView extends SignalElement {
  readonly #isLarge = signal(false);

  #stop: (() => void) | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = effect(() => {
      // The recorded results are downloaded once there is something to compare.
      if (run.value.phase !== 'done') return;
      void import('./pinned-view.ts').then(({ PinnedView }) => defineElement('gw-pinned', PinnedView));
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
  }

  protected override render(): TemplateResult {
    return html`
      <label class="choice teachers-projector">
        <input
          type="checkbox"
          data-testid="projector"
          .checked=${this.#isLarge.value}
          @change=${(event: Event) => this.#enlarge((event.target as HTMLInputElement).checked)}
        />
        ${msg('Large type, for a projector')}
      </label>
      <h3>${msg('Lessons')}</h3>
      <p>${msg('Each link sets data, seed and settings, so that a whole class begins with the same numbers.')}</p>
      <ul class="teachers-lessons" data-testid="lessons">
        ${LESSONS.map(
          ({ title, minutes, task, state }) => html`<li data-testid="lesson">
            <a href=${linkTo(state)}>${title}</a> <span class="field-hint">${msg(html`${minutes} minutes`)}</span>
            <p>${task}</p>
          </li>`,
        )}
      </ul>
      <h3>${msg('Does the whole class get this?')}</h3>
      <p>
        ${msg('With a series’ own settings and seed 1 every laptop should come to the same number, but for rounding. After training, the recorded one stands here beside yours.')}
      </p>
      <gw-pinned></gw-pinned>
      <details
        @toggle=${() => void import('./question-list.ts').then(({ QuestionList }) => defineElement('gw-questions', QuestionList))}
      >
        <summary data-testid="all-questions-open">${msg('All questions in one list, counted')}</summary>
        <gw-questions></gw-questions>
      </details>
      <details
        data-testid="answer-key"
        @toggle=${() => void import('./answer-key.ts').then(({ AnswerKey }) => defineElement('gw-answer-key', AnswerKey))}
      >
        <summary>${msg('Answer key, for the network as it stands')}</summary>
        <gw-answer-key></gw-answer-key>
      </details>
      <gw-work-sheet></gw-work-sheet>
      <gw-embed></gw-embed>
      <h3>${msg('Without the internet')}</h3>
      <p>
        ${msg(html`After the first visit the page works without a network. For many computers, <code>npm run build</code> and <code>node tools/school-zip.mjs</code> make one zip of it with a small server and a HOWTO: opened as a file (file://) no browser gives it WebGPU, only at http://localhost or https.`)}
      </p>
    `;
  }

  #enlarge(isLarge: boolean): void {
    this.#isLarge.value = isLarge;
    document.documentElement.toggleAttribute('data-projector', isLarge);
  }
}

defineElement('gw-work-sheet', WorkSheet);
defineElement('gw-embed', EmbedForm);
