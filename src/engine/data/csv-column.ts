/**
 * One column of a CSV file while it grows and when it is done: numbers as float64, NaN where a value is missing or text.
 * Texts are kept apart and only once there is one, so that a column of numbers costs 8 bytes per row.
 */
import { badInput, sentence } from '../core/errors.ts';
import { CELL } from './csv-scan.ts';
import { TextStore } from './csv-texts.ts';
import { isMissing, MISSING_NUMBER, parseDecimalComma, parseNumber } from './number.ts';
import { formatCount, quote } from './words.ts';

/** A finished column. */
export interface CsvColumn {
  readonly name: string;
  /** [rows]; NaN where missing or text. */
  readonly numbers: Float64Array;
  /** How many cells hold no value. */
  readonly missing: number;
  /** How many cells are text, dates among them. */
  readonly textCount: number;
  /** The row of the first text, -1 when there is none. */
  readonly firstTextRow: number;
  /** Smallest and largest number; NaN without numbers. */
  readonly min: number;
  readonly max: number;
  /** The trimmed text of a row, '' where the row holds a number or nothing. */
  text(row: number): string;
}

const FIRST_CAPACITY = 1024;
/** Filled to more than this, an array is kept as it is: a copy would cost more than the rest. */
const MOST_FILLED = 0.8;

export class ColumnBuilder {
  readonly name: string;
  missing = 0;
  textCount = 0;
  private readonly commaAllowed: boolean;
  private numbers = new Float64Array(FIRST_CAPACITY);
  private length = 0;
  private readonly texts = new TextStore();
  private firstTextRow = -1;
  private pointSeen = false;
  private commaSeen = false;

  /** @param commaAllowed whether "12,5" is a number: only where cells are not separated by commas */
  constructor(name: string, commaAllowed: boolean) {
    this.name = name;
    this.commaAllowed = commaAllowed;
  }

  /** Makes room for this many rows in all, so that the array need not grow by copying. */
  reserve(rows: number): void {
    if (rows > this.numbers.length) this.resize(rows);
  }

  /**
   * Appends one cell.
   * @param line where the cell stands in the file, for messages
   * @throws GatewiseError when decimal points and decimal commas are mixed
   */
  add(cell: string, line: number): void {
    let value = parseNumber(cell);
    if (this.commaAllowed) value = this.readDecimalComma(cell, value, line);
    if (Number.isNaN(value)) {
      if (isMissing(cell)) this.missing++;
      else this.addText(cell);
    } else if (value === MISSING_NUMBER) {
      value = Number.NaN;
      this.missing++;
    }
    this.push(value);
  }

  /**
   * Appends a cell that was scanned as a number; what add() does with its text.
   * @param kind CELL.INTEGER, POINT or COMMA
   * @returns false, with nothing appended, where the decimal mark differs from an earlier one: add() has the sentence
   */
  addNumber(value: number, kind: number): boolean {
    if (this.commaAllowed && kind !== CELL.INTEGER) {
      if (kind === CELL.COMMA ? this.pointSeen : this.commaSeen) return false;
      if (kind === CELL.COMMA) this.commaSeen = true;
      else this.pointSeen = true;
    }
    if (value === MISSING_NUMBER) this.addMissing();
    else this.push(value);
    return true;
  }

  /** Appends a cell without a value. */
  addMissing(): void {
    this.missing++;
    this.push(Number.NaN);
  }

  /** Appends a cell that is text, ASCII without space around it. */
  addTextBytes(bytes: Uint8Array, from: number, to: number): void {
    if (this.firstTextRow < 0) this.firstTextRow = this.length;
    this.texts.addBytes(this.length, bytes, from, to);
    this.textCount++;
    this.push(Number.NaN);
  }

  /** @throws nothing; the builder must not be used afterwards */
  finish(): CsvColumn {
    const { name, missing, textCount, firstTextRow, texts, length } = this;
    const isFull = length > this.numbers.length * MOST_FILLED;
    const numbers = isFull ? this.numbers.subarray(0, length) : this.numbers.slice(0, length);
    const text = (row: number): string => texts.get(row);
    return { name, numbers, missing, textCount, firstTextRow, ...rangeOf(numbers), text };
  }

  private push(value: number): void {
    if (this.length === this.numbers.length) this.resize(this.numbers.length * 2);
    this.numbers[this.length++] = value;
  }

  private addText(cell: string): void {
    if (this.firstTextRow < 0) this.firstTextRow = this.length;
    this.texts.add(this.length, cell.trim());
    this.textCount++;
  }

  private resize(rows: number): void {
    const larger = new Float64Array(rows);
    larger.set(this.numbers);
    this.numbers = larger;
  }

  private readDecimalComma(cell: string, value: number, line: number): number {
    const isPoint = !Number.isNaN(value);
    const result = isPoint ? value : parseDecimalComma(cell);
    if (isPoint && cell.includes('.')) this.pointSeen = true;
    if (!isPoint && !Number.isNaN(result)) this.commaSeen = true;
    if (this.pointSeen && this.commaSeen) {
      throw badInput(
        sentence`Column ${quote(this.name)} mixes decimal points and decimal commas: received ${quote(cell)} in line ${formatCount(line)}. Use one of them in the whole column.`,
      );
    }
    return result;
  }
}

function rangeOf(numbers: Float64Array): { min: number; max: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < numbers.length; row++) {
    const value = numbers[row] as number;
    if (value < min) min = value; // NaN compares false
    if (value > max) max = value;
  }
  return min > max ? { min: Number.NaN, max: Number.NaN } : { min, max };
}
