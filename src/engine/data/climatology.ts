/**
 * The seasonal forecast: the mean of the training rows around the same day of the year, per hour of the day in sub-daily
 * data. Knows the season and nothing of today.
 */
import { DAY_MS, HOUR_MS } from './dates.ts';
import type { Series } from './series.ts';
import type { WindowDataset } from './windows.ts';

/** Days on each side of the same day of the year that are averaged: a month in all, about what a season needs to be smooth. */
const HALF_WIDTH_DAYS = 15;
const DAYS = 366;

/** A climatology, fitted: gives [windows, K] for a part. */
export type Climatology = (part: WindowDataset) => Float64Array;

/**
 * @param trainingRows rows that may be looked at: the first ones
 * @returns null for a series without dates
 */
export function fitClimatology(series: Series, trainingRows: number): Climatology | null {
  const { dates } = series;
  if (dates === null) return null;
  const hours = series.stepMs !== null && series.stepMs < DAY_MS ? 24 : 1;
  const dayOf = (row: number): number => dayOfYear(dates[row] as number);
  const hourOf = (row: number): number => (hours === 1 ? 0 : hourOfDay(dates[row] as number));
  const targetCount = series.targets.length;
  const tables = series.targets.map((_, k) => {
    const sum = new Float64Array(hours * DAYS);
    const count = new Float64Array(hours * DAYS);
    for (let row = 0; row < trainingRows; row++) {
      const at = row * targetCount + k;
      if (series.targetMissing[at] === 1) continue;
      const bin = hourOf(row) * DAYS + dayOf(row);
      sum[bin] = (sum[bin] as number) + (series.targetValues[at] as number);
      count[bin] = (count[bin] as number) + 1;
    }
    return smooth(sum, count, hours);
  });
  return (part) => {
    const result = new Float64Array(part.targetRows.length * targetCount);
    for (const [i, row] of part.targetRows.entries()) {
      const bin = hourOf(row) * DAYS + dayOf(row);
      for (const [k, table] of tables.entries()) result[i * targetCount + k] = table[bin] as number;
    }
    return result;
  };
}

/** Day of the year of a date, 0..365. */
function dayOfYear(ms: number): number {
  const date = new Date(ms);
  return Math.floor((ms - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS);
}

function hourOfDay(ms: number): number {
  return Math.floor((((ms % DAY_MS) + DAY_MS) % DAY_MS) / HOUR_MS);
}

/** Mean over the days around each day, across the turn of the year; where none was seen, the mean of the hour, else of all. */
function smooth(sum: Float64Array, count: Float64Array, hours: number): Float64Array {
  const table = new Float64Array(hours * DAYS);
  const overall = total(sum) / total(count);
  for (let hour = 0; hour < hours; hour++) {
    const sums = sum.subarray(hour * DAYS, (hour + 1) * DAYS);
    const counts = count.subarray(hour * DAYS, (hour + 1) * DAYS);
    const hourCount = total(counts);
    const hourMean = hourCount > 0 ? total(sums) / hourCount : overall;
    for (let day = 0; day < DAYS; day++) {
      let near = 0;
      let nearCount = 0;
      for (let offset = -HALF_WIDTH_DAYS; offset <= HALF_WIDTH_DAYS; offset++) {
        const other = (day + offset + DAYS) % DAYS;
        near += sums[other] as number;
        nearCount += counts[other] as number;
      }
      table[hour * DAYS + day] = nearCount > 0 ? near / nearCount : hourMean;
    }
  }
  return table;
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
