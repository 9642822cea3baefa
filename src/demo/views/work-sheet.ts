/** The work sheet: seen on the page, and printed alone, on two pages. */
import { html, nothing, render, type TemplateResult } from 'lit';
import { chosenStep, chosenUnit, trace } from '../selection.ts';
import { SignalElement } from '../signal-element.ts';
import { data, run } from '../state.ts';
import { facts } from '../teaching/facts.ts';
import { sheet } from './sheet-pages.ts';

export class WorkSheet extends SignalElement {
  protected override render(): TemplateResult {
    const pages = this.#pages();
    return html`
      <h3>Work sheet</h3>
      <p>
        One page with the numbers of the cell chosen in \u201cOne step of one cell\u201d and blanks to fill in, and the answers
        on a second page. Only the sheet is printed.
      </p>
      <div class="actions">
        <button class="button" type="button" data-testid="print-sheet" ?disabled=${pages === nothing} @click=${() => this.#print()}>
          Print the sheet
        </button>
      </div>
      ${
        pages === nothing
          ? nothing
          : html`<details class="sheet-preview" data-testid="sheet-preview"><summary>See it first</summary>${pages}</details>`
      }
    `;
  }

  #pages(): TemplateResult | typeof nothing {
    if (facts.value === null || data.value === null) return nothing;
    return sheet({
      facts: facts.value,
      data: data.value,
      run: run.value,
      trace: trace.value,
      step: chosenStep.value,
      unit: chosenUnit.value,
    });
  }

  /** A copy stands beside the page while it is printed, and the page itself is left out (styles/print.css). */
  #print(): void {
    const copy = document.createElement('div');
    copy.className = 'print-sheet';
    render(this.#pages(), copy);
    document.body.append(copy);
    addEventListener('afterprint', () => copy.remove(), { once: true });
    print();
  }
}
