/** The forecasts a network is held against, for every part and target, in the target's own units. */
import { fitClimatology } from './climatology.ts';
import { fitRidge, predictRidge } from './ridge.ts';
import { unscaled } from './scaling.ts';
import { type Scores, scoresPerTarget } from './scores.ts';
import type { Series } from './series.ts';
import { PARTS, type PartName, type WindowDataset, type WindowSplit } from './windows.ts';

export interface Forecast {
  /** [windows, K] row-major, in the units of the targets. */
  readonly predictions: Float64Array;
  /** [K]. */
  readonly scores: readonly Scores[];
}

export interface PartBaselines {
  /** [windows, K] row-major, in the units of the targets. */
  readonly observed: Float64Array;
  /** "As now": the target column at the window's last row. */
  readonly persistence: Forecast;
  /** "As in other years"; null without dates. */
  readonly climatology: Forecast | null;
  /** Linear regression on the same window. */
  readonly ridge: Forecast;
}

export interface Baselines extends Readonly<Record<PartName, PartBaselines>> {
  /** [K], the penalty chosen on the validation part, per training window. */
  readonly ridgeLambda: readonly number[];
  /** 1, or how much the steps of a long window were thinned for ridge. */
  readonly ridgeLagStep: number;
}

/** Everything is fitted on training rows; only ridge's penalty is chosen on the validation part. */
export function baselines(series: Series, split: WindowSplit): Baselines {
  const climatology = fitClimatology(series, split.borders[0]);
  const ridge = fitRidge(split.train, split.validation);
  const forecast = (predictions: Float64Array, observed: Float64Array): Forecast => ({
    predictions,
    scores: scoresPerTarget(predictions, observed, series.targets.length),
  });
  const [train, validation, test] = PARTS.map((name): PartBaselines => {
    const part = split[name];
    const observed = observedTargets(series, part);
    return {
      observed,
      persistence: forecast(persistence(series, part), observed),
      climatology: climatology === null ? null : forecast(climatology(part), observed),
      ridge: forecast(unscaled(predictRidge(ridge, part), split.scaling.targets), observed),
    };
  }) as [PartBaselines, PartBaselines, PartBaselines];
  return { train, validation, test, ridgeLambda: ridge.lambda, ridgeLagStep: ridge.lagStep };
}

/** The targets of a part as observed: [windows, K] row-major, in their units. */
export function observedTargets(series: Series, part: WindowDataset): Float64Array {
  return gatherTargets(series, part.targetRows);
}

/** The targets at each window's last row: [windows, K] row-major, in their units. */
export function persistence(series: Series, part: WindowDataset): Float64Array {
  return gatherTargets(
    series,
    part.targetRows.map((row) => row - part.horizon),
  );
}

function gatherTargets(series: Series, rows: Uint32Array): Float64Array {
  const targetCount = series.targets.length;
  const result = new Float64Array(rows.length * targetCount);
  for (const [i, row] of rows.entries()) {
    for (let t = 0; t < targetCount; t++)
      result[i * targetCount + t] = series.targetValues[row * targetCount + t] as number;
  }
  return result;
}
