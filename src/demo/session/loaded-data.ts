/** From a table and the visitor's choice to what training needs: series, windows, plain forecasts, and the page's report. */

import seattleAddress from '../../../dist/data/seattle.csv?url';
import {
  type BundledSeries,
  baselines,
  buildSeries,
  type CsvTable,
  describeMissing,
  makeWindows,
  parseCsv,
  SEATTLE,
  type Series,
  type WindowSplit,
} from '../../engine/index.ts';
import type { ColumnChoice, DataReport } from '../protocol.ts';
import type { Recipe } from '../recipe.ts';

/** A table with a name, and what is known of it beyond its cells. */
export interface TableSource {
  readonly name: string;
  readonly table: CsvTable;
  /** Null for a visitor's own file. */
  readonly bundled: BundledSeries | null;
}

export interface LoadedData {
  readonly source: TableSource;
  readonly choice: ColumnChoice;
  readonly series: Series;
  readonly split: WindowSplit;
  readonly report: DataReport;
}

/** The bundled series, fetched from this page's own origin. */
export async function loadBundled(): Promise<{ source: TableSource; choice: ColumnChoice }> {
  const response = await fetch(seattleAddress);
  if (!response.ok) {
    throw new Error(`The bundled weather data could not be loaded (${response.status}). Reload the page.`);
  }
  const table = parseCsv(await response.text());
  const source = { name: SEATTLE.title, table, bundled: SEATTLE };
  return { source, choice: { target: SEATTLE.target[0] ?? '', features: [], date: SEATTLE.date } };
}

/**
 * Builds series, windows and baselines.
 * @throws GatewiseError 'bad-input', one sentence that names the column, value or number at fault
 */
export function prepareData(source: TableSource, choice: ColumnChoice, recipe: Recipe): LoadedData {
  const { features, date, target } = choice;
  const series = buildSeries(source.table, {
    target: [target],
    date,
    ...(features.length > 0 ? { features } : {}),
  });
  const split = makeWindows(series, { window: recipe.window, horizon: recipe.horizon });
  return { source, choice, series, split, report: describe(source, choice, series, split) };
}

function describe(source: TableSource, choice: ColumnChoice, series: Series, split: WindowSplit): DataReport {
  const plain = baselines(series, split).test;
  const { dates, stepMs, rows } = series;
  const nothing = { mae: Number.NaN, rmse: Number.NaN };
  return {
    name: source.name,
    bundled: source.bundled !== null,
    rows,
    from: dates?.[0] ?? null,
    to: dates?.[rows - 1] ?? null,
    stepMs,
    target: choice.target,
    unit: source.bundled?.units[choice.target] ?? '',
    inputs: series.columns,
    windows: {
      train: split.train.starts.length,
      validation: split.validation.starts.length,
      test: split.test.starts.length,
    },
    notes: notesOf(series, split),
    horizon: split.test.horizon,
    test: {
      dates:
        dates === null ? null : Float64Array.from(split.test.targetRows, (row) => dates[row] ?? Number.NaN),
      observed: plain.observed,
      persistence: plain.persistence.predictions,
      climatology: plain.climatology?.predictions ?? null,
      ridge: plain.ridge.predictions,
    },
    scores: {
      persistence: plain.persistence.scores[0] ?? nothing,
      climatology: plain.climatology?.scores[0] ?? null,
      ridge: plain.ridge.scores[0] ?? nothing,
    },
  };
}

function notesOf(series: Series, split: WindowSplit): string[] {
  const { dropped, missing, notes } = series.report;
  return [
    ...dropped.map(({ message }) => message),
    ...missing.map((column) => describeMissing(column, series.rows)),
    ...notes,
    ...split.notes,
  ];
}
