/** The heatmaps' twin: one gate of one matrix as a table of numbers, read back while it is in the page, which is while it is open. */

import { effect, signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { GATES } from '../../engine/index.ts';
import { client } from '../app.ts';
import { type MatrixName, type MatrixVariable, sliceCode } from '../draw/heatmap-layout.ts';
import { formatWeight } from '../format.ts';
import { SignalElement } from '../signal-element.ts';
import { canAsk, model, weights } from '../state.ts';
import { msg, str } from '../words.ts';
import { Throttle } from './chart-box.ts';
import { gateName, gateWord } from './gate-words.ts';

type Values = Readonly<Record<MatrixName, Float32Array>>;

const REFRESH_EVERY_MS = 500;

export class WeightsTable extends SignalElement {
  readonly #name = signal<MatrixName>('kernel');
  readonly #gate = signal(0);
  readonly #values = signal<Values | null>(null);
  readonly #throttle = new Throttle(REFRESH_EVERY_MS);
  #stop: (() => void) | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = effect(() => {
      if (canAsk.value && weights.value !== null) {
        this.#throttle.run(() => void this.#read());
      }
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#throttle.cancel();
    this.#stop?.();
  }

  protected override render(): TemplateResult | typeof nothing {
    const variable = model.value?.matrices.find(({ name }) => name === this.#name.value);
    return variable === undefined ? nothing : this.#content(variable);
  }

  #content(variable: MatrixVariable): TemplateResult {
    const values = this.#values.value?.[variable.name];
    const gate = this.#gate.value;
    return html`
      <div class="actions table-choice">
        <label>
          <span>${msg('Matrix')}</span>
          <select class="select-small" data-testid="table-matrix" @change=${this.#chooseMatrix}>
            ${(model.value?.matrices ?? []).map(
              ({ name }) => html`<option value=${name} ?selected=${name === variable.name}>${name}</option>`,
            )}
          </select>
        </label>
        <label>
          <span>${msg('Gate')}</span>
          <select class="select-small" data-testid="table-gate" @change=${this.#chooseGate}>
            ${GATES.map((one, index) => html`<option value=${index} ?selected=${index === gate}>${gateName(one.key)}</option>`)}
          </select>
        </label>
        <code>${sliceCode(variable.name, gate)}</code>
      </div>
      ${values === undefined ? html`<p class="placeholder">${msg('Reading the numbers back')}</p>` : this.#table(variable, values, gate)}
    `;
  }

  #table(variable: MatrixVariable, values: Float32Array, gate: number): TemplateResult {
    const { rows, units } = variable;
    const columns = Array.from({ length: units }, (_, unit) => unit);
    const name = (row: number): string =>
      variable.name === 'kernel'
        ? (model.value?.features[row] ?? msg(str`input ${row}`))
        : variable.name === 'bias'
          ? 'bias'
          : msg(str`from unit ${row}`);
    return html`
      <div class="table-region" tabindex="0" role="region" aria-label=${msg('Weights as a table')} data-testid="weights-values">
        <table>
          <thead>
            <tr>
              <th scope="col">${gateWord(GATES[gate]?.key ?? '')}</th>
              ${columns.map((unit) => html`<th scope="col">${msg(html`to unit ${unit}`)}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${Array.from({ length: rows }, (_, row) => row).map(
              (row) => html`<tr>
                <th scope="row">${name(row)}</th>
                ${columns.map((unit) => html`<td>${formatWeight(values[row * 4 * units + gate * units + unit] ?? Number.NaN)}</td>`)}
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
    `;
  }

  readonly #chooseMatrix = (event: Event): void => {
    const chosen = (event.target as HTMLSelectElement).value;
    this.#name.value = model.value?.matrices.find(({ name }) => name === chosen)?.name ?? 'kernel';
  };

  readonly #chooseGate = (event: Event): void => {
    this.#gate.value = Number((event.target as HTMLSelectElement).value);
  };

  async #read(): Promise<void> {
    const answer = await client.ask({ type: 'read-weights' });
    if (answer.type === 'matrices') {
      this.#values.value = answer.values;
    }
  }
}
