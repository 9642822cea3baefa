/** What the LSTM did with one window of the test part, step by step: its gates and states from the kernels' own buffers. */
import {
  GATES,
  type GateKey,
  GatewiseError,
  type KeptTrace,
  type Sequential,
  type Tensor,
  type TracePlace,
} from '../../engine/index.ts';
import { TRACE_PANELS, type TraceKey } from '../draw/time-layout.ts';
import type { TraceReport } from '../protocol.ts';
import { matrixValues } from './describe.ts';
import { fingerprint } from './fingerprint.ts';
import type { LoadedData } from './loaded-data.ts';
import type { Trainer } from './trainer.ts';
import { copyWindows, windowDates } from './window-rows.ts';

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
 * The numbers, with the buffer on the GPU they were read from, for drawing; it is the caller's to dispose of.
 * @param window index among the test windows
 * @returns null where the weights changed meanwhile, so that numbers and weights would not belong together, where the first
 *   layer is no LSTM, or where there is no such window
 */
export async function readTrace(
  trainer: Trainer,
  { split, series }: LoadedData,
  window: number,
): Promise<{ readonly report: TraceReport; readonly kept: KeptTrace } | null> {
  const { model, shownEpoch: epoch } = trainer;
  const { starts, window: steps, features } = split.test;
  const layer = firstLstm(model);
  if (starts[window] === undefined || layer === null) return null;
  const x = copyWindows(split.test, window, 1);
  const weights = await model.getWeights();
  const kept = await model.keepTrace(x);
  try {
    const traces = await kept.read();
    const print = fingerprint(weights);
    if (fingerprint(await model.getWeights()) !== print) {
      kept.dispose();
      return null;
    }
    const c = copyOf(traces.get(`${layer}/c`));
    const config = model.toConfig().layers.find(({ class_name: name }) => name === 'LSTM')?.config;
    const report: TraceReport = {
      activation: String(config?.activation),
      recurrentActivation: String(config?.recurrent_activation),
      window,
      epoch,
      fingerprint: print,
      steps,
      features,
      units: c.length / steps,
      dates: windowDates(series, split.test, window),
      places: placesOf(kept, layer),
      x: x.data,
      gates: gateTraces(traces, layer),
      c,
      h: copyOf(traces.get(`${layer}/h`)),
      weights: matrixValues({ model }, weights),
    };
    return { report, kept };
  } catch (error) {
    kept.dispose();
    throw error;
  }
}

function placesOf({ places }: KeptTrace, layer: string): Record<TraceKey, TracePlace> {
  const found = TRACE_PANELS.map(({ key }) => {
    const place = places.get(`${layer}/${key}`);
    if (place === undefined) throw new GatewiseError('internal', `The trace of ${layer} has no ${key}.`);
    return [key, place] as const;
  });
  return Object.fromEntries(found) as Record<TraceKey, TracePlace>;
}
