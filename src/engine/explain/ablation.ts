/**
 * Ablation: what it adds to a model's error when a part of an LSTM stops telling anything. The parts are left out by
 * weights, in copies of the model that predict side by side as members: one for each part. Nothing is trained again.
 *
 *   unit   h_u = 0 at every step, for its own LSTM and for the layers above; its gates are as they were
 *   gate   i, f, the candidate or o of every unit held at its own mean over all windows and steps
 */
import { GATES, type GateKey } from '../core/gates.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Dataset } from '../models/samples.ts';
import type { Sequential } from '../models/sequential.ts';
import { type FoundLstm, findLstm, holdGate, silenceUnit } from './changed-lstm.ts';
import { type ExplainOptions, explainedData, forEachPiece } from './explained-data.ts';
import { MeasuredWindows } from './measured-windows.ts';
import { traceRows } from './trace-rows.ts';

export interface AblationOptions extends Omit<ExplainOptions, 'features'> {
  /** Name of the LSTM; the first by default. */
  readonly layer?: string;
  /** Which of the models trained side by side; the first by default. */
  readonly member?: number;
}

/** Root mean square errors in units of the target. */
export interface UnitAblation {
  /** Name of the LSTM. */
  readonly layer: string;
  /** Of the whole model. */
  readonly rmse: number;
  /** [H], what leaving out each unit adds to it; below 0 where the forecast gets better. */
  readonly changes: Float64Array;
}

/** Root mean square errors in units of the target. */
export interface GateAblation {
  readonly layer: string;
  readonly rmse: number;
  readonly gates: readonly {
    readonly gate: GateKey;
    /** [H], what each unit's gate was held at. */
    readonly means: Float64Array;
    /** What it adds to the error. */
    readonly change: number;
  }[];
}

/**
 * Leaves out one unit after the other.
 * @param data with targets; the model predicts [K]
 * @throws GatewiseError for data that do not fit, a layer that is not there, and activations that are not 0 at 0;
 *   'aborted' when stopped
 */
export async function ablateUnits(
  model: Sequential,
  data: Dataset,
  options: AblationOptions = {},
): Promise<UnitAblation> {
  const lstm = findLstm(model, options.layer);
  const weights = await model.getWeights(memberOf(options));
  const changed = Array.from({ length: lstm.layer.units }, (_, u) => silenceUnit(weights, lstm, u));
  const errors = await errorsOf(model, data, [weights, ...changed], options);
  const rmse = errors[0] as number;
  return { layer: lstm.name, rmse, changes: errors.slice(1).map((error) => error - rmse) };
}

/**
 * Holds one gate after the other at its means.
 * @param data with targets; the model predicts [K]
 * @throws GatewiseError for data that do not fit, a layer that is not there or has no bias; 'aborted' when stopped
 */
export async function ablateGates(
  model: Sequential,
  data: Dataset,
  options: AblationOptions = {},
): Promise<GateAblation> {
  const lstm = findLstm(model, options.layer);
  const weights = await model.getWeights(memberOf(options));
  const means = await gateMeans(model, data, lstm, options);
  const changed = GATES.map(({ key }, g) => holdGate(weights, lstm, key, means[g] as Float64Array));
  const [rmse = 0, ...errors] = await errorsOf(model, data, [weights, ...changed], options);
  const gates = GATES.map(({ key }, g) => ({
    gate: key,
    means: means[g] as Float64Array,
    change: (errors[g] as number) - rmse,
  }));
  return { layer: lstm.name, rmse, gates };
}

function memberOf({ member }: AblationOptions): { readonly member?: number } {
  return member === undefined ? {} : { member };
}

/** Floats of parameters that copies take at once: 64 MiB. */
const COPY_FLOATS = 2 ** 24;
/** Copies that predict side by side at most. */
const MOST_COPIES = 64;

/** Root mean square error of the model with each of these weights. */
async function errorsOf(
  model: Sequential,
  data: Dataset,
  variants: readonly (readonly Tensor[])[],
  { onProgress, ...options }: AblationOptions,
): Promise<Float64Array> {
  const room = Math.floor(COPY_FLOATS / Math.max(1, model.countParams()));
  const members = Math.max(1, Math.min(MOST_COPIES, room, variants.length));
  const copy = await model.copy(members);
  const errors = new Float64Array(variants.length);
  try {
    const measured = new MeasuredWindows(copy, data, options);
    for (let from = 0; from < variants.length; from += members) {
      const own = variants.slice(from, from + members);
      for (const [e, weights] of own.entries()) copy.setWeights(weights, { member: e });
      const forecasts = await measured.forecasts();
      for (const e of own.keys())
        errors[from + e] = measured.rmseOf((window) => forecasts[e]?.[window] as number);
      onProgress?.((from + own.length) * measured.count, variants.length * measured.count);
    }
  } finally {
    copy.dispose();
  }
  return errors;
}

/** Mean of each gate of each unit over all windows and steps, [4] of [H]. */
async function gateMeans(
  model: Sequential,
  data: Dataset,
  { name, layer }: FoundLstm,
  options: AblationOptions,
): Promise<Float64Array[]> {
  const { units } = layer;
  const explained = explainedData(model, 'kind' in data ? data : data.x, options);
  const { count, steps, features } = explained;
  const means = GATES.map(() => new Float64Array(units));
  await forEachPiece(
    explained,
    traceRows(model.toConfig().layers, features),
    { ...(options.signal && { signal: options.signal }) },
    async (first, size) => {
      const traces = await model.trace(explained.cut(first, size), memberOf(options));
      return () =>
        GATES.forEach(({ key, name: word }, g) => {
          const mean = means[g] as Float64Array;
          traces.get(`${name}/${key === 'c' ? word : key}`)?.data.forEach((value, at) => {
            mean[at % units] = (mean[at % units] as number) + value;
          });
        });
    },
  );
  // Divided once: a sum of shares could pass 1, which no sigmoid has.
  return means.map((sums) => sums.map((sum) => sum / (count * steps)));
}
