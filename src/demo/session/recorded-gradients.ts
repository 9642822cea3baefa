/** The gradients of a recorded run's weights: the float64 reference's backward pass where kernels write them on a device. */
import type { GateKey } from '../../engine/index.ts';
import type { GradientReport, GradientSource } from '../protocol.ts';
import { matrixValues } from './describe.ts';
import { gradientsApart, gradientWindows } from './gradient-report.ts';
import type { RecordedModel } from './recorded.ts';
import { copyTargets, copyWindows } from './window-rows.ts';

/**
 * @param window index among the test windows, where one of them is asked for
 * @throws GatewiseError where there is no such window
 */
export function recordedGradients(
  { model, data, recipe, shownEpoch, fingerprint }: RecordedModel,
  of: GradientSource,
  window: number,
): GradientReport {
  const windows = gradientWindows(data, of, window, recipe.units);
  const { part, first, count } = windows;
  const x = copyWindows(part, first, count);
  const { h, dz, above, weights } = model.parameters.gradients(x, copyTargets(part, first, count));
  const gate = (key: GateKey): Float32Array => new Float32Array(dz[key]);
  const { layout } = model.parameters;
  const whole = weights.map((data, at) => ({ shape: layout[at]?.shape ?? [], data: new Float32Array(data) }));
  return gradientsApart(windows, x, {
    epoch: shownEpoch,
    fingerprint,
    h: new Float32Array(h),
    dz: { i: gate('i'), f: gate('f'), c: gate('c'), o: gate('o') },
    above: new Float32Array(above),
    whole: matrixValues({ model }, whole),
  });
}
