/** The products of one step as a table, the largest first; each can be shown in its matrix. */
import { signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { GATES, type GateKey } from '../../engine/index.ts';
import { largestFirst, MATRIX_OF, sumOf, type Term, termName } from '../cell-terms.ts';
import { cellName } from '../draw/heatmap-layout.ts';
import { formatCount, formatWeight } from '../format.ts';
import { model } from '../state.ts';
import { number } from './cell-math.ts';
import { showInMatrix } from './weights-state.ts';

/** Products shown before the rest is one line. */
const SHOWN = 6;
const isOpen = signal(false);

interface TermsTable {
  readonly terms: readonly Term[];
  readonly gate: GateKey;
  readonly unit: number;
  /** Headings of value, factor and product. */
  readonly heads: readonly [string, string, string];
  readonly label: string;
  readonly testId: string;
  /** Whether what is left out is a number of its own: products of a sum are, shares of different weights are not. */
  readonly addsUp: boolean;
}

export function termsTable({ terms, gate, unit, heads, label, testId, addsUp }: TermsTable): TemplateResult {
  const sorted = largestFirst(terms);
  const rest = sorted.slice(SHOWN);
  const hasWhole = sorted[0]?.whole !== undefined;
  return html`
    <div class="table-scroll" tabindex="0" role="region" aria-label=${label}>
      <table class="cell-terms" data-testid=${testId}>
        <thead>
          <tr>
            <th scope="col">from</th>
            ${heads.map((head) => html`<th scope="col">${head}</th>`)}
            ${hasWhole ? html`<th scope="col">all steps</th>` : nothing}
            <th scope="col">matrix</th>
          </tr>
        </thead>
        <tbody>
          ${(isOpen.value ? sorted : sorted.slice(0, SHOWN)).map((term) => termRow(term, gate, unit))}
        </tbody>
      </table>
    </div>
    ${
      rest.length === 0
        ? nothing
        : html`<p>
            ${
              addsUp && !isOpen.value
                ? html`The other ${formatCount(rest.length)} terms add up to ${number('rest', sumOf(rest))}.`
                : nothing
            }
            <button
              class="button button-small"
              type="button"
              data-testid="cell-all-terms"
              @click=${() => {
                isOpen.value = !isOpen.value;
              }}
            >
              ${isOpen.value ? 'Show the largest only' : `Show all ${formatCount(terms.length)}`}
            </button>
          </p>`
    }
  `;
}

function termRow(term: Term, gate: GateKey, unit: number): TemplateResult {
  const { operand, row, value, factor, product, whole } = term;
  const features = model.value?.features ?? [];
  const cell = { gate: GATES.findIndex(({ key }) => key === gate), row, unit };
  const show = (isGoing: boolean) => (): void => showInMatrix(MATRIX_OF[operand], cell, isGoing);
  return html`<tr data-operand=${operand} data-row=${row}>
    <th scope="row">${termName(term, features)}</th>
    <td title=${value}>${operand === 'b' ? '1' : formatWeight(value)}</td>
    <td title=${factor}>${formatWeight(factor)}</td>
    <td title=${product} data-product>${formatWeight(product)}</td>
    ${whole === undefined ? nothing : html`<td title=${whole} data-whole>${formatWeight(whole)}</td>`}
    <td>
      <button
        class="cell-show"
        type="button"
        aria-label="Show ${cellName(MATRIX_OF[operand], cell, features)} in the matrix"
        title="Show in the matrix"
        @pointerenter=${show(false)}
        @focus=${show(false)}
        @click=${show(true)}
      >
        Show
      </button>
    </td>
  </tr>`;
}
