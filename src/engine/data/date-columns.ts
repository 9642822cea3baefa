/**
 * The date of each row, from one column or several (year, month, day, hour, minute; or date and time). Whether day or
 * month comes first in 3/4/2012 is decided over the whole column: by any number above 12, else by the order that runs forward.
 */
import { badInput, type Sentence, sentence } from '../core/errors.ts';
import type { CsvTable } from './csv-table.ts';
import { DATE_FORMATS, type DateParts, dateMs, HOUR_MS, readDate, readTimeOfDay } from './dates.ts';
import { formatCount, listed, quote } from './words.ts';

export interface DateColumn {
  /** [rows], ms since 1970, UTC (a date without a zone is taken as UTC). */
  readonly ms: Float64Array;
  readonly notes: readonly string[];
}

const PARTS = ['year', 'month', 'day', 'hour', 'minute'] as const;
type Part = (typeof PARTS)[number];
const PART_NAMES: Readonly<Record<string, Part>> = Object.assign(Object.create(null), {
  year: 'year',
  yr: 'year',
  yyyy: 'year',
  month: 'month',
  mo: 'month',
  mon: 'month',
  mm: 'month',
  day: 'day',
  dy: 'day',
  dd: 'day',
  hour: 'hour',
  hr: 'hour',
  hh: 'hour',
  minute: 'minute',
  min: 'minute',
  mi: 'minute',
});

/**
 * @param names one column, or several in any order where their names say what they are
 * @throws GatewiseError for an unknown column, a missing or impossible date (with its line), columns it can't combine
 */
export function readDates(table: CsvTable, names: readonly string[]): DateColumn {
  for (const name of names) table.column(name);
  const [first, second] = names;
  if (first === undefined)
    throw badInput(sentence`No date column was named. Name one, or leave the date out.`);
  if (second === undefined) return readOneColumn(table, first);
  const parts = partsOf(table, names);
  if (parts !== null) return { ms: readParts(table, parts), notes: [] };
  if (names.length === 2) return readDateAndTime(table, first, second);
  throw badInput(
    sentence`The date columns ${listed(names)} can't be combined. Expected year, month, day, hour, minute (at least the first three, in this order or with these names), or a column of dates and one of times.`,
  );
}

function readOneColumn(table: CsvTable, name: string): DateColumn {
  const column = table.column(name);
  if (column.textCount === 0) return { ms: readCompact(table, name), notes: [] };
  const read = new DateRows(table.rows);
  for (let row = 0; row < table.rows; row++) {
    const text = column.text(row);
    const parts = text === '' ? null : readDate(text);
    if (parts === null) throw badDate(table, name, row);
    read.set(row, parts);
  }
  const { isDayFirst, notes } = dayOrMonthFirst(table, name, read);
  const ms = read.toMs(isDayFirst);
  const impossible = ms.findIndex(Number.isNaN);
  if (impossible >= 0) throw badDate(table, name, impossible);
  return { ms, notes };
}

/** The parts of a column of dates, 15 bytes a row: as many objects would be several times the file. */
class DateRows {
  readonly rows: number;
  /** Separator of the first date that is not year first; null where all are. */
  openSeparator: string | null = null;
  private readonly isYearFirst: Uint8Array;
  private readonly year: Uint16Array;
  private readonly first: Uint16Array;
  private readonly second: Uint16Array;
  private readonly timeMs: Float64Array;

  constructor(rows: number) {
    this.rows = rows;
    this.isYearFirst = new Uint8Array(rows);
    this.year = new Uint16Array(rows);
    this.first = new Uint16Array(rows);
    this.second = new Uint16Array(rows);
    this.timeMs = new Float64Array(rows);
  }

  set(row: number, parts: DateParts): void {
    this.isYearFirst[row] = parts.isYearFirst ? 1 : 0;
    this.year[row] = parts.year;
    this.first[row] = parts.first;
    this.second[row] = parts.second;
    this.timeMs[row] = parts.timeMs;
    if (!parts.isYearFirst) this.openSeparator ??= parts.separator;
  }

  /** The first row, of those not year first, whose first or second number is no month; -1 without one. */
  firstRowAbove12(which: 'first' | 'second'): number {
    return this[which].findIndex((value, row) => value > 12 && this.isYearFirst[row] === 0);
  }

  /** Dates not year first that lie before the one above, or do not exist. */
  stepsBack(isDayFirst: boolean): number {
    let count = 0;
    let before = Number.NEGATIVE_INFINITY;
    this.toMs(isDayFirst).forEach((ms, row) => {
      if (this.isYearFirst[row] === 1) return;
      if (ms < before || Number.isNaN(ms)) count++;
      before = ms;
    });
    return count;
  }

  /** [rows], ms since 1970 UTC; NaN where there is no such day. */
  toMs(isDayFirst: boolean): Float64Array {
    const result = new Float64Array(this.rows);
    let [knownYear, knownMonth, knownDay, midnight] = [-1, -1, -1, Number.NaN];
    for (let row = 0; row < this.rows; row++) {
      const swap = isDayFirst && this.isYearFirst[row] === 0;
      const year = this.year[row] as number;
      const month = (swap ? this.second[row] : this.first[row]) as number;
      const day = (swap ? this.first[row] : this.second[row]) as number;
      // Most rows lie in the day of the row above.
      if (day !== knownDay || month !== knownMonth || year !== knownYear) {
        [knownYear, knownMonth, knownDay] = [year, month, day];
        midnight = dateMs(year, month, day, 0);
      }
      result[row] = midnight + (this.timeMs[row] as number);
    }
    return result;
  }
}

