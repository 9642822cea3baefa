/** One number for each place of a window: how much a model makes of each lag of each feature, by whatever method. */

export interface LagMap {
  /** T, steps of a window. */
  readonly window: number;
  /** D names. */
  readonly features: readonly string[];
  /** [T, D], lag 1 (the newest step) first: values[(lag - 1) * D + j] */
  readonly values: Float64Array;
}
