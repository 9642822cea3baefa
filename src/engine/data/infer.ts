/** What each column of a table holds, told from its values: the choice of targets and features stands on this. */
import { type Sentence, sentence } from '../core/errors.ts';
import type { CsvColumn } from './csv-column.ts';
import type { CsvTable } from './csv-table.ts';
import { readDate } from './dates.ts';
import { isTooLarge, LARGEST_NUMBER } from './number.ts';
import { counted, formatCount, quote } from './words.ts';

export type ColumnKind = 'number' | 'date' | 'text' | 'empty' | 'constant';

export interface ColumnInfo {
  readonly name: string;
  /** 'constant': numbers, all the same. 'text': at least one value is neither number nor date. */
  readonly kind: ColumnKind;
  /** Rows without a value. */
  readonly missing: number;
  /** Values that are text, dates included. */
  readonly textCount: number;
  /** The first value that is no number, with its line in the file. */
  readonly firstBad: { readonly value: string; readonly line: number } | null;
  /** Smallest and largest number; NaN without numbers. */
  readonly min: number;
  readonly max: number;
  /** Whether it only counts the rows, from 0 or 1 up: no weather, and its later values were never seen in training. */
  readonly isRowNumber: boolean;
}

/** Rows looked at to tell dates from other text; the whole column is read when it is used as a date. */
const DATE_SAMPLE = 1000;

/**
 * The kind of every column, in file order.
 * @param options.date columns to be used as dates, whatever they hold
 * @throws GatewiseError when a date column does not exist
 */
export function inferColumns(
  table: CsvTable,
  options: { readonly date?: readonly string[] } = {},
): ColumnInfo[] {
  for (const name of options.date ?? []) table.column(name);
  const dates = new Set(options.date ?? []);
  return table.columns.map((name) => inferColumn(table, table.column(name), dates.has(name)));
}

/** The columns that look like the date of a row: one with dates, or year, month, day (, hour, minute). Empty: none. */
export function suggestDate(table: CsvTable): string[] {
  const infos = inferColumns(table);
  const one = infos.find((info) => info.kind === 'date');
  if (one !== undefined) return [one.name];
  const named = (part: string): string | undefined =>
    infos.find((info) => info.textCount === 0 && info.missing === 0 && info.name.toLowerCase() === part)
      ?.name;
  const parts = ['year', 'month', 'day', 'hour', 'minute'].map(named);
  const missingFrom = parts.indexOf(undefined);
  const found = parts.slice(0, missingFrom < 0 ? parts.length : missingFrom);
  return found.length >= 3 ? found.filter((name) => name !== undefined) : [];
}

/** Why a column cannot be used as numbers, as the second half of a sentence; null where it can. */
export function whyUnusable(info: ColumnInfo, rows: number): Sentence | null {
  const { kind, firstBad, textCount } = info;
  if (kind === 'empty')
    return rows === 1
      ? sentence`it has no value in its row`
      : sentence`it has no value in any of its ${counted(rows, 'row')}`;
  if (kind === 'constant') return sentence`it is constant (${info.min} in every row that has a value)`;
  if (kind === 'date' && firstBad === null) return sentence`it is part of the date`;
  if (kind === 'number' || firstBad === null) return null;
  const where = sentence`${quote(firstBad.value)} in line ${firstBad.line}`;
  if (kind === 'date') return sentence`it holds dates (${where})`;
  if (isTooLarge(firstBad.value))
    return sentence`it holds ${where}, too large: at most ${LARGEST_NUMBER} is read`;
  if (textCount === 1) {
    return rows === 1
      ? sentence`it holds text (${where})`
      : sentence`it holds 1 value that is no number (${where})`;
  }
  return textCount === rows
    ? sentence`it holds text (first: ${where})`
    : sentence`it holds ${formatCount(textCount)} values that are no number (first: ${where})`;
}

function inferColumn(table: CsvTable, column: CsvColumn, isDate: boolean): ColumnInfo {
  const { name, missing, textCount, firstTextRow, min, max } = column;
  const firstBad =
    firstTextRow < 0 ? null : { value: column.text(firstTextRow), line: table.lineOf(firstTextRow) };
  const kind = isDate ? 'date' : kindOf(column, table.rows, min, max);
  const isRowNumber = kind === 'number' && countsRows(column.numbers);
  return { name, kind, missing, textCount, firstBad, min, max, isRowNumber };
}

function kindOf(column: CsvColumn, rows: number, min: number, max: number): ColumnKind {
  if (column.missing === rows) return 'empty';
  if (column.textCount === 0) return min === max ? 'constant' : 'number';
  if (column.textCount + column.missing < rows) return 'text';
  const end = Math.min(rows, column.firstTextRow + DATE_SAMPLE);
  for (let row = column.firstTextRow; row < end; row++) {
    const text = column.text(row);
    if (text !== '' && readDate(text) === null) return 'text';
  }
  return 'date';
}

function countsRows(numbers: Float64Array): boolean {
  const first = numbers[0] as number;
  return (
    numbers.length >= 3 &&
    (first === 0 || first === 1) &&
    numbers.every((value, row) => value === first + row)
  );
}
