/** Which of many patterns (rows of numbers, such as the gates of one day) are nearest to one of them. */
import { badInput } from '../core/errors.ts';

export interface PatternDistance {
  /** Which row. */
  readonly index: number;
  /** Root mean square of the differences: Euclidean, over the square root of the width. In the numbers' own unit. */
  readonly distance: number;
}

/**
 * The rows nearest to row `of`, itself left out, the nearest first; of equals the lower row.
 * @param patterns [N, width]
 * @param most rows at most
 * @throws GatewiseError when width or row do not fit, or a value is not finite
 */
export function nearestPatterns(
  patterns: ArrayLike<number>,
  width: number,
  of: number,
  most: number,
): PatternDistance[] {
  const rows = patterns.length / width;
  if (!(Number.isInteger(width) && width >= 1 && Number.isInteger(rows))) {
    throw badInput(
      `${patterns.length} numbers are no whole rows of width ${width}. Give rows of one width, one after the other.`,
    );
  }
  if (!(Number.isInteger(of) && of >= 0 && of < rows)) {
    throw badInput(`There is no row ${of} among ${rows} patterns; rows count from 0.`);
  }
  const found: PatternDistance[] = [];
  for (let row = 0; row < rows; row++) {
    let squares = 0;
    for (let k = 0; k < width; k++) {
      squares += ((patterns[row * width + k] as number) - (patterns[of * width + k] as number)) ** 2;
    }
    if (!Number.isFinite(squares)) {
      throw badInput(
        `Pattern ${row} is no finite distance from pattern ${of}: one of them holds NaN or infinity. Leave it out first.`,
      );
    }
    if (row !== of) found.push({ index: row, distance: Math.sqrt(squares / width) });
  }
  return found.sort((a, b) => a.distance - b.distance || a.index - b.index).slice(0, Math.max(0, most));
}
