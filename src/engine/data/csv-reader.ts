/** Rows of a CSV file, in order, to the table in it: among several the largest, without what stands around it. */
import { badInput, sentence } from '../core/errors.ts';
import { isEmptyRow, isHeaderLike } from './csv-layout.ts';
import type { LineScan } from './csv-scan.ts';
import { type CsvTable, TableBuilder } from './csv-table.ts';
import { formatCount, plural } from './words.ts';

/** Takes all rows of the file in order and keeps the largest table. */
export class TableReader {
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

  /** Columns of the table that grows now; 0 before the first. */
  get width(): number {
    return this.current?.width ?? 0;
  }

  /** Makes room for this many rows in the table that grows now. */
  reserve(rows: number): void {
    this.current?.reserve(rows);
  }

  /** Takes a line as TableBuilder.addScanned does: no header, and not empty. */
  addScanned(scan: LineScan, textOf: (from: number, to: number) => string): void {
    const line = this.line++;
    this.fillSingleColumn(line);
    this.current?.addScanned(scan, line, textOf);
    this.emptyLines = 0;
  }

  finish(): CsvTable {
    this.keepLarger();
    if (this.largest === null)
      throw badInput(sentence`The file holds no table. Expected a line of column names and rows below it.`);
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
