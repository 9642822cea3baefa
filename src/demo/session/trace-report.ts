/** What the LSTM did with one window of the test part, step by step: its gates and states from the kernels' own buffers. */
import { GATES, type GateKey } from '../../engine/index.ts';
import type { TraceReport } from '../protocol.ts';
import { matrixValues } from './describe.ts';
import { fingerprint } from './fingerprint.ts';
import type { LoadedData } from './loaded-data.ts';
import type { Trainer } from './trainer.ts';
import { copyWindows } from './window-rows.ts';

const TRACE_KEYS: Readonly<Record<GateKey, string>> = { i: 'i', f: 'f', c: 'candidate', o: 'o' };

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
  const path = model.parameters.layout.find(({ gateUnits }) => gateUnits !== null)?.path;
  const layer = path?.slice(0, path.lastIndexOf('/'));
  if (window >= starts.length || layer === undefined || model.layers[0]?.className !== 'LSTM') return null;
  const x = copyWindows(split.test, window, 1);
  const weights = await model.getWeights();
  const traces = await model.trace(x);
  const after = await model.getWeights();
  const print = fingerprint(weights);
  if (fingerprint(after) !== print) return null;
  const read = (key: string): Float32Array => new Float32Array(traces.get(`${layer}/${key}`)?.data ?? []);
  const [i, f, c, o] = GATES.map(({ key }) => read(TRACE_KEYS[key]));
  const none = new Float32Array();
  const config = model.toConfig().layers.find(({ class_name: name }) => name === 'LSTM')?.config;
  return {
    activation: String(config?.activation),
    recurrentActivation: String(config?.recurrent_activation),
    window,
    epoch: shownEpoch,
    fingerprint: print,
    steps,
    features,
    units: read('c').length / steps,
    x: x.data,
    gates: { i: i ?? none, f: f ?? none, c: c ?? none, o: o ?? none },
    c: read('c'),
    h: read('h'),
    weights: matrixValues({ model }, weights),
  };
}
