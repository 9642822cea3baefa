/** Every number of one gate of one tensor of a model file: the pictures' twin. */
import { html, nothing, type TemplateResult } from 'lit';
import { formatWeight } from '../format.ts';
import { cellValue, type SlicedTensor } from '../keras/gate-tensors.ts';
import { gateName } from './gate-words.ts';

/** Rows and columns shown at most; a browser lays out no table of a million cells. */
const MOST_ROWS = 256;
const MOST_COLUMNS = 64;

/** @param choose is told the tensor and the gate that the visitor wants to see */
export function numbersTable(
  tensors: readonly SlicedTensor[],
  path: string,
  gate: number,
  choose: (path: string, gate: number) => void,
): TemplateResult | typeof nothing {
  const chosen = tensors.find(({ tensor }) => tensor.path === path);
  const slice = chosen?.slices[gate] ?? chosen?.slices[0];
  if (chosen === undefined || slice === undefined) {
    return nothing;
  }
  const rows = Array.from({ length: Math.min(slice.rows, MOST_ROWS) }, (_, row) => row);
  const columns = Array.from({ length: Math.min(slice.columns, MOST_COLUMNS) }, (_, column) => column);
  const isCut = slice.rows > MOST_ROWS || slice.columns > MOST_COLUMNS;
  return html`
    <div class="actions table-choice">
      <label>
        <span>Tensor</span>
        <select
          class="select-small"
          data-testid="keras-numbers-tensor"
          @change=${(event: Event) => choose((event.target as HTMLSelectElement).value, 0)}
        >
          ${tensors.map(({ tensor }) => html`<option value=${tensor.path} ?selected=${tensor.path === path}>${tensor.path}</option>`)}
        </select>
      </label>
      ${
        slice.gate === null
          ? nothing
          : html`<label>
              <span>Gate</span>
              <select
                class="select-small"
                data-testid="keras-numbers-gate"
                @change=${(event: Event) => choose(path, Number((event.target as HTMLSelectElement).value))}
              >
                ${chosen.slices.map((one, k) => html`<option value=${k} ?selected=${one === slice}>${one.gate === null ? '' : gateName(one.gate.gate)}</option>`)}
              </select>
            </label>`
      }
      ${slice.gate === null ? nothing : html`<code>${slice.gate.slice}</code>`}
    </div>
    <div class="table-region" tabindex="0" role="region" aria-label="Numbers of the file" data-testid="keras-values">
      <table>
        <thead>
          <tr>
            <th scope="col">row</th>
            ${columns.map((column) => html`<th scope="col">${column}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (row) => html`<tr>
              <th scope="row">${row}</th>
              ${columns.map((column) => html`<td>${formatWeight(cellValue(chosen, slice, row, column))}</td>`)}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${isCut ? html`<p class="field-hint">The first ${MOST_ROWS} rows and ${MOST_COLUMNS} columns are shown.</p>` : nothing}
  `;
}
