/**
 * Expected gradients (Erion, Janizek, Sturmfels, Lundberg and Lee 2021): integrated gradients without a baseline to
 * choose. Each point of a window's path has a baseline of its own, drawn from a background of real windows, and a place
 * on the way to it, drawn evenly. A Monte Carlo mean: its residual falls with the root of the number of draws.
 */
import { badInput } from '../core/errors.ts';
import { seededRandom } from '../core/random.ts';
import type { InputData } from '../models/inference.ts';
import type { Sequential } from '../models/sequential.ts';
import { type ExplainedData, type ExplainOptions, explainedData } from './explained-data.ts';
import { type Attribution, outputsOf, type Path, pathAttribution } from './path-attribution.ts';

export interface ExpectedGradientsOptions extends ExplainOptions {
  /** Where baselines are drawn from: training windows, best. By default the windows explained. */
  readonly background?: InputData;
  /** Draws for each window (default 64), 1 to 1024. */
  readonly samples?: number;
  /** Window n draws from a stream of its own: the same seed gives the same numbers, whatever the other windows. */
  readonly seed?: number;
}

/**
 * One attribution per member; all see the same draws. Its parts add up to the forecast minus the mean forecast of the
 * baselines drawn, but for `residual`.
 * @param data x [N, T, D], or windows (their targets are not looked at)
 * @throws GatewiseError for data, background and samples that do not fit, and a layer that has no gradients here;
 *   'aborted' when stopped
 */
export async function expectedGradients(
  model: Sequential,
  data: InputData,
  { background = data, samples = 64, seed = 0, ...options }: ExpectedGradientsOptions = {},
): Promise<Attribution[]> {
  if (!(Number.isInteger(samples) && samples >= 1 && samples <= 1024)) {
    throw badInput(`samples must be a whole number from 1 to 1024, received ${samples}.`);
  }
  const explained = explainedData(model, data, options);
  const others = explainedData(model, background, options);
  const outputs = await outputsOf(model, background, options.output ?? 0);
  const drawn = (n: number): Draws => drawsOf(others.count, samples, seed, n);
  const path: Path = {
    points: samples,
    weights: new Float64Array(samples).fill(1 / samples),
    alphasOf: (n) => drawn(n).alphas,
    baselinesOf: (n) => windowsOf(others, drawn(n).windows),
    starts: outputs.map((ys) =>
      Float64Array.from({ length: explained.count }, (_, n) =>
        drawn(n).windows.reduce((sum, window) => sum + (ys[window] as number) / samples, 0),
      ),
    ),
  };
  return pathAttribution(model, data, explained, path, options);
}

interface Draws {
  readonly windows: readonly number[];
  readonly alphas: Float64Array;
}

/** The draws of window n. */
function drawsOf(count: number, samples: number, seed: number, n: number): Draws {
  const random = seededRandom(seed, n);
  const windows = Array.from({ length: samples }, () => Math.floor(random.next() * count));
  return { windows, alphas: Float64Array.from({ length: samples }, () => random.next()) };
}

function windowsOf({ steps, features, cut }: ExplainedData, windows: readonly number[]): Float32Array {
  const place = steps * features;
  const rows = new Float32Array(windows.length * place);
  windows.forEach((window, s) => {
    rows.set(cut(window, 1).data, s * place);
  });
  return rows;
}
