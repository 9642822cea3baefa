/** Integrated gradients of every window that is measured, with what the network says to the window and to the baseline. */
import {
  type ExplainedModel,
  type IntegratedGradientsOptions,
  integratedGradients,
} from '../../engine/explain/index.ts';
import { unscaled, type WindowDataset } from '../../engine/index.ts';
import type { LagBaseline, LagReport } from '../lags/lag-protocol.ts';
import { ToldError } from '../told-error.ts';
import { told } from '../words.ts';
import { baselineRows } from './lag-baselines.ts';
import type { LoadedData } from './loaded-data.ts';

/**
 * @param all the test windows of which those of `data` are some
 * @throws GatewiseError as baselineRows(), and 'aborted' by the signal
 */
export async function integrated(
  model: ExplainedModel,
  data: LoadedData,
  all: WindowDataset,
  baseline: LagBaseline,
  options: Pick<IntegratedGradientsOptions, 'steps' | 'signal' | 'onProgress'>,
): Promise<Pick<LagReport, 'values' | 'signed' | 'each'>> {
  const { series, split } = data;
  const { test, scaling } = split;
  const rows = baselineRows(data, all, baseline);
  const [found] = await integratedGradients(model, test, {
    baseline: rows === null ? { kind: 'mean' } : { kind: 'rows', x: rows },
    ...options,
    features: series.columns,
    targetScale: scaling.targets.scale[0] ?? 1,
  });
  if (found === undefined) throw new ToldError('internal', told('Integrated gradients gave no numbers.'));
  const [scaled] = await model.predictMembers(test);
  const forecast = unscaled(scaled?.data ?? [], scaling.targets);
  return {
    values: found.map.values,
    signed: found.signed.values,
    each: {
      indices: test.targetRows.map((row) => all.targetRows.indexOf(row)),
      samples: new Float32Array(found.samples.data),
      forecast,
      changes: found.changes,
      residual: found.residual,
    },
  };
}
