/** Windows copied out of their series, for what needs them as an array, with their dates; training reads them in place. */
import type { Series, Tensor, WindowDataset } from '../../engine/index.ts';

/** Windows `first` to `first + count` as [count, T, D]. */
export function copyWindows(windows: WindowDataset, first: number, count: number): Tensor {
  const { series, features, window, samplingRate, starts } = windows;
  const data = new Float32Array(count * window * features);
  for (let n = 0; n < count; n++) {
    for (let t = 0; t < window; t++) {
      const from = ((starts[first + n] ?? 0) + t * samplingRate) * features;
      data.set(series.subarray(from, from + features), (n * window + t) * features);
    }
  }
  return { shape: [count, window, features], data };
}

/** The dates of a window's rows, [T], ms since 1970 UTC; null for a series without dates. */
export function windowDates(
  { dates }: Pick<Series, 'dates'>,
  { starts, window, samplingRate }: WindowDataset,
  index: number,
): Float64Array | null {
  const start = starts[index] ?? 0;
  if (dates === null) return null;
  return Float64Array.from({ length: window }, (_, t) => dates[start + t * samplingRate] ?? Number.NaN);
}

/** What windows `first` to `first + count` aim at, [count, K]. */
export function copyTargets(windows: WindowDataset, first: number, count: number): Tensor {
  const { targets, targetCount, targetRows } = windows;
  const data = new Float32Array(count * targetCount);
  for (let n = 0; n < count; n++) {
    const from = (targetRows[first + n] ?? 0) * targetCount;
    data.set(targets.subarray(from, from + targetCount), n * targetCount);
  }
  return { shape: [count, targetCount], data };
}
