/**
 * What the methods of the lag lab that train nothing say of a recorded run's weights: the same functions as on a device, over a
 * model that the float64 reference answers for.
 */
import { CpuExplained, CpuForecaster } from '../../engine/explain/index.ts';
import type { LagQuestion, LagReport } from '../lags/lag-protocol.ts';
import { fingerprint } from './fingerprint.ts';
import { fewer, type LagControl, measure } from './lag-maps.ts';
import { prepareData } from './loaded-data.ts';
import type { RecordedModel } from './recorded.ts';

/** Multiplications of a method over all windows, some ten seconds of a processor. */
const MOST_PRODUCTS = 4e9;

/** @throws GatewiseError for what a series has not; an error by the signal */
export async function recordedLags(
  run: RecordedModel,
  question: LagQuestion,
  control: LagControl,
): Promise<LagReport> {
  const { model, data, recipe, seed, shownEpoch: epoch } = run;
  const window = recipe.window + question.extra;
  const longer = question.extra === 0 ? data : prepareData(data.source, data.choice, { ...recipe, window });
  const { columns } = longer.series;
  const isShown = question.weights === 'shown';
  const weights = isShown ? run.weights : model.parameters.freshWeights(seed);
  const forecaster = isShown ? model.parameters : new CpuForecaster(recipe.units, columns.length, weights);
  const asked = new CpuExplained(
    forecaster,
    [window, columns.length],
    run.windowsAtOnce(window),
    async () => {
      await run.turn();
      control.signal.throwIfAborted();
    },
  );
  const measuredOn = fewer(longer, recipe.units, question.method, MOST_PRODUCTS);
  const measured = await measure(asked, measuredOn, longer.split.test, question, control);
  return {
    type: 'lags',
    ...question,
    ...measured,
    steps: window,
    features: columns,
    windows: measuredOn.split.test.starts.length,
    epoch,
    fingerprint: fingerprint(weights),
  };
}
