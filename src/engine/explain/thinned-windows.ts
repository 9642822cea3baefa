/**
 * Fewer windows where all of them would take too long: one drawn at random from each of so many equal stretches, so that
 * every season keeps its share. Not every so many: a step of 24 hours would look at the same hour of every day.
 */
import { seededRandom } from '../core/random.ts';
import type { WindowDataset } from '../data/windows.ts';
import { checkMostWindows } from './checked-options.ts';

/** Stream of a study's seed, beside those of its orders and its noise. */
const STREAM = 0x7468;

/**
 * At most so many of the windows, in their order, each at most once.
 * @param seed of the draw: the same seed draws the same windows
 * @throws GatewiseError unless `most` is a whole number of 1 or more
 */
export function thinned(windows: WindowDataset, most: number, seed = 0): WindowDataset {
  checkMostWindows(most);
  const { starts, targetRows } = windows;
  const count = starts.length;
  if (count <= most) return windows;
  const random = seededRandom(seed, STREAM);
  const border = (k: number): number => Math.floor((k * count) / most);
  const chosen = Uint32Array.from({ length: most }, (_, k) => {
    const first = border(k);
    return first + Math.floor(random.next() * (border(k + 1) - first));
  });
  const pick = (values: Uint32Array): Uint32Array => chosen.map((at) => values[at] as number);
  return { ...windows, starts: pick(starts), targetRows: pick(targetRows) };
}
