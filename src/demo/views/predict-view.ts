/** What to predict before looking at a section, closed until asked for; only then are the questions downloaded. */

import { signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { defineElement, SignalElement } from '../signal-element.ts';
import { msg } from '../words.ts';

export class PredictView extends SignalElement {
  readonly #isOpen = signal(false);

  protected override render(): TemplateResult {
    return html`<details @toggle=${this.#toggle}>
      <summary>${msg('Predict first, and have it checked')}</summary>
      ${this.#isOpen.value ? html`<gw-section-questions></gw-section-questions>` : nothing}
    </details>`;
  }

  readonly #toggle = async ({ target }: Event): Promise<void> => {
    const { open } = target as HTMLDetailsElement;
    // A text that stays in sight while its view scrolls would hide the end of long questions.
    this.closest('.section-text')?.toggleAttribute('data-open', open);
    this.#isOpen.value = open;
    if (!open) return;
    const { SectionQuestions } = await import('./section-questions.ts');
    defineElement('gw-section-questions', SectionQuestions);
  };
}
