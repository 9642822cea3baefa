/** The rows of a window, every so many of the series, one behind the other; and what a few windows need of a long series. */
import type { Tensor } from '../core/tensor.ts';
import type { WindowDataset } from '../data/windows.ts';

/** What a window is cut from; `starts`, `targets` and the rest do not matter here. */
export interface WindowSource {
  /** [rows, F] */
  readonly series: Float32Array;
  readonly window: number;
  readonly features: number;
  readonly samplingRate: number;
}

/**
 * Writes a window, the oldest row first.
 * @param start its first row
 * @param to [T, F] from `offset` on
 */
export function copyWindow(
  { series, window, features, samplingRate }: WindowSource,
  start: number,
  to: Float32Array,
  offset = 0,
): void {
  if (samplingRate === 1) {
    to.set(series.subarray(start * features, (start + window) * features), offset);
    return;
  }
  for (let step = 0; step < window; step++) {
    const row = (start + step * samplingRate) * features;
    to.set(series.subarray(row, row + features), offset + step * features);
  }
}

/** Windows `first` to `first + count - 1`, each for itself, [count, T, F]. */
export function cutWindows(windows: WindowDataset, first: number, count: number): Tensor {
  const { starts, window, features } = windows;
  const data = new Float32Array(count * window * features);
  for (let n = 0; n < count; n++)
    copyWindow(windows, starts[first + n] as number, data, n * window * features);
  return { shape: [count, window, features], data };
}

/**
 * The same windows in as little as they take, without their targets: the rows from the first of them to the last where they
 * overlap, else each for itself.
 */
export function cutSeries(windows: WindowDataset, first: number, count: number): WindowDataset | Tensor {
  const { series, window, features, samplingRate, targetCount } = windows;
  const starts = windows.starts.subarray(first, first + count);
  const from = starts.reduce((least, start) => Math.min(least, start));
  const to = starts.reduce((most, start) => Math.max(most, start)) + (window - 1) * samplingRate + 1;
  if (to - from > count * window) return cutWindows(windows, first, count);
  return {
    ...windows,
    series: series.subarray(from * features, to * features),
    rows: to - from,
    starts: starts.map((start) => start - from),
    targets: new Float32Array(targetCount),
    targetRows: new Uint32Array(count),
  };
}
