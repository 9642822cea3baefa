/** The numbers of the chosen unit step by step, and the whole trace as a file. */

import { signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { survival } from '../../engine/explain/index.ts';
import { download } from '../app.ts';
import { lagName, panelName, TRACE_PANELS } from '../draw/time-layout.ts';
import { formatDate, formatWeight, slug } from '../format.ts';
import { hasUnitGates } from '../lstm-facts.ts';
import type { TraceReport } from '../protocol.ts';
import { chosenUnit, trace } from '../selection.ts';
import { SignalElement } from '../signal-element.ts';
import { data, problem } from '../state.ts';
import { msg, str, told } from '../words.ts';
import { forgetOf } from './time-memory.ts';
import { traceValue } from './time-state.ts';

export class TimeTable extends SignalElement {
  readonly #open = signal(false);

  protected override render(): TemplateResult | typeof nothing {
    const shown = trace.value;
    if (shown === null) return nothing;
    return html`
      <details
        data-testid="time-table"
        @toggle=${(event: Event) => {
          this.#open.value = (event.target as HTMLDetailsElement).open;
        }}
      >
        <summary>${msg(html`Show unit ${chosenUnit.value} as a table`)}</summary>
        ${this.#open.value ? table(shown, chosenUnit.value) : nothing}
      </details>
      <div class="actions">
        <button class="button" type="button" data-testid="trace-csv" @click=${() => void save(shown)}>
          ${msg('Download this trace as CSV, all units')}
        </button>
      </div>
    `;
  }
}

function table(shown: TraceReport, unit: number): TemplateResult {
  const left = hasUnitGates(shown) ? survival(forgetOf(shown, unit)) : null;
  const { dates, steps } = shown;
  const stepMs = data.value?.stepMs ?? null;
  return html`<div class="table-region" tabindex="0" role="region" aria-label=${msg(str`Gates and states of unit ${unit}`)}>
    <table>
      <thead>
        <tr>
          <th scope="col">${msg('time step')}</th>
          ${dates === null ? nothing : html`<th scope="col">${msg('date')}</th>`}
          ${TRACE_PANELS.map((panel) => html`<th scope="col">${panelName(panel)}</th>`)}
          ${left === null ? nothing : html`<th scope="col">${msg('left of c at t')}</th>`}
        </tr>
      </thead>
      <tbody>
        ${Array.from(
          { length: steps },
          (_, step) => html`<tr>
            <th scope="row">${lagName(step, steps)}</th>
            ${dates === null ? nothing : html`<td>${formatDate(dates[step] ?? Number.NaN, stepMs)}</td>`}
            ${TRACE_PANELS.map(({ key }) => {
              const value = traceValue(shown, { key, step, unit });
              return html`<td title=${value}>${formatWeight(value)}</td>`;
            })}
            ${left === null ? nothing : html`<td>${formatWeight(left[step] ?? Number.NaN)}</td>`}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

let isWriting = false;

async function save(shown: TraceReport): Promise<void> {
  if (isWriting) return;
  isWriting = true;
  try {
    const [{ traceCsv }, { textFile }] = await Promise.all([
      import('../trace-csv.ts'),
      import('../text-file.ts'),
    ]);
    const name = slug(data.value?.name ?? 'data');
    download(`gatewise-trace-${name}-window-${shown.window + 1}.csv`, await textFile(traceCsv(shown)));
  } catch (error) {
    const reason = (error as Error).message;
    const message = told(str`Something went wrong that should not (${reason}). Reload the page.`);
    problem.value = { code: 'internal', place: 'export', message };
  } finally {
    isWriting = false;
  }
}
