/**
 * What the way from a baseline x' to x adds up to at each place, from gradients at points of the straight line between:
 *
 *   a = sum over points s of w_s (x - x'_s) dy/dx (x'_s + alpha_s (x - x'_s)),   sum of w_s = 1
 *
 * All a of a window together are, but for the rule's and the rounding's error, y(x) - sum of w_s y(x'_s): completeness.
 * Points are batched: the rows of a piece are all points of some windows.
 */
import type { Tensor } from '../core/tensor.ts';
import type { InputData } from '../models/inference.ts';
import {
  EXPLAIN_BATCH,
  type ExplainedData,
  type ExplainOptions,
  forEachPiece,
  lagMapOf,
} from './explained-data.ts';
import type { ExplainedModel } from './explained-model.ts';
import type { LagMap } from './lag-map.ts';

/** Attributions of one member. */
export interface Attribution {
  /** Mean over the windows of |a|, in units of the target: how much of the forecast hangs on each place. */
  readonly map: LagMap;
  /** Mean over the windows of a, signed: parts of windows that pull up and down cancel. */
  readonly signed: LagMap;
  /** a of each window, [N, T, D], the oldest step first as in x, signed, in units of the target. */
  readonly samples: Tensor;
  /** y(x) minus y of the baseline for each window, [N], in units of the target: what the a add up to. */
  readonly changes: Float64Array;
  /**
   * |sum of a - change| of each window, [N], as a share of the larger of its |change| and a tenth of the root mean
   * square of all changes: a window that the model forecasts as it does the baseline has no change to compare with.
   */
  readonly residuals: Float64Array;
  /** The largest of them. */
  readonly residual: number;
}

/** The points of a window's path. */
export interface Path {
  /** S */
  readonly points: number;
  /** [S] */
  readonly weights: Float64Array;
  /** Floats of the baseline of each point, [S, T, D] of window n; the same array may come again with other contents. */
  baselinesOf(n: number): Float32Array;
  /** alpha of each point, [S] of window n. */
  alphasOf(n: number): Float64Array;
  /** sum of w_s y(x'_s) for each window, [E] of [N], in the model's own units. */
  readonly starts: readonly Float64Array[];
  /** Given the windows whose a miss more than MOST_MISSED of what they should add up to; writes better ones. */
  readonly refine?: (steep: readonly SteepPath[]) => Promise<void>;
}

/** The way of one window of one member, all in the model's own units. */
export interface SteepPath {
  readonly member: number;
  /** Where it begins and how far it goes, [T, D] each. */
  readonly baseline: Float32Array;
  readonly way: Float32Array;
  /** Forecasts at its two ends. */
  readonly from: number;
  readonly to: number;
  /** What a may miss of to - from. */
  readonly bound: number;
  /** a, [T, D]. */
  readonly sums: Float64Array;
}

/** The share of a window's change, as in Attribution.residuals, that its a may miss. */
const MOST_MISSED = 1e-3;
/** What float32 leaves open of a forecast, as a share of it: no gradients add up to less. */
const Y_ROUNDING = 2 ** -22;

/** Predictions of one output by every member, [E] of [N]. */
export async function outputsOf(
  model: ExplainedModel,
  data: InputData,
  output: number,
  batchSize?: number,
): Promise<Float64Array[]> {
  const predictions = await model.predictMembers(data, batchSize === undefined ? {} : { batchSize });
  return predictions.map(({ shape, data: values }) => {
    const count = shape[0] ?? 1;
    const width = values.length / count;
    return Float64Array.from({ length: count }, (_, n) => values[n * width + output] as number);
  });
}

