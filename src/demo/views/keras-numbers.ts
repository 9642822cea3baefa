/** Every number of one gate of one tensor of a model file: the pictures' twin. */

import { signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { keyed } from 'lit/directives/keyed.js';
import { download } from '../app.ts';
import { formatWeight, slug } from '../format.ts';
import { fullFloat32 } from '../full-number.ts';
import { cellValue, type Slice, type SlicedTensor } from '../keras/gate-tensors.ts';
import { sliceCsv } from '../keras/slice-csv.ts';
import { textFile } from '../text-file.ts';
import { msg, str } from '../words.ts';
import { copyCells, keepStop, walkCells } from './full-cells.ts';
import { gateName } from './gate-words.ts';

/** Rows and columns shown at most; a browser lays out no table of a million cells. */
const MOST_ROWS = 256;
const MOST_COLUMNS = 64;

/** The cell that had the focus last, of the table it stood in. */
const read = signal<{ readonly table: string; readonly words: string } | null>(null);

/** Millions of numbers take their time. */
const isWriting = signal(false);

/** Files have tensors of one path: their numbers tell tables apart. */
const numbers = new WeakMap<object, number>();
let counted = 0;

function numberOf(data: object): number {
  const number = numbers.get(data) ?? ++counted;
  numbers.set(data, number);
  return number;
}

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
  const table = `${numberOf(chosen.data)} ${path} ${slice.from}`;
  const rows = Array.from({ length: Math.min(slice.rows, MOST_ROWS) }, (_, row) => row);
  const columns = Array.from({ length: Math.min(slice.columns, MOST_COLUMNS) }, (_, column) => column);
  const isCut = slice.rows > MOST_ROWS || slice.columns > MOST_COLUMNS;
  return html`
    <div class="actions table-choice">
      <label>
        <span>${msg('Tensor')}</span>
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
              <span>${msg('Gate')}</span>
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
    <div class="table-region" tabindex="0" role="region" aria-label=${msg('Numbers of the file')} data-testid="keras-values" @copy=${copyCells}>
      <table role="grid" @keydown=${walkCells} @focusin=${(event: FocusEvent) => {
        const cell = keepStop(event);
        if (cell !== null) read.value = { table, words: inFull(cell) };
      }}>
        <thead>
          <tr>
            <th scope="col">${msg('row')}</th>
            ${columns.map((column) => html`<th scope="col">${column}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${
            // Thousands of cells, which a moved focus does not change.
            keyed(
              table,
              guard([chosen.data, table], () => rows.map((row) => numbersRow(chosen, slice, row, columns))),
            )
          }
        </tbody>
      </table>
    </div>
    <p class="field-hint" aria-live="polite" data-testid="keras-number">
      ${
        read.value?.table === table
          ? read.value.words
          : msg(
              'Go to a number with the arrow keys or click it to see it in full; copying gives numbers in full.',
            )
      }
    </p>
    <button
      class="button button-small"
      type="button"
      data-testid="keras-numbers-csv"
      @click=${() => void save(chosen, slice)}
    >
      ${msg('Download these numbers as CSV')}
    </button>
    <span class="field-hint" role="status">${isWriting.value ? msg('Writing the file') : ''}</span>
    ${isCut ? html`<p class="field-hint">${msg(html`The first ${MOST_ROWS} rows and ${MOST_COLUMNS} columns are shown.`)}</p>` : nothing}
  `;
}

function numbersRow(
  tensor: SlicedTensor,
  slice: Slice,
  row: number,
  columns: readonly number[],
): TemplateResult {
  return html`<tr>
    <th scope="row">${row}</th>
    ${columns.map((column) => {
      const value = cellValue(tensor, slice, row, column);
      const isFirst = row === 0 && column === 0;
      return html`<td
        tabindex=${isFirst ? 0 : -1}
        data-row=${row}
        data-column=${column}
        data-full=${fullFloat32(value)}
      >
        ${formatWeight(value)}
      </td>`;
    })}
  </tr>`;
}

async function save(chosen: SlicedTensor, slice: Slice): Promise<void> {
  if (isWriting.value) return;
  isWriting.value = true;
  try {
    const name = slug(`${chosen.tensor.path} ${slice.gate?.gate ?? ''}`);
    download(`${name}.csv`, await textFile(sliceCsv(chosen, slice)));
  } finally {
    isWriting.value = false;
  }
}

function inFull({ dataset }: HTMLElement): string {
  return msg(str`Row ${dataset.row}, column ${dataset.column} in full: ${dataset.full}`);
}
