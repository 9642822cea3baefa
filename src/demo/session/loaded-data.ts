/** From a table and the visitor's choice to what training needs: series, windows, plain forecasts, and the page's report. */

import {
  baselines,
  buildSeries,
  type CsvTable,
  describeMissing,
  type MissingColumn,
  makeWindows,
  ridgeInPieces,
  type Series,
  scores,
  type WindowSplit,
} from '../../engine/index.ts';
import { formatCount } from '../format.ts';
import type { PresetId, ReadyPresetId } from '../presets.ts';
import type { ColumnChoice, DataReport, RidgeReport } from '../protocol.ts';
import type { Recipe } from '../recipe.ts';
import { str, type Told, told } from '../words.ts';

/** Where a table comes from, for loading it again. */
export type SourceOrigin =
  | { readonly type: 'preset'; readonly preset: ReadyPresetId }
  | { readonly type: 'city'; readonly name: string; readonly answer: Uint8Array }
  | { readonly type: 'file'; readonly file: File };

/** A table with a name, and what is known of it beyond its cells. */
export interface TableSource {
  readonly name: string;
  readonly table: CsvTable;
  /** Null for a visitor's own file. */
  readonly preset: PresetId | null;
  readonly origin: SourceOrigin;
  /** Of the columns, as far as they are known. */
  readonly units: Readonly<Record<string, string>>;
}

export interface LoadedData {
  readonly source: TableSource;
  readonly choice: ColumnChoice;
  readonly series: Series;
  readonly split: WindowSplit;
  readonly report: DataReport;
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

/** Multiplications that ridge may take while everything else waits, about 50 ms; a longer series trains before it is done. */
const MOST_PRODUCTS_AT_ONCE = 3e7;

/**
 * Ridge's forecast of the test part where the report came without: worked out between other tasks of this thread.
 * @param isWanted asked between two pieces
 * @returns null once it is no longer wanted
 */
export async function ridgeLater(
  { series, split }: LoadedData,
  isWanted: () => boolean,
): Promise<RidgeReport | null> {
  const work = ridgeInPieces(series, split, 'test');
  while (isWanted()) {
    const { done, value } = work.next();
    if (done) return { predictions: value.predictions, scores: value.scores[0] ?? NOTHING };
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return null;
}

const NOTHING = { mae: Number.NaN, rmse: Number.NaN };

function describe(source: TableSource, choice: ColumnChoice, series: Series, split: WindowSplit): DataReport {
  const plain = baselines(series, split).test;
  const { dates, stepMs, rows } = series;
  const { starts, window, features } = split.train;
  const mean = split.scaling.targets.mean[0] ?? Number.NaN;
  const ridge = starts.length * window * features ** 2 <= MOST_PRODUCTS_AT_ONCE ? plain.ridge : null;
  return {
    name: source.name,
    preset: source.preset,
    rows,
    from: dates?.[0] ?? null,
    to: dates?.[rows - 1] ?? null,
    stepMs,
    target: choice.target,
    unit: source.units[choice.target] ?? '',
    inputs: series.columns,
    windows: {
      train: split.train.starts.length,
      validation: split.validation.starts.length,
      test: split.test.starts.length,
    },
    notes: notesOf(source, series, split),
    horizon: split.test.horizon,
    test: {
      dates:
        dates === null ? null : Float64Array.from(split.test.targetRows, (row) => dates[row] ?? Number.NaN),
      observed: plain.observed,
      persistence: plain.persistence.predictions,
      climatology: plain.climatology?.predictions ?? null,
      mean,
      ridge: ridge?.predictions ?? null,
    },
    scores: {
      persistence: plain.persistence.scores[0] ?? NOTHING,
      climatology: plain.climatology?.scores[0] ?? null,
      mean: scores(new Float64Array(plain.observed.length).fill(mean), plain.observed),
      ridge: ridge === null ? null : (ridge.scores[0] ?? NOTHING),
    },
  };
}

/** Where there is no file whose lines could be named. */
function missingWords({ column, missing, longestGap }: MissingColumn, rows: number): Told {
  return told(
    str`${column}: ${formatCount(missing)} of ${formatCount(rows)} values missing, at most ${formatCount(longestGap)} in a row.`,
  );
}

function notesOf({ preset }: TableSource, series: Series, split: WindowSplit): Told[] {
  const { dropped, missing, notes } = series.report;
  return [
    ...dropped.map(({ column, reason, message }) =>
      preset !== null && reason === 'text'
        ? told(str`Column \u201c${column}\u201d is left out: it holds text.`)
        : message,
    ),
    ...missing.map((column) => (preset === null ? describeMissing : missingWords)(column, series.rows)),
    ...notes,
    ...split.notes,
  ];
}
