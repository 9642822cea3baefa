/** The two cards under the title: which data, and which model. Both open to be changed. */
import { html, type TemplateResult } from 'lit';
import { defineElement, SignalElement } from '../signal-element.ts';
import { columnsOffer, data, problem } from '../state.ts';
import { dataCard } from './data-card.ts';
import { PresetChooser } from './preset-chooser.ts';
import { RecipeCard } from './recipe-card.ts';

defineElement('gw-recipe', RecipeCard);
defineElement('gw-presets', PresetChooser);

export class Setup extends SignalElement {
  protected override hasContent(): boolean {
    return data.value !== null || problem.value !== null;
  }

  protected override render(): TemplateResult {
    if (columnsOffer.value !== null) {
      void import('./column-picker.ts').then(({ ColumnPicker }) => defineElement('gw-columns', ColumnPicker));
    }
    return html`
      <div class="setup">
        ${dataCard(columnsOffer.value)}
        <gw-recipe class="card"></gw-recipe>
      </div>
    `;
  }
}
