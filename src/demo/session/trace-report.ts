/** What the LSTM did with one window of the test part, step by step: its gates and states from the kernels' own buffers. */
import { GATES, type GateKey, type Sequential, type Tensor } from '../../engine/index.ts';
import type { TraceReport } from '../protocol.ts';
import { matrixValues } from './describe.ts';
import { fingerprint } from './fingerprint.ts';
import type { LoadedData } from './loaded-data.ts';
import type { Trainer } from './trainer.ts';
import { copyWindows } from './window-rows.ts';

/** Name of the first layer, where that is an LSTM. */
export function firstLstm(model: Sequential): string | null {
  const path = model.parameters.layout.find(({ gateUnits }) => gateUnits !== null)?.path;
  return path === undefined || model.layers[0]?.className !== 'LSTM'
    ? null
    : path.slice(0, path.lastIndexOf('/'));
}

/** The four gates of a layer among traces, each [N * T * H]. */
export function gateTraces(
  traces: ReadonlyMap<string, Tensor>,
  layer: string,
): Readonly<Record<GateKey, Float32Array>> {
  const read = (name: string): Float32Array => copyOf(traces.get(`${layer}/${name}`));
  const [i, f, c, o] = GATES.map(({ key, name }) => read(key === 'c' ? name : key));
  const none = new Float32Array();
  return { i: i ?? none, f: f ?? none, c: c ?? none, o: o ?? none };
}

/** A copy that can be handed over; empty for none. */
export function copyOf(tensor: Tensor | undefined): Float32Array {
  return new Float32Array(tensor?.data ?? []);
}

/**
 * @param window index among the test windows
 * @returns null where the weights changed meanwhile, so that numbers and weights would not belong together, where the first
 *   layer is no LSTM, or where there is no such window
 */
export async function traceReport(
  { model, shownEpoch }: Trainer,
  { split }: LoadedData,
  window: number,
): Promise<TraceReport | null> {
  const { starts, window: steps, features } = split.test;
  const layer = firstLstm(model);
  if (window >= starts.length || layer === null) return null;
  const x = copyWindows(split.test, window, 1);
  const weights = await model.getWeights();
  const traces = await model.trace(x);
  const after = await model.getWeights();
  const print = fingerprint(weights);
  if (fingerprint(after) !== print) return null;
  const c = copyOf(traces.get(`${layer}/c`));
  const config = model.toConfig().layers.find(({ class_name: name }) => name === 'LSTM')?.config;
  return {
    activation: String(config?.activation),
    recurrentActivation: String(config?.recurrent_activation),
    window,
    epoch: shownEpoch,
    fingerprint: print,
    steps,
    features,
    units: c.length / steps,
    x: x.data,
    gates: gateTraces(traces, layer),
    c,
    h: copyOf(traces.get(`${layer}/h`)),
    weights: matrixValues({ model }, weights),
  };
}
