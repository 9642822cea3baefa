/** The bars as a table: a line for each row of the window, the newest first, and a column for each input. */
import { html, type TemplateResult } from 'lit';
import { barWords, type LagDisplay, type LagTable } from '../lags/lag-bars.ts';
import { lagLabel } from '../lags/lag-words.ts';
import { msg } from '../words.ts';

/** @param name what tells its region from those of other bars */
export function lagTable(
  table: LagTable,
  unit: string,
  display: LagDisplay,
  testId = 'lag',
  name = msg('Bars by row and input'),
): TemplateResult {
  const { steps, features, values, method } = table;
  const isMemory = method === 'half-life';
  return html`<details data-testid="${testId}-table" data-method=${method} data-display=${display}>
    <summary>${msg('The bars as a table')}</summary>
    <div class="table-region" tabindex="0" role="region" aria-label=${name}>
      <table>
        <thead>
          <tr>
            <th scope="col">${msg('row')}</th>
            <th scope="col">${msg('lag')}</th>
            ${features.map((name) => html`<th scope="col">${isMemory ? msg('held') : name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${Array.from(
            { length: steps },
            (_, row) => html`<tr>
              <th scope="row">${lagLabel(row + 1)}</th>
              <td>${row + 1}</td>
              ${features.map((_name, feature) => {
                const value = values[row * features.length + feature] as number;
                return html`<td title=${value}>${barWords(method, value, unit, display)}</td>`;
              })}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}
