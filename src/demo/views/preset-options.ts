/** What the two lists of series share, in the bar and in the card of the data: what is picked, and the options. */
import { computed, signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { send } from '../app.ts';
import { ALL_PRESETS, PRESET_IDS, type Preset, type PresetId } from '../presets.ts';
import { data } from '../state.ts';
import { msg, say } from '../words.ts';

const GROUPS = [...new Set(ALL_PRESETS.map(({ group }) => group))];

/** A pick holds until other data come. */
const picked = signal<{ readonly id: PresetId; readonly before: PresetId | null } | null>(null);

/** The series in use; null for a file of the visitor's own. */
const inUse = computed(() => (data.value === null ? PRESET_IDS[0] : data.value.preset));

/** What is picked in the lists, or else in use. */
export const presetShown = computed(() => {
  const pick = picked.value;
  return pick !== null && pick.before === inUse.value ? pick.id : inUse.value;
});

/** Whether what is picked waits to be opened. */
export const isPresetPicked = computed(() => presetShown.value !== inUse.value);

export function pickPreset(event: Event): void {
  const { value } = event.target as HTMLSelectElement;
  const id = PRESET_IDS.find((one) => one === value);
  picked.value = id === undefined ? null : { id, before: inUse.value };
}

/** Opens what is picked at the click: its button may still be drawn for the pick before. */
export function openPicked(): void {
  const preset = presetShown.value;
  if (preset !== null && preset !== 'city') send({ type: 'use-preset', preset });
}

export function presetOptions(): TemplateResult {
  const id = presetShown.value;
  return html`
    ${id === null ? html`<option value="" selected>${msg('Your file')}</option>` : nothing}
    ${GROUPS.map(
      (group) => html`<optgroup label=${groupWord(group)}>
        ${ALL_PRESETS.filter((preset) => preset.group === group).map(
          (preset) =>
            html`<option value=${preset.id} .selected=${preset.id === id}>${say(preset.title)}</option>`,
        )}
      </optgroup>`,
    )}
  `;
}

function groupWord(group: Preset['group']): string {
  return group === 'Weather' ? msg('Weather') : msg('Planted truth');
}
