/** One step of one cell of the recorded run as HTML: what the live view opens with, with the page's own formulas and numbers. */
import { GATES, type GateKey } from '../../engine/index.ts';
import { CELL_CODE } from '../cell-code.ts';
import { evaluate } from '../cell-formula.ts';
import { forwardQuantities, type Quantity } from '../cell-quantities.ts';
import { gateTerms, largestFirst, sumOf, type Term, termName } from '../cell-terms.ts';
import { type CellValues, forwardValues, whatIf } from '../cell-values.ts';
import { formatCount, formatDifference, formatWeight } from '../format.ts';
import { GATE_LETTERS } from '../gate-letters.ts';
import type { DataReport, TraceReport } from '../protocol.ts';
import { typeset, withNumbers } from '../views/cell-math.ts';
import { windowName } from '../views/forecast-cursor.ts';
import { gateFullWord, gateName } from '../views/gate-words.ts';
import { stepWords } from '../views/time-words.ts';
import { label } from './static-pieces.ts';
import type { StoredRun } from './stored-run.ts';
import { templateText } from './template-text.ts';
import { escapeText as text } from './text-document.ts';

/** What the live view looks at first, at the newest row. */
const UNIT = 0;
const GATE: GateKey = 'f';
/** Products shown before the rest is one line. */
const SHOWN = 6;

/** @param trace of a window of the test part, as the session tells it of the recorded run */
export function cellPart(stored: StoredRun, report: DataReport, trace: TraceReport): string {
  const step = trace.steps - 1;
  const values = forwardValues(trace, { step, unit: UNIT, gate: GATE });
  const [z, squeezed, c, tanh, h] = forwardQuantities(GATE);
  const choice = (name: string, chosen: string): string =>
    `<div class="recorded-choice"><dt>${name}</dt><dd>${text(chosen)}</dd></div>`;
  return `<div class="recorded-view" lang="en" data-testid="static-cell">
    <dl class="cell-choices">${choice('Forecast of', windowName(report, trace.window))}${choice('Time step', `${stepWords(trace, step)}, the newest of ${trace.steps} rows`)}${choice('Unit', String(UNIT))}${choice('Gate taken apart', gateName(GATE))}</dl>
    <ol class="cell-steps">
      <li class="card cell-wide" data-gate="${GATE}">${formula(z)}${terms(gateTerms(trace, GATE, step, UNIT), stored.data.inputs)}${numbers(z, values)}</li>
      <li class="card" data-gate="${GATE}">${both(squeezed, values)}<p class="field-hint">All four: ${GATES.map(({ key }) => `<span class="cell-gate" data-gate="${key}">${GATE_LETTERS[key]} = ${number(`gate-${key}`, values[`gate-${key}`])}</span>`).join(' ')}</p></li>
      <li class="card">${both(c, values)}</li>
      <li class="card">${both(tanh, values)}${both(h, values)}</li>
      <li class="card cell-wide">${whatIfWords(values)}</li>
    </ol>
    <div class="cell-code"><p class="card-label">The WGSL that computes it, four units and four rows at a time.</p><pre tabindex="0" role="region" aria-label="The WGSL of one step">${code()}</pre></div>
    <p class="field-hint">Weights of epoch ${stored.forecast.epoch}, fingerprint ${stored.fingerprint}; the input is scaled, as the network reads it.</p>
    ${label(stored)}</div>`;
}

const number = (name: string, value: number): string =>
  `<data value="${value}" data-name="${name}">${formatWeight(value)}</data>`;

const both = (quantity: Quantity | undefined, values: CellValues): string =>
  formula(quantity) + numbers(quantity, values);

function formula(quantity: Quantity | undefined): string {
  return quantity === undefined ? '' : `<div class="cell-formula">${templateText(typeset(quantity))}</div>`;
}

/** The formula with its numbers; beside it the number in single precision, where the network keeps it. */
function numbers(quantity: Quantity | undefined, values: CellValues): string {
  if (quantity === undefined) return '';
  const { key, result, formula, isStored } = quantity;
  const exact = evaluate(formula, values);
  const own = result === null || !isStored ? null : values[result];
  const line = `= ${templateText(withNumbers(formula, values))} = ${number(own === null ? key : `${key}-exact`, exact)}`;
  const beside =
    own === null
      ? ''
      : ` here in double precision; in single precision it is ${number(key, own)}, a difference of ${formatDifference(Math.abs(own - exact))}`;
  return `<p class="cell-numbers">${line}${beside}</p>`;
}

function terms(all: readonly Term[], inputs: readonly string[]): string {
  const sorted = largestFirst(all);
  const rest = sorted.slice(SHOWN);
  const rows = sorted
    .slice(0, SHOWN)
    .map(
      (term) =>
        `<tr><th scope="row">${text(termName(term, inputs))}</th><td>${term.operand === 'b' ? '1' : formatWeight(term.value)}</td><td>${formatWeight(term.factor)}</td><td><data value="${term.product}">${formatWeight(term.product)}</data></td></tr>`,
    );
  return `<div class="table-scroll" tabindex="0" role="region" aria-label="The products of the sum"><table class="cell-terms"><thead><tr><th scope="col">from</th><th scope="col">value (inputs scaled)</th><th scope="col">weight</th><th scope="col">product</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>
    <p>The other ${formatCount(rest.length)} terms add up to ${number('rest', sumOf(rest))}.</p>`;
}

/** As the built page has it, without comments. */
function code(): string {
  const lines = CELL_CODE.forward.map((all) =>
    all.filter(({ text: line }) => !line.trimStart().startsWith('//')).map(({ text: line }) => text(line)),
  );
  return lines.map((all) => all.join('\n')).join('\n\n');
}

/** A question the sliders of the live view answer for every gate. */
function whatIfWords(values: CellValues): string {
  const gates = { i: values['gate-i'], f: 1, c: values['gate-c'], o: values['gate-o'] };
  const { c, h } = whatIf(values, gates);
  return `<p class="cell-formula-plain">What if?</p><p>If the ${gateFullWord(GATE)} stood at 1, c would be ${number('what-if-c', c)} and h ${number('what-if-h', h)}, of this step alone.</p>`;
}
