/** What a model from a file says about the test part of the page's data, and the errors of that. */

import {
  buildFromKeras,
  type GpuDevice,
  scores,
  type Tensor,
  unscaled,
  type WindowDataset,
} from '../../engine/index.ts';
import type { KerasModel } from '../../engine/keras/index.ts';
import { formatShape } from '../format.ts';
import type { FileForecast } from '../protocol.ts';
import { ToldError } from '../told-error.ts';
import { str, type Told, told } from '../words.ts';
import type { LoadedData } from './loaded-data.ts';
import { copyWindows } from './window-rows.ts';

/** Floats copied out of the series at a time; windows overlap, so all of them can be many. */
const CHUNK_FLOATS = 4 * 1024 * 1024;

/**
 * @throws GatewiseError 'bad-input' when the model takes other windows than the page's data gives
 */
export async function forecastOfFile(
  gpu: GpuDevice,
  data: LoadedData,
  model: KerasModel,
  signal: AbortSignal,
): Promise<FileForecast> {
  checkInput(model, data);
  const predicted = new Float32Array(data.split.test.starts.length);
  const built = await buildFromKeras(gpu, model, { inputShape: inputShape(data) });
  try {
    let at = 0;
    for (const x of windowChunks(data.split.test)) {
      signal.throwIfAborted();
      const y = await built.predict(x);
      if (y.data.length !== (x.shape[0] ?? 0)) throw wrongOutput(y.shape.slice(1));
      predicted.set(y.data, at);
      at += y.data.length;
    }
  } finally {
    built.dispose();
  }
  return fileForecastOf(predicted, data, model, false);
}

/** @param predicted what the model says about each window, scaled as the targets are */
export function fileForecastOf(
  predicted: ArrayLike<number>,
  data: LoadedData,
  model: KerasModel,
  isOnProcessor: boolean,
): FileForecast {
  const forecast = unscaled(predicted, data.split.scaling.targets);
  return {
    type: 'forecast',
    scores: scores(forecast, data.report.test.observed),
    assumed: assumptions(model, data),
    isOnProcessor,
  };
}

export function inputShape({ split, series }: LoadedData): readonly [number, number] {
  return [split.test.window, series.columns.length];
}

/** @throws GatewiseError 'bad-input' when the model takes other windows than the page's data gives */
export function checkInput(model: KerasModel, data: LoadedData): void {
  const takes = model.config.build_input_shape.slice(1);
  const has = inputShape(data);
  const fits = takes.length === has.length && has.every((size, k) => takes[k] == null || takes[k] === size);
  if (fits) return;
  const advice =
    takes.length === 2 && takes[1] === has[1]
      ? told(str`Set Window to ${takes[0]} in the settings above.`)
      : told('Use a file with the columns it was trained on.');
  throw new ToldError(
    'bad-input',
    told(
      str`The model takes samples of shape ${formatShape(takes)} (steps, inputs); the page\u2019s data gives ${formatShape(has)}, ${data.series.columns.join(', ')}. ${advice}`,
    ),
  );
}

export function wrongOutput(shape: readonly number[]): ToldError {
  return new ToldError(
    'bad-input',
    told(
      str`The model gives ${formatShape(shape)} for a window; the page\u2019s data has one target, ${formatShape([1])}.`,
    ),
  );
}

/** The windows copied out of the series, [n, T, D] at a time. */
function* windowChunks(windows: WindowDataset): Generator<Tensor> {
  const { features, window, starts } = windows;
  const most = Math.max(1, Math.floor(CHUNK_FLOATS / (window * features)));
  for (let first = 0; first < starts.length; first += most) {
    yield copyWindows(windows, first, Math.min(most, starts.length - first));
  }
}

/** The model's own recipe, where it has one, says whether its numbers mean what the page's mean. */
function assumptions(model: KerasModel, { series, split }: LoadedData): Told {
  const recipe: { columns?: unknown; mean?: unknown; scale?: unknown; horizon?: unknown } =
    model.recipe ?? {};
  if (!Array.isArray(recipe.columns)) {
    return told(
      str`Assumed: its inputs are ${series.columns.join(', ')}, in this order and scaled as here, and its output is the target scaled as here. The file does not say.`,
    );
  }
  const { features } = split.scaling;
  const same =
    JSON.stringify(recipe.columns) === JSON.stringify(series.columns) &&
    JSON.stringify(recipe.mean) === JSON.stringify([...features.mean]) &&
    JSON.stringify(recipe.scale) === JSON.stringify([...features.scale]) &&
    recipe.horizon === split.test.horizon;
  return same
    ? told('The recipe in the file names the same inputs, scaling and horizon as the page\u2019s data.')
    : told(
        'The recipe in the file names other inputs, another scaling or another horizon than the page\u2019s data; the errors are those of the page\u2019s reading.',
      );
}
