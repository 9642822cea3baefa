/**
 * A table to a series: targets and features chosen and checked, gaps filled, wind as vectors, season as sine and
 * cosine. Unscaled; scaling belongs to the split (windows.ts), because only training rows may be looked at.
 */
import { badInput, sentence } from '../core/errors.ts';
import { chooseColumns, type DroppedColumn } from './choose-columns.ts';
import type { CsvTable } from './csv-table.ts';
import { readDates } from './date-columns.ts';
import { orderByTime, type TimeOrder } from './date-order.ts';
import { DAY_MS } from './dates.ts';
import { fillGaps, GAP_RULE } from './gaps.ts';
import { circleOf, DAYS_PER_YEAR, type TimeFeature, timeColumns, timeFeaturesFor } from './time-features.ts';
import { type WindPair, windColumns, windVector } from './wind.ts';
import { formatCount, plural, quote } from './words.ts';

export interface SeriesOptions {
  /** Columns to forecast, or all usable columns of numbers. */
  readonly target: readonly string[] | 'all';
  /** Input columns; by default all usable columns of numbers, the targets among them. */
  readonly features?: readonly string[];
  /** The column of dates, or several that make one (year, month, day, hour). Without it there is no season. */
  readonly date?: readonly string[];
  /** Whether season and hour are added where there are dates (default true). */
  readonly timeFeatures?: boolean;
}

/** Values that were missing in one column. */
export interface MissingColumn {
  readonly column: string;
  readonly missing: number;
  /** Rows in the longest gap, and the line of the file it starts in. */
  readonly longestGap: number;
  readonly longestGapLine: number;
}

/** What was done to the file, for the reader: each `message` and note is a whole sentence. */
export interface SeriesReport {
  readonly missing: readonly MissingColumn[];
  readonly dropped: readonly DroppedColumn[];
  readonly notes: readonly string[];
  readonly gapRule: string;
}

/** Columns of the file that the series came from: what a recipe keeps. */
export interface SeriesSource {
  readonly features: readonly string[];
  readonly date: readonly string[];
  readonly wind: readonly WindPair[];
  readonly timeFeatures: readonly TimeFeature[];
}

export interface Series {
  /** Inputs in order: columns of the file (wind as x and y), then season and hour. */
  readonly columns: readonly string[];
  readonly targets: readonly string[];
  readonly rows: number;
  /** [F] columns of [rows], unscaled, gaps filled. Some are the table's own: not to be written to. */
  readonly inputs: readonly Float64Array[];
  /** The inputs as [rows, F] row-major, made anew whenever it is read. */
  readonly features: Float64Array;
  /** [rows, K] row-major, in the units of the file, gaps filled. */
  readonly targetValues: Float64Array;
  /** [rows, K], 1 where the file had no value. */
  readonly targetMissing: Uint8Array;
  /** [rows], ms since 1970 UTC; null without a date column. */
  readonly dates: Float64Array | null;
  /** Median time between rows, ms. */
  readonly stepMs: number | null;
  readonly source: SeriesSource;
  readonly report: SeriesReport;
}

/**
 * @throws GatewiseError (bad-input), one sentence naming column, value and line: unknown column, text, constant or
 *   nothing in a target, no usable column of numbers, dates that can't be read or repeat
 */
export function buildSeries(table: CsvTable, options: SeriesOptions): Series {
  const date = [...new Set(options.date ?? [])];
  const chosen = chooseColumns(table, { ...options, date });
  const time = date.length > 0 ? readTime(table, date) : null;
  const { read, missing } = columnReader(table, time?.order ?? null);

  const inputs = new Map<string, Float64Array>();
  for (const name of chosen.plain) inputs.set(name, read(name));
  const ordered = withWind(chosen.features, chosen.wind, inputs, read);
  const timeFeatures = time !== null && options.timeFeatures !== false ? timeFeaturesFor(time.stepMs) : [];
  for (const feature of timeFeatures) addTime(ordered, feature, time as TimeOrder);
  refuseSameNames(ordered, table, chosen.features);

  const rows = table.rows;
  const columns = ordered.map(([, values]) => values);
  const targetColumns = chosen.targets.map(read);
  return {
    columns: ordered.map(([name]) => name),
    targets: chosen.targets,
    rows,
    inputs: columns,
    get features() {
      return interleave(columns, rows);
    },
    targetValues: interleave(targetColumns, rows),
    targetMissing: missingMarks(table, chosen.targets, time?.order ?? null),
    dates: time?.ms ?? null,
    stepMs: time?.stepMs ?? null,
    source: { features: chosen.features, date, wind: chosen.wind, timeFeatures },
    report: {
      missing: missing(),
      dropped: chosen.dropped,
      notes: [...table.notes, ...chosen.notes, ...(time?.notes ?? []), ...seasonNotes(time, timeFeatures)],
      gapRule: GAP_RULE,
    },
  };
}

