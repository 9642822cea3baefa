/** Half-lives of all units of a model's first LSTM, from its forget gates over many windows. Direct path only, see half-life.ts. */
import { badInput } from '../core/errors.ts';
import type { Tensor } from '../core/tensor.ts';
import type { KerasObject } from '../keras/model/keras-model.ts';
import type { InputData } from '../models/inference.ts';
import type { Sequential } from '../models/sequential.ts';
import { type ExplainOptions, explainedData, forEachPiece } from './explained-data.ts';
import { halfLife, meanForget } from './half-life.ts';
import { traceRows } from './trace-rows.ts';

/**
 * @param data x [N, T, D], or windows (their targets are not looked at)
 * @returns [H], steps of the window after which half of a unit's c is left, by the mean of ln f over all windows and steps
 * @throws GatewiseError for a model without LSTM, gates outside 0 to 1, and data that do not fit; 'aborted' when stopped
 */
export async function halfLives(
  model: Sequential,
  data: InputData,
  options: Pick<ExplainOptions, 'signal' | 'onProgress'> = {},
): Promise<number[]> {
  const { layers } = model.toConfig();
  const fault = halfLifeFault(layers);
  if (fault !== null) throw badInput(`This model has none: ${fault} Give another model.`);
  const gates = `${String(firstLstm(layers)?.config.name)}/f`;
  const explained = explainedData(model, data, {});
  const { count, features } = explained;
  const logs: number[] = [];
  await forEachPiece(explained, traceRows(layers, features), options, async (first, size) => {
    const { shape, data: forget } = (await model.trace(explained.cut(first, size))).get(gates) as Tensor;
    const units = shape.at(-1) ?? 0;
    return () => {
      for (let u = 0; u < units; u++) {
        const own = forget.filter((_, at) => at % units === u);
        logs[u] = (logs[u] ?? 0) + (size / count) * Math.log(meanForget(own));
      }
    };
  });
  return logs.map((log) => halfLife([Math.exp(log)]));
}

/** Recurrent activations whose values are shares. */
const GATES_OF_SHARES: readonly unknown[] = ['sigmoid', 'hard_sigmoid', 'hard_sigmoid_keras2', undefined];

/** The first LSTM that is no part of another layer. */
function firstLstm(layers: readonly KerasObject[]): KerasObject | undefined {
  return layers.find(({ class_name: className }) => className === 'LSTM');
}

/**
 * Why a model has no half-lives, null where it has. Needs no device.
 * @param layers of its config
 */
export function halfLifeFault(layers: readonly KerasObject[]): string | null {
  const lstm = firstLstm(layers);
  if (lstm === undefined) {
    const classes = layers
      .map(({ class_name: className }) => className)
      .filter((one) => one !== 'InputLayer');
    return `half-lives are read from the forget gates of an LSTM, and it has none (${classes.join(', ')}).`;
  }
  const { name, recurrent_activation: activation } = lstm.config;
  if (GATES_OF_SHARES.includes(activation)) return null;
  return `half-lives need forget gates between 0 and 1, and layer "${String(name)}" has the recurrent_activation ${JSON.stringify(activation)}.`;
}
