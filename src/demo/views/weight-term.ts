/** What a weight does in the chosen step: its product in the sum of its gate, and the line of WGSL that adds it. */
import { html, nothing, type TemplateResult } from 'lit';
import { GATES } from '../../engine/index.ts';
import { CELL_CODE, computes } from '../cell-code.ts';
import { forwardQuantities } from '../cell-quantities.ts';
import { gateTerms, MATRIX_OF, termName } from '../cell-terms.ts';
import { formatWeight } from '../format.ts';
import { chosenStep, trace } from '../selection.ts';
import { model, weights } from '../state.ts';
import { msg } from '../words.ts';
import { gateFullWord } from './gate-words.ts';
import { stepWords } from './time-words.ts';
import { type ChosenCell, followCell } from './weights-state.ts';

/** Nothing while the numbers of the step are those of other weights. */
export function termWords({ variable, cell }: ChosenCell): TemplateResult | typeof nothing {
  const shown = trace.value;
  const gate = GATES[cell.gate]?.key;
  const { unit } = cell;
  if (shown === null || gate === undefined || shown.fingerprint !== weights.value?.fingerprint)
    return nothing;
  const step = chosenStep.value;
  const term = gateTerms(shown, gate, step, unit).find(
    ({ operand, row }) => MATRIX_OF[operand] === variable.name && row === cell.row,
  );
  const [z] = forwardQuantities(gate);
  const lines = CELL_CODE.forward.flat().filter((line) => z !== undefined && computes(line, z));
  if (term === undefined) return nothing;
  const [value, factor, product] = [term.value, term.factor, term.product].map(formatWeight);
  const from = termName(term, model.value?.features ?? []);
  return html`<span data-testid="weight-term">
      ${msg(html`In z of the ${gateFullWord(gate)} of <a href="#cell" @click=${() => followCell(variable.name, cell)}>unit ${unit}</a> at ${stepWords(shown, step)}: ${from}, ${value} \u00b7 ${factor} = <b>${product}</b>`)}
    </span>
    <code>${lines[unit % lines.length]?.text.trim()}</code>`;
}
