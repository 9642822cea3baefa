/** What one training step would change, and through which time steps: gradients from the backward kernels' own buffers, or the reference's. */

import { gradientByStep } from '../../engine/explain/index.ts';
import type { GateKey, Tensor, WindowDataset } from '../../engine/index.ts';
import type { MatrixName } from '../draw/heatmap-layout.ts';
import type { GradientReport, GradientSource } from '../protocol.ts';
import { ToldError } from '../told-error.ts';
import { str, told } from '../words.ts';
import { matrixValues } from './describe.ts';
import { fingerprint } from './fingerprint.ts';
import type { LoadedData } from './loaded-data.ts';
import { copyOf, firstLstm, gateTraces } from './trace-report.ts';
import type { Trainer } from './trainer.ts';
import { copyTargets, copyWindows } from './window-rows.ts';

/** Windows of the training part that are taken together. */
const MOST_WINDOWS = 32;
/** Multiplications of taking a gradient apart in one go, about 200 ms. */
const MOST_PRODUCTS = 2e8;

/** Windows of a part, from `first` on. */
export interface GradientWindows {
  readonly of: GradientSource;
  readonly part: WindowDataset;
  readonly first: number;
  readonly count: number;
  /** H */
  readonly units: number;
}

/** What a network was and did, forward and backward, on these windows; flat, the oldest time step first. */
export interface GradientPass {
  readonly epoch: number;
  readonly fingerprint: string;
  /** [count, T, H] */
  readonly h: Float32Array;
  readonly dz: Readonly<Record<GateKey, Float32Array>>;
  /** Gradient of h from the layer above: of every step, or of the last alone. */
  readonly above: Float32Array;
  /** The gradient of the weights, in Keras' layout. */
  readonly whole: Readonly<Record<MatrixName, Float32Array>>;
}

/**
 * @param window index among the test windows, where one of them is asked for
 * @returns null where the weights changed meanwhile
 * @throws GatewiseError where the first layer is no LSTM, the model can't be trained, or there is no such window
 */
export async function gradientReport(
  { model, shownEpoch }: Trainer,
  data: LoadedData,
  of: GradientSource,
  window: number,
): Promise<GradientReport | null> {
  const layer = firstLstm(model);
  const units = model.parameters.layout.find(({ gateUnits }) => gateUnits !== null)?.gateUnits ?? 0;
  if (layer === null || units === 0) {
    throw new ToldError(
      'bad-input',
      told(
        'The gradient is taken apart for a model whose first layer is an LSTM, and this one begins with another. Open a model that begins with an LSTM, or change the units in the settings.',
      ),
    );
  }
  const windows = gradientWindows(data, of, window, units);
  const { part, first, count } = windows;
  const x = copyWindows(part, first, count);
  const weights = await model.getWeights();
  const forward = await model.trace(x);
  const backward = await model.traceGradients({ x, y: copyTargets(part, first, count) });
  const print = fingerprint(weights);
  if (fingerprint(await model.getWeights()) !== print) return null;
  return gradientsApart(windows, x, {
    epoch: shownEpoch,
    fingerprint: print,
    h: copyOf(forward.get(`${layer}/h`)),
    dz: gateTraces(backward.traces, layer),
    above: copyOf(backward.traces.get(`${layer}/above`)),
    whole: matrixValues({ model }, backward.weights),
  });
}

/**
 * Which windows a gradient is taken of.
 * @param window index among the test windows, where one of them is asked for
 * @throws GatewiseError where there is no such window
 */
export function gradientWindows(
  { split }: Pick<LoadedData, 'split'>,
  of: GradientSource,
  window: number,
  units: number,
): GradientWindows {
  const part = of === 'window' ? split.test : split.train;
  const { starts, window: steps, features } = part;
  const first = of === 'window' ? window : 0;
  if (!Number.isInteger(first) || first < 0 || first >= starts.length) {
    throw new ToldError(
      'bad-input',
      told(
        str`There is no window ${window}: the test part has ${starts.length}, counted from 0. Choose one of them.`,
      ),
    );
  }
  const products = steps * (features + 1 + units) * 4 * units;
  const most = Math.max(1, Math.min(MOST_WINDOWS, starts.length, Math.floor(MOST_PRODUCTS / products)));
  return { of, part, first, count: of === 'window' ? 1 : most, units };
}

/** Each time step's share, and how far their sum is from the whole. @param x those windows */
export function gradientsApart(
  { of, part, first, count, units }: GradientWindows,
  x: Tensor,
  { epoch, fingerprint: print, h, dz, above, whole }: GradientPass,
): GradientReport {
  const { window: steps, features } = part;
  const hasBias = whole.bias.length > 0;
  const apart = gradientByStep({ batch: count, steps, features, units, hasBias, x: x.data, h, dz });
  const { kernel, recurrentKernel, bias } = apart.total;
  return {
    type: 'gradients',
    of,
    window: first,
    count,
    epoch,
    fingerprint: print,
    steps: apart.steps,
    total: apart.totalNorms,
    difference: relativeDifference([
      [kernel, whole.kernel],
      [recurrentKernel, whole.recurrent_kernel],
      [bias, whole.bias],
    ]),
    cell: of === 'window' ? { dz, above, whole } : null,
  };
}

/** |a - b| / |b| over all arrays as one; 0 for no difference. */
function relativeDifference(pairs: readonly (readonly [Float64Array, Float32Array])[]): number {
  let error = 0;
  let size = 0;
  for (const [sum, own] of pairs) {
    own.forEach((value, at) => {
      error += ((sum[at] as number) - value) ** 2;
      size += value ** 2;
    });
  }
  return error === 0 ? 0 : Math.sqrt(error / size);
}