function readTime(table: CsvTable, date: readonly string[]): TimeOrder {
  const { ms, notes } = readDates(table, date);
  const order = orderByTime(table, date, ms);
  return { ...order, notes: [...notes, ...order.notes] };
}

/** Reads columns in the order of time with gaps filled, each once. */
function columnReader(
  table: CsvTable,
  order: Uint32Array | null,
): { read: (name: string) => Float64Array; missing: () => MissingColumn[] } {
  const done = new Map<string, Float64Array>();
  const found: MissingColumn[] = [];
  const read = (name: string): Float64Array => {
    const ready = done.get(name);
    if (ready !== undefined) return ready;
    const { numbers, missing, textCount } = table.column(name);
    // Nothing to fill, nothing to move: a copy would only cost memory.
    const isComplete = order === null && missing + textCount === 0;
    const values = isComplete ? numbers : reorder(numbers, order);
    const gaps = isComplete ? null : fillGaps(values);
    if (gaps !== null && gaps.missing > 0) {
      const row = order === null ? gaps.longestStart : (order[gaps.longestStart] as number);
      found.push({
        column: name,
        missing: gaps.missing,
        longestGap: gaps.longest,
        longestGapLine: table.lineOf(row),
      });
    }
    done.set(name, values);
    return values;
  };
  return { read, missing: () => found };
}

function reorder(values: Float64Array, order: Uint32Array | null): Float64Array {
  return order === null ? values.slice() : Float64Array.from(order, (row) => values[row] as number);
}

type NamedColumn = readonly [name: string, values: Float64Array];

/** The features in file order, x and y in the place of each speed that becomes a vector. */
function withWind(
  features: readonly string[],
  wind: readonly WindPair[],
  inputs: ReadonlyMap<string, Float64Array>,
  read: (name: string) => Float64Array,
): NamedColumn[] {
  return features.flatMap((name): NamedColumn[] => {
    const columns: NamedColumn[] = [];
    const plain = inputs.get(name);
    if (plain !== undefined) columns.push([name, plain]);
    for (const pair of wind.filter(({ speed }) => speed === name)) {
      const [xName, yName] = windColumns(pair);
      const { x, y } = windVector(read(pair.speed), read(pair.direction));
      columns.push([xName, x], [yName, y]);
    }
    return columns;
  });
}

function addTime(columns: NamedColumn[], feature: TimeFeature, time: TimeOrder): void {
  const [sinName, cosName] = timeColumns(feature);
  const { sin, cos } = circleOf(feature, time.ms);
  columns.push([sinName, sin], [cosName, cos]);
}

/** A file may hold a column "wind x" beside "wind": two inputs of one name could not be told apart in a recipe. */
function refuseSameNames(
  columns: readonly NamedColumn[],
  table: CsvTable,
  features: readonly string[],
): void {
  const seen = new Set<string>();
  for (const [name] of columns) {
    if (seen.has(name)) {
      const isOfFile = table.columns.includes(name) && features.includes(name);
      throw badInput(
        isOfFile
          ? sentence`Column ${quote(name)} of the file has the name of a computed input. Rename the column in the file.`
          : sentence`Column ${quote(name)} has the name of a computed input. Rename the column in the file.`,
      );
    }
    seen.add(name);
  }
}

/** Columns to one row-major array [rows, columns]. */
function interleave(columns: readonly Float64Array[], rows: number): Float64Array {
  const width = columns.length;
  const result = new Float64Array(rows * width);
  for (const [i, values] of columns.entries()) {
    for (let row = 0; row < rows; row++) result[row * width + i] = values[row] as number;
  }
  return result;
}

function missingMarks(table: CsvTable, targets: readonly string[], order: Uint32Array | null): Uint8Array {
  const marks = new Uint8Array(table.rows * targets.length);
  for (const [i, name] of targets.entries()) {
    const { numbers } = table.column(name);
    for (let row = 0; row < table.rows; row++) {
      const value = numbers[order === null ? row : (order[row] as number)] as number;
      if (Number.isNaN(value)) marks[row * targets.length + i] = 1;
    }
  }
  return marks;
}

function seasonNotes(time: TimeOrder | null, features: readonly TimeFeature[]): string[] {
  if (time === null || !features.includes('day-of-year')) return [];
  const days = ((time.ms.at(-1) as number) - (time.ms[0] as number)) / DAY_MS;
  if (days >= DAYS_PER_YEAR - 2) return [];
  return [
    `The dates span ${plural(Math.round(days), 'day')}, less than a year: the season of the later rows was never seen in training. Leave time features out if the forecast suffers.`,
  ];
}

/** A missing-values line for a log: `Column "pm2.5": 2,067 of 43,824 values missing (longest gap 155 rows, line 12).` */
export function describeMissing(missing: MissingColumn, rows: number): string {
  const { column, longestGap, longestGapLine } = missing;
  return `Column ${quote(column)}: ${formatCount(missing.missing)} of ${plural(rows, 'value')} missing (longest gap: ${plural(longestGap, 'row')} from line ${formatCount(longestGapLine)}).`;
}
