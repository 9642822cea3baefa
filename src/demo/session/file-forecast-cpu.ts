/** What a model from a file says about the test part where there is no device: by the float64 reference, in pieces. */
import { CpuPredictor } from '../../engine/explain/index.ts';
import type { KerasModel } from '../../engine/keras/index.ts';
import { formatCount } from '../format.ts';
import type { FileForecast } from '../protocol.ts';
import { ToldError } from '../told-error.ts';
import { str, told } from '../words.ts';
import { checkInput, fileForecastOf, inputShape, wrongOutput } from './file-forecast.ts';
import type { LoadedData } from './loaded-data.ts';
import { copyWindows } from './window-rows.ts';

/** Multiplications done in one go, some 20 ms, and of the whole test part, about a minute. */
const PRODUCTS_AT_ONCE = 3e6;
const MOST_PRODUCTS = 1e10;

/**
 * @throws GatewiseError 'bad-input' when the model takes other windows than the page's data gives, or is too large to wait for
 */
export async function forecastOfFileOnProcessor(
  data: LoadedData,
  model: KerasModel,
  signal: AbortSignal,
): Promise<FileForecast> {
  checkInput(model, data);
  const predictor = new CpuPredictor(model, inputShape(data));
  const { test } = data.split;
  const count = test.starts.length;
  const products = count * predictor.products;
  if (!(products <= MOST_PRODUCTS)) {
    throw new ToldError(
      'bad-input',
      told(
        str`Forecasting the ${formatCount(count)} windows of the test part with this model takes about ${formatCount(Math.round(products / 1e9))} thousand million multiplications, and without a graphics device at most ${formatCount(MOST_PRODUCTS / 1e9)} are done. Use a smaller model, or a browser with WebGPU.`,
      ),
    );
  }
  const rows = Math.max(1, Math.floor(PRODUCTS_AT_ONCE / predictor.products));
  const predicted = new Float64Array(count);
  for (let first = 0; first < count; first += rows) {
    const x = copyWindows(test, first, Math.min(rows, count - first));
    const y = predictor.predict(x);
    if (y.data.length !== (x.shape[0] ?? 0)) throw wrongOutput(y.shape.slice(1));
    predicted.set(y.data, first);
    await new Promise((resolve) => setTimeout(resolve, 0));
    signal.throwIfAborted();
  }
  return fileForecastOf(predicted, data, model, true);
}
