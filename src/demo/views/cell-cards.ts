/** The cards of the cell view, one for each thing that is computed, forward and backward. */

import { html, nothing, type TemplateResult } from 'lit';
import { GATES } from '../../engine/index.ts';
import { backwardQuantities, forwardQuantities, type Quantity } from '../cell-quantities.ts';
import { gateTerms, shareTerms } from '../cell-terms.ts';
import { backwardValues, type CellPlace, type CellValues, forwardValues, reckon } from '../cell-values.ts';
import { formatCount, formatWeight } from '../format.ts';
import { GATE_LETTERS } from '../gate-letters.ts';
import type { TraceReport, WindowGradients } from '../protocol.ts';
import { recorded } from '../state.ts';
import { msg } from '../words.ts';
import { formulaButton, number, numbersLine } from './cell-math.ts';
import { termsTable } from './cell-terms-table.ts';
import { whatIfCard } from './cell-what-if.ts';
import { onProcessor } from './processor-words.ts';

export function forwardCards(trace: TraceReport, place: CellPlace): TemplateResult {
  const { gate, step, unit } = place;
  const values = forwardValues(trace, place);
  const [z, squeezed, c, tanh, h] = forwardQuantities(gate);
  return html`
    <ol class="cell-steps">
      <li class="card cell-wide" data-gate=${gate}>
        ${z === undefined ? nothing : formulaButton(z)}
        ${termsTable({
          terms: gateTerms(trace, gate, step, unit),
          ...{ gate, unit },
          heads: [msg('value (inputs scaled)'), msg('weight'), msg('product')],
          label: msg('The products of the sum'),
          testId: 'cell-terms',
          addsUp: true,
        })}
        ${z === undefined ? nothing : numbersLine(z, values)}
      </li>
      <li class="card" data-gate=${gate}>
        ${squeezed === undefined ? nothing : both(squeezed, values)}
        <p class="field-hint">
          ${msg(html`All four: ${GATES.map(({ key }) => html`<span class="cell-gate" data-gate=${key}>${GATE_LETTERS[key]} = ${number(`gate-${key}`, values[`gate-${key}`])}</span> `)}`)}
        </p>
      </li>
      <li class="card">${c === undefined ? nothing : both(c, values)}</li>
      <li class="card">${[tanh, h].map((one) => (one === undefined ? nothing : both(one, values)))}</li>
      <li class="card cell-wide">${whatIfCard(values)}</li>
    </ol>
  `;
}

export function backwardCards(
  trace: TraceReport,
  gradients: WindowGradients,
  place: CellPlace,
): TemplateResult {
  const { gate, step, unit } = place;
  const values = backwardValues(trace, gradients, reckon(trace, gradients), place);
  const all = backwardQuantities(gate);
  const card = (...keys: string[]): TemplateResult[] =>
    all.filter(({ key }) => keys.includes(key)).map((quantity) => both(quantity, values));
  const share = all.find(({ key }) => key === 'share');
  const isLast = step === trace.steps - 1;
  return html`
    <p class="cell-note" data-testid="cell-backward-note">
      ${msg('Each number here says how much the loss of this one forecast would change with it, reckoned from the last step back to the first.')}
      ${
        recorded.value === null
          ? msg(
              'The kernel writes dz alone; dh and dc it only holds while it runs, so they are reckoned here in double precision from the kernel\u2019s dz, gates and weights.',
            )
          : onProcessor()
      }
    </p>
    <ol class="cell-steps">
      <li class="card">
        ${card('next', 'dh')}
        <p class="field-hint">
          ${
            isLast
              ? msg(
                  'After the newest row there is no next step; what comes from above comes from the layer that makes the forecast.',
                )
              : values.above === 0
                ? msg('From above nothing comes: the forecast is made from the newest row\u2019s h alone.')
                : msg('The layer above reads h of every step.')
          }
        </p>
      </li>
      <li class="card">${card('dc')}</li>
      ${GATES.map(({ key }) => html`<li class="card" data-gate=${key}>${card(`dz-${key}`)}</li>`)}
      <li class="card cell-wide" data-gate=${gate}>
        ${share === undefined ? nothing : formulaButton(share)}
        <p class="field-hint">
          ${msg(html`What this step adds to the gradient of each weight of unit ${formatCount(unit)}: a, which is what the weight multiplied (an input, the 1 of the bias, or h of the step before), times dz = ${formatWeight(values[`dz-${gate}`])}. Beside it the whole gradient of that weight, all ${formatCount(trace.steps)} steps together.`)}
        </p>
        ${termsTable({
          terms: shareTerms(trace, gradients, gate, step, unit),
          ...{ gate, unit },
          heads: [msg('value (inputs scaled)'), 'dz', msg('this step')],
          label: msg('The shares of this step'),
          testId: 'cell-shares',
          addsUp: false,
        })}
        ${share === undefined ? nothing : html`<p>${msg('The largest:')}</p>${numbersLine(share, values)}`}
      </li>
    </ol>
  `;
}

function both(quantity: Quantity, values: CellValues): TemplateResult {
  return html`${formulaButton(quantity)}${numbersLine(quantity, values)}`;
}
