/**
 * The cursor over the forecast: a slider that pointer and arrow keys move, whose value is a sentence, with the numbers
 * of its window written out below the chart. A click or Enter there chooses that window for all views.
 */

import { signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import type { DrawnForecast } from '../charts/forecast-chart.ts';
import { climatologyName, formatCount, formatDate, formatValue, persistenceName } from '../format.ts';
import type { DataReport, ForecastReport, Interval } from '../protocol.ts';
import { chooseWindow, chosenWindow } from '../selection.ts';
import { msg, str } from '../words.ts';
import type { VisibleRange } from './time-range.ts';

/** Called when the cursor walks past the part shown; the new first window. */
type ScrollTo = (first: number) => void;

export class ForecastCursor {
  readonly #index = signal<number | null>(null);
  readonly #scrollTo: ScrollTo;
  /** True once a window was chosen here: then the cursor goes back to the chosen one when the pointer leaves. */
  #hasChosen = false;

  constructor(scrollTo: ScrollTo) {
    this.#scrollTo = scrollTo;
  }

  /** The layer over the drawing. */
  layer(
    report: DataReport,
    current: ForecastReport | null,
    drawn: DrawnForecast,
    range: VisibleRange,
  ): TemplateResult {
    const index = this.#at(report, range);
    const inSight = this.#index.value !== null && index >= range.first && index <= range.last;
    const at = (window: number): number => drawn.x(report.test.dates?.[window] ?? window + 1);
    const x = at(index);
    const chosen = chosenWindow.value;
    const dot = (value: number | undefined, colour: string): TemplateResult | typeof nothing =>
      value === undefined || Number.isNaN(value)
        ? nothing
        : html`<span
            class="cursor-dot"
            style="left:${x}px;top:${drawn.y(value)}px;background:var(--${colour})"
          ></span>`;
    const point = (event: PointerEvent): void => this.#point(event, drawn, range);
    return html`
      <div
        class="cursor"
        style="left:${drawn.left}px;width:${drawn.right - drawn.left}px"
        role="slider"
        tabindex="0"
        aria-label=${msg('Forecast, one window after the other')}
        aria-valuemin=${range.first}
        aria-valuemax=${range.last}
        aria-valuenow=${clamp(index, range.first, range.last)}
        aria-valuetext="${sentence(report, current, index)}${index === chosen ? msg(', chosen for all views') : ''}"
        data-testid="forecast-cursor"
        @pointermove=${point}
        @pointerdown=${point}
        @pointerleave=${({ pointerType }: PointerEvent) => {
          // A finger leaves before its click comes.
          if (this.#hasChosen && pointerType === 'mouse') this.#index.value = chosenWindow.value;
        }}
        @click=${() => this.#choose(this.#at(report, range))}
        @keydown=${(event: KeyboardEvent) => this.#key(event, report, range)}
        @focus=${() => {
          this.#index.value = clamp(index, range.first, range.last);
        }}
      ></div>
      ${
        chosen >= range.first && chosen <= range.last
          ? html`<span class="cursor-line cursor-chosen" style="left:${at(chosen)}px" data-testid="forecast-chosen"></span>`
          : nothing
      }
      ${
        inSight
          ? html`<span class="cursor-line" style="left:${x}px"></span>
              ${dot(report.test.persistence[index], 'persistence')}
              ${dot(report.test.observed[index], 'observed')} ${dot(current?.predicted[index], 'forecast')}`
          : nothing
      }
    `;
  }

  /** The numbers under the cursor. */
  readout(
    report: DataReport,
    current: ForecastReport | null,
    interval: Interval | null,
    range: VisibleRange,
    climatology: ArrayLike<number> | null,
  ): TemplateResult {
    const index = this.#at(report, range);
    const item = (name: string, value: number | undefined): TemplateResult | typeof nothing =>
      value === undefined ? nothing : html`<span>${name} <b>${formatValue(value, report.unit)}</b></span>`;
    return html`
      <p class="readout" data-testid="forecast-readout">
        <b>${windowName(report, index)}</b>
        ${item(msg('observed'), report.test.observed[index])} ${item(msg('forecast'), current?.predicted[index])}
        ${item(msg('interval from'), interval?.low[index])} ${item(msg('interval to'), interval?.high[index])}
        ${interval === null ? nothing : item(meanName(interval), interval.mean[index])}
        ${item(persistenceName(report), report.test.persistence[index])}
        ${item(climatologyName(report), climatology?.[index])}
      </p>
      <p class="actions after-chart">
        <a class="button button-small" href="#cell" data-testid="look-inside" @click=${() => this.#choose(index)}
          >${msg(html`Look inside ${windowName(report, index)}`)}</a
        >
        <span class="field-hint">
          ${msg(html`A click in the chart, or Enter at its cursor, chooses a forecast for all views: now ${windowName(report, chosenWindow.value)}, the dotted line.`)}
        </span>
      </p>
    `;
  }

  #choose(index: number): void {
    this.#hasChosen = true;
    chooseWindow(index);
  }

  #at(report: DataReport, range: VisibleRange): number {
    return Math.min(report.test.observed.length - 1, this.#index.value ?? range.last);
  }

  #point(event: PointerEvent, drawn: DrawnForecast, range: VisibleRange): void {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const part = (event.clientX - box.left) / Math.max(1, drawn.right - drawn.left);
    const index = Math.round(range.first + part * (range.last - range.first));
    this.#index.value = clamp(index, range.first, range.last);
  }

  #key(event: KeyboardEvent, report: DataReport, range: VisibleRange): void {
    const now = this.#at(report, range);
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.#choose(now);
      return;
    }
    const jump = Math.max(1, Math.round((range.last - range.first) / 10));
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: now - 1,
      ArrowDown: now - 1,
      ArrowRight: now + 1,
      ArrowUp: now + 1,
      PageDown: now - jump,
      PageUp: now + jump,
      Home: range.first,
      End: range.last,
    };
    const next = moves[event.key];
    if (next === undefined) {
      return;
    }
    event.preventDefault();
    const index = clamp(next, 0, report.test.observed.length - 1);
    this.#index.value = index;
    if (index < range.first || index > range.last) {
      this.#scrollTo(clamp(range.first + index - now, 0, range.lastStart));
    }
  }
}

/** What the interval lies around. */
export const meanName = ({ networks }: Interval): string =>
  msg(str`mean of ${formatCount(networks)} networks`);

/** A window's date, or its number where there are no dates. */
export function windowName(report: DataReport, index: number): string {
  const date = report.test.dates?.[index];
  return date === undefined ? msg(str`window ${formatCount(index + 1)}`) : formatDate(date, report.stepMs);
}

function sentence(report: DataReport, current: ForecastReport | null, index: number): string {
  const { observed, persistence } = report.test;
  const value = (of: ArrayLike<number>): string => formatValue(of[index] ?? Number.NaN, report.unit);
  const forecast = current === null ? '' : msg(str`, forecast ${value(current.predicted)}`);
  return msg(
    str`${windowName(report, index)}: observed ${value(observed)}${forecast}, ${persistenceName(report)} ${value(persistence)}`,
  );
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
