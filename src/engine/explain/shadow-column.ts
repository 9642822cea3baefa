/** The shadow column: one more input that is seeded noise and nothing else. What a method says of it, it says of nothing. */
import { seededRandom } from '../core/random.ts';
import type { WindowDataset, WindowSplit } from '../data/windows.ts';

/** What it is called beside the features. */
export const SHADOW_NAME = 'shadow column';

/** A stream that no weights or shuffles are drawn from. */
const SHADOW_STREAM = 0x5ad0;

/**
 * The same windows over the same targets with a last column of standard normal numbers, as scaled as the others are. The
 * parts go on sharing one array.
 */
export function withShadow(split: WindowSplit, seed: number): WindowSplit {
  const { series, rows, features } = split.train;
  const random = seededRandom(seed, SHADOW_STREAM);
  const wider = new Float32Array(rows * (features + 1));
  for (let row = 0; row < rows; row++) {
    wider.set(series.subarray(row * features, (row + 1) * features), row * (features + 1));
    wider[row * (features + 1) + features] = random.normal();
  }
  const widen = (part: WindowDataset): WindowDataset => ({
    ...part,
    series: wider,
    features: features + 1,
  });
  const { mean, scale } = split.scaling.features;
  return {
    ...split,
    train: widen(split.train),
    validation: widen(split.validation),
    test: widen(split.test),
    scaling: {
      ...split.scaling,
      features: { mean: Float64Array.of(...mean, 0), scale: Float64Array.of(...scale, 1) },
    },
  };
}
