/**
 * A CSV file from its bytes, without ever holding its text: the first lines go the way of csv.ts, which finds separator
 * and header; below them a line of plain cells becomes numbers at once, and any other line a few strings. For files with
 * no quote below the head; others, and all that are to be refused, are left to papaparse and csv.ts.
 */
import Papa from 'papaparse';
import { findLayout, type Layout, SAMPLE_LINES } from './csv-layout.ts';
import { TableReader } from './csv-reader.ts';
import { LineScan } from './csv-scan.ts';
import type { CsvTable } from './csv-table.ts';
import {
  type Encoding,
  encodingOf,
  LONGEST_LINE,
  normalizeLines,
  refuseBinaryBytes,
  refuseOtherFiles,
} from './text.ts';

const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;

/**
 * @returns null where the bytes must be read as text
 * @throws GatewiseError as parseCsv does
 */
export function readPlain(bytes: Uint8Array): CsvTable | null {
  refuseOtherFiles(bytes);
  const headEnd = endOfLines(bytes, SAMPLE_LINES);
  if (headEnd > LONGEST_LINE || bytes.includes(0) || bytes.includes(QUOTE, headEnd)) return null;
  const encoding = encodingOf(bytes);
  refuseBinaryBytes(bytes, encoding);
  const head = normalizeLines(new TextDecoder(encoding).decode(bytes.subarray(0, headEnd)));
  if (head.trim() === '') return null;
  const layout = findLayout(head);
  const reader = new TableReader(layout.delimiter, layout.headerRow);
  if (!addHead(reader, head, layout)) return null;
  return addLines(reader, bytes, headEnd, layout, encoding) ? reader.finish() : null;
}

/** Where the line behind the first `count` lines begins. */
function endOfLines(bytes: Uint8Array, count: number): number {
  let lines = 0;
  for (let at = 0; at < bytes.length; at++) {
    const isEnd = bytes[at] === NEWLINE || (bytes[at] === RETURN && bytes[at + 1] !== NEWLINE);
    if (isEnd && ++lines === count) return at + 1;
  }
  return bytes.length;
}

/** @returns false where a quote is not closed within these lines, or text follows it */
function addHead(reader: TableReader, head: string, { delimiter }: Layout): boolean {
  const text = head.endsWith('\n') ? head.slice(0, -1) : head;
  const { data, errors } = Papa.parse<string[]>(text, { delimiter, newline: '\n' });
  if (errors.some(({ type }) => type === 'Quotes')) return false;
  for (const cells of data) reader.add(cells);
  return true;
}

/** @returns false for a line that may be longer than csv.ts allows */
function addLines(
  reader: TableReader,
  bytes: Uint8Array,
  start: number,
  { delimiter }: Layout,
  encoding: Encoding,
): boolean {
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  const textOf = (from: number, to: number): string => decoder.decode(bytes.subarray(from, to));
  const scan = new LineScan(bytes, delimiter);
  // A full line has a byte for each cell at least: what is reserved is bounded by the size of the file.
  if (reader.width > 0) reader.reserve(Math.min(countLines(bytes), Math.ceil(bytes.length / reader.width)));
  for (let at = start; at < bytes.length; ) {
    const { width } = reader;
    const next = scan.read(at, width);
    if (next - at > LONGEST_LINE) return false;
    if (width > 0 && scan.cells === width && scan.hasNumber) reader.addScanned(scan, textOf);
    else reader.add(textOf(at, scan.end).split(delimiter));
    at = next;
  }
  return true;
}

function countLines(bytes: Uint8Array): number {
  let lines = 1;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines++;
  return lines;
}
