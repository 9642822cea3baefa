/** The test part as the forecast chart has it, as CSV: one line per window, numbers in full. */
import type { DataReport, ForecastReport, Interval } from './protocol.ts';

const DAY_MS = 86_400_000;

/**
 * Columns: date (or window, where there are no dates), observed, forecast, low and high of the interval and the mean it
 * lies around, persistence, climatology; those that are not there are left out. Dates are ISO 8601 in UTC.
 */
export function forecastCsv(
  { test }: DataReport,
  current: ForecastReport | null,
  interval: Interval | null,
): string {
  const columns: [name: string, values: ArrayLike<number>][] = [
    ['observed', test.observed],
    ...(current === null ? [] : ([['forecast', current.predicted]] as [string, Float64Array][])),
    ...(interval === null
      ? []
      : (['low', 'high', 'mean'] as const).map((name): [string, Float64Array] => [name, interval[name]])),
    ['persistence', test.persistence],
    ...(test.climatology === null ? [] : ([['climatology', test.climatology]] as [string, Float64Array][])),
  ];
  const { dates } = test;
  const isDaily = dates?.every((ms) => ms % DAY_MS === 0) ?? false;
  const place = (index: number): string =>
    dates === null ? String(index + 1) : isoDate(dates[index] as number, isDaily);
  const lines = Array.from(test.observed, (_, index) =>
    [place(index), ...columns.map(([, values]) => String(values[index]))].join(','),
  );
  const header = [dates === null ? 'window' : 'date', ...columns.map(([name]) => name)].join(',');
  return `${[header, ...lines].join('\n')}\n`;
}

function isoDate(ms: number, isDaily: boolean): string {
  const text = new Date(ms).toISOString();
  return isDaily ? text.slice(0, 10) : text;
}
