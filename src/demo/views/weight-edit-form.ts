/** Sets the chosen weight by hand, to see what changes; undo takes it back. */

import { html, type TemplateResult } from 'lit';
import { send } from '../app.ts';
import { cellName } from '../draw/heatmap-layout.ts';
import { formatWeight } from '../format.ts';
import { SignalElement } from '../signal-element.ts';
import { canRun, model, problem, run } from '../state.ts';
import { msg, str, told } from '../words.ts';
import { chosenCell, chosenValue } from './weights-state.ts';

export class WeightEditForm extends SignalElement {
  protected override render(): TemplateResult {
    const chosen = chosenCell.value;
    const value = chosenValue.value;
    const name =
      chosen === null
        ? msg('this weight')
        : cellName(chosen.variable.name, chosen.cell, model.value?.features ?? []);
    const disabled = chosen === null || !canRun.value || run.value.phase === 'training';
    return html`
      <form class="weight-edit" @submit=${this.#set}>
        <label>
          <span>${msg(str`Set ${name} to`)}</span>
          <input
            type="text"
            inputmode="decimal"
            autocomplete="off"
            data-testid="weight-edit"
            placeholder=${value === null ? msg('choose a cell') : formatWeight(value)}
            ?disabled=${disabled}
          />
        </label>
        <button class="button button-small" type="submit" data-testid="weight-set" ?disabled=${disabled}>${msg('Set')}</button>
        <span class="field-hint">${msg('All views show what changes. Undo takes it back.')}</span>
      </form>
    `;
  }

  readonly #set = (event: Event): void => {
    event.preventDefault();
    const chosen = chosenCell.value;
    const input = this.querySelector('input');
    if (chosen === null || input === null) return;
    const typed = input.value.trim().replace('\u2212', '-').replace(',', '.');
    const value = typed === '' ? Number.NaN : Number(typed);
    if (!Number.isFinite(value)) {
      const received = typed === '' ? told(str`nothing`) : `\u201c${typed.slice(0, 20)}\u201d`;
      problem.value = {
        code: 'bad-input',
        place: 'training',
        message: told(str`A weight is a number such as 0.25; received ${received}.`),
      };
      return;
    }
    const { variable, cell } = chosen;
    input.value = '';
    send({
      type: 'edit-weight',
      matrix: variable.name,
      row: cell.row,
      column: cell.gate * variable.units + cell.unit,
      value,
    });
  };
}
