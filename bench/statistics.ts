/** Medians and quartiles: a shared machine gives outliers, and a mean believes them. */

export interface Summary {
  readonly median: number;
  /** First and third quartile. */
  readonly low: number;
  readonly high: number;
  readonly least: number;
}

/** @throws Error for no values */
export function summarize(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length === 0) throw new Error('There is nothing to summarize: no round was measured.');
  return {
    median: quantile(sorted, 0.5),
    low: quantile(sorted, 0.25),
    high: quantile(sorted, 0.75),
    least: quantile(sorted, 0),
  };
}

/** How many times longer `others` take than `ours`. */
export interface Ratio {
  readonly ofMedians: number;
  /** Of the two times of each round, which share what else the machine was doing. */
  readonly pairs: Summary;
}

/** Round by round; pairs are the rounds that both took part in. */
export function ratioOf(others: readonly number[], ours: readonly number[]): Ratio {
  const shared = Math.min(others.length, ours.length);
  return {
    ofMedians: summarize(others).median / summarize(ours).median,
    pairs: summarize(others.slice(0, shared).map((time, round) => time / (ours[round] ?? Number.NaN))),
  };
}

/** Linear between neighbours (R's type 7). */
function quantile(sorted: readonly number[], share: number): number {
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}
