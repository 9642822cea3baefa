/** What questions and the work sheet ask about: the network's sizes as they are now, or, without a device, as they are set. */
import { computed } from '@preact/signals-core';
import { data, model, recipe } from '../state.ts';

export interface Facts {
  /** H */
  readonly units: number;
  /** The inputs' names; D of them. */
  readonly inputs: readonly string[];
  /** T */
  readonly window: number;
  /** Null without a model on a device. */
  readonly dispatchesPerStep: number | null;
}

/** Null before the data are read. */
export const facts = computed((): Facts | null => {
  const built = model.value;
  const inputs = built?.features ?? data.value?.inputs;
  if (inputs === undefined) return null;
  return {
    units: built?.units ?? recipe.value.units,
    inputs,
    window: recipe.value.window,
    dispatchesPerStep: built?.dispatchesPerStep ?? null,
  };
});
