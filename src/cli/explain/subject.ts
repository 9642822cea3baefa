/** What is explained: a model and the windows it is explained on, a test part of a series or arrays. All of it before a device is asked for. */
import { basename } from 'node:path';
import { thinned } from '../../engine/explain/index.ts';
import {
  GatewiseError,
  type Layer,
  layersFromKeras,
  type Recipe,
  type Tensor,
  type WindowDataset,
  type WindowSplit,
} from '../../engine/index.ts';
import type { KerasModel } from '../../engine/keras/index.ts';
import { readExpected, readInputs, wrongShape } from '../model/inputs.ts';
import { openModel } from '../model/open-model.ts';
import { formatCount, quote } from '../text.ts';
import { type LoadedData, loadData } from '../train/load-data.ts';
import type { ExplainOptions } from './options.ts';
import { dataOfRecipe, recipeOfModel, studyRecipe, type TrainingSettings } from './recipe.ts';

/** What members are trained on, and how. */
export interface StudyTask {
  readonly split: WindowSplit;
  readonly training: TrainingSettings;
  /** The model's layers with fresh weights, for one input more. */
  readonly layers: () => Layer[];
}

export interface Subject {
  readonly file: string;
  /** Of the windows, for people. */
  readonly title: string;
  readonly model: KerasModel;
  /** T */
  readonly window: number;
  /** D names. */
  readonly features: readonly string[];
  /** Windows with targets; of arrays given without targets the inputs alone. */
  readonly windows: WindowDataset | { readonly x: Tensor; readonly y: Tensor | null };
  /** Units of the target in one unit of the model's output. */
  readonly targetScale: number;
  /** Of the target, for people and programs. */
  readonly unit: string;
  /** Of all that is drawn. */
  readonly seed: number;
  /** Null for arrays. */
  readonly study: StudyTask | null;
  readonly notes: readonly string[];
}

/** Why nothing can be told of arrays. */
export const NOTHING_TRAINED =
  'Cannot tell what is used: of arrays no models are trained beside the one given, and so there is no null band. Give the series with --data for verdicts.';

/** Windows of the test part that are looked at, those of the study: more of them tell little more. */
const MOST_WINDOWS = 512;

/** @throws GatewiseError in one sentence that names the file, the option or the column */
export async function openSubject(
  file: string,
  options: ExplainOptions,
  dataFolder: string,
): Promise<Subject> {
  const { model, notes } = await openModel(file, options.architecture);
  const shape = await windowShape(file, model);
  const subject =
    options.x === null
      ? ofSeries(file, model, shape, options, dataFolder)
      : await ofArrays(file, model, options.x, options);
  return { ...subject, notes: [...notes, ...subject.notes] };
}

/** [T, D], T null where the model takes any. @throws GatewiseError for a model that is no forecaster of one number */
async function windowShape(file: string, model: KerasModel): Promise<readonly [number | null, number]> {
  const [steps, features = null, ...rest] = model.config.build_input_shape.slice(1);
  if (steps === undefined || features === null || rest.length > 0) {
    const open = model.config.build_input_shape.slice(1).map((size) => size ?? 'any');
    throw refusal(
      `${quote(file)} takes samples of shape [${open.join(', ')}], expected windows of [time steps, features]. Lags can be told apart in no others.`,
    );
  }
  const { outputShapes } = await import('../../engine/keras/index.ts');
  const [, ...output] = outputShapes(model, [1, steps ?? 1, features])[0] ?? [];
  if (output.length === 1 && output[0] === 1) return [steps, features];
  throw refusal(
    `${quote(file)} gives outputs of shape [${output.join(', ')}] for a window, expected one number. Explain a model of one target.`,
  );
}

async function ofArrays(
  file: string,
  model: KerasModel,
  path: string,
  { key, y, yKey, seed }: ExplainOptions,
): Promise<Subject> {
  const x = await readInputs(path, key, model);
  const [rows = 0, window = 0, width = 0] = x.shape;
  const recipe = recipeOfModel(file, model);
  const features =
    recipe?.columns.length === width ? recipe.columns : Array.from({ length: width }, (_, j) => `x${j}`);
  const targets = y === null ? null : await readTargets(y, yKey, [rows, 1]);
  return {
    file,
    title: basename(path),
    model,
    window,
    features,
    windows: { x, y: targets },
    targetScale: 1,
    unit: 'scaled units',
    seed: seed ?? 1,
    study: null,
    notes: [NOTHING_TRAINED],
  };
}

