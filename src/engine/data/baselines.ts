/** The forecasts a network is held against, for every part and target, in the target's own units. */
import { fitClimatology } from './climatology.ts';
import { finish, type InPieces } from './gram.ts';
import { fitRidge, predictRidge, type RidgeModel } from './ridge.ts';
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
  /** Linear regression on the same window; fitted when it is first read, which takes seconds for a long series. */
  readonly ridge: Forecast;
}

export interface Baselines extends Readonly<Record<PartName, PartBaselines>> {
  /** [K], the penalty chosen on the validation part, per training window. */
  readonly ridgeLambda: readonly number[];
  /** 1, or how much the steps of a long window were thinned for ridge. */
  readonly ridgeLagStep: number;
}

/** Everything is fitted on training rows; only ridge's penalty is chosen on the validation part. Parts are made when read. */
export function baselines(series: Series, split: WindowSplit): Baselines {
  const climatology = lazy(() => fitClimatology(series, split.borders[0]));
  const ridge = lazy(() => finish(fitRidge(split.train, split.validation)));
  const [train, validation, test] = PARTS.map((name) =>
    lazy((): PartBaselines => {
      const part = split[name];
      const observed = observedTargets(series, part);
      const forecast = (predictions: Float64Array): Forecast => forecastOf(predictions, observed, series);
      const seasonal = climatology();
      const regression = lazy(() => finish(ridgeForecast(series, split, name, ridge())));
      return {
        observed,
        persistence: forecast(persistence(series, part)),
        climatology: seasonal === null ? null : forecast(seasonal(part)),
        get ridge() {
          return regression();
        },
      };
    }),
  ) as [() => PartBaselines, () => PartBaselines, () => PartBaselines];
  return {
    get train() {
      return train();
    },
    get validation() {
      return validation();
    },
    get test() {
      return test();
    },
    get ridgeLambda() {
      return ridge().lambda;
    },
    get ridgeLagStep() {
      return ridge().lagStep;
    },
  };
}

/**
 * The ridge forecast of a part as baselines() has it, in pieces of a few milliseconds, for a thread that has more to do:
 * call next() until it is done.
 */
export function* ridgeInPieces(series: Series, split: WindowSplit, part: PartName): InPieces<Forecast> {
  return yield* ridgeForecast(series, split, part, yield* fitRidge(split.train, split.validation));
}

function* ridgeForecast(
  series: Series,
  split: WindowSplit,
  name: PartName,
  model: RidgeModel,
): InPieces<Forecast> {
  const scaled = yield* predictRidge(model, split[name]);
  const predictions = unscaled(scaled, split.scaling.targets);
  return forecastOf(predictions, observedTargets(series, split[name]), series);
}

function forecastOf(predictions: Float64Array, observed: Float64Array, series: Series): Forecast {
  return { predictions, scores: scoresPerTarget(predictions, observed, series.targets.length) };
}

function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
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
