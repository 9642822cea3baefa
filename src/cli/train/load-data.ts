/** From --data and the column options to windows: everything that can be refused without a GPU. */
import { basename, join } from 'node:path';
import {
  buildSeries,
  type CsvTable,
  describeMissing,
  GatewiseError,
  inferColumns,
  makeWindows,
  parseCsvBytes,
  SEATTLE,
  type Series,
  suggestDate,
  type WindowSplit,
} from '../../engine/index.ts';
import { readFile } from '../read-file.ts';
import { quote } from '../text.ts';
import type { TrainOptions } from './options.ts';

/** A list of the command line, or names as they are. */
type Names = string | readonly string[];

/** What says which data and windows. */
export interface DataOptions
  extends Pick<TrainOptions, 'data' | 'window' | 'samplingRate' | 'horizon' | 'split' | 'noTimeFeatures'> {
  readonly target: Names | null;
  readonly features: Names | null;
  readonly date: Names | null;
  /** The scaling of a model trained before; by default it is fitted. May refuse the series. */
  readonly scalingOf?: (series: Series) => WindowSplit['scaling'] | undefined;
}

export interface LoadedData {
  /** For people: the file's name, or the bundled series' title. */
  readonly title: string;
  readonly series: Series;
  readonly split: WindowSplit;
  /** Units of the targets where they are known. */
  readonly units: Readonly<Record<string, string>>;
  /** What was left out or filled, one sentence each. */
  readonly notes: readonly string[];
}

/** Columns a sentence names. */
const MOST_NAMES = 20;

/** @throws GatewiseError 'bad-input', one sentence that names file, column or value */
export function loadData(options: DataOptions, dataFolder: string): LoadedData {
  const bundled = options.data === null ? SEATTLE : null;
  const path = options.data ?? join(dataFolder, SEATTLE.file);
  const bytes = readFile(path);
  try {
    const table = parseCsvBytes(bytes);
    const named = (option: 'features' | 'date' | 'target'): readonly string[] | null => {
      const list = options[option];
      return typeof list === 'string' ? columnNames(table, list, option) : list;
    };
    const features = named('features');
    const date = named('date') ?? bundled?.date ?? [];
    const target =
      typeof options.target === 'string' && options.target.trim() === 'all'
        ? 'all'
        : (named('target') ?? bundled?.target ?? onlyTarget(table, date));
    const series = buildSeries(table, {
      target,
      date,
      timeFeatures: !options.noTimeFeatures,
      ...(features === null ? {} : { features }),
    });
    const scaling = options.scalingOf?.(series);
    const windows = makeWindows(series, scaling === undefined ? options : { ...options, scaling });
    return {
      title: bundled?.title ?? basename(path),
      series,
      split: windows,
      units: bundled?.units ?? {},
      notes: notesOf(table, date, series, windows),
    };
  } catch (error) {
    if (!(error instanceof GatewiseError) || bundled !== null) throw error;
    throw new GatewiseError(error.code, `${quote(path)}: ${error.message}`, { cause: error });
  }
}

/**
 * Names with commas between; a list that is itself the name of a column is that column.
 * @throws GatewiseError for a name given twice
 */
function columnNames(table: CsvTable, list: string, option: string): string[] {
  if (table.columns.includes(list)) return [list];
  const names = list.split(',').map((name) => name.trim());
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice === undefined) return names;
  throw new GatewiseError(
    'bad-input',
    `--${option} is ${quote(list)}, which names column ${quote(twice)} twice, expected once.`,
  );
}

function onlyTarget(table: CsvTable, date: readonly string[]): string[] {
  const all = inferColumns(table, { date }).filter(({ kind }) => kind === 'number');
  const weather = all.filter(({ isRowNumber }) => !isRowNumber);
  const numbers = weather.length > 0 ? weather : all;
  if (numbers.length <= 1) return numbers.map(({ name }) => name);
  const shown = numbers.slice(0, MOST_NAMES).map(({ name }) => quote(name));
  const more = numbers.length > MOST_NAMES ? ` (and ${numbers.length - MOST_NAMES} more)` : '';
  throw new GatewiseError(
    'bad-input',
    `The column to forecast is not named. Give --target with one of ${shown.join(', ')}${more}, several of them, or all.`,
  );
}

function notesOf(table: CsvTable, date: readonly string[], series: Series, split: WindowSplit): string[] {
  const { dropped, missing, notes, gapRule } = series.report;
  const dates = date.length === 0 ? suggestDate(table) : [];
  return [
    ...dropped.map(({ message }) => message),
    ...missing.map((column) => describeMissing(column, series.rows)),
    ...(missing.length > 0 ? [gapRule] : []),
    ...notes,
    ...split.notes,
    ...(dates.length > 0
      ? [`Dates are not used; --date ${dates.join(',')} adds the season to the inputs.`]
      : []),
  ];
}
