/** How a cost grows: the exponent of a power law over the upper range, and a fixed cost beside a rate. */

export interface Sample {
  readonly x: number;
  /** Above 0. */
  readonly y: number;
}

/** The slope of log y over log x by least squares. @throws Error for fewer than two different x */
export function fittedExponent(samples: readonly Sample[]): number {
  return leastSquares(samples.map(({ x, y }) => ({ x: Math.log(x), y: Math.log(y), weight: 1 }))).slope;
}

/**
 * y = fixed + slope x by least squares of relative errors: costs over several decades count alike, where absolute errors
 * would leave the fixed cost to the noise of the largest.
 * @throws Error for fewer than two different x
 */
export function fixedAndSlope(samples: readonly Sample[]): { fixed: number; slope: number } {
  return leastSquares(samples.map(({ x, y }) => ({ x, y, weight: 1 / y ** 2 })));
}

function leastSquares(samples: readonly (Sample & { readonly weight: number })[]): {
  fixed: number;
  slope: number;
} {
  const total = (of: (sample: Sample) => number): number =>
    samples.reduce((sum, sample) => sum + sample.weight * of(sample), 0);
  const weight = total(() => 1);
  const [meanX, meanY] = [total(({ x }) => x) / weight, total(({ y }) => y) / weight];
  const spread = total(({ x }) => (x - meanX) ** 2);
  if (!(spread > 0)) {
    throw new Error(
      `A line needs two different sizes, received ${samples.map(({ x }) => x).join(', ') || 'none'}.`,
    );
  }
  const slope = total(({ x, y }) => (x - meanX) * (y - meanY)) / spread;
  return { fixed: meanY - slope * meanX, slope };
}
