/** How good a forecast is, in the target's own units, and against the forecast that costs nothing. */
import { badInput } from '../core/errors.ts';

/** Mean absolute error and root mean square error, in the unit of the values. */
export interface Scores {
  readonly mae: number;
  readonly rmse: number;
}

/**
 * Errors of one column.
 * @param predicted [windows]
 * @param observed [windows]
 * @throws GatewiseError when the lengths differ or there is nothing to compare
 */
export function scores(predicted: ArrayLike<number>, observed: ArrayLike<number>): Scores {
  if (predicted.length !== observed.length || predicted.length === 0) {
    throw badInput(
      `Received ${predicted.length} forecasts for ${observed.length} observations, expected one for each and at least one.`,
    );
  }
  return scoreColumn(predicted, observed, 1, 0);
}

/**
 * Errors of each column.
 * @param predicted [windows, columns] row-major
 * @param observed [windows, columns] row-major
 */
export function scoresPerTarget(
  predicted: ArrayLike<number>,
  observed: ArrayLike<number>,
  columns: number,
): Scores[] {
  if (predicted.length !== observed.length || predicted.length === 0 || predicted.length % columns !== 0) {
    throw badInput(
      `Received ${predicted.length} forecasts for ${observed.length} observations of ${columns} columns, expected one for each.`,
    );
  }
  return Array.from({ length: columns }, (_, i) => scoreColumn(predicted, observed, columns, i));
}

/** Part of persistence's error that a forecast takes away: 1 perfect, 0 no better than "as now", negative worse. NaN where persistence is perfect. */
export function skill(mae: number, persistenceMae: number): number {
  return persistenceMae === 0 ? Number.NaN : 1 - mae / persistenceMae;
}

function scoreColumn(
  predicted: ArrayLike<number>,
  observed: ArrayLike<number>,
  columns: number,
  column: number,
): Scores {
  let absolute = 0;
  let squares = 0;
  for (let at = column; at < predicted.length; at += columns) {
    const error = (predicted[at] as number) - (observed[at] as number);
    absolute += Math.abs(error);
    squares += error * error;
  }
  const count = predicted.length / columns;
  return { mae: absolute / count, rmse: Math.sqrt(squares / count) };
}
