/**
 * How a CSV file is laid out: which character separates the cells and which line holds the column names. Met archives
 * put lines about the station above the header, and exports join several tables with an empty line between.
 */
import Papa from 'papaparse';
import { badInput, sentence } from '../core/errors.ts';
import { looksLikeDate } from './dates.ts';
import { isMissing, parseDecimalComma, parseNumber } from './number.ts';
import { counted, quote } from './words.ts';

const DELIMITERS = [',', ';', '\t', '|'] as const;
/** Lines looked at: more than the longest preamble known here (NASA POWER, about 40 lines). */
export const SAMPLE_LINES = 200;
const LONGEST_NAME = 200;

export interface Layout {
  readonly delimiter: string;
  /** Index of the header among the parsed rows, empty ones counted. */
  readonly headerRow: number;
}

/**
 * Finds separator and header from the first lines.
 * @param text cleaned text, "\n" line ends
 * @throws GatewiseError when no line holds column names
 */
export function findLayout(text: string): Layout {
  const lines = firstLines(text, SAMPLE_LINES);
  const delimiter = guessDelimiter(lines);
  const rows = parseRows(lines.join('\n'), delimiter);
  return { delimiter, headerRow: findHeader(rows) };
}

/** Whether every cell is empty. */
export function isEmptyRow(cells: readonly string[]): boolean {
  if (cells.length === 1) return (cells[0] as string).trim() === '';
  return (cells[0] as string).trim() === '' && cells.every((cell) => cell.trim() === '');
}

/** Whether a row can be a line of column names: some text, no number, no date. */
export function isHeaderLike(cells: readonly string[]): boolean {
  let texts = 0;
  for (const cell of cells) {
    if (isMissing(cell)) continue;
    if (isValue(cell)) return false;
    texts++;
  }
  return texts > 0;
}

/** Names made usable: trimmed, filled where empty, unique. Says what it changed. */
export function columnNames(cells: readonly string[]): {
  names: string[];
  unnamed: boolean[];
  notes: string[];
} {
  const taken = new Set<string>();
  const notes: string[] = [];
  const unnamed = cells.map((cell) => cell.trim() === '');
  const names = cells.map((cell, index) => {
    const base = cell.trim().slice(0, LONGEST_NAME) || `column ${index + 1}`;
    let name = base;
    for (let copy = 2; taken.has(name); copy++) name = `${base} (${copy})`;
    if (name !== base) {
      notes.push(
        `Column ${index + 1} has the name ${quote(base)} of an earlier column; it is called ${quote(name)} here.`,
      );
    }
    taken.add(name);
    return name;
  });
  return { names, unnamed, notes };
}

function isValue(cell: string): boolean {
  return !Number.isNaN(parseNumber(cell)) || !Number.isNaN(parseDecimalComma(cell)) || looksLikeDate(cell);
}

function firstLines(text: string, most: number): string[] {
  const lines: string[] = [];
  for (let start = 0; start < text.length && lines.length < most; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    lines.push(text.slice(start, end));
    start = end + 1;
  }
  return lines;
}

function parseRows(text: string, delimiter: string): string[][] {
  return Papa.parse<string[]>(text, { delimiter, newline: '\n' }).data;
}

/** The separator that cuts most lines into the same number of cells, at least two; the comma where none does. */
function guessDelimiter(lines: readonly string[]): string {
  const filled = lines.filter((line) => line.trim() !== '');
  let best: string = ',';
  let bestScore = 0;
  for (const delimiter of DELIMITERS) {
    const widths = new Map<number, number>();
    for (const row of parseRows(filled.join('\n'), delimiter)) {
      if (row.length > 1) widths.set(row.length, (widths.get(row.length) ?? 0) + 1);
    }
    for (const [width, lineCount] of widths) {
      const score = lineCount + width * 1e-6; // more cells win among equals
      if (score > bestScore) {
        best = delimiter;
        bestScore = score;
      }
    }
  }
  return best;
}

/** The first row of names that stands, with no other such row between, above a row of values no wider than itself. */
function findHeader(rows: readonly (readonly string[])[]): number {
  let firstNames = -1;
  let candidate = -1;
  for (const [index, row] of rows.entries()) {
    if (isEmptyRow(row)) continue;
    if (isHeaderLike(row)) {
      candidate = index;
      if (firstNames < 0) firstNames = index;
    } else if (
      candidate >= 0 &&
      row.some(isValue) &&
      usedWidth(row) <= usedWidth(rows[candidate] as readonly string[])
    ) {
      return candidate;
    }
  }
  if (firstNames >= 0) return firstNames;
  const line = rows.findIndex((row) => !isEmptyRow(row));
  const shown = (rows[line] ?? []).slice(0, 3).join(', ');
  throw badInput(
    sentence`Line ${line + 1} begins with ${quote(shown)}, and the first ${counted(rows.length, 'line')} hold no column names. Expected a header of names that are not numbers or dates; add one as the first line.`,
  );
}

function usedWidth(cells: readonly string[]): number {
  let width = cells.length;
  while (width > 0 && (cells[width - 1] as string).trim() === '') width--;
  return width;
}
