/** How long each unit's cell state lasts on the direct path: half-lives as bars, and what is left of it step by step. */

import { signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { halfLife, meanForget, survival } from '../../engine/explain/index.ts';
import { drawSurvival } from '../charts/survival-chart.ts';
import { niceScale } from '../draw/ramp.ts';
import { lagName } from '../draw/time-layout.ts';
import { formatCount, formatWeight, stepsWord } from '../format.ts';
import { hasUnitGates } from '../lstm-facts.ts';
import type { TraceReport } from '../protocol.ts';
import { chooseUnit, chosenStep, chosenUnit, trace } from '../selection.ts';
import { data } from '../state.ts';
import { survivalReading } from '../survival-reading.ts';
import { msg, str } from '../words.ts';
import { ChartElement } from './chart-element.ts';
import { chartFiles, csvButton } from './chart-files.ts';
import { durationWords, shareWords, stepWords } from './time-words.ts';

type Order = 'unit' | 'longest';

interface Memory {
  readonly unit: number;
  /** Steps. */
  readonly halfLife: number;
  /** The constant gate with the same product. */
  readonly forget: number;
}

const ORDERS: readonly { readonly order: Order; readonly word: string }[] = [
  {
    order: 'unit',
    get word() {
      return msg('By unit');
    },
  },
  {
    order: 'longest',
    get word() {
      return msg('Longest first');
    },
  },
];
const CHART_HEIGHT = 220;

export class TimeMemory extends ChartElement {
  readonly #order = signal<Order>('unit');
  readonly #tableOpen = signal(false);

  protected override render(): TemplateResult | typeof nothing {
    const shown = trace.value;
    if (shown === null) return nothing;
    const head = html`<h3>${msg('How long a unit remembers')}</h3>`;
    if (!hasUnitGates(shown)) {
      return html`${head}
        <p class="placeholder" data-testid="time-memory-refusal">
          ${msg(html`A half-life needs forget gates between 0 and 1. The layer from the file has ${shown.recurrentActivation} there, whose values can lie outside.`)}
        </p>`;
    }
    const stepMs = data.value?.stepMs ?? null;
    const words = stepsWord(stepMs);
    const memories = memoriesOf(shown);
    return html`
      ${head}
      <p>
        ${msg(html`At each step the forget gate multiplies what the cell holds, c. The half-life is the number of ${words} after which half of it is left: ln 0.5 / ln f for a gate that stands still, so ${durationWords(halfLife([0.9]), stepMs)} for one at 0.9. Here ln f is its mean over the ${shown.steps} steps of the window. Direct path only: information also travels through h.`)}
      </p>
      <div class="weights-bar time-order">
        <div class="segments" role="radiogroup" aria-label=${msg('Order of the units')}>
          ${ORDERS.map(
            ({ order, word: label }) => html`<label>
              <input
                type="radio"
                name="half-life-order"
                .checked=${this.#order.value === order}
                data-testid="half-life-order-${order}"
                @change=${() => {
                  this.#order.value = order;
                }}
              />${label}
            </label>`,
          )}
        </div>
      </div>
      ${this.#bars(shown, memories)} ${this.#curve(shown)}
      <details
        data-testid="half-life-table"
        @toggle=${(event: Event) => {
          this.#tableOpen.value = (event.target as HTMLDetailsElement).open;
        }}
      >
        <summary>${msg('Show the half-lives as a table')}</summary>
        ${this.#tableOpen.value ? table(memories) : nothing}
      </details>
      <div class="actions chart-files">
        ${csvButton('half-lives-csv', 'half-lives', msg('Half-lives'), async () => (await import('../chart-csv.ts')).halfLifeCsv(memories))}
      </div>
    `;
  }

  #bars(shown: TraceReport, memories: readonly Memory[]): TemplateResult {
    const stepMs = data.value?.stepMs ?? null;
    const end = barEnd(memories, shown.steps);
    const sorted =
      this.#order.value === 'unit'
        ? memories
        : [...memories].sort((a, b) => compare(b.halfLife, a.halfLife) || a.unit - b.unit);
    return html`
      <fieldset class="half-lives" aria-describedby="half-life-end">
        <legend class="visually-hidden">${msg('Unit, with the half-life of its memory')}</legend>
        ${repeat(
          sorted,
          ({ unit }) => unit,
          ({ unit, halfLife: steps }) => html`<label>
            <input
              type="radio"
              name="half-life-unit"
              .checked=${chosenUnit.value === unit}
              data-testid="half-life-${unit}"
              @change=${() => chooseUnit(unit)}
            />
            <span>${msg(html`unit ${unit}`)}</span>
            <span class="half-life-bar" data-cut=${steps > end ? 'true' : 'false'} aria-hidden="true"
              ><span style="width:${(100 * Math.min(steps, end)) / end}%"></span
            ></span>
            <data value=${steps} data-testid="half-life-of-${unit}">${durationWords(steps, stepMs)}</data>
          </label>`,
        )}
      </fieldset>
      <p class="field-hint" id="half-life-end">
        ${msg(html`Bars end at ${durationWords(end, stepMs)}; an arrow marks those that would go on. Choosing a unit chooses it for the whole page.`)}
      </p>
    `;
  }

  #curve(shown: TraceReport): TemplateResult {
    const unit = chosenUnit.value;
    const left = survival(forgetOf(shown, unit));
    const share = left[0] ?? Number.NaN;
    const chosen = left[chosenStep.value] ?? Number.NaN;
    const reading = survivalReading(left, data.value?.stepMs ?? null);
    const width = Math.min(640, this.width.value);
    return html`
      <h4>${msg(html`What is left of the memory of unit ${unit}`)}</h4>
      <div class="survival">
      <div
        class="chart"
        data-testid="survival-chart"
        role="img"
        aria-label=${msg(str`What is left of the memory of unit ${unit}, by step. ${reading}`)}
      >
        ${
          width < 40
            ? nothing
            : drawSurvival({
                width,
                height: CHART_HEIGHT,
                left,
                chosen: chosenStep.value,
                name: (step) => lagName(step, shown.steps),
              })
        }
      </div>
      <div>
      <p class="time-reading" data-testid="survival-summary">${reading}</p>
      <p class="time-reading" data-testid="survival-reading">
        ${msg(
          html`Of what c held after ${stepWords(shown, 0)}, <data value=${share} data-testid="survival-oldest">${shareWords(share)}</data> is left at t${
            chosenStep.value === shown.steps - 1
              ? nothing
              : msg(
                  html`; of what it held after ${stepWords(shown, chosenStep.value)}, <data value=${chosen} data-testid="survival-chosen">${shareWords(chosen)}</data>`,
                )
          }. The table of unit ${unit} below has every step.`,
        )}
        </p>
      </div>
      </div>
      ${chartFiles({
        chart: 'survival-chart',
        name: `memory-unit-${unit}`,
        title: msg(str`What is left of the memory of unit ${unit}`),
        reading,
        csv: async () => (await import('../chart-csv.ts')).survivalCsv(forgetOf(shown, unit), left),
      })}
    `;
  }
}

