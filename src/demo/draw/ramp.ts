/**
 * The one colour ramp for weights: diverging, blue for negative, orange for positive, the page's ground for zero.
 * Blue and orange stay apart for every common kind of colour blindness, and lightness falls evenly to both sides.
 * The same nine stops feed the shader (as uniforms), the legend (as a CSS gradient) and the tests, so that a colour
 * on screen can be compared with `rampColour(value / scale)`. Not the hues of the gates: those are in tokens.css.
 */

export type Theme = 'light' | 'dark';

/** An sRGB colour, three channels of 0..255. */
export type Rgb = readonly [number, number, number];

/** Number of stops; the shader's uniform array has the same length. */
export const RAMP_STOPS = 9;

const LIGHT: readonly Rgb[] = [
  [8, 41, 84],
  [20, 84, 152],
  [74, 144, 201],
  [163, 203, 232],
  [240, 242, 244],
  [250, 209, 160],
  [236, 149, 62],
  [189, 88, 18],
  [110, 44, 4],
];

const DARK: readonly Rgb[] = [
  [206, 232, 255],
  [128, 191, 245],
  [60, 134, 204],
  [35, 77, 121],
  [30, 39, 48],
  [108, 66, 22],
  [186, 108, 30],
  [241, 163, 80],
  [255, 225, 184],
];

/** The stops for a theme, from -1 to 1 at even distances. */
export function rampStops(theme: Theme): readonly Rgb[] {
  return theme === 'dark' ? DARK : LIGHT;
}

/**
 * The colour of a value already divided by the scale.
 * @param t in [-1, 1]; values outside are clamped
 */
export function rampColour(stops: readonly Rgb[], t: number): Rgb {
  const position = ((Math.min(1, Math.max(-1, t)) + 1) / 2) * (stops.length - 1);
  const index = Math.min(Math.floor(position), stops.length - 2);
  const low: Rgb = stops[index] ?? [0, 0, 0];
  const high = stops[index + 1] ?? low;
  const part = position - index;
  const mix = (channel: 0 | 1 | 2): number =>
    Math.round(low[channel] + (high[channel] - low[channel]) * part);
  return [mix(0), mix(1), mix(2)];
}

/** The ramp as a CSS gradient, for the legend. */
export function rampGradient(stops: readonly Rgb[]): string {
  return `linear-gradient(to right, ${stops.map((stop) => `rgb(${stop.join(' ')})`).join(', ')})`;
}

/**
 * A symmetric scale that holds every value: the smallest of 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten that
 * is not below `largest`. Rounded up so that the scale does not change with every step of training.
 */
export function niceScale(largest: number): number {
  if (!(largest > 0) || !Number.isFinite(largest)) {
    return 1;
  }
  const power = 10 ** Math.floor(Math.log10(largest));
  const factor =
    [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((step) => step * power >= largest * (1 - 1e-9)) ?? 10;
  return Number((factor * power).toPrecision(3));
}
