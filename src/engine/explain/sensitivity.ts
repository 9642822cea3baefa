/**
 * What the gradient of the prediction says of each lag and feature, as a mean over many windows.
 *
 *   sensitivity       mean of |dy/dx|      Simonyan, Vedaldi and Zisserman 2013
 *   gradient x input  mean of x dy/dx      Shrikumar, Greenside and Kundaje 2017
 */
import type { InputData } from '../models/inference.ts';
import {
  EXPLAIN_BATCH,
  type ExplainOptions,
  explainedData,
  forEachPiece,
  lagMapOf,
} from './explained-data.ts';
import type { ExplainedModel } from './explained-model.ts';
import type { LagMap } from './lag-map.ts';

export interface GradientTimesInputOptions extends ExplainOptions {
  /** Mean of |x dy/dx|: how much it weighs, where signs of different windows would cancel. */
  readonly absolute?: boolean;
}

/**
 * Mean over the windows of |dy/dx|, one map per member. In units of the target per unit of the scaled input, which is
 * one standard deviation of the feature.
 * @param data x [N, T, D], or windows (their targets are not looked at)
 * @throws GatewiseError for data that do not fit, and a layer that has no gradients here; 'aborted' when stopped
 */
export async function sensitivity(
  model: ExplainedModel,
  data: InputData,
  options: ExplainOptions = {},
): Promise<LagMap[]> {
  return meanOverWindows(model, data, options, (gradient) => Math.abs(gradient));
}

/**
 * Mean over the windows of x dy/dx, signed, one map per member, in units of the target. 0 where a feature is at its mean,
 * also when it matters: scaled inputs are zero there.
 * @param data x [N, T, D], or windows (their targets are not looked at)
 * @throws GatewiseError as sensitivity()
 */
export async function gradientTimesInput(
  model: ExplainedModel,
  data: InputData,
  { absolute = false, ...options }: GradientTimesInputOptions = {},
): Promise<LagMap[]> {
  return meanOverWindows(model, data, options, (gradient, x) =>
    absolute ? Math.abs(gradient * x) : gradient * x,
  );
}

async function meanOverWindows(
  model: ExplainedModel,
  data: InputData,
  options: ExplainOptions,
  weigh: (gradient: number, x: number) => number,
): Promise<LagMap[]> {
  const explained = explainedData(model, data, options);
  const { count, steps, features, targetScale } = explained;
  const place = steps * features;
  const sums = Array.from({ length: model.members }, () => new Float64Array(place));
  const { output = 0 } = options;
  const batchSize = Math.min(count, EXPLAIN_BATCH);
  await forEachPiece(explained, model.members, options, async (first, size) => {
    const x = explained.cut(first, size);
    const gradients = await model.inputGradientsMembers(x, { output, batchSize });
    return () =>
      gradients.forEach((gradient, e) => {
        const sum = sums[e] as Float64Array;
        for (let at = 0; at < x.data.length; at++) {
          const to = at % place;
          sum[to] = (sum[to] as number) + weigh(gradient.data[at] as number, x.data[at] as number);
        }
      });
  });
  return sums.map((sum) =>
    lagMapOf(
      explained,
      sum.map((value) => (value / count) * targetScale),
    ),
  );
}
