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
type PatternKey = (typeof KEYS)[number];
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
  const similar = await nearestDays(window, starts.length, {
    fingerprint: print,
    steps,
    units,
    most: Math.floor(MOST_PRODUCTS / (steps * 4 * units * (features + units))),
    batch: Math.max(1, Math.floor(MOST_VALUES / (steps * units))),
    read: async (first, rows) => {
      const traces = await model.trace(copyWindows(split.test, first, rows));
      const gate = (key: PatternKey): ArrayLike<number> => traces.get(`${layer}/${key}`)?.data ?? [];
      return { i: gate('i'), f: gate('f'), o: gate('o') };
    },
  });
  return fingerprint(await model.getWeights()) === print ? similar : null;
}

/** Where the gates of windows are read. */
export interface GateReader {
  readonly fingerprint: string;
  /** T, H */
  readonly steps: number;
  readonly units: number;
  /** Windows that are compared at most, and those read at a time. */
  readonly most: number;
  readonly batch: number;
  /** [rows, T, H] of each gate. */
  read(first: number, rows: number): Promise<Readonly<Record<PatternKey, ArrayLike<number>>>>;
}

/** The windows nearest to one, among at most so many around it. */
export async function nearestDays(
  window: number,
  all: number,
  { fingerprint: print, steps, units, most, batch, read }: GateReader,
): Promise<SimilarDays> {
  const { first, count } = windowsAround(window, all, most);
  const width = KEYS.length * units;
  const patterns = new Float32Array(count * width);
  for (let done = 0; done < count; done += batch) {
    const rows = Math.min(batch, count - done);
    const gates = await read(first + done, rows);
    KEYS.forEach((key, k) => {
      for (let n = 0; n < rows; n++) {
        const newest = ((n + 1) * steps - 1) * units;
        for (let u = 0; u < units; u++)
          patterns[(done + n) * width + k * units + u] = gates[key][newest + u] ?? Number.NaN;
      }
    });
  }
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
