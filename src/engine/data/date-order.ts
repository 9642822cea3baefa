/**
 * Rows in the order of time. Real archives repeat a few rows and step back at a few (the Jena series does); Keras reads
 * such a file as it stands and so do we. A file that is out of order as a whole is sorted: a split in time would mean nothing else.
 */
import { badInput, sentence } from '../core/errors.ts';
import type { CsvTable } from './csv-table.ts';
import { counted, formatCount, listed, plural, quote } from './words.ts';

/** Part of the rows that may be out of place, or repeat a time, and the file is still read as it stands. */
const MOST_OUT_OF_PLACE = 0.01;
/** Rows that may do so in a short file. */
const FEW_ROWS = 2;

export interface TimeOrder {
  /** Row of the table for each row of the series; null: as in the file. */
  readonly order: Uint32Array | null;
  /** [rows], in the new order. */
  readonly ms: Float64Array;
  /** Median of the steps forward, ms; null when there is none. */
  readonly stepMs: number | null;
  readonly notes: readonly string[];
}

/**
 * @param ms [rows] in file order
 * @throws GatewiseError when more than a few rows share their time with another, or all do
 */
export function orderByTime(table: CsvTable, dateNames: readonly string[], ms: Float64Array): TimeOrder {
  const rows = ms.length;
  const few = Math.max(FEW_ROWS, Math.floor(rows * MOST_OUT_OF_PLACE));
  const byTime = sortedRows(ms);
  const repeats = countRepeats(ms, byTime);
  if (repeats.count > few || (rows > 1 && repeats.count === rows - 1))
    throw repeatedDates(table, dateNames, repeats);

  const notes: string[] = [];
  if (repeats.count > 0) {
    notes.push(
      `${plural(repeats.count, 'row')} with a time already seen, used as in the file (${lineText(table, repeats.firstRow)}).`,
    );
  }
  const back = rowsOutOfPlace(ms);
  const isSorted = back.count > few;
  if (isSorted) {
    notes.push(
      `${plural(back.count, 'row')} out of order (${lineText(table, back.firstRow)}): all rows were sorted by time.`,
    );
  } else if (back.count > 0) {
    notes.push(
      `${plural(back.count, 'row')} out of order, used as in the file (${lineText(table, back.firstRow)}).`,
    );
  }
  const order = isSorted ? byTime : null;
  const ordered = order === null ? ms : Float64Array.from(order, (row) => ms[row] as number);
  const { stepMs, uneven, firstUneven } = timeStep(ordered);
  if (uneven > 0 && stepMs !== null) {
    const line = table.lineOf(order === null ? firstUneven : (order[firstUneven] as number));
    notes.push(
      `${plural(uneven, 'step')} between rows ${uneven === 1 ? 'is' : 'are'} not ${formatStep(stepMs)} long (first: line ${formatCount(line)}); windows count rows, not time.`,
    );
  }
  return { order, ms: ordered, stepMs, notes };
}

/** A step in words: `1 day`, `10 minutes`. */
function formatStep(ms: number): string {
  if (ms % 86_400_000 === 0) return plural(ms / 86_400_000, 'day');
  if (ms % 3_600_000 === 0) return plural(ms / 3_600_000, 'hour');
  if (ms % 60_000 === 0) return plural(ms / 60_000, 'minute');
  return plural(ms / 1000, 'second');
}

/** A stable sort: equal times keep the order of the file. */
function sortedRows(ms: Float64Array): Uint32Array {
  const order = new Uint32Array(ms.length);
  for (let row = 0; row < order.length; row++) order[row] = row;
  if (rowsOutOfPlace(ms).count === 0) return order;
  return order.sort((a, b) => (ms[a] as number) - (ms[b] as number) || a - b);
}

interface Repeats {
  readonly count: number;
  readonly firstRow: number;
}

function countRepeats(ms: Float64Array, byTime: Uint32Array): Repeats {
  let count = 0;
  let firstRow = ms.length;
  for (let i = 1; i < byTime.length; i++) {
    const row = byTime[i] as number;
    if (ms[row] !== ms[byTime[i - 1] as number]) continue;
    count++;
    firstRow = Math.min(firstRow, row);
  }
  return { count, firstRow };
}

/** Rows earlier than one before them in the file. */
function rowsOutOfPlace(ms: Float64Array): Repeats {
  let latest = Number.NEGATIVE_INFINITY;
  let count = 0;
  let firstRow = -1;
  for (let row = 0; row < ms.length; row++) {
    const value = ms[row] as number;
    if (value < latest) {
      if (count++ === 0) firstRow = row;
    } else {
      latest = value;
    }
  }
  return { count, firstRow };
}

function timeStep(ms: Float64Array): { stepMs: number | null; uneven: number; firstUneven: number } {
  const forward = new Float64Array(Math.max(0, ms.length - 1));
  let count = 0;
  for (let row = 1; row < ms.length; row++) {
    const step = (ms[row] as number) - (ms[row - 1] as number);
    if (step > 0) forward[count++] = step;
  }
  const stepMs = forward.subarray(0, count).sort()[count >> 1];
  if (stepMs === undefined) return { stepMs: null, uneven: 0, firstUneven: 0 };
  let uneven = 0;
  let firstUneven = 0;
  for (let row = 1; row < ms.length; row++) {
    if ((ms[row] as number) - (ms[row - 1] as number) === stepMs) continue;
    if (uneven++ === 0) firstUneven = row;
  }
  return { stepMs, uneven, firstUneven };
}

function lineText(table: CsvTable, row: number): string {
  return `first: line ${formatCount(table.lineOf(row))}`;
}

function repeatedDates(table: CsvTable, dateNames: readonly string[], repeats: Repeats): Error {
  const apart = table.columns
    .filter((name) => !dateNames.includes(name))
    .map((name) => ({ name, values: distinctTexts(table, name) }))
    .find(({ values }) => values.length > 1 && values.length <= table.rows / 10);
  const hint =
    apart === undefined
      ? sentence`If the hour stands in a column of its own, name it as a date column too; else keep one row per time.`
      : sentence`Keep the rows of one place (column ${quote(apart.name)} holds ${listed(apart.values.slice(0, 4))}).`;
  return badInput(
    sentence`${formatCount(repeats.count)} of ${counted(table.rows, 'row')} repeat a date seen before in ${listed(dateNames)} (first: line ${formatCount(table.lineOf(repeats.firstRow))}), expected one row per time. ${hint}`,
  );
}

function distinctTexts(table: CsvTable, name: string): string[] {
  const column = table.column(name);
  if (column.textCount < table.rows) return [];
  const seen = new Set<string>();
  for (let row = 0; row < table.rows && seen.size <= 1000; row++) seen.add(column.text(row));
  return [...seen];
}
