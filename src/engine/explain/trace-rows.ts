/** How much a trace of a model holds, so that pieces of windows that are traced stay small. */

import type { KerasObject } from '../keras/model/keras-model.ts';
import { layerSettings, type RecurrentSettings } from '../keras/model/layer-settings.ts';
import { RECURRENT_TRACES } from '../kernels/recurrent.ts';

/**
 * Rows of D features as large as what a trace keeps of one step, of all recurrent layers of a model and both directions.
 * @param layers of its config
 */
export function traceRows(layers: readonly KerasObject[], features: number): number {
  const floats = layers
    .flatMap(cellsOf)
    .reduce((sum, { cell, units }) => sum + RECURRENT_TRACES[cell].length * units, 0);
  return Math.max(1, Math.ceil(floats / features));
}

function cellsOf(layer: KerasObject): RecurrentSettings[] {
  if (layer.class_name === 'InputLayer') return [];
  const settings = layerSettings(layer);
  if (settings.kind === 'bidirectional') return [settings.forward, settings.backward];
  return settings.kind === 'recurrent' ? [settings] : [];
}
