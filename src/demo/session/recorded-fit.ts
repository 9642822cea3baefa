/** Whether a recorded run is of the data and settings that are asked for. */
import { RECIPE_SETTINGS, type Recipe, type RecipeField } from '../recipe.ts';
import type { StoredRun } from '../recorded/stored-run.ts';
import { str, type Told, told } from '../words.ts';
import type { LoadedData } from './loaded-data.ts';

/** The sentence that says why the run is not of these data and settings; null where it is. */
export function whyNot(
  { data, recipe }: Pick<StoredRun, 'data' | 'recipe'>,
  { series, choice }: Pick<LoadedData, 'series' | 'choice'>,
  wanted: Recipe,
): Told | null {
  const [has, takes] = [series.columns.join(', '), data.inputs.join(', ')];
  if (has !== takes) {
    return told(
      str`There are no recorded weights for these columns: the recorded network reads ${takes}; this data gives ${has}.`,
    );
  }
  if (choice.target !== data.target) {
    return told(
      str`There are no recorded weights for this target: the recorded network was trained to forecast ${data.target}; this data asks for ${choice.target}. Choose ${data.target} to see it.`,
    );
  }
  const other = RECIPE_SETTINGS.filter(({ field }) => recipe[field] !== wanted[field]);
  if (other.length === 0) return null;
  const settings = other.map(({ field }) => told(str`${SETTING_NAMES[field]} ${recipe[field]}`));
  const all = settings.reduce((before, one) => told(str`${before}, ${one}`));
  return told(
    str`There are no recorded weights for these settings: the run was recorded with ${all}. Set that to see it.`,
  );
}

/** Settings as they stand inside a sentence. */
const SETTING_NAMES: Readonly<Record<RecipeField, Told>> = {
  units: told(str`units`),
  window: told(str`window`),
  horizon: told(str`horizon`),
  learningRate: told(str`learning rate`),
  batchSize: told(str`batch size`),
  patience: told(str`early stopping`),
  epochs: told(str`epochs`),
};
