/** What a retraining found: a bar for each row, the table, and the sentence about what is missed most; downloaded with the first. */
import { html, type TemplateResult } from 'lit';
import type { RetrainFinding, Retraining } from '../../engine/explain/index.ts';
import type { LagBar } from '../charts/lag-bars.ts';
import { formatChangeIn, formatCount } from '../format.ts';
import { lagLabel, unitWords } from '../lags/lag-words.ts';
import { data } from '../state.ts';
import { msg, str } from '../words.ts';
import { lagChart, rowSlider } from './lag-cursor.ts';

export const doneWords = ({ findings, seeds }: Retraining): string =>
  msg(str`Done, with ${formatCount(seeds)} seeds each. ${reading(findings)}`);

export function retrainedResults({ findings, notes, seeds }: Retraining, width: number): TemplateResult {
  const unit = data.value?.unit ?? '';
  const bars = findings.flatMap(({ leftOut, value, perSeed }): LagBar[] =>
    leftOut.kind === 'lag'
      ? [
          {
            lag: leftOut.lag,
            parts: [{ fill: 0, value: value ?? 0 }],
            dots: perSeed.filter((one) => one !== null),
          },
        ]
      : [],
  );
  return html`
    <p class="lag-axis">${msg(str`${unitWords(unit)}, more error when trained without the row; dots are single seeds`)}</p>
    ${lagChart({
      width: width,
      bars,
      band: null,
      noise: null,
      limit: null,
      testId: 'lag-retrain',
      title: msg('What leaving out a row costs'),
      csv: async () => (await import('../lags/lag-csv.ts')).retrainCsv({ findings, seeds }),
      name: msg(str`What leaving out a row costs networks trained without it. ${reading(findings)}`),
    })}
    ${rowSlider('lag-retrain', bars.length)} ${notes.map((note) => html`<p class="field-hint" lang="en">${note}</p>`)}
    <details>
      <summary>${msg('Retraining as a table')}</summary>
      <div class="table-region" tabindex="0" role="region" aria-label=${msg('What leaving out each row and input costs')}>
        <table data-testid="lag-retrain-table">
          <thead>
            <tr>${[msg('left out'), msg('mean'), msg('seeds')].map((head) => html`<th scope="col">${head}</th>`)}</tr>
          </thead>
          <tbody>
            ${findings.map(
              ({ leftOut, value, perSeed }) => html`<tr>
                <th scope="row">${nameOf(leftOut)}</th>
                <td title=${value ?? ''}>${words(value, unit)}</td>
                <td>${perSeed.map((one) => words(one, unit)).join(', ')}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>
  `;
}

function nameOf(leftOut: RetrainFinding['leftOut']): string {
  if (leftOut.kind === 'lag') return msg(str`row ${lagLabel(leftOut.lag)}`);
  return leftOut.kind === 'feature' ? msg(str`input ${leftOut.feature}`) : msg('nothing');
}

const words = (value: number | null, unit: string): string =>
  value === null ? msg('diverged') : formatChangeIn(value, unit);

/** The row and the input that are missed most. */
function reading(findings: readonly RetrainFinding[]): string {
  const unit = data.value?.unit ?? '';
  const most = (kind: 'lag' | 'feature'): RetrainFinding | undefined =>
    findings
      .filter((one) => one.leftOut.kind === kind && one.value !== null)
      .sort((a, b) => (b.value ?? 0) - (a.value ?? 0))[0];
  const [row, input] = [most('lag'), most('feature')];
  if (row === undefined || input === undefined) return msg('No network trained to its end.');
  return msg(
    str`Without ${nameOf(row.leftOut)} the error grows by ${words(row.value, unit)}, the most of all rows; without ${nameOf(input.leftOut)} by ${words(input.value, unit)}, the most of all inputs.`,
  );
}
