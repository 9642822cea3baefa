/**
 * Cells to numbers. Strict: a cell is a number, a missing mark, or text; nothing is guessed from a prefix as parseFloat
 * would ("12abc" is text). The plain decimals of weather files take a path that is exact and several times faster than Number().
 */

/**
 * Larger values are no measurement, and their squares and sums would leave float32 or float64. They count as text, so
 * the column is named with value and line.
 */
export const LARGEST_NUMBER = 1e30;

/** Words that mark a missing value, in lower case; -9999 is one too, see MISSING_NUMBER. */
const MISSING_WORDS: ReadonlySet<string> = new Set(['', 'na', 'n/a', 'nan', 'null']);

/** The number that weather archives write for "no reading", also as -9999.0. */
export const MISSING_NUMBER = -9999;

const GENERAL_NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const DECIMAL_COMMA = /^\s*[+-]?\d*,\d+\s*$/;
/** Digits whose integer is exact in float64, so that one division rounds correctly (Clinger 1990). */
const EXACT_DIGITS = 15;
const POWERS_OF_TEN = Float64Array.from({ length: EXACT_DIGITS + 1 }, (_, i) => 10 ** i);

/** Whether a cell says that there is no value. */
export function isMissing(cell: string): boolean {
  if (cell === '') return true;
  if (cell.length > 12) return false;
  return MISSING_WORDS.has(cell.trim().toLowerCase());
}

/** The value of a cell with a decimal point, NaN when the cell is no number. */
export function parseNumber(cell: string): number {
  const end = cell.length;
  let i = 0;
  while (i < end && cell.charCodeAt(i) === 32) i++;
  const sign = cell.charCodeAt(i);
  const negative = sign === 45 || sign === 0x2212; // '-' and the typographic minus
  if (negative || sign === 43) i++;

  let mantissa = 0;
  let digits = 0;
  let decimals = -1; // -1: no decimal point yet
  for (; i < end; i++) {
    const code = cell.charCodeAt(i);
    if (code >= 48 && code <= 57) {
      mantissa = mantissa * 10 + (code - 48);
      digits++;
      if (decimals >= 0) decimals++;
    } else if (code === 46 && decimals < 0) {
      decimals = 0;
    } else if (code === 32) {
      return cell.slice(i).trim() === '' && digits > 0 ? parseNumber(cell.trim()) : Number.NaN;
    } else {
      return parseGeneral(cell);
    }
  }
  if (digits === 0) return Number.NaN;
  if (digits > EXACT_DIGITS) return parseGeneral(cell);
  const value = decimals > 0 ? mantissa / (POWERS_OF_TEN[decimals] as number) : mantissa;
  return negative ? -value : value;
}

/** The value of a cell such as "12,5", NaN when it is none. Only for files whose cells are not separated by commas. */
export function parseDecimalComma(cell: string): number {
  return DECIMAL_COMMA.test(cell) ? parseNumber(cell.replace(',', '.')) : Number.NaN;
}

/** Whether a cell that counts as text is a number over LARGEST_NUMBER. */
export function isTooLarge(cell: string): boolean {
  return Math.abs(generalValue(cell)) > LARGEST_NUMBER;
}

function parseGeneral(cell: string): number {
  const value = generalValue(cell);
  return Math.abs(value) <= LARGEST_NUMBER ? value : Number.NaN;
}

function generalValue(cell: string): number {
  const trimmed = cell.trim().replace('\u2212', '-');
  return GENERAL_NUMBER.test(trimmed) ? Number(trimmed) : Number.NaN;
}
