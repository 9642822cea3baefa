/** Used, not used or cannot tell: the rule by which a place is judged, and the sentences printed beside every verdict. */
import type { NullBand } from './null-band.ts';

export type Verdict = 'used' | 'cannot tell' | 'not used';

/** An effect smaller than this part of what permuting the whole window adds counts as inside the band. */
export const SMALLEST_SHARE = 0.01;

/** Permutations of each place without which the band is too narrow to judge by. */
export const FEWEST_REPEATS = 10;

/** What is known of a place. Arrays hold one number for each seed, in the same order. */
export interface Evidence {
  /** What permuting the place adds to the error, the mean over its permutations. */
  readonly effects: readonly number[];
  /** What permuting the whole window adds. */
  readonly wholeWindow: readonly number[];
  /** Mean size of d forecast / d input at the place. */
  readonly sensitivity: readonly number[];
  /** The same of the shadow column, at its largest lag. */
  readonly shadowSensitivity: readonly number[];
  readonly band: NullBand;
}

/** Judges a place by the printed rule; without a seed, and where a number is not finite, nothing can be told. */
export function verdictOf({ effects, wholeWindow, sensitivity, shadowSensitivity, band }: Evidence): Verdict {
  const numbers = [effects, wholeWindow, sensitivity, shadowSensitivity, [band.low, band.high]].flat();
  if (effects.length === 0 || !numbers.every(Number.isFinite)) return 'cannot tell';
  const inside = effects.map((effect, seed) => isInside(effect, wholeWindow[seed] ?? 0, band));
  if (!inside.includes(true)) return 'used';
  const isQuiet = mean(sensitivity) < mean(shadowSensitivity);
  return isQuiet && !inside.includes(false) ? 'not used' : 'cannot tell';
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Whether an effect is one that also shows where there is nothing to find, or too small to matter. */
export function isInside(effect: number, wholeWindow: number, { low, high }: NullBand): boolean {
  return (effect >= low && effect <= high) || Math.abs(effect) < SMALLEST_SHARE * wholeWindow;
}

/** The rule, as it is printed. */
export const VERDICT_RULE =
  'A place (one feature, one lag) is "not used" if for every seed what permuting it adds to the error (the mean over the permutations) lies inside the null band, and its sensitivity, the mean over the seeds, is below that of the shadow column at its largest lag; it is "used" if for every seed the change lies outside the band; else nobody can tell. The null band reaches from the smallest to the largest change that a single permutation brought in networks trained on shuffled targets and in the lags of the shadow column, a column of pure noise, with at least 10 permutations of each place. A change under 1 % of what permuting the whole window adds counts as inside.';

/** What no verdict says, as it is printed. */
export const CORRELATION_NOTE =
  'Neighbouring hours and days are alike, so a network can take from one what another would also tell it: "the network does not use t\u22125" is not "t\u22125 carries no information".';
