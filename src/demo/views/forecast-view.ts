/** Does it work? The verdict in words, the forecast over the test part, its table, and the errors beside the baselines. */

import { effect, signal } from '@preact/signals-core';
import { html, nothing, svg, type TemplateResult } from 'lit';
import { download } from '../app.ts';
import type { DrawnForecast } from '../charts/forecast-chart.ts';
import {
  climatologyName,
  errorsSentence,
  formatErrorIn,
  formatPlural,
  formatSteps,
  persistenceName,
  slug,
  verdictWords,
  whichWeights,
} from '../format.ts';
import type { DataReport, ForecastReport, Interval } from '../protocol.ts';
import { SignalElement } from '../signal-element.ts';
import { canAsk, data, forecast, hasSpoken, interval } from '../state.ts';
import { msg, str } from '../words.ts';
import { Throttle, watchWidth } from './chart-box.ts';
import { chartFiles } from './chart-files.ts';
import { ForecastCursor, meanName, windowName } from './forecast-cursor.ts';
import type { forecastTable } from './forecast-table.ts';
import { recordedLabel } from './recorded-label.ts';
import { scoresTable } from './scores-table.ts';
import { FALLBACK_SPAN, SPANS, type Span, visibleRange } from './time-range.ts';

const REDRAW_EVERY_MS = 300;

