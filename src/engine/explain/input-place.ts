/** Places of a window: one feature, a number of steps of the window back. */

export interface InputPlace {
  /** 1 is the newest row of the window, T the oldest. */
  readonly lag: number;
  /** Position of the feature's column, from 0. */
  readonly feature: number;
}

/** All T * D places in the order of a LagMap: lag 1 first, and in it the features in order. */
export function placesOf(window: number, features: number): InputPlace[] {
  return Array.from({ length: window * features }, (_, k) => ({
    lag: Math.floor(k / features) + 1,
    feature: k % features,
  }));
}

/** Position of a place in a LagMap of so many features. */
export function placeIndex({ lag, feature }: InputPlace, features: number): number {
  return (lag - 1) * features + feature;
}