/** One attribution per member. */
export async function pathAttribution(
  model: ExplainedModel,
  data: InputData,
  explained: ExplainedData,
  path: Path,
  options: ExplainOptions,
): Promise<Attribution[]> {
  const { count, steps, features, targetScale } = explained;
  const { output = 0 } = options;
  const { points, weights } = path;
  const place = steps * features;
  const ends = await outputsOf(model, data, output);
  const changesOf = (e: number, scale = 1): Float64Array =>
    (ends[e] as Float64Array).map((y, n) => (y - (path.starts[e]?.[n] as number)) * scale);
  const scales = ends.map((_, e) => scalesOf(changesOf(e)));
  const samples = ends.map(() => new Float64Array(count * place));
  const steep: SteepPath[] = [];
  const batchSize = Math.min(count * points, EXPLAIN_BATCH);
  // Cutting ways finer comes after the last piece: until then it is not said to be done.
  const told = (done: number, total: number): void => {
    if (!path.refine || done < total) options.onProgress?.(done, total);
  };
  await forEachPiece(
    explained,
    model.members * points,
    { ...options, onProgress: told },
    async (first, size) => {
      const x = explained.cut(first, size).data;
      const rows = new Float32Array(size * points * place);
      const way = new Float32Array(rows.length);
      for (let n = 0; n < size; n++) {
        const baselines = path.baselinesOf(first + n);
        const alphas = path.alphasOf(first + n);
        for (let at = 0; at < points * place; at++) {
          const to = n * points * place + at;
          const baseline = baselines[at] as number;
          way[to] = (x[n * place + (at % place)] as number) - baseline;
          rows[to] = baseline + (alphas[Math.floor(at / place)] as number) * (way[to] as number);
        }
      }
      const shape = [size * points, steps, features];
      const gradients = await model.inputGradientsMembers({ shape, data: rows }, { output, batchSize });
      return () => {
        gradients.forEach((gradient, e) => {
          addPaths(samples[e] as Float64Array, first, gradient.data, way, weights, place);
        });
        if (!path.refine) return;
        for (let n = 0; n < size; n++) {
          samples.forEach((all, member) => {
            const sums = all.subarray((first + n) * place, (first + n + 1) * place);
            const [from, to] = [
              path.starts[member]?.[first + n] as number,
              ends[member]?.[first + n] as number,
            ];
            const rounding = Y_ROUNDING * Math.max(Math.abs(from), Math.abs(to));
            const bound = Math.max(MOST_MISSED * (scales[member]?.[first + n] as number), rounding);
            if (Math.abs(sumOf(sums) - (to - from)) <= bound) return;
            const at = n * points * place;
            const baseline = path.baselinesOf(first + n).slice(0, place);
            steep.push({ member, baseline, way: way.slice(at, at + place), from, to, bound, sums });
          });
        }
      };
    },
  );
  if (steep.length > 0) await path.refine?.(steep);
  if (path.refine) options.onProgress?.(count, count);
  return samples.map((sums, e) => {
    const changes = changesOf(e, targetScale);
    const parts = sums.map((value) => value * targetScale);
    const residuals = residualsOf(parts, changes);
    return {
      map: lagMapOf(explained, meanOf(parts, count, Math.abs)),
      signed: lagMapOf(
        explained,
        meanOf(parts, count, (value) => value),
      ),
      samples: { shape: [count, steps, features], data: Float32Array.from(parts) },
      changes,
      residuals,
      residual: residuals.reduce((largest, one) => Math.max(largest, one), 0),
    };
  });
}

/** Adds w_s (x - x'_s) dy/dx of each point to its window's places. */
function addPaths(
  sums: Float64Array,
  first: number,
  gradient: Float32Array,
  way: Float32Array,
  weights: Float64Array,
  place: number,
): void {
  const points = weights.length;
  for (let row = 0; row * place < gradient.length; row++) {
    const weight = weights[row % points] as number;
    const to = (first + Math.floor(row / points)) * place;
    for (let k = 0; k < place; k++) {
      const at = row * place + k;
      sums[to + k] = (sums[to + k] as number) + weight * (way[at] as number) * (gradient[at] as number);
    }
  }
}

function meanOf(values: Float64Array, count: number, weigh: (value: number) => number): Float64Array {
  const place = values.length / count;
  const mean = new Float64Array(place);
  values.forEach((value, at) => {
    mean[at % place] = (mean[at % place] as number) + weigh(value) / count;
  });
  return mean;
}

/** As Attribution.residuals says; 0 where nothing changes and nothing is attributed. */
function residualsOf(parts: Float64Array, changes: Float64Array): Float64Array {
  const place = parts.length / changes.length;
  const scales = scalesOf(changes);
  return changes.map((change, n) => {
    const missing = Math.abs(sumOf(parts.subarray(n * place, (n + 1) * place)) - change);
    return missing > 0 ? missing / (scales[n] as number) : 0;
  });
}

/** Of what each window's residual is a share. */
function scalesOf(changes: Float64Array): Float64Array {
  const least = 0.1 * Math.sqrt(changes.reduce((sum, change) => sum + change * change, 0) / changes.length);
  return changes.map((change) => Math.max(Math.abs(change), least));
}

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);
