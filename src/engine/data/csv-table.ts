/** The rows of one table of a CSV file, collected line by line; what is left out or repaired is counted for the notes. */
import { badInput, sentence } from '../core/errors.ts';
import { ColumnBuilder, type CsvColumn } from './csv-column.ts';
import { columnNames } from './csv-layout.ts';
import { CELL, type LineScan } from './csv-scan.ts';
import { looksLikeDate } from './dates.ts';
import { isMissing, parseNumber } from './number.ts';
import { counted, formatCount, listed, plural, quote } from './words.ts';

/** A parsed CSV file: columns of numbers and texts. */
export interface CsvTable {
  readonly columns: readonly string[];
  readonly rows: number;
  /** What was left out or repaired while reading, one sentence each. */
  readonly notes: readonly string[];
  /** The cells of a column as text; numbers in their shortest form, missing cells as ''. */
  values(column: string): string[];
  /** The column as numbers. @throws GatewiseError for an unknown name, with the names there are */
  column(name: string): CsvColumn;
  /** The line of the file, from 1, that a row stands in. */
  lineOf(row: number): number;
}

const MOST_ROWS = 2_000_000;
const MOST_COLUMNS = 1_000;
/** 512 MB of float64. */
const MOST_CELLS = 64 * 1024 * 1024;
/** Above this part of over-long rows the file is read wrongly, and values would land in the wrong column. */
const MOST_LONG_ROWS = 0.1;

interface Counted {
  count: number;
  first: number;
}

export class TableBuilder {
  rows = 0;
  readonly headerLine: number;
  private readonly header: readonly string[];
  private readonly unnamed: readonly boolean[];
  private readonly notes: string[];
  private readonly columns: ColumnBuilder[];
  private lines = new Uint32Array(1024);
  private readonly short: Counted = { count: 0, first: 0 };
  private readonly long: Counted = { count: 0, first: 0 };
  private readonly stray: Counted = { count: 0, first: 0 };
  private readonly repeated: Counted = { count: 0, first: 0 };
  private firstCellWasValue = false;

  /** @throws GatewiseError for too many columns */
  constructor(header: readonly string[], headerLine: number, delimiter: string) {
    if (header.length > MOST_COLUMNS) {
      throw badInput(
        sentence`The header in line ${formatCount(headerLine)} names ${formatCount(header.length)} columns, at most ${formatCount(MOST_COLUMNS)} are read. Keep only the columns you need.`,
      );
    }
    const { names, unnamed, notes } = columnNames(header);
    this.header = header;
    this.headerLine = headerLine;
    this.unnamed = unnamed;
    this.notes = notes;
    this.columns = names.map((name) => new ColumnBuilder(name, delimiter !== ','));
  }

  get width(): number {
    return this.columns.length;
  }

  /** Makes room for this many rows in all, as far as a table may have them. */
  reserve(rows: number): void {
    const most = Math.min(rows, MOST_ROWS, Math.floor(MOST_CELLS / this.width));
    for (const column of this.columns) column.reserve(most);
  }

  /**
   * Adds a line with a cell for each column and a number among them (not the first, but in a table of one column): it
   * cannot be a footer or a copy of the header, which holds no numbers.
   * @param textOf the text between two bytes
   * @throws GatewiseError for more rows or cells than the limits
   */
  addScanned(scan: LineScan, line: number, textOf: (from: number, to: number) => string): void {
    const { kinds, from, to, values, bytes } = scan;
    if (!this.firstCellWasValue) {
      this.firstCellWasValue = isValueOrMissing(textOf(from[0] as number, to[0] as number));
    }
    this.refuseMore();
    for (let i = 0; i < this.columns.length; i++) {
      const column = this.columns[i] as ColumnBuilder;
      const kind = kinds[i] as number;
      const start = from[i] as number;
      const end = to[i] as number;
      if (kind <= CELL.COMMA && column.addNumber(values[i] as number, kind)) continue;
      if (kind === CELL.EMPTY) column.addMissing();
      else if (kind === CELL.TEXT) column.addTextBytes(bytes, start, end);
      else column.add(textOf(start, end), line);
    }
    this.keepLine(line);
  }

  /** @throws GatewiseError for more rows or cells than the limits */
  add(cells: readonly string[], line: number): void {
    const left = this.isRepeatedHeader(cells) ? this.repeated : this.isStray(cells) ? this.stray : null;
    if (left !== null) {
      note(left, line);
      return;
    }
    const width = this.columns.length;
    if (cells.length < width) note(this.short, line);
    else if (cells.length > width && cells.slice(width).some((cell) => cell.trim() !== ''))
      note(this.long, line);
    this.refuseMore();
    for (let i = 0; i < width; i++) (this.columns[i] as ColumnBuilder).add(cells[i] ?? '', line);
    this.keepLine(line);
  }

