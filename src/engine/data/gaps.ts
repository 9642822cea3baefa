/**
 * Missing values. Carried forward, not interpolated: a straight line to the next reading would put a value of the
 * future, perhaps the target itself, into the inputs of a forecast.
 */

/** The rule in the words that command, page and README show. */
export const GAP_RULE =
  'A missing value (empty, NA, N/A, NaN, null or -9999) takes the last value before it, at the start of a column the first value after it; windows whose target is missing are left out.';

/** The gaps of one column. */
export interface Gaps {
  readonly missing: number;
  /** Rows in the longest run without a value, and the row it starts at; 0 and -1 without gaps. */
  readonly longest: number;
  readonly longestStart: number;
}

/**
 * Fills gaps in place by GAP_RULE.
 * @param values [rows], NaN where missing; at least one value
 */
export function fillGaps(values: Float64Array): Gaps {
  const first = values.findIndex((value) => !Number.isNaN(value));
  let last = values[first] ?? Number.NaN;
  let missing = 0;
  let run = 0;
  let longest = 0;
  let longestStart = -1;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    if (!Number.isNaN(value)) {
      last = value;
      run = 0;
      continue;
    }
    values[row] = last;
    missing++;
    run++;
    if (run > longest) {
      longest = run;
      longestStart = row - run + 1;
    }
  }
  return { missing, longest, longestStart };
}