/** f of one unit, the oldest step first. */
export function forgetOf({ gates, units, steps }: TraceReport, unit: number): Float32Array {
  return Float32Array.from({ length: steps }, (_, t) => gates.f[t * units + unit] ?? Number.NaN);
}

function memoriesOf(shown: TraceReport): Memory[] {
  return Array.from({ length: shown.units }, (_, unit) => {
    const forget = forgetOf(shown, unit);
    return { unit, halfLife: halfLife(forget), forget: meanForget(forget) };
  });
}

/** The half-life at the bars' end: a round number that holds them all, but no more than two windows. */
function barEnd(memories: readonly Memory[], steps: number): number {
  const finite = memories.map((memory) => memory.halfLife).filter(Number.isFinite);
  return Math.min(2 * steps, finite.length === 0 ? 2 * steps : niceScale(Math.max(...finite)));
}

/** As a - b, also of two infinities. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

function table(memories: readonly Memory[]): TemplateResult {
  const stepMs = data.value?.stepMs ?? null;
  return html`<div class="table-region" tabindex="0" role="region" aria-label=${msg('Half-lives as a table')}>
    <table>
      <thead>
        <tr>
          <th scope="col">${msg('unit')}</th>
          <th scope="col">${msg('forget gate, geometric mean')}</th>
          <th scope="col">${msg('half-life')}</th>
        </tr>
      </thead>
      <tbody>
        ${memories.map(
          ({ unit, forget, halfLife: steps }) => html`<tr>
            <th scope="row">${formatCount(unit)}</th>
            <td>${formatWeight(forget)}</td>
            <td>${durationWords(steps, stepMs)}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
