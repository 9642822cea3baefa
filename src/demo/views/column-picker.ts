/** Which columns of an own CSV are used: target, inputs, date. Comes up once the file is read. */

import { html, nothing, type TemplateResult } from 'lit';
import { send } from '../app.ts';
import { formatCount, formatPlural } from '../format.ts';
import type { ColumnChoice, ColumnReport } from '../protocol.ts';
import { SignalElement } from '../signal-element.ts';
import { clearProblem, columnsOffer } from '../state.ts';
import { msg, str } from '../words.ts';

/** What a column holds. */
function kindWord(kind: ColumnReport['kind']): string {
  return {
    number: () => msg('numbers'),
    date: () => msg('date'),
    text: () => msg('text'),
    empty: () => msg('empty'),
    constant: () => msg('constant'),
  }[kind]();
}

export class ColumnPicker extends SignalElement {
  protected override render(): TemplateResult | typeof nothing {
    const offer = columnsOffer.value;
    if (offer === null) {
      return nothing;
    }
    const { columns, choice, file, rows } = offer;
    return html`
      <form class="note" data-testid="column-picker" @submit=${this.#use} aria-label=${msg(str`Columns of ${file}`)}>
        <h2>${file}: ${formatPlural(rows, 'row')}, ${formatPlural(columns.length, 'column')}</h2>
        <div class="fields">
          <div class="field">
            <label for="pick-target">${msg('Target')}</label>
            <select id="pick-target" name="target" data-testid="pick-target">
              ${columns.map((column) => this.#option(column, column.name === choice.target))}
            </select>
            <span class="field-hint">${msg('the column to forecast')}</span>
          </div>
          <div class="field">
            <label for="pick-date">${msg('Date')}</label>
            <select id="pick-date" name="date" data-testid="pick-date">
              <option value="" ?selected=${choice.date.length === 0}>${msg('none')}</option>
              ${
                choice.date.length > 1
                  ? html`<option value="+" selected>${choice.date.join(' + ')}</option>`
                  : nothing
              }
              ${columns.map((column) => this.#option(column, choice.date.length === 1 && column.name === choice.date[0]))}
            </select>
            <span class="field-hint">${msg('adds the season as inputs')}</span>
          </div>
        </div>
        <fieldset class="field">
          <legend>${msg('Inputs')}</legend>
          <div class="pick-list" tabindex="0" role="group" aria-label=${msg('Input columns')}>
            ${columns.map((column) => this.#feature(column, choice))}
          </div>
        </fieldset>
        <div class="actions">
          <button class="button button-main button-small" type="submit" data-testid="use-columns">${msg('Use these columns')}</button>
          <button class="button button-small" type="button" @click=${this.#cancel}>${msg('Cancel')}</button>
        </div>
      </form>
    `;
  }

  #option(column: ColumnReport, selected: boolean): TemplateResult {
    const note = column.kind === 'number' ? '' : ` (${kindWord(column.kind)})`;
    return html`<option value=${column.name} ?selected=${selected}>${column.name}${note}</option>`;
  }

  #feature(column: ColumnReport, choice: ColumnChoice): TemplateResult {
    const usable = column.kind === 'number';
    const missing = column.missing > 0 ? msg(str`, ${formatCount(column.missing)} missing`) : '';
    return html`
      <label class="choice">
        <input
          type="checkbox"
          name="feature"
          value=${column.name}
          ?checked=${choice.features.includes(column.name)}
          ?disabled=${!usable}
        />
        <span>${column.name}<span class="field-hint">${usable ? missing : ` ${kindWord(column.kind)}`}</span></span>
      </label>
    `;
  }

  readonly #use = (event: SubmitEvent): void => {
    event.preventDefault();
    const offer = columnsOffer.value;
    const form = new FormData(event.target as HTMLFormElement);
    const date = String(form.get('date') ?? '');
    const choice: ColumnChoice = {
      target: String(form.get('target') ?? ''),
      features: form.getAll('feature').map(String),
      date: date === '+' ? (offer?.choice.date ?? []) : date === '' ? [] : [date],
    };
    send({ type: 'use-columns', choice });
  };

  readonly #cancel = (): void => {
    columnsOffer.value = null;
    clearProblem('data');
  };
}
