/** The products of one step as a table, the largest first; each can be shown in its matrix, and is marked from there. */

import { signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { GATES, type GateKey } from '../../engine/index.ts';
import { largestFirst, MATRIX_OF, sumOf, type Term, termName } from '../cell-terms.ts';
import { cellName } from '../draw/heatmap-layout.ts';
import { formatCount, formatWeight } from '../format.ts';
import { chooseFeature, chosenFeature } from '../selection.ts';
import { model } from '../state.ts';
import { msg, str } from '../words.ts';
import { number } from './cell-math.ts';
import { letterOf } from './cell-parts.ts';
import { isMarkedTerm } from './cell-state.ts';
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
  // What is marked or chosen elsewhere is never among the rest.
  const isCalled = (term: Term): boolean => isMarkedTerm(term) || isChosenInput(term);
  const shown = sorted.filter((term, place) => place < SHOWN || isCalled(term));
  const rest = sorted.filter((term) => !shown.includes(term));
  const hasWhole = sorted[0]?.whole !== undefined;
  return html`
    <div class="table-scroll" tabindex="0" role="region" aria-label=${label}>
      <table class="cell-terms" data-testid=${testId}>
        <thead>
          <tr>
            <th scope="col">${msg('from')}</th>
            ${heads.map((head) => html`<th scope="col">${head}</th>`)}
            ${hasWhole ? html`<th scope="col">${msg('all steps')}</th>` : nothing}
            <th scope="col">${msg('matrix')}</th>
          </tr>
        </thead>
        <tbody>
          ${(isOpen.value ? sorted : shown).map((term) => termRow(term, gate, unit))}
        </tbody>
      </table>
    </div>
    ${
      rest.length === 0
        ? nothing
        : html`<p>
            ${
              addsUp && !isOpen.value
                ? msg(
                    html`The other ${formatCount(rest.length)} terms add up to ${number('rest', sumOf(rest))}.`,
                  )
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
              ${isOpen.value ? msg('Show the largest only') : msg(str`Show all ${formatCount(terms.length)}`)}
            </button>
          </p>`
    }
  `;
}

const isChosenInput = ({ operand, row }: Term): boolean => operand === 'x' && row === chosenFeature.value;

function termRow(term: Term, gate: GateKey, unit: number): TemplateResult {
  const { operand, row, value, factor, product, whole } = term;
  const features = model.value?.features ?? [];
  const cell = { gate: GATES.findIndex(({ key }) => key === gate), row, unit };
  const show = (isGoing: boolean) => (): void => {
    if (isGoing && operand === 'x') chooseFeature(row);
    showInMatrix(MATRIX_OF[operand], cell, isGoing);
  };
  const point = (): void => {
    if (!isMarkedTerm(term)) show(false)();
  };
  return html`<tr
    data-operand=${operand}
    data-row=${row}
    data-marked=${isMarkedTerm(term) ? 'true' : 'false'}
    aria-current=${isChosenInput(term) ? 'true' : 'false'}
    @pointerdown=${point}
    @pointermove=${point}
  >
    <th scope="row">${letterOf(operand)}${termName(term, features)}</th>
    <td title=${value} data-cell-part=${operand}>${operand === 'b' ? '1' : formatWeight(value)}</td>
    <td title=${factor} data-cell-part=${whole === undefined ? operand : gate}>${formatWeight(factor)}</td>
    <td title=${product} data-cell-part=${operand} data-product>${formatWeight(product)}</td>
    ${whole === undefined ? nothing : html`<td title=${whole} data-whole>${formatWeight(whole)}</td>`}
    <td>
      <button
        class="cell-show"
        type="button"
        aria-label=${msg(str`Show ${cellName(MATRIX_OF[operand], cell, features)} in the matrix`)}
        title=${msg('Show in the matrix')}
        @focus=${show(false)}
        @click=${show(true)}
      >
        ${msg('Show')}
      </button>
    </td>
  </tr>`;
}