async function readTargets(path: string, key: string | null, shape: readonly number[]): Promise<Tensor> {
  const y = await readExpected(path, key, shape);
  if (y.shape.join() !== shape.join()) throw wrongShape('--y', path, y.shape, shape);
  const at = y.data.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return y;
  throw refusal(
    `--y: ${quote(path)} holds ${y.data[at]} in row ${at}, expected finite numbers. Leave such rows out.`,
  );
}

function ofSeries(
  file: string,
  model: KerasModel,
  shape: readonly [number | null, number],
  options: ExplainOptions,
  dataFolder: string,
): Subject {
  const plan = studyRecipe(file, recipeOfModel(file, model), shape[0], options);
  const { recipe, training } = plan;
  if (recipe !== null) checkWindows(file, shape, plan.data.window, recipe.columns);
  if (recipe !== null && options.data === null) checkBundled(file, recipe, dataFolder);
  const data = loadData(plan.data, dataFolder);
  const { series, split, units, title } = data;
  const [target = '', ...others] = series.targets;
  if (others.length > 0) {
    throw refusal(
      `--target names ${series.targets.length} columns (${series.targets.map(quote).join(', ')}), expected the one that ${quote(file)} forecasts.`,
    );
  }
  checkWindows(file, shape, plan.data.window, series.columns);
  const layers = () => layersFromKeras(model.config, [plan.data.window, series.columns.length + 1]);
  if (options.method !== 'half-life') checkTrainable(file, layers);
  const windows = thinned(split.test, MOST_WINDOWS, training.seed);
  const [shown, all] = [windows.starts.length, split.test.starts.length];
  const strange = recipe === null || options.split !== null ? null : strangeColumn(data, recipe);
  return {
    file,
    title: `the test part of ${title}`,
    model,
    window: plan.data.window,
    features: series.columns,
    windows,
    targetScale: split.scaling.targets.scale[0] ?? 1,
    unit: units[target] ?? `units of ${target}`,
    seed: training.seed,
    study: { split, training, layers },
    notes: [
      ...data.notes,
      ...(shown < all
        ? [
            `Explained on ${formatCount(shown)} of the ${formatCount(all)} windows of the test part, one drawn from each of as many equal stretches.`,
          ]
        : []),
      ...(recipe === null
        ? ['The file carries no recipe: inputs are scaled by the training rows of the data.']
        : []),
      ...(strange === null
        ? []
        : [
            `${title} is not what the model was trained on: the recipe scales ${quote(strange)} by another mean than its training rows have.`,
          ]),
    ],
  };
}

/** @throws GatewiseError when the recipe was not made of the bundled series */
function checkBundled(file: string, recipe: Recipe, dataFolder: string): void {
  try {
    const loaded = loadData(dataOfRecipe(recipe), dataFolder);
    if (strangeColumn(loaded, recipe) === null) return;
  } catch (error) {
    if (!(error instanceof GatewiseError)) throw error;
  }
  throw refusal(
    `${quote(file)} was not trained on the bundled weather of Seattle, and its recipe does not name the file it was trained on. Give that with --data FILE.`,
  );
}

/** What a mean over the same rows may be off by, in scaled units. */
const MEAN_TOLERANCE = 1e-6;

/** The first column whose mean over the training rows is not the recipe's; null where there is none. */
function strangeColumn({ series, split }: LoadedData, { mean, scale }: Recipe): string | null {
  const [rows] = split.borders;
  const at = series.inputs.findIndex((values, j) => {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += values[row] ?? 0;
    return Math.abs(sum / rows - (mean[j] ?? 0)) > MEAN_TOLERANCE * (scale[j] ?? 1);
  });
  return series.columns[at] ?? null;
}

function checkWindows(
  file: string,
  [steps, width]: readonly [number | null, number],
  window: number,
  columns: readonly string[],
): void {
  if ((steps ?? window) === window && width === columns.length) return;
  throw refusal(
    `${quote(file)} takes windows of shape [${steps ?? 'any'}, ${width}], but its recipe and the options give [${window}, ${columns.length}] (${columns.map(quote).join(', ')}). Give the window and the columns it was trained with.`,
  );
}

function checkTrainable(file: string, layers: () => Layer[]): void {
  try {
    layers();
  } catch (error) {
    if (!(error instanceof GatewiseError)) throw error;
    throw refusal(
      `${quote(file)}: ${error.message} Its verdicts need models trained like it; explain it with --x X.npy instead.`,
    );
  }
}

function refusal(sentence: string): Error {
  return new GatewiseError('bad-input', sentence);
}
