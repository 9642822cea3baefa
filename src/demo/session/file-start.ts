/**
 * A model from a file as the beginning of training on this page: whether the page can train it with this data, and the
 * model as it is then built. What the file lacks is made good and said in a note. The engine itself refuses what it can't
 * train (regularizers, layers without gradients), by name.
 */
import { GatewiseError } from '../../engine/index.ts';
import type { CompileConfig, KerasModel, PlacedLayer } from '../../engine/keras/index.ts';
import { formatPlural, formatShape } from '../format.ts';
import { RECIPE_SETTINGS, type Recipe } from '../recipe.ts';

export interface FileStart {
  /** The file's name. */
  readonly name: string;
  /** With compile settings, those of the file where it has any. */
  readonly model: KerasModel;
  /** H of its LSTM. */
  readonly units: number;
  /** T; null where any number of steps will do. */
  readonly window: number | null;
  /** Of the file's optimizer. */
  readonly learningRate: number;
  readonly notes: readonly string[];
  /** False once the visitor asked for fresh weights in the same architecture. */
  readonly usesWeights: boolean;
}

/** Optimizers the engine trains with; what of their settings it does not know, it says itself. */
const TRAINED_WITH = ['Adam', 'AdamW', 'SGD', 'RMSprop'];
const MOST_UNITS = mostOf('units');
const MOST_WINDOW = mostOf('window');
const MOST_RATE = mostOf('learningRate');

/**
 * @param inputs names of the columns the page's data gives to a model, in order
 * @param pageRate learning rate where the file has none
 * @throws GatewiseError 'bad-input' with the reason why this page cannot train the model
 */
export async function fileStart(
  name: string,
  model: KerasModel,
  inputs: readonly string[],
  pageRate: number,
): Promise<FileStart> {
  const { adamConfig, placeLayers } = await import('../../engine/keras/index.ts');
  const units = checkLayers(name, placeLayers(model.config));
  const [, window = null, features = null] = model.config.build_input_shape;
  if (features !== inputs.length) {
    throw badFile(
      `${name} takes ${formatPlural(features ?? 0, 'input')} per step; the page\u2019s data has ${inputs.length} (${inputs.join(', ')}). Use a CSV with the columns it was trained on.`,
    );
  }
  if (window !== null && window > MOST_WINDOW) {
    throw badFile(`${name} reads ${window} steps; this page\u2019s windows have at most ${MOST_WINDOW}.`);
  }
  const [compile, notes] = compileOf(model, adamConfig, pageRate);
  const { compile: _, optimizerState, ...rest } = model;
  const keepsState = compile === model.compile && optimizerState !== undefined;
  if (!keepsState && notes.length === 0)
    notes.push('The file holds no optimizer state: the optimizer begins anew.');
  return {
    name,
    model: { ...rest, compile, ...(keepsState ? { optimizerState } : {}) },
    units,
    window,
    learningRate: rateOf(compile, keepsState ? optimizerState.learningRate : undefined, pageRate),
    notes: [...notes, ...lossNotes(compile)],
    usesWeights: true,
  };
}

/** The file training begins from, as long as it fits the settings; null, the page's own network, where it no longer does. */
export function startFor(
  start: FileStart | null,
  { units, window, learningRate }: Pick<Recipe, 'units' | 'window' | 'learningRate'>,
): FileStart | null {
  if (start === null || start.units !== units || (start.window ?? window) !== window) return null;
  return start.learningRate === learningRate ? start : withRate(start, learningRate);
}

/** The same architecture with fresh weights. */
export function withoutWeights(start: FileStart | null): FileStart | null {
  return start === null ? null : { ...start, usesWeights: false };
}

/** The model with another learning rate. */
export function withRate({ model, ...start }: FileStart, learningRate: number): FileStart {
  const { optimizerState } = model;
  const compile = model.compile && {
    ...model.compile,
    optimizer: {
      ...model.compile.optimizer,
      config: { ...model.compile.optimizer.config, learning_rate: learningRate },
    },
  };
  return {
    ...start,
    learningRate,
    model: {
      ...model,
      ...(compile ? { compile } : {}),
      ...(optimizerState ? { optimizerState: { ...optimizerState, learningRate } } : {}),
    },
  };
}

/** H of the one LSTM: the page draws the matrices of one, and forecasts one number. */
function checkLayers(name: string, placed: readonly PlacedLayer[]): number {
  const no = (what: string): GatewiseError =>
    badFile(
      `${name} can\u2019t be trained on this page: ${what}. The page trains one LSTM and the layers after it to one number; the command trains other models.`,
    );
  const recurrent = placed.filter(
    ({ settings }) => settings.kind === 'recurrent' || settings.kind === 'bidirectional',
  );
  const [only] = recurrent;
  if (only === undefined) throw no('it has no LSTM');
  if (recurrent.length > 1) {
    throw no(`it has ${recurrent.length} recurrent layers (${recurrent.map((one) => one.name).join(', ')})`);
  }
  const { settings } = only;
  const owner = `layer \u201c${only.name}\u201d (${only.className})`;
  if (settings.kind !== 'recurrent' || settings.cell !== 'lstm') throw no(`${owner} is no plain LSTM`);
  if (settings.units > MOST_UNITS) throw no(`${owner} has ${settings.units} units, over ${MOST_UNITS}`);
  const output = placed.at(-1)?.output ?? [];
  if (output.length !== 1 || output[0] !== 1) {
    throw no(`it gives ${formatShape(output)} for a window`);
  }
  return settings.units;
}

/** The file's compile settings; a fresh Adam where it has none, or an optimizer that is not trained with here. */
function compileOf(
  { compile }: KerasModel,
  adamConfig: (options: { learningRate: number }) => CompileConfig['optimizer'],
  learningRate: number,
): [CompileConfig, string[]] {
  const optimizer = adamConfig({ learningRate });
  if (compile === undefined) {
    const fresh: CompileConfig = { optimizer, loss: 'mean_squared_error', metrics: ['mae'] };
    return [fresh, ['The file has no compile settings: training goes on with a fresh Adam.']];
  }
  const { class_name: className } = compile.optimizer;
  if (TRAINED_WITH.includes(className)) return [compile, []];
  const note = `It was trained with ${className}, which is not there here: training goes on with a fresh Adam.`;
  return [{ ...compile, optimizer }, [note]];
}

/** As the form shows it: float32 in files has more digits than were typed. */
function rateOf({ optimizer }: CompileConfig, ofState: number | undefined, pageRate: number): number {
  const rate = ofState ?? optimizer.config.learning_rate;
  const isUsable = typeof rate === 'number' && rate > 0 && rate <= MOST_RATE;
  return isUsable ? Number(rate.toPrecision(7)) : pageRate;
}

function lossNotes({ loss }: CompileConfig): string[] {
  const name = typeof loss === 'object' ? loss.class_name : loss;
  if (/^(mse|mean_?squared_?error)$/i.test(name)) return [];
  return [`Its loss is ${name}: that is what the curve shows and what training lowers.`];
}

function mostOf(field: (typeof RECIPE_SETTINGS)[number]['field']): number {
  return RECIPE_SETTINGS.find((setting) => setting.field === field)?.most ?? 0;
}

function badFile(message: string): GatewiseError {
  return new GatewiseError('bad-input', message);
}
