/**
 * Wind speed and direction to a vector: 359 and 1 degree are neighbours, and a direction means nothing in still air.
 * x = speed cos(direction), y = speed sin(direction), as in TensorFlow's tutorial (structured_data/time_series).
 */

/** A speed column and the direction column that goes with it. */
export interface WindPair {
  readonly speed: string;
  readonly direction: string;
}

/** Names without units, spaces and signs: Jena "wd (deg)", NOAA "WindDirection", Open-Meteo "wind_direction_10m (°)". */
const DIRECTION = /^(?:hourly)?(?:wd|wdir|wdeg|drct|winddir|winddeg|winddirection)(\d+m?)?$/;
const SPEED = /^(?:hourly)?(?:max)?(?:wv|ws|wspd|wspeed|sknt|wind|windspeed|windvelocity)(\d+m?)?$/;
const DEGREES = (2 * Math.PI) / 360;

/** Directions lie in 0..360; a file with codes such as 990 (variable) or with 16 points of the compass is left as it is. */
export const LARGEST_DIRECTION = 360;

/**
 * Pairs the speed columns with a direction of the same height; several speeds (mean, maximum) may share one direction.
 * @param names columns of numbers, in file order
 */
export function findWind(names: readonly string[]): WindPair[] {
  const directions = names.flatMap((name) => {
    const match = DIRECTION.exec(plainName(name));
    return match === null ? [] : [{ name, height: heightOf(match[1]) }];
  });
  return names.flatMap((speed) => {
    const match = SPEED.exec(plainName(speed));
    if (match === null) return [];
    const height = heightOf(match[1]);
    const direction =
      directions.find((other) => other.height === height) ??
      (directions.length === 1 && (height === '' || directions[0]?.height === '')
        ? directions[0]
        : undefined);
    return direction === undefined ? [] : [{ speed, direction: direction.name }];
  });
}

/** The names of the two columns a speed becomes. */
export function windColumns(pair: WindPair): [string, string] {
  return [`${pair.speed} x`, `${pair.speed} y`];
}

/**
 * @param speed [rows]
 * @param direction [rows], degrees
 * @returns x and y, [rows] each, in the unit of the speed
 */
export function windVector(
  speed: Float64Array,
  direction: Float64Array,
): { x: Float64Array; y: Float64Array } {
  const x = new Float64Array(speed.length);
  const y = new Float64Array(speed.length);
  for (let row = 0; row < speed.length; row++) {
    const value = speed[row] as number;
    const angle = (direction[row] as number) * DEGREES;
    x[row] = value * Math.cos(angle);
    y[row] = value * Math.sin(angle);
  }
  return { x, y };
}

function plainName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[([].*$/, '')
    .replace(/[^a-z0-9]/g, '');
}

function heightOf(suffix: string | undefined): string {
  return (suffix ?? '').replace('m', '');
}
