/** The forecast chart's twin: its windows as a table that scrolls by itself. */

import { html, nothing, type TemplateResult } from 'lit';
import { formatDate, formatValue, persistenceName } from '../format.ts';
import type { DataReport, ForecastReport, Interval } from '../protocol.ts';
import { msg, str } from '../words.ts';
import type { VisibleRange } from './time-range.ts';

const MOST_ROWS = 400;

export function forecastTable(
  report: DataReport,
  current: ForecastReport | null,
  interval: Interval | null,
  range: VisibleRange,
): TemplateResult {
  const last = Math.min(range.last, range.first + MOST_ROWS - 1);
  const indices = Array.from({ length: last - range.first + 1 }, (_, offset) => range.first + offset);
  const { dates, observed, persistence, climatology, ridge } = report.test;
  const value = (values: Float64Array, index: number): string =>
    formatValue(values[index] ?? Number.NaN, report.unit);
  return html`
    <div class="table-region" tabindex="0" role="region" aria-label=${msg('Forecast as a table')} data-testid="forecast-table">
      <table>
        <thead>
          <tr>
            <th scope="col">${dates === null ? msg('window') : msg('date')}</th>
            <th scope="col">${msg('observed')}</th>
            ${current === null ? nothing : html`<th scope="col">${msg('forecast')}</th>`}
            ${interval === null ? nothing : html`<th scope="col">${msg('interval')}</th>`}
            <th scope="col">${persistenceName(report)}</th>
            ${climatology === null ? nothing : html`<th scope="col">${msg('climatology')}</th>`}
            ${ridge === null ? nothing : html`<th scope="col">${msg('ridge')}</th>`}
          </tr>
        </thead>
        <tbody>
          ${indices.map(
            (index) => html`<tr>
              <th scope="row">${dates === null ? index + 1 : formatDate(dates[index] ?? 0, report.stepMs)}</th>
              <td>${value(observed, index)}</td>
              ${current === null ? nothing : html`<td>${value(current.predicted, index)}</td>`}
              ${interval === null ? nothing : html`<td>${msg(str`${value(interval.low, index)} to ${value(interval.high, index)}`)}</td>`}
              <td>${value(persistence, index)}</td>
              ${climatology === null ? nothing : html`<td>${value(climatology, index)}</td>`}
              ${ridge === null ? nothing : html`<td>${value(ridge, index)}</td>`}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${last < range.last ? html`<p class="field-hint">${msg(html`The first ${MOST_ROWS} windows of the part shown. Choose a shorter part and move it to see the others.`)}</p>` : nothing}
  `;
}
