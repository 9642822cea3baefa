/**
 * Windows in which something is left out: a lag, or a feature, holds its training mean (0, scaled). Several variants lie
 * behind one another in one series, so that members trained side by side can each read their own.
 */
import { badInput } from '../core/errors.ts';
import type { WindowDataset, WindowSplit } from '../data/windows.ts';
import { thinned } from './thinned-windows.ts';
import { copyWindow } from './window-rows.ts';

/** A lag of all features, or a feature at all lags; nothing for the windows as they are. */
export type LeftOut =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'lag'; readonly lag: number }
  | { readonly kind: 'feature'; readonly feature: string };

export interface LeftOutWindows {
  readonly train: WindowDataset;
  readonly validation: WindowDataset;
  /** First rows of a variant's windows. */
  startsOf(variant: number, part: 'training' | 'validation'): Uint32Array;
}

/** Floats that one variant of a split takes. */
export function floatsOf({ train, validation }: WindowSplit): number {
  return (train.starts.length + validation.starts.length) * train.window * train.features;
}

/**
 * A split of which one variant takes at most so many floats: as it is, or with fewer windows to train on and to validate
 * with, the same share of both.
 * @param seed of the draw
 * @throws GatewiseError where not even one window of each has room
 */
export function fittingWindows(
  split: WindowSplit,
  mostFloats: number,
  seed: number,
): { readonly split: WindowSplit; readonly notes: readonly string[] } {
  const share = mostFloats / floatsOf(split);
  if (share >= 1) return { split, notes: [] };
  const most = (part: WindowDataset): number => Math.floor(part.starts.length * share);
  const { train, validation } = split;
  const mib = (mostFloats * 4) / 2 ** 20;
  if (most(train) < 1 || most(validation) < 1) {
    throw badInput(
      `A window of ${train.window} rows and ${train.features} columns takes ${train.window * train.features} floats, and copies of ${train.starts.length} windows to train on and ${validation.starts.length} to validate with at most ${mib} MiB. Use shorter windows or fewer columns.`,
    );
  }
  const fewer = {
    train: thinned(train, most(train), seed),
    validation: thinned(validation, most(validation), seed),
  };
  const words = (part: 'train' | 'validation'): string =>
    `${fewer[part].starts.length} of the ${split[part].starts.length} windows`;
  const note = `Trained on ${words('train')} and validated with ${words('validation')}, one drawn from each of as many equal stretches: copies of all of them would take more than ${mib} MiB.`;
  return { split: { ...split, ...fewer }, notes: [note] };
}

/** The windows to train on and to validate with, each variant with something else left out. */
export function leaveOut(
  { train, validation }: WindowSplit,
  features: readonly string[],
  variants: readonly LeftOut[],
): LeftOutWindows {
  const { window } = train;
  const counts = { training: train.starts.length, validation: validation.starts.length };
  const rows = (counts.training + counts.validation) * window;
  const series = new Float32Array(variants.length * rows * train.features);
  variants.forEach((variant, v) => {
    const first = v * rows * train.features;
    writeWindows(train, features, variant, series.subarray(first));
    writeWindows(
      validation,
      features,
      variant,
      series.subarray(first + counts.training * window * train.features),
    );
  });
  const startsOf = (variant: number, part: 'training' | 'validation'): Uint32Array => {
    const first = variant * rows + (part === 'training' ? 0 : counts.training * window);
    return Uint32Array.from({ length: counts[part] }, (_, k) => first + k * window);
  };
  const shared = { series, rows: variants.length * rows, samplingRate: 1 };
  return {
    train: { ...train, ...shared, starts: startsOf(0, 'training') },
    validation: { ...validation, ...shared, starts: startsOf(0, 'validation') },
    startsOf,
  };
}

/** The windows of a part one behind the other, [N, T, D], with something left out. */
export function writeWindows(
  part: WindowDataset,
  names: readonly string[],
  variant: LeftOut,
  to: Float32Array,
): void {
  const { starts, window, features } = part;
  const column = variant.kind === 'feature' ? names.indexOf(variant.feature) : -1;
  const blank = variant.kind === 'lag' ? window - variant.lag : -1;
  starts.forEach((start, n) => {
    const first = n * window * features;
    copyWindow(part, start, to, first);
    if (blank >= 0) to.fill(0, first + blank * features, first + (blank + 1) * features);
    if (column < 0) return;
    for (let step = 0; step < window; step++) to[first + step * features + column] = 0;
  });
}
