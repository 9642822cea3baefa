/**
 * What the study of a model goes by: the recipe its file carries, options in its place where they are given, and what both
 * leave open. Only what can be told before the data are read.
 */
import { GatewiseError, parseRecipe, type Recipe, SEATTLE, type Series } from '../../engine/index.ts';
import type { KerasModel } from '../../engine/keras/index.ts';
import { optionList } from '../option.ts';
import { quote } from '../text.ts';
import type { DataOptions } from '../train/load-data.ts';
import { TRAIN_OPTIONS, type TrainOptions } from '../train/options.ts';
import type { ExplainOptions } from './options.ts';

/** How members are trained. */
export type TrainingSettings = Pick<
  TrainOptions,
  'epochs' | 'batchSize' | 'optimizer' | 'learningRate' | 'loss' | 'clipnorm' | 'patience' | 'seed'
>;

export interface StudyRecipe {
  readonly data: DataOptions;
  readonly training: TrainingSettings;
  /** Null for a file of others. */
  readonly recipe: Recipe | null;
}

/** The recipe a file carries, null where it has none. @throws GatewiseError naming the file and the field */
export function recipeOfModel(file: string, { recipe }: KerasModel): Recipe | null {
  if (recipe === undefined) return null;
  try {
    return parseRecipe(recipe);
  } catch (error) {
    if (!(error instanceof GatewiseError)) throw error;
    throw refusal(`${quote(file)}: ${error.message}`);
  }
}

/**
 * @param steps T of the model's windows, null where it takes any
 * @throws GatewiseError when a file without a recipe leaves something open, naming it, or the recipe says what train cannot do
 */
export function studyRecipe(
  file: string,
  recipe: Recipe | null,
  steps: number | null,
  options: ExplainOptions,
): StudyRecipe {
  if (recipe === null) checkNamed(file, steps, options);
  const { window, samplingRate, split } = SEATTLE;
  const own: DataOptions =
    recipe === null
      ? { ...NOTHING_NAMED, window: steps ?? window, samplingRate, horizon: SEATTLE.horizon, split }
      : dataOfRecipe(recipe);
  return {
    recipe,
    training: trainingOf(file, recipe, options),
    data: {
      ...own,
      data: options.data,
      target: options.target ?? own.target,
      features: options.features ?? own.features,
      date: options.date ?? own.date,
      window: options.window ?? own.window,
      samplingRate: options.samplingRate ?? own.samplingRate,
      horizon: options.horizon ?? own.horizon,
      split: options.split ?? own.split,
      noTimeFeatures: options.noTimeFeatures || own.noTimeFeatures,
    },
  };
}

const NOTHING_NAMED = { data: null, target: null, features: null, date: null, noTimeFeatures: false };

/** What the recipe says of the data; the file they came from it does not name. */
export function dataOfRecipe(recipe: Recipe): DataOptions {
  const { targets, features, date, window, samplingRate, horizon, split, timeFeatures } = recipe;
  return {
    data: null,
    target: targets,
    features,
    date,
    window,
    samplingRate,
    horizon,
    split,
    noTimeFeatures: timeFeatures.length === 0,
    scalingOf: (series) => scalingFor(recipe, series),
  };
}

/** What a file of others has to be told; the sampling rate, the date and the split have defaults that are seldom wrong. */
function checkNamed(file: string, steps: number | null, options: ExplainOptions): void {
  const needed = ['data', 'target', 'features', 'horizon', ...(steps === null ? ['window'] : [])] as const;
  const missing = needed.filter((key) => options[key as keyof ExplainOptions] === null);
  if (missing.length === 0) return;
  throw refusal(
    `${quote(file)} carries no recipe (gatewise.json) of what it was trained on. Give ${optionList(missing)}, or --x X.npy with windows as the model takes them.`,
  );
}

/** The recipe's own means and scales, which belong to its columns and to no others. */
function scalingFor(recipe: Recipe, { columns, targets }: Series) {
  const { mean, scale, targetMean, targetScale } = recipe;
  checkNames('inputs', recipe.columns, columns);
  checkNames('target', recipe.targets, targets);
  return {
    features: { mean: Float64Array.from(mean), scale: Float64Array.from(scale) },
    targets: { mean: Float64Array.from(targetMean), scale: Float64Array.from(targetScale) },
  };
}

function checkNames(what: string, expected: readonly string[], received: readonly string[]): void {
  if (JSON.stringify(expected) === JSON.stringify(received)) return;
  throw refusal(
    `The series gives the ${what} ${nameList(received)}, the model was trained with ${nameList(expected)}. Give data and options that make these.`,
  );
}

/** Names a sentence lists. */
const MOST_NAMES = 12;

function nameList(names: readonly string[]): string {
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  return `${names.slice(0, MOST_NAMES).map(quote).join(', ')}${more}`;
}

function trainingOf(file: string, recipe: Recipe | null, options: ExplainOptions): TrainingSettings {
  const training = recipe?.training;
  const { name, learningRate, clipnorm } = training?.optimizer ?? ({} as Record<string, unknown>);
  const pick = <K extends keyof TrainingSettings>(key: K, own: unknown): TrainingSettings[K] => {
    const given = options[key] as TrainingSettings[K] | null;
    if (given !== null) return given;
    const option = TRAIN_OPTIONS[key];
    if (own === undefined || own === null) return option.initial as TrainingSettings[K];
    const value = option.read(String(own)) as TrainingSettings[K] | undefined;
    if (value !== undefined) return value;
    throw refusal(
      `${quote(file)}: its recipe was trained with ${key} ${quote(String(own))}, expected ${option.expected}. Give ${optionList([key])}.`,
    );
  };
  return {
    epochs: pick('epochs', training?.epochs),
    batchSize: pick('batchSize', training?.batchSize),
    optimizer: pick('optimizer', name),
    learningRate: pick('learningRate', learningRate),
    loss: pick('loss', training?.loss),
    clipnorm: pick('clipnorm', clipnorm),
    patience: pick('patience', training?.patience),
    seed: pick('seed', training?.seed),
  };
}

function refusal(sentence: string): Error {
  return new GatewiseError('bad-input', sentence);
}
