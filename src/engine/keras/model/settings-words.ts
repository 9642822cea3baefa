/** A layer's settings in Keras' words (snake_case keys), flat, for people who read them. */
import type { LayerSettings } from './layer-settings.ts';

/** Keys of a cell that tell nothing outside a GRU. */
const GRU_ONLY = 'reset_after';

/** `{units: 32, recurrent_activation: 'sigmoid', ...}`; of a Bidirectional `forward.units` and `backward.units`. */
export function describeSettings(settings: LayerSettings): Record<string, unknown> {
  const { kind: _, ...rest } = settings;
  const words: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(rest)) {
    const name = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (isSettings(value)) {
      for (const [inner, one] of Object.entries(describeSettings(value))) words[`${name}.${inner}`] = one;
    } else if (name !== GRU_ONLY || ('cell' in settings && settings.cell === 'gru')) {
      words[name] = value;
    }
  }
  return words;
}

function isSettings(value: unknown): value is LayerSettings {
  return typeof value === 'object' && value !== null && 'kind' in value;
}
