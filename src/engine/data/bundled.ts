/**
 * The series that come with the project. tools/bundle-data.mjs takes them out of the npm package vega-datasets; the
 * page and the command read the files, this says how they are used.
 */

export interface BundledSeries {
  readonly title: string;
  /** File name below dist/data. */
  readonly file: string;
  readonly source: string;
  readonly target: readonly string[];
  readonly date: readonly string[];
  readonly window: number;
  readonly samplingRate: number;
  readonly horizon: number;
  readonly split: readonly [number, number, number];
  /** Unit of each target. */
  readonly units: Readonly<Record<string, string>>;
}

const NOAA = 'NOAA National Centers for Environmental Information, through vega-datasets';
const DAILY_MAXIMUM = {
  source: NOAA,
  target: ['temp_max'],
  date: ['date'],
  window: 14,
  samplingRate: 1,
  horizon: 1,
  split: [60, 20, 20],
  units: { temp_max: '°C', temp_min: '°C', precipitation: 'mm', wind: 'm/s' },
} as const;

/** The default: next day's maximum temperature in Seattle from the last 14 days; 1,461 days, 2012 to 2015. */
export const SEATTLE: BundledSeries = {
  ...DAILY_MAXIMUM,
  title: 'Seattle, daily weather 2012-2015',
  file: 'seattle.csv',
};

/** The same for New York. */
export const NEW_YORK: BundledSeries = {
  ...DAILY_MAXIMUM,
  title: 'New York, daily weather 2012-2015',
  file: 'new-york.csv',
};
