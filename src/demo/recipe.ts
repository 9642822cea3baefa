/**
 * The settings of a run, their defaults and what each may be. Typed text goes through `readRecipe`, which gives either a
 * recipe or one sentence per wrong field; the session never sees an unchecked number.
 */
import { msg, str } from './words.ts';

/** Everything the visitor can set. Whole numbers but for the learning rate. */
export interface Recipe {
  /** H, memory cells of the LSTM. */
  readonly units: number;
  /** T, rows the forecast looks back over. */
  readonly window: number;
  /** Rows between the last row seen and the row forecast; 1 is the next row. */
  readonly horizon: number;
  /** Adam's step size. */
  readonly learningRate: number;
  /** B, windows per training step. */
  readonly batchSize: number;
  readonly epochs: number;
  /** Epochs without a lower validation loss after which training stops; 0 for never. */
  readonly patience: number;
}

export type RecipeField = keyof Recipe;

export const DEFAULT_RECIPE: Recipe = {
  units: 32,
  window: 14,
  horizon: 1,
  learningRate: 0.001,
  batchSize: 32,
  epochs: 40,
  patience: 0,
};

/** One setting as the form shows it. */
export interface RecipeSetting {
  readonly field: RecipeField;
  readonly label: string;
  /** What it means, in a few words; `{steps}` stands for the data's steps, such as days. */
  readonly hint: string;
  readonly least: number;
  readonly most: number;
  readonly whole: boolean;
}

export const RECIPE_SETTINGS: readonly RecipeSetting[] = [
  {
    field: 'units',
    get label() {
      return msg('Units');
    },
    get hint() {
      return msg('memory cells in the LSTM');
    },
    least: 1,
    most: 256,
    whole: true,
  },
  {
    field: 'window',
    get label() {
      return msg('Window');
    },
    get hint() {
      return msg('{steps} it looks back');
    },
    least: 1,
    most: 336,
    whole: true,
  },
  {
    field: 'horizon',
    get label() {
      return msg('Horizon');
    },
    get hint() {
      return msg('{steps} ahead');
    },
    least: 1,
    most: 336,
    whole: true,
  },
  {
    field: 'learningRate',
    get label() {
      return msg('Learning rate');
    },
    get hint() {
      return msg('size of Adam\u2019s steps');
    },
    least: 0,
    most: 1,
    whole: false,
  },
  {
    field: 'batchSize',
    get label() {
      return msg('Batch size');
    },
    get hint() {
      return msg('windows per training step');
    },
    least: 1,
    most: 1024,
    whole: true,
  },
  {
    field: 'epochs',
    get label() {
      return msg('Epochs');
    },
    get hint() {
      return msg('passes over the training part');
    },
    least: 1,
    most: 1000,
    whole: true,
  },
  {
    field: 'patience',
    get label() {
      return msg('Early stopping');
    },
    get hint() {
      return msg('epochs without a lower validation loss after which it stops; 0 for never');
    },
    least: 0,
    most: 1000,
    whole: true,
  },
];

export type RecipeErrors = Partial<Record<RecipeField, string>>;

/** Reads typed text. Returns the recipe, or one sentence for each field that cannot be used. */
export function readRecipe(
  text: Readonly<Record<RecipeField, string>>,
): { recipe: Recipe } | { errors: RecipeErrors } {
  const errors: RecipeErrors = {};
  const recipe: Record<RecipeField, number> = { ...DEFAULT_RECIPE };
  for (const setting of RECIPE_SETTINGS) {
    const typed = text[setting.field].trim();
    const value = typed === '' ? Number.NaN : Number(typed);
    const problem = checkSetting(setting, typed, value);
    if (problem === null) {
      recipe[setting.field] = value;
    } else {
      errors[setting.field] = problem;
    }
  }
  return Object.keys(errors).length > 0 ? { errors } : { recipe };
}

function checkSetting(setting: RecipeSetting, typed: string, value: number): string | null {
  const { label, least, most, whole } = setting;
  const received = typed === '' ? msg('nothing') : `\u201c${typed.slice(0, 20)}\u201d`;
  const good = whole ? Number.isInteger(value) && value >= least : value > least;
  if (good && value <= most) {
    return null;
  }
  const range = whole
    ? msg(str`a whole number from ${least} to ${most}`)
    : msg(str`a number above ${least}, at most ${most}`);
  return msg(str`${label}: expected ${range}, received ${received}.`);
}

/** The recipe as typed text, to fill the form. */
export function recipeText(recipe: Recipe): Record<RecipeField, string> {
  return {
    units: String(recipe.units),
    window: String(recipe.window),
    horizon: String(recipe.horizon),
    learningRate: String(recipe.learningRate),
    batchSize: String(recipe.batchSize),
    epochs: String(recipe.epochs),
    patience: String(recipe.patience),
  };
}
