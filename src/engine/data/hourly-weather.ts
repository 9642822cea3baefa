/** The hourly weather asked of Open-Meteo: its variables there, and the columns, units and target they become here. */

/** A variable of the hourly data: its name there, the unit asked for, and the column it becomes. */
export interface HourlyVariable {
  readonly key: string;
  readonly unit: string;
  readonly column: string;
}

export const HOURLY: readonly HourlyVariable[] = [
  { key: 'temperature_2m', unit: '°C', column: 'temperature' },
  { key: 'relative_humidity_2m', unit: '%', column: 'humidity' },
  { key: 'surface_pressure', unit: 'hPa', column: 'pressure' },
  { key: 'wind_speed_10m', unit: 'km/h', column: 'wind' },
  { key: 'precipitation', unit: 'mm', column: 'precipitation' },
];

/** What to ask for with `hourly=`. */
export const HOURLY_VARIABLES: readonly string[] = HOURLY.map(({ key }) => key);
/** How the hourly data are used: the table's column of time, the target and each column's unit. */
export const HOURLY_DATE = 'time';
export const HOURLY_TARGET = 'temperature';
export const HOURLY_UNITS: Readonly<Record<string, string>> = Object.fromEntries(
  HOURLY.map(({ column, unit }) => [column, unit]),
);
