/** The weights as they are, given windows of another length: a second model with the same weights forecasts the test part. */

import type { GpuDevice } from '../../engine/index.ts';
import type { AppliedSteps } from '../protocol.ts';
import { ToldError } from '../told-error.ts';
import { told } from '../words.ts';
import { fingerprint } from './fingerprint.ts';
import { buildForecaster, forecastTest } from './forecaster.ts';
import { type LoadedData, prepareData } from './loaded-data.ts';
import type { Trainer } from './trainer.ts';

/** @throws GatewiseError for a model from a file, and for windows the series is too short for */
export async function applySteps(
  gpu: GpuDevice,
  trainer: Trainer,
  data: LoadedData,
  steps: number,
): Promise<AppliedSteps> {
  if (!trainer.isOwn) {
    throw new ToldError(
      'bad-input',
      told(
        'The network comes from a file, and only this page\u2019s own can be given another window here. Change the units in the settings, which begins with the page\u2019s own network again.',
      ),
    );
  }
  const recipe = { ...trainer.recipe, window: steps };
  const longer = prepareData(data.source, data.choice, recipe);
  const weights = await trainer.model.getWeights();
  const model = await buildForecaster(gpu, longer, recipe, trainer.seed, null);
  try {
    model.setWeights(weights);
    const { scores } = await forecastTest(model, longer);
    return { type: 'applied', steps, scores, fingerprint: fingerprint(await model.getWeights()) };
  } finally {
    model.dispose();
  }
}
