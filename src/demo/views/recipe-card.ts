/** The card of the model: its recipe in one line, and the form to change it, with a sentence at each wrong field. */

import { signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { applyRecipe } from '../app.ts';
import { formatCount, formatSteps, stepsWord } from '../format.ts';
import {
  RECIPE_SETTINGS,
  type Recipe,
  type RecipeErrors,
  type RecipeField,
  type RecipeSetting,
  readRecipe,
  recipeText,
} from '../recipe.ts';
import { SignalElement } from '../signal-element.ts';
import { data, keepBest, model, recipe, recorded, run, weights } from '../state.ts';
import { msg } from '../words.ts';

const errors = signal<RecipeErrors>({});

export class RecipeCard extends SignalElement {
  protected override render(): TemplateResult {
    const current = recipe.value;
    const stepMs = data.value?.stepMs ?? null;
    return html`
      <p class="card-label">${msg('Model')}</p>
      <p class="card-title" data-testid="model-line">
        ${model.value?.outline ?? `LSTM(${current.units}) \u2192 Dense(1) \u2192 linear`}
      </p>
      <p class="card-text">
        ${msg(html`Looks back over ${formatSteps(current.window, stepMs)}. ${model.value?.optimizer ?? 'Adam'} at ${current.learningRate}, batches of ${formatCount(current.batchSize)}, ${formatCount(current.epochs)} epochs, seed <span data-testid="seed">${run.value.seed}</span>.`)}
      </p>
      ${this.#facts()}
      <details data-testid="settings">
        <summary>${msg('Change the settings')}</summary>
        ${this.#form(current)}
      </details>
    `;
  }

  #facts(): TemplateResult {
    const built = model.value;
    if (built === null) {
      return html`<p class="card-text">${msg('The model is built once a GPU is there.')}</p>`;
    }
    const print = weights.value?.fingerprint ?? '';
    return html`
      <p class="card-text">
        ${msg(html`${formatCount(built.parameterCount)} weights, ${built.dispatchesPerStep} GPU dispatches per training step${recorded.value === null ? '' : msg(' where it was recorded')}. Fingerprint of the weights: <code data-testid="fingerprint">${print}</code>`)}
      </p>
    `;
  }

  #form(current: Recipe): TemplateResult {
    const text = recipeText(current);
    return html`
      <form novalidate @submit=${this.#apply} data-testid="recipe-form">
        <div class="fields">${RECIPE_SETTINGS.map((setting) => this.#field(setting, text[setting.field]))}</div>
        <label class="choice">
          <input type="checkbox" name="keepBest" .checked=${keepBest.value} data-testid="keep-best" />
          <span>${msg('At the end, go back to the best epoch')}</span>
        </label>
        <div class="actions">
          <button class="button button-small" type="submit" data-testid="apply">${msg('Apply and start over')}</button>
        </div>
      </form>
    `;
  }

  #field(setting: RecipeSetting, value: string): TemplateResult {
    const id = `recipe-${setting.field}`;
    const error = errors.value[setting.field];
    const hint = setting.hint.replace('{steps}', stepsWord(data.value?.stepMs ?? null));
    return html`
      <div class="field">
        <label for=${id}>${setting.label}</label>
        <input
          id=${id}
          name=${setting.field}
          type="text"
          inputmode=${setting.whole ? 'numeric' : 'decimal'}
          autocomplete="off"
          .value=${value}
          aria-invalid=${error === undefined ? 'false' : 'true'}
          aria-describedby="${id}-hint"
          data-testid="setting-${setting.field}"
        />
        <span id="${id}-hint">
          <span class="field-hint">${hint}</span>
          ${error === undefined ? nothing : html`<br /><span class="field-error" data-testid="setting-error">${error}</span>`}
        </span>
      </div>
    `;
  }

  readonly #apply = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const typed = new FormData(form);
    const text = Object.fromEntries(
      RECIPE_SETTINGS.map(({ field }) => [field, String(typed.get(field) ?? '')]),
    ) as Record<RecipeField, string>;
    const read = readRecipe(text);
    if ('errors' in read) {
      errors.value = read.errors;
      await this.updateComplete;
      form.querySelector<HTMLInputElement>('[aria-invalid="true"]')?.focus();
      return;
    }
    errors.value = {};
    applyRecipe(read.recipe, typed.has('keepBest'));
  };
}
