/**
 * From a model out of a file to a beginning of training: whether the page can train it with this data, and the model as it is then
 * built. What the file lacks is made good and said in a note. The engine itself refuses what it can't train (regularizers, layers
 * without gradients), by name.
 */

import type { CompileConfig, KerasModel, PlacedLayer } from '../../engine/keras/index.ts';
import { formatShape } from '../format.ts';
import { RECIPE_SETTINGS } from '../recipe.ts';
import { ToldError } from '../told-error.ts';
import { str, type Told, told } from '../words.ts';
import type { FileStart } from './file-start.ts';

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
  // Here already when the device makes the model: it is given up where it takes long, for a download too.
  await import('./built-from-file.ts');
  const units = checkLayers(name, placeLayers(model.config));
  const [, window = null, features = null] = model.config.build_input_shape;
  if (features !== inputs.length) {
    throw badFile(
      features === 1
        ? told(
            str`${name} takes 1 input per step; the page\u2019s data has ${inputs.length} (${inputs.join(', ')}). Use a CSV with the columns it was trained on.`,
          )
        : told(
            str`${name} takes ${features ?? 0} inputs per step; the page\u2019s data has ${inputs.length} (${inputs.join(', ')}). Use a CSV with the columns it was trained on.`,
          ),
    );
  }
  if (window !== null && window > MOST_WINDOW) {
    throw badFile(
      told(str`${name} reads ${window} steps; this page\u2019s windows have at most ${MOST_WINDOW}.`),
    );
  }
  const [compile, notes] = compileOf(model, adamConfig, pageRate);
  const { compile: _, optimizerState, ...rest } = model;
  const keepsState = compile === model.compile && optimizerState !== undefined;
  if (!keepsState && notes.length === 0)
    notes.push(told('The file holds no optimizer state: the optimizer begins anew.'));
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

/** H of the one LSTM: the page draws the matrices of one, and forecasts one number. */
function checkLayers(name: string, placed: readonly PlacedLayer[]): number {
  const no = (what: Told): ToldError =>
    badFile(
      told(
        str`${name} can\u2019t be trained on this page: ${what}. The page trains one LSTM and the layers after it to one number; the command trains other models.`,
      ),
    );
  const recurrent = placed.filter(
    ({ settings }) => settings.kind === 'recurrent' || settings.kind === 'bidirectional',
  );
  const [only] = recurrent;
  if (only === undefined) throw no(told(str`it has no LSTM`));
  if (recurrent.length > 1) {
    throw no(
      told(str`it has ${recurrent.length} recurrent layers (${recurrent.map((one) => one.name).join(', ')})`),
    );
  }
  const { settings } = only;
  const owner = told(str`layer \u201c${only.name}\u201d (${only.className})`);
  if (settings.kind !== 'recurrent' || settings.cell !== 'lstm')
    throw no(told(str`${owner} is no plain LSTM`));
  if (settings.units > MOST_UNITS)
    throw no(told(str`${owner} has ${settings.units} units, over ${MOST_UNITS}`));
  const output = placed.at(-1)?.output ?? [];
  if (output.length !== 1 || output[0] !== 1) {
    throw no(told(str`it gives ${formatShape(output)} for a window`));
  }
  return settings.units;
}

/** The file's compile settings; a fresh Adam where it has none, or an optimizer that is not trained with here. */
function compileOf(
  { compile }: KerasModel,
  adamConfig: (options: { learningRate: number }) => CompileConfig['optimizer'],
  learningRate: number,
): [CompileConfig, Told[]] {
  const optimizer = adamConfig({ learningRate });
  if (compile === undefined) {
    const fresh: CompileConfig = { optimizer, loss: 'mean_squared_error', metrics: ['mae'] };
    return [fresh, [told('The file has no compile settings: training goes on with a fresh Adam.')]];
  }
  const { class_name: className } = compile.optimizer;
  if (TRAINED_WITH.includes(className)) return [compile, []];
  const note = told(
    str`It was trained with ${className}, which is not there here: training goes on with a fresh Adam.`,
  );
  return [{ ...compile, optimizer }, [note]];
}

/** As the form shows it: float32 in files has more digits than were typed. */
function rateOf({ optimizer }: CompileConfig, ofState: number | undefined, pageRate: number): number {
  const rate = ofState ?? optimizer.config.learning_rate;
  const isUsable = typeof rate === 'number' && rate > 0 && rate <= MOST_RATE;
  return isUsable ? Number(rate.toPrecision(7)) : pageRate;
}

function lossNotes({ loss }: CompileConfig): Told[] {
  const name = typeof loss === 'object' ? loss.class_name : loss;
  if (/^(mse|mean_?squared_?error)$/i.test(name)) return [];
  return [told(str`Its loss is ${name}: that is what the curve shows and what training lowers.`)];
}

function mostOf(field: (typeof RECIPE_SETTINGS)[number]['field']): number {
  return RECIPE_SETTINGS.find((setting) => setting.field === field)?.most ?? 0;
}

function badFile(message: Told): ToldError {
  return new ToldError('bad-input', message);
}
