/** What a study found: bars with the spread of the seeds and the null band, verdicts in words, controls, and the grade. */
import { signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import type { LagFinding, LagStudy } from '../../engine/explain/index.ts';
import { download } from '../app.ts';
import { fillSample } from '../charts/lag-bars.ts';
import { formatChangeIn, formatCount, slug } from '../format.ts';
import { studyCsv } from '../lags/lag-csv.ts';
import { placesWords, VERDICTS } from '../lags/lag-places.ts';
import { chosenLag, study } from '../lags/lag-state.ts';
import { largestInput, type Shown, studyBars } from '../lags/lag-study-bars.ts';
import { verdictSentence, verdictWhy } from '../lags/lag-verdicts.ts';
import { lagLabel, unitWords } from '../lags/lag-words.ts';
import { data, lagProgress } from '../state.ts';
import { verdictRule, verdictWord } from '../verdict-words.ts';
import { msg, str } from '../words.ts';
import { ChartElement } from './chart-element.ts';
import { lagChart, rowSlider, rowWords } from './lag-cursor.ts';

/** How many null bands high a magnified chart is. */
const MAGNIFIED = 3;
/** In the language that is chosen. */
const shownWords = (): readonly { readonly shown: Shown; readonly word: string; readonly note: string }[] => [
  {
    shown: 'true',
    word: msg('Trained on the series'),
    note: msg('Bars are means over the seeds, dots single seeds.'),
  },
  {
    shown: 'untrained',
    word: msg('Random weights'),
    note: msg('The same networks before training, one permutation each. What is seen here was not learned.'),
  },
  {
    shown: 'shuffled',
    word: msg('Trained on shuffled targets'),
    note: msg('Networks that had nothing to learn. What is seen here means nothing, and makes the band.'),
  },
];

export class LagFindings extends ChartElement {
  readonly #input = signal<number | null>(null);
  readonly #shown = signal<Shown>('true');
  readonly #isMagnified = signal(false);

  protected override render(): TemplateResult | typeof nothing {
    const now = lagProgress.value;
    const found = study.value;
    const isDone = found?.type === 'studied';
    const shown = isDone ? found.study : now?.phase === 'permuting' ? now.study : null;
    if (shown === null) return nothing;
    const { features } = shown;
    const input = Math.min(this.#input.value ?? largestInput(shown), features.length - 1);
    const unit = data.value?.unit ?? '';
    return html`
      <div class="lag-options">
        <label class="field">
          <span>${msg('Input')}</span>
          <select
            class="select-small"
            data-testid="lag-study-input"
            @change=${(event: Event) => {
              this.#input.value = Number((event.target as HTMLSelectElement).value);
            }}
          >
            ${features.map((name, index) => html`<option value=${index} ?selected=${index === input}>${name}</option>`)}
          </select>
        </label>
        <div class="segments lag-segments" role="radiogroup" aria-label=${msg('Networks the bars are of')}>
          ${shownWords().map(
            (one) => html`<label>
              <input
                type="radio"
                name="lag-shown"
                .checked=${this.#shown.value === one.shown}
                data-testid="lag-shown-${one.shown}"
                @change=${() => {
                  this.#shown.value = one.shown;
                }}
              />${one.word}
            </label>`,
          )}
        </div>
      </div>
      <label class="choice">
        <input
          type="checkbox"
          .checked=${this.#isMagnified.value}
          data-testid="lag-magnify"
          @change=${(event: Event) => {
            this.#isMagnified.value = (event.target as HTMLInputElement).checked;
          }}
        />
        ${msg('Magnify the null band; bars that reach further are cut, with an arrow')}
      </label>
      ${this.#chart(shown, input, unit, isDone)}
      <p class="field-hint" data-testid="lag-band">
        ${msg(
          str`The null band after ${formatCount(shown.repeats)} of ${formatCount(now?.phase === 'permuting' ? now.repeats : shown.repeats)} permutations: ${formatChangeIn(shown.nullLow, unit)} to ${formatChangeIn(shown.nullHigh, unit)}. It only ever grows.`,
        )}
      </p>
      ${isDone ? verdicts(shown, input, unit) : nothing}
    `;
  }

  #chart(shown: LagStudy, input: number, unit: string, isDone: boolean): TemplateResult {
    const name = shown.features[input] ?? '';
    const kind = shownWords().find((one) => one.shown === this.#shown.value);
    const bars = studyBars(shown, input, this.#shown.value);
    const lag = Math.min(chosenLag.value, bars.length);
    const one = shown.findings[(lag - 1) * shown.features.length + input];
    return html`
      <ul class="legend">
        <li>${fillSample(0)}${name}</li>
        ${this.#shown.value === 'true' ? html`<li><span class="lag-dot-sample"></span>${msg('single seeds')}</li>` : nothing}
        <li><span class="lag-band-sample"></span>${msg('null band')}</li>
      </ul>
      <p class="lag-axis">${msg(str`${unitWords(unit)}, more error when permuted`)}</p>
      ${lagChart({
        width: this.width.value,
        bars,
        band: { low: shown.nullLow, high: shown.nullHigh },
        noise: null,
        limit: this.#isMagnified.value ? MAGNIFIED * Math.max(-shown.nullLow, shown.nullHigh) : null,
        testId: 'lag-study',
        title: msg(str`What permuting ${name} costs`),
        csv: null,
        name: msg(str`What permuting ${name} costs, by row of the window: ${kind?.word ?? ''}.`),
      })}
      ${rowSlider('lag-study', bars.length)}
      <p class="readout lag-readout" data-testid="lag-study-readout">
        <span>${rowWords(lag)}</span>
        ${
          one === undefined
            ? nothing
            : html`<span>${msg(html`mean <b>${formatChangeIn(one.value, unit)}</b>`)}</span>
                <span>${msg(html`seeds <b>${msg(str`${formatChangeIn(Math.min(...one.perSeed), unit)} to ${formatChangeIn(Math.max(...one.perSeed), unit)}`)}</b>`)}</span>`
        }
      </p>
      ${
        one === undefined
          ? nothing
          : html`<p class="lag-verdict" data-verdict=${one.verdict} data-testid="lag-verdict">
              ${verdictSentence(one, shown, { unit, isDone })}
            </p>`
      }
      <p class="field-hint">${kind?.note ?? ''}</p>
    `;
  }
}

function verdicts(shown: LagStudy, input: number, unit: string): TemplateResult {
  const { findings, features } = shown;
  const own = findings.filter(({ feature }) => feature === features[input]);
  return html`
    <h4>${msg('Verdicts')}</h4>
    <ul class="lag-verdicts" data-testid="lag-verdicts">
      ${VERDICTS.map((verdict) => {
        const places = findings.filter((one) => one.verdict === verdict);
        return html`<li data-verdict=${verdict}><b>${verdictWord(verdict)}</b> ${placesWords(places, features)}</li>`;
      })}
    </ul>
    <p class="field-hint" data-testid="lag-rule">${verdictRule()}</p>
    ${shown.notes.map((note) => html`<p class="field-hint" lang="en">${note}</p>`)}
    <details data-testid="lag-study-table">
      <summary>${msg(str`The study as a table, ${features[input] ?? ''}`)}</summary>
      <div class="table-region" tabindex="0" role="region" aria-label=${msg(str`What the study found of ${features[input] ?? ''}`)}>
        <table>
          <thead>
            <tr>
              ${[msg('row'), msg('lag'), msg('verdict'), msg('mean'), msg('lowest seed'), msg('highest seed'), msg('sensitivity'), msg('why')].map((head) => html`<th scope="col">${head}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${own.map(
              (one) => html`<tr data-lag=${one.lag}>
                <th scope="row">${lagLabel(one.lag)}</th>
                <td>${one.lag}</td>
                <td>${verdictWord(one.verdict)}</td>
                ${numbersOf(one).map((number) => html`<td title=${number}>${formatChangeIn(number, unit)}</td>`)}
                <td class="lag-why">${verdictWhy(one, shown, unit)}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>
    <div class="actions">
      <button
        class="button button-small"
        type="button"
        data-testid="lag-study-csv"
        @click=${() => download(`lag-study-${slug(data.value?.name ?? '')}.csv`, new TextEncoder().encode(studyCsv(findings)))}
      >
        ${msg('Download the study (CSV)')}
      </button>
    </div>
  `;
}

const numbersOf = ({ value, perSeed, sensitivity }: LagFinding): number[] => [
  value,
  Math.min(...perSeed),
  Math.max(...perSeed),
  sensitivity,
];
