/** What one training step would change, and through which time steps: gradients from the backward kernels' own buffers. */
import { gradientByStep } from '../../engine/explain/index.ts';
import { GatewiseError } from '../../engine/index.ts';
import type { GradientReport, GradientSource } from '../protocol.ts';
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

/**
 * @param window index among the test windows, where one of them is asked for
 * @returns null where the weights changed meanwhile
 * @throws GatewiseError where the first layer is no LSTM, the model can't be trained, or there is no such window
 */
export async function gradientReport(
  { model, shownEpoch }: Trainer,
  { split }: LoadedData,
  of: GradientSource,
  window: number,
): Promise<GradientReport | null> {
  const layer = firstLstm(model);
  const units = model.parameters.layout.find(({ gateUnits }) => gateUnits !== null)?.gateUnits ?? 0;
  if (layer === null || units === 0) {
    throw new GatewiseError(
      'bad-input',
      'The gradient is taken apart for a model whose first layer is an LSTM, and this one begins with another. Open a model that begins with an LSTM, or change the units in the settings.',
    );
  }
  const part = of === 'window' ? split.test : split.train;
  const { starts, window: steps, features } = part;
  const first = of === 'window' ? window : 0;
  if (!Number.isInteger(first) || first < 0 || first >= starts.length) {
    throw new GatewiseError(
      'bad-input',
      `There is no window ${window}: the test part has ${starts.length}, counted from 0. Choose one of them.`,
    );
  }
  const products = steps * (features + 1 + units) * 4 * units;
  const most = Math.max(1, Math.min(MOST_WINDOWS, starts.length, Math.floor(MOST_PRODUCTS / products)));
  const count = of === 'window' ? 1 : most;

  const x = copyWindows(part, first, count);
  const weights = await model.getWeights();
  const forward = await model.trace(x);
  const backward = await model.traceGradients({ x, y: copyTargets(part, first, count) });
  const print = fingerprint(weights);
  if (fingerprint(await model.getWeights()) !== print) return null;

  const dz = gateTraces(backward.traces, layer);
  const whole = matrixValues({ model }, backward.weights);
  const hasBias = whole.bias.length > 0;
  const h = copyOf(forward.get(`${layer}/h`));
  const apart = gradientByStep({ batch: count, steps, features, units, hasBias, x: x.data, h, dz });
  const { kernel, recurrentKernel, bias } = apart.total;
  return {
    type: 'gradients',
    of,
    window: first,
    count,
    epoch: shownEpoch,
    fingerprint: print,
    steps: apart.steps,
    total: apart.totalNorms,
    difference: relativeDifference([
      [kernel, whole.kernel],
      [recurrentKernel, whole.recurrent_kernel],
      [bias, whole.bias],
    ]),
    cell: of === 'window' ? { dz, above: copyOf(backward.traces.get(`${layer}/above`)), whole } : null,
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
