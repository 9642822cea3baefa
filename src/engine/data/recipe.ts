/**
 * The recipe of a trained forecaster: what was read, how it was scaled and cut into windows, how it was trained. Written
 * as `gatewise.json` into exported .keras files, which Keras ignores; with it the same run can be made again.
 */
import { badInput } from '../core/errors.ts';
import { GAP_RULE } from './gaps.ts';
import { field, JsonReader } from './json-reader.ts';
import type { Series } from './series.ts';
import { PERIOD_DAYS, TIME_FORMULA, TIME_ORIGIN, type TimeFeature } from './time-features.ts';
import type { WindPair } from './wind.ts';
import type { WindowSplit } from './windows.ts';

/** How the model was trained. `optimizer` holds its name and its settings. */
export interface TrainingRecipe {
  readonly seed: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly optimizer: { readonly name: string } & Readonly<Record<string, string | number | boolean | null>>;
  readonly loss: string;
  /** Epochs without gain before an early stop; null: none. */
  readonly patience: number | null;
}

/** Two inputs made of the date, `NAME sin` and `NAME cos`, with all it takes to compute them again. */
export interface TimeFeatureRecipe {
  readonly name: TimeFeature;
  readonly periodDays: number;
  readonly origin: string;
  readonly formula: string;
}

export interface Recipe {
  readonly format: 'gatewise-recipe';
  readonly version: 1;
  /** Inputs in order, [F]. */
  readonly columns: readonly string[];
  /** [F], of the training rows. */
  readonly mean: readonly number[];
  /** [F]; input = (value - mean) / scale. */
  readonly scale: readonly number[];
  /** [K]. */
  readonly targets: readonly string[];
  readonly targetMean: readonly number[];
  readonly targetScale: readonly number[];
  /** Columns of the file the inputs were made of. */
  readonly features: readonly string[];
  /** Speeds that became x and y by their direction. */
  readonly wind: readonly WindPair[];
  readonly timeFeatures: readonly TimeFeatureRecipe[];
  readonly date: readonly string[];
  /** How missing values were filled. */
  readonly gapRule: string;
  readonly window: number;
  readonly samplingRate: number;
  readonly horizon: number;
  /** Shares of training, validation and test. */
  readonly split: readonly [number, number, number];
  readonly training: TrainingRecipe;
}

/** Characters of a recipe's text; 1,000 columns with long names stay below. */
const MOST_CHARACTERS = 1024 * 1024;

/** The recipe of a run. */
export function recipeOf(series: Series, split: WindowSplit, training: TrainingRecipe): Recipe {
  const { features, targets } = split.scaling;
  const { window, samplingRate, horizon } = split.train;
  return {
    format: 'gatewise-recipe',
    version: 1,
    columns: [...series.columns],
    mean: [...features.mean],
    scale: [...features.scale],
    targets: [...series.targets],
    targetMean: [...targets.mean],
    targetScale: [...targets.scale],
    features: [...series.source.features],
    wind: series.source.wind.map(({ speed, direction }) => ({ speed, direction })),
    timeFeatures: series.source.timeFeatures.map(describeTimeFeature),
    date: [...series.source.date],
    gapRule: GAP_RULE,
    window,
    samplingRate,
    horizon,
    split: split.split,
    training,
  };
}

/**
 * Reads a recipe from a file that may come from anywhere: every field is checked, an unknown one refused, nothing merged.
 * @param json the text of gatewise.json, or what JSON.parse made of it
 * @throws GatewiseError (bad-input) naming the field
 */
export function parseRecipe(json: unknown): Recipe {
  const reader = new JsonReader('gatewise.json', typeof json === 'string' ? parseText(json) : json);
  reader.exact('format', 'gatewise-recipe');
  reader.exact('version', 1);
  const columns = reader.names('columns');
  const targets = reader.names('targets');
  const recipe: Recipe = {
    format: 'gatewise-recipe',
    version: 1,
    columns,
    mean: reader.numbers('mean', columns.length),
    scale: reader.positiveNumbers('scale', columns.length),
    targets,
    targetMean: reader.numbers('targetMean', targets.length),
    targetScale: reader.positiveNumbers('targetScale', targets.length),
    features: reader.names('features'),
    wind: reader.objects('wind').map(readWind),
    timeFeatures: reader.objects('timeFeatures').map(readTimeFeature),
    date: reader.names('date', 0),
    gapRule: reader.exact('gapRule', GAP_RULE),
    window: reader.count('window'),
    samplingRate: reader.count('samplingRate'),
    horizon: reader.count('horizon'),
    split: readSplit(reader),
    training: readTraining(reader.object('training')),
  };
  reader.end();
  return recipe;
}

function parseText(text: string): unknown {
  if (text.length > MOST_CHARACTERS) {
    throw badInput(
      `gatewise.json has ${text.length} characters, expected at most ${MOST_CHARACTERS}. The file is not a recipe.`,
    );
  }
  try {
    return JSON.parse(text);
  } catch {
    throw badInput(
      'gatewise.json is not valid JSON, expected the recipe that gatewise writes. Export the model again.',
    );
  }
}

function readWind(reader: JsonReader): WindPair {
  const pair = { speed: reader.text('speed'), direction: reader.text('direction') };
  reader.end();
  return pair;
}

function describeTimeFeature(name: TimeFeature): TimeFeatureRecipe {
  return { name, periodDays: PERIOD_DAYS[name], origin: TIME_ORIGIN, formula: TIME_FORMULA };
}

/** There is one way to compute them, so what says otherwise is refused, not ignored. */
function readTimeFeature(reader: JsonReader): TimeFeatureRecipe {
  const name = reader.text('name');
  if (name !== 'day-of-year' && name !== 'hour-of-day') {
    throw field('gatewise.json: timeFeatures', name, '"day-of-year" or "hour-of-day"');
  }
  const feature: TimeFeatureRecipe = {
    name,
    periodDays: reader.exact('periodDays', PERIOD_DAYS[name]),
    origin: reader.exact('origin', TIME_ORIGIN),
    formula: reader.exact('formula', TIME_FORMULA),
  };
  reader.end();
  return feature;
}

function readSplit(reader: JsonReader): [number, number, number] {
  const [train = 0, validation = 0, test = 0] = reader.positiveNumbers('split', 3);
  return [train, validation, test];
}

function readTraining(reader: JsonReader): TrainingRecipe {
  const optimizer = reader.object('optimizer');
  const training: TrainingRecipe = {
    seed: reader.integer('seed'),
    epochs: reader.count('epochs'),
    batchSize: reader.count('batchSize'),
    optimizer: { ...optimizer.scalars(), name: optimizer.text('name') },
    loss: reader.text('loss'),
    patience: reader.countOrNull('patience'),
  };
  reader.end();
  return training;
}
