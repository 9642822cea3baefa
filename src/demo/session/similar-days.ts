/**
 * Which days of the test part the network read like this one: the windows whose gates i, f and o at the newest step, of all
 * units, are nearest. The traces are computed in batches, of which only that step is kept.
 */
import { nearestPatterns } from '../../engine/explain/index.ts';
import type { SimilarDays } from '../protocol.ts';
import { fingerprint } from './fingerprint.ts';
import type { LoadedData } from './loaded-data.ts';
import { firstLstm } from './trace-report.ts';
import type { Trainer } from './trainer.ts';
import { copyWindows } from './window-rows.ts';

const KEYS = ['i', 'f', 'o'] as const;
const SHOWN = 5;
/** Multiplications of all traces together, a few seconds on a software adapter; of a longer series, the windows around. */
const MOST_PRODUCTS = 2e10;
/** Numbers of one gate read back at a time. */
const MOST_VALUES = 2 ** 20;

/**
 * @param window index among the test windows
 * @returns null where the weights changed meanwhile, the first layer is no LSTM, or there is no such window
 */
export async function similarDays(
  trainer: Trainer,
  { split }: LoadedData,
  window: number,
): Promise<SimilarDays | null> {
  const { model } = trainer;
  const layer = firstLstm(model);
  const { starts, window: steps, features } = split.test;
  const units = model.parameters.layout.find(({ gateUnits }) => gateUnits !== null)?.gateUnits ?? 0;
  if (layer === null || starts[window] === undefined) return null;
  const print = fingerprint(await model.getWeights());
  const products = steps * 4 * units * (features + units);
  const { first, count } = windowsAround(window, starts.length, Math.floor(MOST_PRODUCTS / products));
  const width = KEYS.length * units;
  const patterns = new Float32Array(count * width);
  const batch = Math.max(1, Math.floor(MOST_VALUES / (steps * units)));
  for (let done = 0; done < count; done += batch) {
    const rows = Math.min(batch, count - done);
    const traces = await model.trace(copyWindows(split.test, first + done, rows));
    KEYS.forEach((key, k) => {
      const values = traces.get(`${layer}/${key}`)?.data ?? new Float32Array();
      for (let n = 0; n < rows; n++) {
        const newest = ((n + 1) * steps - 1) * units;
        patterns.set(values.subarray(newest, newest + units), (done + n) * width + k * units);
      }
    });
  }
  if (fingerprint(await model.getWeights()) !== print) return null;
  const nearest = nearestPatterns(patterns, width, window - first, SHOWN);
  return {
    window,
    fingerprint: print,
    compared: count - 1,
    nearest: nearest.map(({ index, distance }) => ({ window: first + index, distance })),
  };
}

/** At most so many windows about one, itself among them. */
export function windowsAround(window: number, all: number, most: number): { first: number; count: number } {
  const count = Math.max(1, Math.min(all, most));
  const first = Math.max(0, Math.min(all - count, window - Math.floor(count / 2)));
  return { first, count };
}
