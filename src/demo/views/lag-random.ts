/** The control that costs nothing: the same method on a network that has learned nothing. */
import { signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { type LagTable, largestPlaces, readingOfLags, tableOf } from '../lags/lag-bars.ts';
import { fillOf, inputFills, singleBars, stackedBars } from '../lags/lag-fills.ts';
import type { LagQuestion, LagReport } from '../lags/lag-protocol.ts';
import { chosenInput, followLags, knownLags, lagQuestion, shownDisplay, studied } from '../lags/lag-state.ts';
import { lagLabel, methodWords } from '../lags/lag-words.ts';
import { canAsk, data } from '../state.ts';
import { msg, say, str } from '../words.ts';
import { ChartElement } from './chart-element.ts';
import { lagChart } from './lag-cursor.ts';
import { inputLegend } from './lag-legend.ts';
import { lagTable } from './lag-table.ts';

export class LagRandom extends ChartElement {
  readonly #isOpen = signal(false);

  protected override follow(): (() => void)[] {
    return [followLags(() => (this.#isOpen.value ? randomQuestion() : null))];
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!canAsk.value || lagQuestion.value === null) return nothing;
    return html`<details
      data-testid="lag-random"
      ?open=${this.#isOpen.value}
      @toggle=${(event: Event) => {
        this.#isOpen.value = (event.target as HTMLDetailsElement).open;
      }}
    >
      <summary>${msg('The same method on random weights')}</summary>
      ${this.#isOpen.value ? this.#content() : nothing}
    </details>`;
  }

  #content(): TemplateResult {
    const question = randomQuestion();
    const answer = question === null ? null : (knownLags(question)?.answer ?? null);
    if (answer === null) return html`<p class="placeholder" role="status">${msg('Being measured.')}</p>`;
    if (answer.type === 'none') return html`<p class="note">${say(answer.why)}</p>`;
    const table = tableOf(answer, shownDisplay.value, null);
    const [largest] = largestPlaces(table);
    return html`
      <p>
        ${msg(
          html`A fresh network of the same size and seed, which has learned nothing. Bars that look like those above say something of the method and the series, not of what was learned. Here the largest is <b data-testid="lag-random-largest">${largest === undefined ? '' : lagLabel(largest.lag)}</b>.`,
        )}
      </p>
      ${this.#chart(table, 'lag-random', msg(str`${methodWords(answer.method).name} on random weights`))}
      ${this.#shuffled(answer)}
    `;
  }

  /** The slopes of a study's networks that had nothing to learn. */
  #shuffled({ method, extra }: LagReport): TemplateResult | typeof nothing {
    const found = studied.value;
    if (found === null || method !== 'sensitivity' || extra > 0) return nothing;
    const { window: steps, features, controls } = found;
    const values = Float64Array.from(controls.shuffledSensitivity);
    const table = tableOf(
      { method, steps, features, values, signed: null, each: null },
      shownDisplay.value,
      null,
    );
    return html`
      <p>${msg('The same of the study\u2019s networks on shuffled targets, which had nothing to learn.')}</p>
      ${this.#chart(table, 'lag-shuffled', msg('Trained on shuffled targets'))}
    `;
  }

  #chart(table: LagTable, testId: string, title: string): TemplateResult {
    const fills = inputFills(table);
    const input = chosenInput.value;
    const bars = input === null ? stackedBars(table, fills) : singleBars(table, input, fillOf(fills, input));
    const [unit, display] = [data.value?.unit ?? '', shownDisplay.value];
    const reading = readingOfLags(table, unit, display, null);
    const behind = { band: null, noise: null };
    return html`
      ${inputLegend(table, fills, input, behind)}
      ${lagChart({
        width: this.width.value,
        bars,
        ...behind,
        limit: null,
        testId,
        title,
        name: `${title}. ${reading}`,
        csv: async () => (await import('../lags/lag-csv.ts')).lagCsv(table),
      })}
      <p class="field-hint" data-testid="${testId}-reading">${reading}</p>
      ${lagTable(table, unit, display, testId, title)}
    `;
  }
}

function randomQuestion(): LagQuestion | null {
  const question = lagQuestion.value;
  return question === null ? null : { ...question, weights: 'random' };
}
