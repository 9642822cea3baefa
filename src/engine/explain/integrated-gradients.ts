/**
 * Integrated gradients (Sundararajan, Taly and Yan 2017): what each place adds on the straight way from a baseline window
 * to the window itself. The integral is Gauss's rule, which needs few steps where the model is smooth. Where it is not, as in a
 * network that holds a value by switching between two states, the way is cut finer (`refined-path.ts`).
 */
import { badInput, formatShape } from '../core/errors.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import type { InputData } from '../models/inference.ts';
import { EXPLAIN_BATCH, type ExplainedData, type ExplainOptions, explainedData } from './explained-data.ts';
import type { ExplainedModel } from './explained-model.ts';
import { gaussLegendre } from './gauss-legendre.ts';
import { throwIfStopped } from './one-ahead.ts';
import { type Attribution, outputsOf, type Path, pathAttribution } from './path-attribution.ts';

/** What "nothing happened" looks like: every feature at its training mean, or a window of its own for each window. */
export type Baseline =
  | { readonly kind: 'mean' }
  | { readonly kind: 'rows' /** [N, T, D], scaled as x is */; readonly x: Tensor };

export interface IntegratedGradientsOptions extends ExplainOptions {
  /** The training mean (zeros of scaled inputs) by default. */
  readonly baseline?: Baseline;
  /**
   * Points of each path (default 64), 1 to 1024. A window whose parts then miss more than 1e-3 gets more, up to
   * 4144 with the default. All members run them: where several need more, a copy of one at a time takes less. One that
   * misses as much with them too gets as many in float64, on the processor, some ten seconds of it at most.
   */
  readonly steps?: number;
}

/**
 * One attribution per member; its parts add up to the forecast minus the baseline's, but for `residual` (which says of what
 * it is a share).
 * @param data x [N, T, D], or windows (their targets are not looked at)
 * @throws GatewiseError for data, baselines and steps that do not fit, and a layer that has no gradients here; 'aborted'
 *   when stopped
 */
export async function integratedGradients(
  model: ExplainedModel,
  data: InputData,
  { baseline = { kind: 'mean' }, steps = 64, ...options }: IntegratedGradientsOptions = {},
): Promise<Attribution[]> {
  const { nodes, weights } = gaussLegendre(steps);
  const explained = explainedData(model, data, options);
  const place = explained.steps * explained.features;
  const { start, rowOf } = await startOf(model, explained, baseline, options.output ?? 0);
  const baselines = new Float32Array(steps * place);
  const path: Path = {
    points: steps,
    weights,
    alphasOf: () => nodes,
    baselinesOf(n) {
      const row = rowOf(n);
      for (let s = 0; s < steps; s++) baselines.set(row, s * place);
      return baselines;
    },
    starts: start,
    async refine(steep) {
      // Most models need none: a page downloads it with the first window that does.
      const part = await import('./refined-path.ts').catch(() => null);
      // Without it the residual tells what is missing.
      if (part === null) return;
      const batchSize = Math.min(explained.count * steps, EXPLAIN_BATCH);
      const forwardRows = Math.min(explained.count, EXPLAIN_BATCH);
      const turn = (): void => throwIfStopped(options.signal);
      await part.refinePaths(model, steep, { output: options.output ?? 0, batchSize, forwardRows, turn });
    },
  };
  return pathAttribution(model, data, explained, path, options);
}

/** The baseline of each window, and what every member makes of it. */
async function startOf(
  model: ExplainedModel,
  { count, steps, features }: ExplainedData,
  baseline: Baseline,
  output: number,
): Promise<{ readonly start: Float64Array[]; rowOf(n: number): Float32Array }> {
  const place = steps * features;
  if (baseline.kind === 'mean') {
    const zeros = new Float32Array(place);
    // A batch as large as that of the windows needs no kernels of its own, which take longer than the rows.
    const rows = Math.min(count, EXPLAIN_BATCH);
    const same = { shape: [rows, steps, features], data: new Float32Array(rows * place) };
    const outputs = await outputsOf(model, same, output);
    return { start: outputs.map(([y = 0]) => new Float64Array(count).fill(y)), rowOf: () => zeros };
  }
  const { shape, data } = baseline.x;
  const expected = [count, steps, features];
  if (formatShape(shape) !== formatShape(expected) || data.length !== sizeOf(expected)) {
    throw badInput(
      `The baseline needs a window for each of ${count}, of shape ${formatShape(expected)}, received ${formatShape(shape)} with ${data.length} values.`,
    );
  }
  const start = await outputsOf(model, baseline.x, output);
  return { start, rowOf: (n) => data.subarray(n * place, (n + 1) * place) };
}
