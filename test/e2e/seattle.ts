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
import {
  type LstmTrace,
  lstmForward,
  type ReferenceLayer,
  ReferenceModel,
} from '../../src/engine/reference/index.ts';

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

/**
 * What the LSTM of a model does with one window, by the reference.
 * @param weights by the names they have in an exported file
 * @param x windows as [n, T, D]
 */
export function traceOf(
  weights: ReadonlyMap<string, Float32Array>,
  { shape, data }: Tensor,
  window = 0,
): LstmTrace {
  const [, steps = 0, features = 0] = shape;
  const array = (name: string): Float32Array => weights.get(`lstm/${name}`) ?? new Float32Array();
  const [kernel, recurrentKernel, bias] = [array('kernel'), array('recurrent_kernel'), array('bias')];
  const size = steps * features;
  return lstmForward(
    { shape: [1, steps, features], data: data.subarray(window * size, (window + 1) * size) },
    { kernel, recurrentKernel, bias },
    { units: bias.length / 4 },
  );
}
