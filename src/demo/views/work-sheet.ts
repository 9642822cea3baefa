/** The work sheet: seen on the page, and printed alone, on two pages. */

import { signal } from '@preact/signals-core';
import { html, nothing, render, type TemplateResult } from 'lit';
import { chosenStep, chosenUnit, trace } from '../selection.ts';
import { SignalElement } from '../signal-element.ts';
import { data, run } from '../state.ts';
import { facts } from '../teaching/facts.ts';
import { msg } from '../words.ts';

/** Downloaded when the sheet is first looked at or printed. */
const pagesModule = () => import('./sheet-pages.ts');

export class WorkSheet extends SignalElement {
  readonly #module = signal<Awaited<ReturnType<typeof pagesModule>> | null>(null);

  protected override render(): TemplateResult {
    const isKnown = facts.value !== null && data.value !== null;
    return html`
      <h3>${msg('Work sheet')}</h3>
      <p>
        ${msg('One page with the numbers of the cell chosen in \u201cOne step of one cell\u201d and blanks to fill in, and the answers on a second page. Only the sheet is printed.')}
      </p>
      <div class="actions">
        <button class="button" type="button" data-testid="print-sheet" ?disabled=${!isKnown} @click=${() => void this.#print()}>
          ${msg('Print the sheet')}
        </button>
      </div>
      ${
        isKnown
          ? html`<details class="sheet-preview" data-testid="sheet-preview" @toggle=${() => void this.#load()}>
              <summary>${msg('See it first')}</summary>
              ${this.#pages()}
            </details>`
          : nothing
      }
    `;
  }

  async #load(): Promise<void> {
    this.#module.value = await pagesModule();
  }

  #pages(): TemplateResult | typeof nothing {
    if (facts.value === null || data.value === null || this.#module.value === null) return nothing;
    return this.#module.value.sheet({
      facts: facts.value,
      data: data.value,
      run: run.value,
      trace: trace.value,
      step: chosenStep.value,
      unit: chosenUnit.value,
    });
  }

  /** A copy stands beside the page while it is printed, and the page itself is left out (styles/print.css). */
  async #print(): Promise<void> {
    await this.#load();
    const copy = document.createElement('div');
    copy.className = 'print-sheet';
    render(this.#pages(), copy);
    document.body.append(copy);
    addEventListener('afterprint', () => copy.remove(), { once: true });
    print();
  }
}
