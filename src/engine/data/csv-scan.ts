/**
 * One line of a CSV file without quotes, read from its bytes: where the cells lie, and the value of those that are plain
 * decimals, by the same exact rule as number.ts. No string is made: six million of them cost more than all the rest.
 * csv-bytes.ts drives it.
 */

/** What a cell was seen to be. `OTHER` says nothing: csv-column.ts decides by its text. */
export const CELL = { INTEGER: 0, POINT: 1, COMMA: 2, EMPTY: 3, TEXT: 4, OTHER: 5 } as const;

const NEWLINE = 10;
const RETURN = 13;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const SLASH = 47;
const FIRST_BEYOND_ASCII = 128;
/** Integers up to this many digits are exact in float64, so one division rounds correctly (number.ts). */
const EXACT_DIGITS = 15;
const POWERS_OF_TEN = Float64Array.from({ length: EXACT_DIGITS + 1 }, (_, i) => 10 ** i);

export class LineScan {
  readonly bytes: Uint8Array;
  /** Cells of the line; those beyond `width` are only counted. */
  cells = 0;
  /** Whether a cell that is not the first is a number, or the only one of a file of one column. */
  hasNumber = false;
  /** Where the line's text ends, without its line end. */
  end = 0;
  /** [width] of the latest line: CELL, first byte, byte behind the last, and value where it is a number. */
  kinds = new Uint8Array(0);
  from = new Uint32Array(0);
  to = new Uint32Array(0);
  values = new Float64Array(0);
  private readonly delimiter: number;
  private readonly commaAllowed: boolean;

  constructor(bytes: Uint8Array, delimiter: string) {
    this.bytes = bytes;
    this.delimiter = delimiter.charCodeAt(0);
    this.commaAllowed = delimiter !== ',';
  }

  /**
   * Reads the line that begins at `at`.
   * @param width columns of the table
   * @returns where the next line begins
   */
  read(at: number, width: number): number {
    if (this.kinds.length !== width) this.resize(width);
    const { bytes, delimiter, commaAllowed, kinds, from, to, values } = this;
    const size = bytes.length;
    let cell = 0;
    let numbers = 0;
    for (;;) {
      const start = at;
      let code = at < size ? (bytes[at] as number) : NEWLINE;
      const negative = code === 45;
      if (negative || code === 43) code = ++at < size ? (bytes[at] as number) : NEWLINE;
      let mantissa = 0;
      let digits = 0;
      let decimals = -1; // -1: no decimal mark yet
      let kind: number = CELL.INTEGER;
      for (;;) {
        if (code >= ZERO && code <= NINE) {
          mantissa = mantissa * 10 + (code - ZERO);
          digits++;
          if (decimals >= 0) decimals++;
        } else if (code === 46 && decimals < 0) {
          decimals = 0;
          kind = CELL.POINT;
        } else if (code === 44 && commaAllowed && decimals < 0) {
          decimals = 0;
          kind = CELL.COMMA;
        } else break;
        code = ++at < size ? (bytes[at] as number) : NEWLINE;
      }
      const isWhole = code === delimiter || code === NEWLINE || code === RETURN;
      if (!isWhole || digits === 0 || digits > EXACT_DIGITS || (kind === CELL.COMMA && decimals === 0)) {
        kind = CELL.OTHER;
        let isAscii = true;
        let hasMark = false;
        while (code !== delimiter && code !== NEWLINE && code !== RETURN) {
          if (code === COLON || code === SLASH) hasMark = true;
          if (code >= FIRST_BEYOND_ASCII) isAscii = false;
          code = ++at < size ? (bytes[at] as number) : NEWLINE;
        }
        if (at === start) kind = CELL.EMPTY;
        else if (hasMark && isAscii && isDigit(bytes[start]) && (bytes[at - 1] as number) > 32)
          kind = CELL.TEXT;
      }
      if (cell < width) {
        kinds[cell] = kind;
        from[cell] = start;
        to[cell] = at;
        if (kind <= CELL.COMMA) {
          const value = decimals > 0 ? mantissa / (POWERS_OF_TEN[decimals] as number) : mantissa;
          values[cell] = negative ? -value : value;
          if (cell > 0 || width === 1) numbers++;
        }
      }
      cell++;
      if (code !== delimiter) break;
      at++;
    }
    this.cells = cell;
    this.hasNumber = numbers > 0;
    this.end = at;
    return bytes[at] === RETURN && bytes[at + 1] === NEWLINE ? at + 2 : at + 1;
  }

  private resize(width: number): void {
    this.kinds = new Uint8Array(width);
    this.from = new Uint32Array(width);
    this.to = new Uint32Array(width);
    this.values = new Float64Array(width);
  }
}

function isDigit(code: number | undefined): boolean {
  return code !== undefined && code >= ZERO && code <= NINE;
}
