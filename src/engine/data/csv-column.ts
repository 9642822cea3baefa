/**
 * One column of a CSV file while it grows and when it is done: numbers as float64, NaN where a value is missing or text.
 * Texts are kept apart and only once there is one, so that a column of numbers costs 8 bytes per row.
 */
import { badInput } from '../core/errors.ts';
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
  /** The trimmed text of a row, '' where the row holds a number or nothing. */
  text(row: number): string;
}

const FIRST_CAPACITY = 1024;

export class ColumnBuilder {
  readonly name: string;
  missing = 0;
  textCount = 0;
  private readonly commaAllowed: boolean;
  private numbers = new Float64Array(FIRST_CAPACITY);
  private length = 0;
  private texts: string[] = [];
  private firstTextRow = -1;
  private pointSeen = false;
  private commaSeen = false;

  /** @param commaAllowed whether "12,5" is a number: only where cells are not separated by commas */
  constructor(name: string, commaAllowed: boolean) {
    this.name = name;
    this.commaAllowed = commaAllowed;
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
    if (this.length === this.numbers.length) this.grow();
    this.numbers[this.length++] = value;
  }

  /** @throws nothing; the builder must not be used afterwards */
  finish(): CsvColumn {
    const { name, missing, textCount, firstTextRow, texts } = this;
    const numbers = this.numbers.slice(0, this.length);
    return { name, numbers, missing, textCount, firstTextRow, text: (row) => texts[row] ?? '' };
  }

  private addText(cell: string): void {
    if (this.firstTextRow < 0) this.firstTextRow = this.length;
    while (this.texts.length < this.length) this.texts.push(''); // never a sparse array: those are slow
    this.texts.push(cell.trim());
    this.textCount++;
  }

  private grow(): void {
    const larger = new Float64Array(this.numbers.length * 2);
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
        `Column ${quote(this.name)} mixes decimal points and decimal commas: received ${quote(cell)} in line ${formatCount(line)}. Use one of them in the whole column.`,
      );
    }
    return result;
  }
}