  /**
   * The finished table.
   * @param notes what happened outside this table, put first
   * @throws GatewiseError when there is no row, or rows do not fit the header
   */
  finish(notes: readonly string[]): CsvTable {
    if (this.rows === 0) {
      throw badInput(
        sentence`The file has column names (${listed(this.header)}) in line ${formatCount(this.headerLine)} but no row of values below. Expected one line per time.`,
      );
    }
    if (this.long.count > this.rows * MOST_LONG_ROWS) {
      throw badInput(
        sentence`${formatCount(this.long.count)} of ${counted(this.rows, 'line')} have more cells than the ${counted(this.width, 'column')} of the header (first: line ${formatCount(this.long.first)}). Expected one cell per column; if numbers are written with a decimal comma, separate the cells by semicolons.`,
      );
    }
    const built = this.columns.map((column) => column.finish());
    const kept = built.filter((column, i) => !(this.unnamed[i] && column.missing === this.rows));
    return makeTable(kept, this.rows, this.lines.slice(0, this.rows), [
      ...notes,
      ...this.notes,
      ...this.countNotes(),
    ]);
  }

  private refuseMore(): void {
    const { rows, width } = this;
    if (rows < MOST_ROWS && rows * width < MOST_CELLS) return;
    throw badInput(
      sentence`The file has more than ${formatCount(rows)} rows of ${counted(width, 'column')}; at most ${formatCount(MOST_ROWS)} rows and ${formatCount(MOST_CELLS)} cells are read. Keep fewer rows or columns.`,
    );
  }

  private keepLine(line: number): void {
    if (this.rows === this.lines.length) {
      const larger = new Uint32Array(this.rows * 2);
      larger.set(this.lines);
      this.lines = larger;
    }
    this.lines[this.rows++] = line;
  }

  private isRepeatedHeader(cells: readonly string[]): boolean {
    return cells[0] === this.header[0] && this.header.every((name, i) => cells[i] === name);
  }

  /** A footer such as "Source: ..." in a table whose rows begin with a date or a number. */
  private isStray(cells: readonly string[]): boolean {
    if (isValueOrMissing(cells[0] as string)) {
      this.firstCellWasValue = true;
      return false;
    }
    return (
      this.firstCellWasValue &&
      this.columns.length > 1 &&
      cells.every((cell, i) => i === 0 || cell.trim() === '')
    );
  }

  private countNotes(): string[] {
    const notes: string[] = [];
    const say = (counted: Counted, what: string): void => {
      if (counted.count === 0) return;
      notes.push(`${plural(counted.count, 'line')} ${what} (first: line ${formatCount(counted.first)}).`);
    };
    say(this.short, 'with fewer cells than the header: the cells not there count as missing');
    say(this.long, 'with more cells than the header: the cells beyond it are left out');
    say(this.stray, 'left out as text without any value');
    say(
      this.repeated,
      this.repeated.count === 1 ? 'left out as a copy of the header' : 'left out as copies of the header',
    );
    return notes;
  }
}

function isValueOrMissing(cell: string): boolean {
  return !Number.isNaN(parseNumber(cell)) || isMissing(cell) || looksLikeDate(cell);
}

function note(counted: Counted, line: number): void {
  if (counted.count === 0) counted.first = line;
  counted.count++;
}

function makeTable(
  columns: readonly CsvColumn[],
  rows: number,
  lines: Uint32Array,
  notes: readonly string[],
): CsvTable {
  const names = columns.map((column) => column.name);
  const byName = new Map(columns.map((column) => [column.name, column]));
  const column = (name: string): CsvColumn => {
    const found = byName.get(name);
    if (found === undefined) throw unknownColumn(name, names);
    return found;
  };
  const values = (name: string): string[] => {
    const { numbers, text } = column(name);
    return Array.from(numbers, (value, row) => (Number.isNaN(value) ? text(row) : String(value)));
  };
  return { columns: names, rows, notes, values, column, lineOf: (row) => lines[row] ?? 0 };
}

function unknownColumn(name: string, names: readonly string[]): Error {
  const near = names.find((other) => other.toLowerCase() === name.trim().toLowerCase());
  const hint =
    near === undefined ? sentence`Use one of these names.` : sentence`Did you mean ${quote(near)}?`;
  return badInput(sentence`There is no column ${quote(name)}. The columns are: ${listed(names)}. ${hint}`);
}
