/** The forecaster on the test part beside the forecasts that cost nothing, per target and in the target's units. */
import {
  baselines,
  type Scores,
  type Sequential,
  scoresPerTarget,
  skill,
  unscaled,
} from '../../engine/index.ts';
import type { LoadedData } from './load-data.ts';

export interface TargetScores extends Scores {
  readonly persistence: Scores;
  /** Null without dates. */
  readonly climatology: Scores | null;
  readonly ridge: Scores;
  /** 1 - mae / persistence's mae; null where persistence makes no error. */
  readonly skill: number | null;
}

/** Scores by the target's name. */
export async function scoreTest(
  model: Sequential,
  { series, split }: LoadedData,
): Promise<Map<string, TargetScores>> {
  const prediction = await model.predict(split.test);
  const forecast = unscaled(prediction.data, split.scaling.targets);
  const plain = baselines(series, split).test;
  const own = scoresPerTarget(forecast, plain.observed, series.targets.length);
  return new Map(
    series.targets.map((target, k) => {
      const persistence = plain.persistence.scores[k] as Scores;
      const { mae, rmse } = own[k] as Scores;
      const gain = skill(mae, persistence.mae);
      const scores: TargetScores = {
        mae,
        rmse,
        persistence,
        climatology: plain.climatology?.scores[k] ?? null,
        ridge: plain.ridge.scores[k] as Scores,
        skill: Number.isFinite(gain) ? gain : null,
      };
      return [target, scores];
    }),
  );
}
