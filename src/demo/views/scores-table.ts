/** The errors on the test part and the skill: the model and the three plain forecasts it has to beat. */
import { html, type TemplateResult } from 'lit';
import { skill } from '../../engine/index.ts';
import { formatError, formatSkill, persistenceName } from '../format.ts';
import type { DataReport, ForecastReport, Scores } from '../protocol.ts';

interface Line {
  readonly key: string;
  readonly name: string;
  readonly scores: Scores | null;
}

export function scoresTable(report: DataReport, current: ForecastReport | null): TemplateResult {
  const lines: Line[] = [
    { key: 'model', name: 'This network', scores: current?.scores ?? null },
    {
      key: 'persistence',
      name: `Persistence (\u201c${persistenceName(report)}\u201d)`,
      scores: report.scores.persistence,
    },
    report.scores.climatology === null
      ? { key: 'mean', name: 'Mean of the training part', scores: report.scores.mean }
      : { key: 'climatology', name: 'Climatology (mean of the season)', scores: report.scores.climatology },
    { key: 'ridge', name: 'Ridge regression on the same window', scores: report.scores.ridge },
  ];
  const largest = Math.max(...lines.map((line) => line.scores?.mae ?? 0), Number.MIN_VALUE);
  const unit = report.unit === '' ? `in units of ${report.target}` : `in ${report.unit}`;
  return html`
    <table class="scores" data-testid="scores">
      <caption>
        Errors on the test part, ${unit}; lower is better. MAE is the mean of the absolute errors; RMSE, the root of
        their mean square, weighs large ones more. Skill is the part of persistence\u2019s MAE that a forecast takes
        away: 100\u00a0% is perfect, below 0 is worse than persistence.
      </caption>
      <thead>
        <tr>
          <th scope="col">forecast</th>
          <th scope="col">MAE</th>
          <th scope="col">RMSE</th>
          <th scope="col">skill</th>
          <th scope="col" class="bar-cell"><span class="visually-hidden">MAE as a bar</span></th>
        </tr>
      </thead>
      <tbody>
        ${lines.map(
          ({
            key,
            name,
            scores,
          }) => html`<tr data-model=${key === 'model' ? 'true' : 'false'} data-testid="score-${key}">
            <th scope="row">${name}</th>
            <td>${scores === null ? '\u2013' : formatError(scores.mae)}</td>
            <td>${scores === null ? '\u2013' : formatError(scores.rmse)}</td>
            <td>${scores === null ? '\u2013' : formatSkill(skill(scores.mae, report.scores.persistence.mae))}</td>
            <td class="bar-cell">
              <span class="bar" style="width:${scores === null ? 0 : ((100 * scores.mae) / largest).toFixed(1)}%" aria-hidden="true"></span>
            </td>
          </tr>`,
        )}
      </tbody>
    </table>
  `;
}
