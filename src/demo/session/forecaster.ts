/** The model this page trains, and what it says about the test part. */
import {
  activation,
  adam,
  dense,
  type GpuDevice,
  lstm,
  type Scores,
  Sequential,
  scores,
  skill,
  unscaled,
} from '../../engine/index.ts';
import type { Recipe } from '../recipe.ts';
import type { FileStart } from './file-start.ts';
import type { LoadedData } from './loaded-data.ts';

/**
 * LSTM(units) -> Dense(1) -> linear with Adam, on the device, with the weights its seed gives; or the layers of a file, with
 * the file's weights and optimizer.
 */
export async function buildForecaster(
  gpu: GpuDevice,
  data: LoadedData,
  recipe: Recipe,
  seed: number,
  start: FileStart | null,
): Promise<Sequential> {
  const inputShape = [recipe.window, data.series.columns.length];
  if (start !== null) {
    const { buildFromKeras } = await import('./built-from-file.ts');
    const built = await buildFromKeras(gpu, start.model, { inputShape });
    if (!start.usesWeights) built.resetWeights(seed);
    return built;
  }
  const model = new Sequential([lstm({ units: recipe.units }), dense({ units: 1 }), activation('linear')], {
    seed,
  });
  model.compile({ optimizer: adam({ learningRate: recipe.learningRate }), loss: 'mse', metrics: ['mae'] });
  await model.build(gpu, { inputShape });
  return model;
}

/** Back to the weights training began with: the seed's, or those of a file with its optimizer's state. */
export function beginAnew(model: Sequential, seed: number, start: FileStart | null): void {
  model.resetWeights(seed);
  if (start?.usesWeights === true) {
    model.setWeights(start.model.weights);
    if (start.model.optimizerState) model.setOptimizerState(start.model.optimizerState);
  }
}

export interface TestForecast {
  /** [windows], in the target's units. */
  readonly predicted: Float64Array;
  readonly scores: Scores;
  readonly skill: number;
}

/** The forecast for the test part with the weights the model has now. */
export async function forecastTest(model: Sequential, data: LoadedData): Promise<TestForecast> {
  const { data: scaled } = await model.predict(data.split.test);
  return scoreForecast(scaled, data);
}

/** @param scaled what a model says about each window of the test part, scaled as the targets are */
export function scoreForecast(scaled: ArrayLike<number>, { split, report }: LoadedData): TestForecast {
  const predicted = unscaled(scaled, split.scaling.targets);
  const result = scores(predicted, report.test.observed);
  return { predicted, scores: result, skill: skill(result.mae, report.scores.persistence.mae) };
}
