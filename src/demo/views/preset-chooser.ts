/** Which series: a list of presets, what the chosen one is, and the button that opens it; for a city, its form. */
import { computed, effect, signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { send } from '../app.ts';
import { ALL_PRESETS, PRESET_IDS, type PresetId, presetOf, type ReadyPresetId } from '../presets.ts';
import { defineElement, SignalElement } from '../signal-element.ts';
import { data } from '../state.ts';

const GROUPS = [...new Set(ALL_PRESETS.map(({ group }) => group))];

export class PresetChooser extends SignalElement {
  /** What is picked in the list and not opened yet; null for what is in use. */
  readonly #picked = signal<PresetId | null>(null);
  /** Null for a file of the visitor's own. */
  readonly #shown = computed(
    () => this.#picked.value ?? (data.value === null ? PRESET_IDS[0] : data.value.preset),
  );
  #stop: (() => void) | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    let inUse = data.peek()?.preset;
    const stopFollowing = effect(() => {
      const now = data.value?.preset;
      if (now !== inUse) this.#picked.value = null;
      inUse = now;
    });
    const stopLoading = effect(() => {
      // The form's script, which talks to another server, comes with the first who wants it.
      if (this.#shown.value === 'city') {
        void import('./city-form.ts').then(({ CityForm }) => defineElement('gw-city', CityForm));
      }
    });
    this.#stop = () => {
      stopFollowing();
      stopLoading();
    };
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
  }

  protected override render(): TemplateResult {
    const id = this.#shown.value;
    const words = id === null ? null : presetOf(id);
    return html`
      <div class="preset">
        <div class="preset-row">
          <div class="field">
            <label for="preset">Choose a series</label>
            <select id="preset" data-testid="preset" aria-describedby="preset-about" @change=${this.#pick}>
              ${id === null ? html`<option value="" selected>Your file</option>` : nothing}
              ${GROUPS.map(
                (group) => html`<optgroup label=${group}>
                  ${ALL_PRESETS.filter((preset) => preset.group === group).map(
                    (preset) =>
                      html`<option value=${preset.id} .selected=${preset.id === id}>${preset.title}</option>`,
                  )}
                </optgroup>`,
              )}
            </select>
          </div>
          ${
            id === 'city' || id === null
              ? nothing
              : html`<button class="button" type="button" data-testid="use-preset" @click=${() => this.#open(id)}>
                  Open
                </button>`
          }
        </div>
        <p class="field-hint" id="preset-about" data-testid="preset-about">${words === null ? `${data.value?.name ?? ''}, read in this browser.` : `${words.about} ${words.credits}`}</p>
        ${id === 'city' ? html`<gw-city></gw-city>` : nothing}
      </div>
    `;
  }

  readonly #pick = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    this.#picked.value = PRESET_IDS.find((id) => id === value) ?? null;
  };

  #open(preset: ReadyPresetId): void {
    send({ type: 'use-preset', preset });
  }
}
