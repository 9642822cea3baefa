/**
 * Season and time of day as points on a circle: sine and cosine, in float64 on the CPU (WGSL's are only good to 2^-11).
 */
import { DAY_MS } from './dates.ts';

/** Mean Gregorian year: 400 years have 146,097 days. */
export const DAYS_PER_YEAR = 365.2425;

/** 'day-of-year' has the period of a year, 'hour-of-day' that of a day. Each becomes two columns. */
export type TimeFeature = 'day-of-year' | 'hour-of-day';

/** Period of each. */
export const PERIOD_DAYS: Readonly<Record<TimeFeature, number>> = {
  'day-of-year': DAYS_PER_YEAR,
  'hour-of-day': 1,
};

/** Where t below is 0. */
export const TIME_ORIGIN = '1970-01-01T00:00:00Z';

/** What circleOf computes, in the words that a recipe carries. */
export const TIME_FORMULA =
  'sin and cos of 2 * pi * (t mod p) / p; t: milliseconds since origin, dates without a zone taken as UTC; p: periodDays * 86400000';

/** Which ones a series gets: the season always, the hour where rows are less than a day apart. */
export function timeFeaturesFor(stepMs: number | null): TimeFeature[] {
  return stepMs !== null && stepMs < DAY_MS ? ['day-of-year', 'hour-of-day'] : ['day-of-year'];
}

/** The names of the two columns. */
export function timeColumns(feature: TimeFeature): [string, string] {
  return [`${feature} sin`, `${feature} cos`];
}

/**
 * @param ms [rows], since 1970 UTC
 * @returns sine and cosine, [rows] each
 */
export function circleOf(feature: TimeFeature, ms: Float64Array): { sin: Float64Array; cos: Float64Array } {
  const period = PERIOD_DAYS[feature] * DAY_MS;
  const sin = new Float64Array(ms.length);
  const cos = new Float64Array(ms.length);
  for (let row = 0; row < ms.length; row++) {
    // The whole turns go first: an angle of 1e4 rad would lose digits.
    const angle = (2 * Math.PI * ((ms[row] as number) % period)) / period;
    sin[row] = Math.sin(angle);
    cos[row] = Math.cos(angle);
  }
  return { sin, cos };
}