export class ForecastView extends SignalElement {
  readonly #span = signal<Span>(FALLBACK_SPAN);
  readonly #start = signal(0);
  readonly #drawn = signal<DrawnForecast | null>(null);
  /** What makes the table, while it is open. */
  readonly #table = signal<typeof forecastTable | null>(null);
  readonly #withClimatology = signal(false);
  readonly #cursor = new ForecastCursor((first) => {
    this.#start.value = first;
  });
  readonly #throttle = new Throttle(REDRAW_EVERY_MS);
  #stops: (() => void)[] = [];
  #spanChosen = false;

  override connectedCallback(): void {
    super.connectedCallback();
    const { width, stop } = watchWidth(this);
    this.#stops = [stop, effect(() => this.#scheduleDraw(width.value))];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#throttle.cancel();
    for (const stop of this.#stops) {
      stop();
    }
  }

  protected override hasContent(): boolean {
    return hasSpoken.value && this.#drawn.value !== null;
  }

  protected override render(): TemplateResult {
    const report = data.value;
    if (report === null) {
      return html`<p class="placeholder">${msg('The forecast appears here once the data is read.')}</p>`;
    }
    const range = visibleRange(report, this.#span.value, this.#start.value);
    return html`
      ${this.#verdict(report)}
      <div class="chart-bar">
        ${this.#legend(report)}
        <div class="segments" role="radiogroup" aria-label=${msg('Part of the test windows shown')}>
          ${SPANS.map((span) => this.#spanChoice(span, report))}
        </div>
      </div>
      <div class="chart" data-testid="forecast-chart">
        <div class="chart-drawing">${this.#drawn.value?.node ?? nothing}</div>
        ${this.#drawn.value === null ? nothing : this.#cursor.layer(report, forecast.value, this.#drawn.value, range)}
      </div>
      ${this.#cursor.readout(report, forecast.value, interval.value, range, this.#climatology(report))}
      ${
        range.lastStart > 0
          ? html`<label class="scroll-row">
              <span>${msg('From')}</span>
              <input
                type="range"
                min="0"
                max=${range.lastStart}
                .value=${String(range.first)}
                data-testid="forecast-scroll"
                aria-valuetext=${windowName(report, range.first)}
                @input=${this.#scroll}
              />
              <span>${windowName(report, range.first)}</span>
            </label>`
          : nothing
      }
      ${range.stride > 1 ? html`<p class="field-hint">${msg(html`Every ${range.stride}th window is drawn; the table has them all.`)}</p>` : nothing}
      <details class="after-chart" @toggle=${this.#toggleTable}>
        <summary>${msg('Show the forecast as a table')}</summary>
        ${this.#table.value?.(report, forecast.value, interval.value, range) ?? nothing}
      </details>
      <div class="actions after-chart">
        <button class="button button-small" type="button" data-testid="forecast-csv" @click=${() => void this.#save(report)}>
          ${msg('Download the test part as CSV')}
        </button>
        <span class="field-hint">${msg('every window, numbers in full')}</span>
      </div>
      ${chartFiles({
        chart: 'forecast-chart',
        name: 'forecast',
        title: msg(str`${report.target}: observed and forecast`),
        reading: `${windowName(report, range.first)} \u2013 ${windowName(report, range.last)}. ${forecast.value === null ? '' : `${verdictWords(forecast.value, report).text} ${errorsSentence(forecast.value, report)}`}`,
        csv: null,
      })}
      ${scoresTable(report, forecast.value)}
    `;
  }

  #verdict(report: DataReport): TemplateResult {
    const current = forecast.value;
    if (current === null) {
      return html`
        <p class="verdict" data-testid="verdict">
          ${msg(html`To beat: \u201c${persistenceName(report)}\u201d, wrong by ${formatErrorIn(report.scores.persistence.mae, report.unit)} on average`)}
        </p>
        ${canAsk.value ? html`<p class="verdict-sub">${msg('The network\u2019s own error is being worked out.')}</p>` : nothing}
      `;
    }
    const { text, sign } = verdictWords(current, report);
    return html`
      <p class="verdict" data-testid="verdict" data-sign=${sign}>
        <span class="verdict-word">${text}</span>
      </p>
      <p class="verdict-sub" data-testid="verdict-detail">
        ${errorsSentence(current, report)} ${whichWeights(current)}
      </p>
      ${recordedLabel()}
    `;
  }

  #legend(report: DataReport): TemplateResult {
    const sample = (name: string): TemplateResult =>
      html`<svg viewBox="0 0 28 12" aria-hidden="true">${svg`<line x1="1" y1="6" x2="27" y2="6" class="line-${name}" />`}</svg>`;
    const item = (name: string, word: string): TemplateResult => html`<li>${sample(name)}${word}</li>`;
    return html`
      <ul class="legend">
        ${item('observed', msg('observed'))} ${forecast.value === null ? nothing : item('forecast', msg('forecast'))}
        ${
          interval.value === null
            ? nothing
            : html`<li data-testid="legend-interval">
                <svg viewBox="0 0 28 12" aria-hidden="true"><rect x="1" y="1" width="26" height="10" class="band-interval" /></svg>${msg('interval')}
              </li>
              <li data-testid="legend-mean">${sample('mean')}${meanName(interval.value)}</li>`
        }
        ${item('persistence', persistenceName(report))}
        ${
          report.test.climatology === null
            ? nothing
            : html`<li>
                <label class="choice">
                  <input
                    type="checkbox"
                    .checked=${this.#withClimatology.value}
                    data-testid="show-climatology"
                    @change=${this.#toggleClimatology}
                  />${sample('climatology')}${climatologyName(report)}
                </label>
              </li>`
        }
      </ul>
    `;
  }

  #spanChoice(span: Span, report: DataReport): TemplateResult | typeof nothing {
    if (span !== 'all' && span >= report.test.observed.length) {
      return nothing;
    }
    const word = span === 'all' ? msg('All') : spanWords(span, report);
    return html`<label>
      <input
        type="radio"
        name="forecast-span"
        .checked=${this.#span.value === span}
        data-testid="span-${span}"
        @change=${() => {
          this.#spanChosen = true;
          this.#span.value = span;
        }}
      />${word}
    </label>`;
  }

  readonly #scroll = (event: Event): void => {
    this.#start.value = Number((event.target as HTMLInputElement).value);
  };

  readonly #toggleClimatology = (event: Event): void => {
    this.#withClimatology.value = (event.target as HTMLInputElement).checked;
  };

  /** What is drawn of it: null where there is none, or it is not wanted. */
  #climatology(report: DataReport): Float64Array | null {
    return this.#withClimatology.value ? report.test.climatology : null;
  }

  async #save(report: DataReport): Promise<void> {
    const { forecastCsv } = await import('../forecast-csv.ts');
    const current = forecast.value;
    const which = current === null ? '' : `-epoch${current.epoch}`;
    const csv = forecastCsv(report, current, interval.value);
    download(`${slug(report.name)}-forecast${which}.csv`, new TextEncoder().encode(csv));
  }

  readonly #toggleTable = (event: Event): void => {
    const { open } = event.target as HTMLDetailsElement;
    void import('./forecast-table.ts').then(({ forecastTable }) => {
      this.#table.value = open ? forecastTable : null;
    });
  };

  #scheduleDraw(width: number): void {
    const report = data.value;
    const current = forecast.value;
    if (!this.#spanChosen && width > 0) {
      this.#span.value = width < 560 ? SPANS[0] : FALLBACK_SPAN;
    }
    const span = this.#span.value;
    const start = this.#start.value;
    const climatology = report === null ? null : this.#climatology(report);
    const between = interval.value;
    if (report === null || width < 40) {
      return;
    }
    this.#throttle.run(() => void this.#draw(report, current, between, climatology, width, span, start));
  }

  async #draw(
    report: DataReport,
    current: ForecastReport | null,
    between: Interval | null,
    climatology: Float64Array | null,
    width: number,
    span: Span,
    start: number,
  ): Promise<void> {
    const { drawForecast } = await import('../charts/forecast-chart.ts');
    const { first, last, stride } = visibleRange(report, span, start);
    const { dates, observed, persistence } = report.test;
    this.#drawn.value = drawForecast({
      width,
      height: Math.round(Math.min(360, Math.max(220, width * 0.42))),
      positions: dates ?? Float64Array.from(observed, (_, index) => index + 1),
      hasDates: dates !== null,
      observed,
      predicted: current?.predicted ?? null,
      persistence,
      interval: between,
      climatology,
      first,
      last,
      stride,
      label: report.target,
    });
  }
}

/** Without dates the windows are counted: their rows need not follow each other. */
function spanWords(span: number, { test, stepMs }: DataReport): string {
  return test.dates === null ? formatPlural(span, 'window') : formatSteps(span, stepMs);
}
