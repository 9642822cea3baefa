/** The errors on the test part beside each other, with a bar for each. */

import { html, type TemplateResult } from 'lit';
import type { DataReport, ForecastReport } from '../protocol.ts';
import { msg } from '../words.ts';
import { scoreLines, scoresCaption } from './score-lines.ts';

export function scoresTable(report: DataReport, current: ForecastReport | null): TemplateResult {
  return html`
    <table class="scores" data-testid="scores">
      <caption>
        ${scoresCaption(report)}
      </caption>
      <thead>
        <tr>
          <th scope="col">${msg('forecast')}</th>
          <th scope="col">MAE</th>
          <th scope="col">RMSE</th>
          <th scope="col">${msg('skill')}</th>
          <th scope="col" class="bar-cell"><span class="visually-hidden">${msg('MAE as a bar')}</span></th>
        </tr>
      </thead>
      <tbody>
        ${scoreLines(report, current?.scores ?? null).map(
          ({ key, name, mae, rmse, skill, share }) => html`<tr
            data-model=${key === 'model' ? 'true' : 'false'}
            data-testid="score-${key}"
          >
            <th scope="row">${name}</th>
            <td>${mae}</td>
            <td>${rmse}</td>
            <td>${skill}</td>
            <td class="bar-cell"><span class="bar" style="width:${share}%" aria-hidden="true"></span></td>
          </tr>`,
        )}
      </tbody>
    </table>
  `;
}
