/** Writes the addresses that url-state.ts reads; loaded with the first link that is made. */
import { presetRecipe } from './presets.ts';
import { type Recipe, type RecipeField, recipeText } from './recipe.ts';
import { FIRST_PRESET, FIRST_SEED, RECIPE_KEYS, type UrlState } from './url-state.ts';

/** What a link sets; what it leaves out is as the page has it by itself. */
export type LinkState = Partial<Omit<UrlState, 'recipe'>> & { readonly recipe?: Partial<Recipe> };

/** The address that gives the same state; what is as the page has it by itself is left out. */
export function writeUrl(state: UrlState): string {
  const text = recipeText(state.recipe);
  const own = recipeText(presetRecipe(state.preset));
  const pairs: (readonly [string, string | number | null])[] = [
    ['preset', state.preset === FIRST_PRESET ? null : state.preset],
    ...(Object.keys(RECIPE_KEYS) as RecipeField[]).map(
      (field) => [RECIPE_KEYS[field], text[field] === own[field] ? null : text[field]] as const,
    ),
    // Named in any case: an address that names nothing of the training leaves it as it is.
    ['seed', state.seed],
    ['best', state.keepBest ? null : 0],
    ['epoch', state.epoch],
    ['w', state.window],
    ['t', state.step],
    ['unit', state.unit],
    ['gate', state.gate],
    ['feature', state.feature],
    ...Object.entries(state.choices).map(([key, value]) => [key, String(value)] as const),
    ['from', state.baselineWindow],
    ['hide', state.hide.length === 0 ? null : state.hide.join()],
    ['lang', state.lang],
  ];
  const query = pairs.flatMap(([key, value]) => (value === null ? [] : [`${key}=${value}`]));
  return `#${state.section}?${query.join('&')}`;
}

/** The address of a link that sets this. */
export function linkTo({ preset = FIRST_PRESET, recipe, ...state }: LinkState): string {
  return writeUrl({
    section: '',
    seed: FIRST_SEED,
    keepBest: true,
    epoch: null,
    window: null,
    step: null,
    unit: null,
    gate: null,
    feature: null,
    choices: {},
    baselineWindow: null,
    hide: [],
    lang: null,
    ...state,
    preset,
    recipe: { ...presetRecipe(preset), ...recipe },
  });
}
