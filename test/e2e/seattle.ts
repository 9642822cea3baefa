/** The page's own series and what the float64 reference says about its test part. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { copyWindows } from '../../src/demo/session/window-rows.ts';
import {
  buildSeries,
  makeWindows,
  parseCsv,
  type Scores,
  SEATTLE,
  type Series,
  scores,
  type Tensor,
  unscaled,
  type WindowSplit,
} from '../../src/engine/index.ts';
import { type ReferenceLayer, ReferenceModel } from '../../src/engine/reference/index.ts';

/** The page's windows of this many days, and those of the test part as [n, T, D]; of Seattle, or another bundled place. */
export function seattleWindows(
  window: number,
  place = 'seattle',
): { series: Series; split: WindowSplit; x: Tensor } {
  const csv = readFileSync(fileURLToPath(new URL(`../../dist/data/${place}.csv`, import.meta.url)), 'utf8');
  const series = buildSeries(parseCsv(csv), { target: [SEATTLE.target[0] ?? ''], date: SEATTLE.date });
  const split = makeWindows(series, { window, horizon: 1 });
  return { series, split, x: copyWindows(split.test, 0, split.test.starts.length) };
}

/** Errors of a model on the test part, in degrees. */
export function referenceErrors(
  layers: readonly ReferenceLayer[],
  weights: readonly Float32Array[],
  window: number,
  place = 'seattle',
): Scores {
  const { split, x } = seattleWindows(window, place);
  const { targets, targetRows, features } = split.test;
  const y = new ReferenceModel(layers, features, weights).predict(x);
  const observed = Float64Array.from(targetRows, (row) => targets[row] ?? Number.NaN);
  return scores(unscaled(y.data, split.scaling.targets), unscaled(observed, split.scaling.targets));
}