/** Decides once for a column; without evidence the separator does, and a note says so. */
function dayOrMonthFirst(
  table: CsvTable,
  name: string,
  read: DateRows,
): { isDayFirst: boolean; notes: string[] } {
  if (read.openSeparator === null) return { isDayFirst: false, notes: [] };
  const dayFirstRow = read.firstRowAbove12('first');
  const monthFirstRow = read.firstRowAbove12('second');
  if (dayFirstRow >= 0 && monthFirstRow >= 0) {
    const shown = (row: number): Sentence =>
      sentence`${quote(cellOf(table, name, row))} in line ${formatCount(table.lineOf(row))}`;
    throw badInput(
      sentence`Column ${quote(name)} mixes day-first and month-first dates: received ${shown(dayFirstRow)} and ${shown(monthFirstRow)}. Use one order in the whole column, best as 2012-01-31.`,
    );
  }
  if (dayFirstRow >= 0) return { isDayFirst: true, notes: [] };
  if (monthFirstRow >= 0) return { isDayFirst: false, notes: [] };
  const backDayFirst = read.stepsBack(true);
  const backMonthFirst = read.stepsBack(false);
  const isDayFirst =
    backDayFirst === backMonthFirst ? read.openSeparator !== '/' : backDayFirst < backMonthFirst;
  const order = isDayFirst ? 'day first' : 'month first';
  return {
    isDayFirst,
    notes: [`Dates in column ${quote(name)} could be read day first or month first; they are read ${order}.`],
  };
}

/** 2012, 20120131, 2012013113, 201201311330: cells that the table holds as numbers. */
function readCompact(table: CsvTable, name: string): Float64Array {
  return table.column(name).numbers.map((value, row) => {
    const text = String(value);
    const match = /^(\d{4})(?:(\d{2})(\d{2})(\d{2})?(\d{2})?)?$/.exec(text);
    if (match === null) throw badDate(table, name, row);
    const [, year, month = '1', day = '1', hour = '0', minute = '0'] = match;
    const ms = dateMs(
      Number(year),
      Number(month),
      Number(day),
      Number(hour) * HOUR_MS + Number(minute) * 60_000,
    );
    if (Number.isNaN(ms) || Number(hour) > 24 || Number(minute) > 59) throw badDate(table, name, row);
    return ms;
  });
}

/** Which column is which part: by their names, else by position where the first holds years. */
function partsOf(table: CsvTable, names: readonly string[]): Map<Part, string> | null {
  if (names.some((name) => table.column(name).textCount > 0)) return null;
  const byName = new Map<Part, string>();
  for (const name of names) {
    const part = PART_NAMES[name.trim().toLowerCase()];
    if (part !== undefined) byName.set(part, name);
  }
  if (byName.size === names.length && byName.has('year')) return byName;
  const year = table.column(names[0] as string).numbers[0] as number;
  if (names.length < 3 || names.length > PARTS.length || !(year >= 1000 && year <= 3000)) return null;
  return new Map(names.map((name, i) => [PARTS[i] as Part, name]));
}

function readParts(table: CsvTable, parts: ReadonlyMap<Part, string>): Float64Array {
  const reader = (part: Part, fallback: number): ((row: number) => number) => {
    const name = parts.get(part);
    if (name === undefined) return () => fallback;
    const { numbers } = table.column(name);
    return (row) => numbers[row] as number;
  };
  const [year, month, day, hour, minute] = PARTS.map((part) =>
    reader(part, part === 'month' || part === 'day' ? 1 : 0),
  );
  return Float64Array.from({ length: table.rows }, (_, row) => {
    const [y, mo, d, h, mi] = [year, month, day, hour, minute].map((read) => read?.(row) ?? Number.NaN);
    const isTime = (h as number) >= 0 && (h as number) <= 24 && (mi as number) >= 0 && (mi as number) < 60;
    const ms = dateMs(
      y as number,
      mo as number,
      d as number,
      (h as number) * HOUR_MS + (mi as number) * 60_000,
    );
    if (Number.isNaN(ms) || !isTime) {
      const received = [...parts]
        .map(([part, name]) => `${part} ${quote(cellOf(table, name, row))}`)
        .join(', ');
      throw badInput(
        sentence`Line ${formatCount(table.lineOf(row))} has no such date: received ${received}. Expected whole numbers that make a date.`,
      );
    }
    return ms;
  });
}

function readDateAndTime(table: CsvTable, dateName: string, timeName: string): DateColumn {
  const { ms, notes } = readOneColumn(table, dateName);
  const time = table.column(timeName);
  const combined = ms.map((value, row) => {
    const number = time.numbers[row] as number;
    const timeMs = Number.isNaN(number) ? readTimeOfDay(time.text(row)) : readTimeOfDay(String(number));
    if (Number.isNaN(timeMs)) {
      throw badInput(
        sentence`Column ${quote(timeName)}, line ${formatCount(table.lineOf(row))}: received ${quote(cellOf(table, timeName, row))}, expected a time such as 13:00 or an hour from 0 to 24. Correct the line, or name another date column.`,
      );
    }
    return value + timeMs;
  });
  return { ms: combined, notes };
}

function cellOf(table: CsvTable, name: string, row: number): string {
  const column = table.column(name);
  const value = column.numbers[row] as number;
  return Number.isNaN(value) ? column.text(row) : String(value);
}

function badDate(table: CsvTable, name: string, row: number): Error {
  const received = cellOf(table, name, row);
  const what = received === '' ? sentence`the date is missing` : sentence`received ${quote(received)}`;
  return badInput(
    sentence`Column ${quote(name)}, line ${formatCount(table.lineOf(row))}: ${what}, expected ${DATE_FORMATS}. Correct or remove the line, or name another date column.`,
  );
}
