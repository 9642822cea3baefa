/** The two pages of the work sheet: what is given with blanks, and the answers. Numbers are those of the kernels' buffers. */

import { html, nothing, type TemplateResult } from 'lit';
import { GATES, type GateKey } from '../../engine/index.ts';
import { forwardValues } from '../cell-values.ts';
import { formatDate, formatPlural, formatWeight, traceWeights } from '../format.ts';
import { seriesName } from '../presets.ts';
import type { DataReport, RunReport, TraceReport } from '../protocol.ts';
import type { Facts } from '../teaching/facts.ts';
import { type Question, questionsFor } from '../teaching/questions.ts';
import { msg, str } from '../words.ts';
import { gateName } from './gate-words.ts';

export interface SheetParts {
  readonly facts: Facts;
  readonly data: DataReport;
  readonly run: RunReport;
  /** Null where no device has run the window: the sheet then has the questions alone. */
  readonly trace: TraceReport | null;
  readonly step: number;
  readonly unit: number;
}

/** Questions that can be answered with a pencil. */
const ON_PAPER = ['count', 'recurrent-shape', 'first-row', 'forget-columns', 'forget-bias', 'half'];

export function sheet(parts: SheetParts): TemplateResult {
  const questions = questionsFor(parts.facts).filter(({ id }) => ON_PAPER.includes(id));
  return html`
    <div class="sheet-page" data-testid="sheet-questions">
      <h4>${msg('An LSTM, opened up: work sheet')}</h4>
      <p class="sheet-name">${msg(html`Name <span class="sheet-blank"></span> Date <span class="sheet-blank"></span>`)}</p>
      ${network(parts)}
      <ol>
        ${questions.map(({ text }) => html`<li>${text} <span class="sheet-blank sheet-line"></span></li>`)}
      </ol>
      ${cell(parts, false)}
    </div>
    <div class="sheet-page" data-testid="sheet-answers">
      <h4>${msg('Answers')}</h4>
      ${network(parts)}
      <ol>
        ${questions.map((question) => html`<li><b>${answerOf(question)}</b> ${question.why}</li>`)}
      </ol>
      ${cell(parts, true)}
    </div>
  `;
}

const answerOf = ({ options, right }: Question): string => `${options[right] ?? ''}.`;

function network(parts: SheetParts): TemplateResult {
  const {
    facts: { units, inputs, window },
    data,
    run,
  } = parts;
  return html`<p>
    ${msg(html`${seriesName(data)}: an LSTM with ${formatPlural(units, 'unit')} reads ${formatPlural(window, 'row')} of ${formatPlural(inputs.length, 'input')} (${inputs.join(', ')}). Seed ${run.seed}, ${traceWeights(parts)}.`)}
  </p>`;
}

/** One step of one cell: sums given, gates and states to be worked out; left out where the gates are no sigmoid and tanh. */
function cell({ trace, step, unit, data }: SheetParts, solved: boolean): TemplateResult | typeof nothing {
  if (trace === null || trace.activation !== 'tanh' || trace.recurrentActivation !== 'sigmoid')
    return nothing;
  const values = forwardValues(trace, { step, unit, gate: 'f' });
  const date = data.test.dates?.[trace.window];
  const shown = (value: number): TemplateResult =>
    solved ? html`<b>${formatWeight(value)}</b>` : html`<span class="sheet-blank"></span>`;
  const rule = (key: GateKey): TemplateResult =>
    key === 'c' ? html`tanh(z)` : html`1 / (1 + e<sup>\u2212z</sup>)`;
  return html`
    <p>
      ${msg(html`Unit ${unit}, row ${step + 1} of ${trace.steps} of the window${date === undefined ? '' : msg(str` whose forecast is for ${formatDate(date, data.stepMs)}`)}. The memory before is c(t\u22121) = ${formatWeight(values['c-prev'])}. Work out the gates, then c = f \u00b7 c(t\u22121) + i \u00b7 c\u0303 and h = o \u00b7 tanh(c).`)}
    </p>
    <table class="sheet-table">
      <thead><tr><th scope="col">${msg('gate')}</th><th scope="col">${msg('its sum z')}</th><th scope="col">${msg('rule')}</th><th scope="col">${msg('value')}</th></tr></thead>
      <tbody>
        ${GATES.map(
          ({ key }) => html`<tr data-gate=${key}>
            <th scope="row">${gateName(key)}</th>
            <td>${formatWeight(values[`z-${key}`])}</td>
            <td>${rule(key)}</td>
            <td>${shown(values[`gate-${key}`])}</td>
          </tr>`,
        )}
      </tbody>
    </table>
    <p>c = ${shown(values.c)}, h = ${shown(values.h)}</p>
  `;
}
