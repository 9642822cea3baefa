/**
 * What the page shows, as text in its address: `#cell?seed=3&units=16&epoch=12&t=5&gate=f`. A link is hostile input: each
 * value is bounded and checked, what cannot be used is named and left at the page's own value. url-link.ts writes them.
 */

import { GATES, type GateKey } from '../engine/index.ts';
import { CHOICE_KEYS, CHOICES, type ChoicesMade } from './choices.ts';
import { LANGUAGES, type Language, languageOf } from './languages.ts';
import { PRESET_IDS, presetRecipe, type ReadyPresetId } from './presets.ts';
import { type Recipe, type RecipeField, readRecipe, recipeText } from './recipe.ts';
import { msg, str } from './words.ts';

export interface UrlState {
  /** Id of a section; empty for the top of the page. */
  readonly section: string;
  readonly preset: ReadyPresetId;
  readonly recipe: Recipe;
  readonly seed: number;
  /** Whether training ends at its best epoch. */
  readonly keepBest: boolean;
  /** Epoch whose weights are shown; null where the link does not say. */
  readonly epoch: number | null;
  /** What is looked at; null where the link does not say. */
  readonly window: number | null;
  readonly step: number | null;
  readonly unit: number | null;
  readonly gate: GateKey | null;
  readonly feature: number | null;
  /** How views are set, where it is not as the page has them by itself, and the window that a baseline of the lag lab is. */
  readonly choices: ChoicesMade;
  readonly baselineWindow: number | null;
  /** Sections and parts that are left out, for a class. */
  readonly hide: readonly string[];
  /** Language of the page; null where the link does not say. */
  readonly lang: Language | null;
}

export const FIRST_PRESET: ReadyPresetId = 'seattle';
export const FIRST_SEED = 1;
const MOST_SEED = 2 ** 32 - 1;
const MOST_EPOCHS = 1000;
const MOST_INDEX = 1_000_000;
const LONGEST_LINK = 2000;

/** The recipe's fields as a link names them. */
export const RECIPE_KEYS: Readonly<Record<RecipeField, string>> = {
  units: 'units',
  window: 'window',
  horizon: 'horizon',
  learningRate: 'rate',
  batchSize: 'batch',
  epochs: 'epochs',
  patience: 'patience',
};

/**
 * Reads an address.
 * @param hash from the `#` on
 * @param hideable what `hide` may name
 * @returns state null where the address says no more than a section; one sentence for each value that cannot be used
 */
export function readUrl(
  hash: string,
  hideable: readonly string[],
): { readonly section: string; readonly state: UrlState | null; readonly problems: readonly string[] } {
  const text = hash.replace(/^#/, '');
  const at = text.indexOf('?');
  const section = (at < 0 ? text : text.slice(0, at)).replace(/[^a-z0-9-]/gi, '').slice(0, 40);
  if (at < 0) return { section, state: null, problems: [] };
  if (text.length > LONGEST_LINK) {
    const problem = msg(
      str`The link has ${text.length} characters, expected at most ${LONGEST_LINK}; the page opens without it.`,
    );
    return { section, state: null, problems: [problem] };
  }
  const asked = new URLSearchParams(text.slice(at + 1));
  const problems: string[] = [];
  const whole = (key: string, least: number, most: number): number | null => {
    const typed = asked.get(key);
    if (typed === null) return null;
    const value = /^\d{1,10}$/.test(typed) ? Number(typed) : Number.NaN;
    if (value >= least && value <= most) return value;
    problems.push(wrong(key, typed, msg(str`a whole number from ${least} to ${most}`)));
    return null;
  };
  const preset = presetOfLink(asked, problems);
  const gate = asked.get('gate');
  const known = GATES.find(({ key }) => key === gate)?.key ?? null;
  if (gate !== null && known === null) problems.push(wrong('gate', gate, msg('i, f, c or o')));
  const lang = asked.get('lang');
  if (lang !== null && languageOf(lang) === null) problems.push(wrong('lang', lang, LANGUAGES.join(', ')));
  const state: UrlState = {
    section,
    preset,
    recipe: recipeOf(asked, presetRecipe(preset), problems),
    seed: whole('seed', 0, MOST_SEED) ?? FIRST_SEED,
    keepBest: whole('best', 0, 1) !== 0,
    epoch: whole('epoch', 0, MOST_EPOCHS),
    window: whole('w', 0, MOST_INDEX),
    step: whole('t', 0, MOST_INDEX),
    unit: whole('unit', 0, MOST_INDEX),
    gate: known,
    feature: whole('feature', 0, MOST_INDEX),
    choices: choicesOf(asked, problems),
    baselineWindow: whole('from', 0, MOST_INDEX),
    hide: (asked.get('hide') ?? '').split(',').filter((one) => hideable.includes(one)),
    lang: languageOf(lang),
  };
  return { section, state, problems };
}

/** Whether an address names series, settings, seed or epoch; one that does not leaves the training as it is. */
export function setsTraining(hash: string): boolean {
  const asked = new URLSearchParams(hash.slice(hash.indexOf('?') + 1));
  return ['preset', 'seed', 'best', 'epoch', ...Object.values(RECIPE_KEYS)].some((key) => asked.has(key));
}

function presetOfLink(asked: URLSearchParams, problems: string[]): ReadyPresetId {
  const wanted = asked.get('preset');
  if (wanted === null) return FIRST_PRESET;
  const ready = PRESET_IDS.filter((id): id is ReadyPresetId => id !== 'city');
  const known = ready.find((id) => id === wanted);
  if (known === undefined) problems.push(wrong('preset', wanted, msg(str`one of ${ready.join(', ')}`)));
  return known ?? FIRST_PRESET;
}

function choicesOf(asked: URLSearchParams, problems: string[]): ChoicesMade {
  return Object.fromEntries(
    CHOICE_KEYS.flatMap((key) => {
      const typed = asked.get(key);
      if (typed === null) return [];
      const all: readonly (string | boolean)[] = CHOICES[key];
      const known = all.find((one) => String(one) === typed);
      if (known === undefined) problems.push(wrong(key, typed, msg(str`one of ${all.join(', ')}`)));
      return known === undefined ? [] : [[key, known] as const];
    }),
  );
}

function recipeOf(asked: URLSearchParams, preset: Recipe, problems: string[]): Recipe {
  const own = recipeText(preset);
  const typed = { ...own };
  for (const field of Object.keys(RECIPE_KEYS) as RecipeField[]) {
    typed[field] = asked.get(RECIPE_KEYS[field]) ?? own[field];
  }
  const read = readRecipe(typed);
  if ('recipe' in read) return read.recipe;
  for (const [field, message] of Object.entries(read.errors)) {
    problems.push(msg(str`In the link, ${message} The page\u2019s own value is used.`));
    typed[field as RecipeField] = own[field as RecipeField];
  }
  const mended = readRecipe(typed);
  return 'recipe' in mended ? mended.recipe : preset;
}

function wrong(key: string, received: string, expected: string): string {
  return msg(
    str`In the link, ${key}: expected ${expected}, received \u201c${received.slice(0, 20)}\u201d. The page\u2019s own value is used.`,
  );
}
