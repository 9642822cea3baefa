/**
 * CSV text to columns. papaparse cuts lines into cells; this file feeds it in pieces, so that a file of 420,551 x 15
 * never stands in memory as six million strings, and finds the table in what exports put around it.
 */
import Papa, { type ParseConfig, type ParseResult } from 'papaparse';
import { badInput } from '../core/errors.ts';
import { findLayout, isEmptyRow, isHeaderLike } from './csv-layout.ts';
import { type CsvTable, TableBuilder } from './csv-table.ts';
import { cleanText } from './text.ts';
import { formatCount, plural } from './words.ts';

/** Characters given to papaparse at a time. A quoted cell longer than this counts as a quote that is never closed. */
const PIECE = 4 * 1024 * 1024;

/**
 * Reads a CSV file: a header, then one line per time. Cells are separated by comma, semicolon, tab or bar; a decimal
 * comma is understood where the comma does not separate. Lines above the header, and other tables after an empty line,
 * are left out with a note: the table with the most rows is the one read.
 *
 * @param text the file; see decodeText for bytes
 * @throws GatewiseError (bad-input) for empty or binary text, a missing header, no rows, an unclosed quote, or sizes
 *   over 256 M characters, 2,000,000 rows, 1,000 columns, 1,000,000 characters in a line
 */
export function parseCsv(text: string): CsvTable {
  const clean = cleanText(text);
  const { delimiter, headerRow } = findLayout(clean);
  const reader = new TableReader(delimiter, headerRow);
  const config: PieceConfig = {
    delimiter,
    newline: '\n',
    chunkSize: PIECE,
    chunk: ({ data, errors }) => {
      const broken = errors.find((error) => error.type === 'Quotes');
      if (broken !== undefined || data.length === 0)
        throw badQuotes(reader.line + (broken?.row ?? 0), broken?.code === 'InvalidQuotes');
      for (const cells of data) reader.add(cells);
    },
  };
  Papa.parse<string[]>(clean, config);
  return reader.finish();
}

/** papaparse cuts strings into pieces too, at once and in order; its types offer that only for files. */
interface PieceConfig extends ParseConfig<string[]> {
  readonly download?: false;
  readonly worker?: false;
  readonly chunkSize: number;
  readonly chunk: (results: ParseResult<string[]>) => void;
}

/** Takes all rows of the file in order and keeps the largest table. */
class TableReader {
  /** The line that the next row stands in, from 1. */
  line = 1;
  private row = 0;
  private emptyLines = 0;
  private tables = 0;
  private current: TableBuilder | null = null;
  private largest: TableBuilder | null = null;
  private readonly delimiter: string;
  private readonly headerRow: number;

  constructor(delimiter: string, headerRow: number) {
    this.delimiter = delimiter;
    this.headerRow = headerRow;
  }

  add(cells: readonly string[]): void {
    const line = this.line;
    this.line += 1 + newlinesIn(cells);
    if (this.row++ < this.headerRow) return;
    if (isEmptyRow(cells)) {
      this.emptyLines++;
      return;
    }
    if (this.current === null || (this.emptyLines > 0 && this.beginsTable(cells))) {
      this.startTable(cells, line);
    } else {
      this.fillSingleColumn(line);
      this.current.add(cells, line);
    }
    this.emptyLines = 0;
  }

  finish(): CsvTable {
    this.keepLarger();
    if (this.largest === null)
      throw badInput('The file holds no table. Expected a line of column names and rows below it.');
    const notes: string[] = [];
    if (this.tables > 1) {
      notes.push(
        `The file holds ${formatCount(this.tables)} tables; the one with its header in line ${formatCount(this.largest.headerLine)} and ${plural(this.largest.rows, 'row')} is read, the others are left out.`,
      );
    } else if (this.headerRow > 0) {
      notes.push(
        `${plural(this.headerRow, 'line')} above the header in line ${formatCount(this.largest.headerLine)} left out.`,
      );
    }
    return this.largest.finish(notes);
  }

  private startTable(cells: readonly string[], line: number): void {
    this.keepLarger();
    this.current = new TableBuilder(cells, line, this.delimiter);
    this.tables++;
  }

  private keepLarger(): void {
    if (this.current !== null && this.current.rows >= (this.largest?.rows ?? 0)) this.largest = this.current;
  }

  /** After an empty line, a row of names starts another table; in a table of texts it is just a row. */
  private beginsTable(cells: readonly string[]): boolean {
    return (
      isHeaderLike(cells) &&
      (cells.filter((cell) => cell.trim() !== '').length > 1 || this.current?.width === 1)
    );
  }

  /** In a file of one column an empty line is the only way to write a missing value. */
  private fillSingleColumn(line: number): void {
    if (this.current?.width !== 1) return;
    for (let i = this.emptyLines; i > 0; i--) this.current.add([''], line - i);
  }
}

function newlinesIn(cells: readonly string[]): number {
  let count = 0;
  for (const cell of cells) {
    for (let at = cell.indexOf('\n'); at >= 0; at = cell.indexOf('\n', at + 1)) count++;
  }
  return count;
}

function badQuotes(line: number, isClosed: boolean): Error {
  const advice = 'write the quote twice ("") inside quoted text';
  return badInput(
    isClosed
      ? `Text follows a closing quote (") near line ${formatCount(line)}, expected a separator or the end of the line. Remove the quotes, or ${advice}.`
      : `A quote (") opened near line ${formatCount(line)} is never closed, so the rest of the file would be one cell. Close it, or ${advice}.`,
  );
}
