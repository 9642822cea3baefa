/** Where integrated gradients begin, as windows [N, T, D] of scaled inputs: what is usual for each row's date, or one window for all. */
import { fitClimatology, type Series, type Tensor, type WindowDataset } from '../../engine/index.ts';
import type { LagBaseline } from '../lags/lag-protocol.ts';
import { ToldError } from '../told-error.ts';
import { str, told } from '../words.ts';
import type { LoadedData } from './loaded-data.ts';
import { copyWindows } from './window-rows.ts';

/**
 * @param all the test windows of which those of the data are some; what a baseline window is counted among
 * @returns null for the training mean, which is 0 in scaled inputs
 * @throws GatewiseError where the series has no dates, or there is no such window
 */
export function baselineRows(
  { series, split }: LoadedData,
  all: WindowDataset,
  baseline: LagBaseline,
): Tensor | null {
  switch (baseline.kind) {
    case 'mean':
      return null;
    case 'climatology':
      return usualRows(series, split);
    case 'window':
      return sameWindow(split.test, all, baseline.window);
  }
}

/** The climatology of every input, of training rows only, at the dates of each window's rows. */
function usualRows(series: Series, { test, borders, scaling }: LoadedData['split']): Tensor {
  const { rows, inputs } = series;
  const width = inputs.length;
  // The inputs in the place of the targets: what is usual is worked out in one place for both.
  const targetValues = Float64Array.from(
    { length: rows * width },
    (_, at) => inputs[at % width]?.[Math.floor(at / width)] ?? 0,
  );
  const asTargets = {
    ...series,
    targets: series.columns,
    targetValues,
    targetMissing: new Uint8Array(rows * width),
  };
  const usual = fitClimatology(asTargets, borders[0]);
  if (usual === null) {
    throw new ToldError(
      'bad-input',
      told(
        'What is usual for a date needs dates, and this series has none. Choose the training mean or another window as the baseline.',
      ),
    );
  }
  const all = usual({ ...test, targetRows: Uint32Array.from({ length: rows }, (_, row) => row) });
  const { mean, scale } = scaling.features;
  const scaled = Float32Array.from(
    all,
    (value, at) => (value - (mean[at % width] ?? 0)) / (scale[at % width] ?? 1),
  );
  return copyWindows({ ...test, series: scaled }, 0, test.starts.length);
}

function sameWindow(test: WindowDataset, all: WindowDataset, window: number): Tensor {
  const count = all.starts.length;
  if (!Number.isInteger(window) || window < 0 || window >= count) {
    throw new ToldError(
      'bad-input',
      told(
        str`There is no window ${window}: the test part has ${count}, counted from 0. Choose one of them.`,
      ),
    );
  }
  const starts = new Uint32Array(test.starts.length).fill(all.starts[window] ?? 0);
  return copyWindows({ ...test, starts }, 0, starts.length);
}
