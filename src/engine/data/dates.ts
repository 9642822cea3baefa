/**
 * One cell to a date: ISO (2012-01-31, 2012/1/31), US (1/31/2012), day-first (31.01.2012, 31-01-2012), each with an
 * optional time and zone. Which of day and month comes first is not decided here, see date-columns.ts.
 */
import { sentence } from '../core/errors.ts';

/** The parts of a date as they stand in the cell. */
export interface DateParts {
  /** True for year-month-day; else `first` and `second` are day and month in an order of the column. */
  readonly isYearFirst: boolean;
  readonly separator: string;
  readonly year: number;
  /** Month where isYearFirst. */
  readonly first: number;
  /** Day where isYearFirst. */
  readonly second: number;
  /** Time of day in ms, the zone subtracted. */
  readonly timeMs: number;
}

const DATE =
  /^(\d{1,4})([-/.])(\d{1,2})\2(\d{1,4})(?:(?:T| +)(\d{1,2}):(\d{2})(?::(\d{2})([.,]\d{1,9})?)?\s*([AaPp][Mm])?\s*(Z|[+-]\d{2}:?\d{2})?)?$/;
const YEAR_MONTH = /^(\d{4})([-/])(\d{1,2})$/;

/** What a cell of dates may look like, for error messages. */
export const DATE_FORMATS = sentence`dates such as 2012-01-31, 2012-01-31T13:00, 1/31/2012 13:00, 31.01.2012 13:00:00 or 20120131`;

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const COLON = 58;

/** Whether a text has the form of a date; month and day are not checked. */
export function looksLikeDate(cell: string): boolean {
  const code = cell.charCodeAt(0);
  if (!((code >= 48 && code <= 57) || code === 32)) return false; // most texts end here
  return readDate(cell) !== null;
}

/** The parts of a date, null where the text is none. */
export function readDate(cell: string): DateParts | null {
  return readPlainDate(cell) ?? readAnyDate(cell);
}

/**
 * The dates of most long files, dd.mm.yyyy or yyyy-mm-dd (any separator) with HH:MM or HH:MM:SS, by place: the pattern
 * below takes four times as long. Null says nothing.
 */
function readPlainDate(text: string): DateParts | null {
  const { length } = text;
  if (length !== 16 && length !== 19) return null;
  const separator = text[4] === '-' || text[4] === '/' || text[4] === '.' ? text[4] : (text[2] ?? '');
  const isYearFirst = separator === text[4];
  const between = text.charCodeAt(10);
  const isPlain =
    (separator === '-' || separator === '/' || separator === '.') &&
    (isYearFirst ? text[7] === separator : text[5] === separator) &&
    (between === 32 || between === 84) &&
    text.charCodeAt(13) === COLON &&
    (length === 16 || text.charCodeAt(16) === COLON);
  if (!isPlain) return null;
  const year = isYearFirst
    ? 100 * twoDigits(text, 0) + twoDigits(text, 2)
    : 100 * twoDigits(text, 6) + twoDigits(text, 8);
  const first = twoDigits(text, isYearFirst ? 5 : 0);
  const second = twoDigits(text, isYearFirst ? 8 : 3);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const seconds = length === 19 ? twoDigits(text, 17) : 0;
  // NaN compares false; what the clock does not know is left to the pattern too.
  if (!(year + first + second >= 0 && hour < 24 && minute < 60 && seconds < 60)) return null;
  return {
    isYearFirst,
    separator,
    year,
    first,
    second,
    timeMs: hour * HOUR_MS + minute * MINUTE_MS + seconds * 1000,
  };
}

/** The number of two digits, NaN where they are none. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : Number.NaN;
}

function readAnyDate(cell: string): DateParts | null {
  const text = cell.trim();
  const match = DATE.exec(text);
  if (match === null) return readYearMonth(text);
  const [, a = '', separator = '', b = '', c = '', hour, minute, second, fraction, half, zone] = match;
  const timeMs = hour === undefined ? 0 : readTime(hour, minute ?? '0', second ?? '0', fraction, half, zone);
  if (Number.isNaN(timeMs)) return null;
  if (a.length >= 3) {
    if (a.length !== 4 || c.length > 2) return null;
    return { isYearFirst: true, separator, year: Number(a), first: Number(b), second: Number(c), timeMs };
  }
  if (c.length === 3 || c.length === 1) return null;
  return { isYearFirst: false, separator, year: fullYear(c), first: Number(a), second: Number(b), timeMs };
}

/**
 * Milliseconds since 1970 UTC, NaN where there is no such day.
 * @param month 1..12
 */
export function dateMs(year: number, month: number, day: number, timeMs: number): number {
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= 31)) return Number.NaN;
  const ms = Date.UTC(year, month - 1, day);
  return new Date(ms).getUTCDate() === day ? ms + timeMs : Number.NaN;
}

/** Time of day in ms from "13:00", "13:00:30", "1:00 PM" or "13"; NaN where it is none. 24:00 is the next midnight. */
export function readTimeOfDay(cell: string): number {
  const match = /^(\d{1,2})(?::(\d{2})(?::(\d{2})([.,]\d{1,9})?)?)?\s*([AaPp][Mm])?$/.exec(cell.trim());
  if (match === null) return Number.NaN;
  const [, hour = '', minute = '0', second = '0', fraction, half] = match;
  return readTime(hour, minute, second, fraction, half, undefined);
}

function readYearMonth(text: string): DateParts | null {
  const match = YEAR_MONTH.exec(text);
  if (match === null) return null;
  const [, year = '', separator = '', month = ''] = match;
  return { isYearFirst: true, separator, year: Number(year), first: Number(month), second: 1, timeMs: 0 };
}

function readTime(
  hourText: string,
  minuteText: string,
  secondText: string,
  fraction: string | undefined,
  half: string | undefined,
  zone: string | undefined,
): number {
  let hour = Number(hourText);
  const minute = Number(minuteText);
  const second = Number(secondText);
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return Number.NaN;
    hour = (hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
  }
  if (hour > 24 || minute > 59 || second > 60 || (hour === 24 && (minute > 0 || second > 0)))
    return Number.NaN;
  const part = fraction === undefined ? 0 : Math.round(Number(fraction.replace(',', '.')) * 1000);
  return hour * HOUR_MS + minute * MINUTE_MS + second * 1000 + part - zoneMs(zone);
}

function zoneMs(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0;
  const digits = zone.slice(1).replace(':', '');
  const ms = Number(digits.slice(0, 2)) * HOUR_MS + Number(digits.slice(2)) * MINUTE_MS;
  return zone.startsWith('-') ? -ms : ms;
}

/** Two digits as POSIX reads them: 69..99 are 1969..1999, 00..68 are 2000..2068. */
function fullYear(text: string): number {
  const year = Number(text);
  if (text.length > 2) return year;
  return year >= 69 ? 1900 + year : 2000 + year;
}
