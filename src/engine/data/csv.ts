/**
 * CSV text or bytes to columns. papaparse cuts lines into cells where some are quoted, fed in pieces, so that a large
 * file never stands in memory as millions of strings; csv-bytes.ts reads the files without quotes.
 */
import Papa, { type ParseConfig, type ParseResult } from 'papaparse';
import { badInput, sentence } from '../core/errors.ts';
import { readPlain } from './csv-bytes.ts';
import { findLayout } from './csv-layout.ts';
import { TableReader } from './csv-reader.ts';
import type { CsvTable } from './csv-table.ts';
import { cleanText, decodeText } from './text.ts';
import { formatCount } from './words.ts';

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

/**
 * The same for the bytes of a file, UTF-8 or Latin-1. Files without quoted cells below their head, as weather archives
 * are, are read straight from the bytes: a third of the time, and no text of the whole file in memory.
 *
 * @throws GatewiseError as decodeText and parseCsv do
 */
export function parseCsvBytes(bytes: Uint8Array): CsvTable {
  return readPlain(bytes) ?? parseCsv(decodeText(bytes));
}

/** papaparse cuts strings into pieces too, at once and in order; its types offer that only for files. */
interface PieceConfig extends ParseConfig<string[]> {
  readonly download?: false;
  readonly worker?: false;
  readonly chunkSize: number;
  readonly chunk: (results: ParseResult<string[]>) => void;
}

function badQuotes(line: number, isClosed: boolean): Error {
  return badInput(
    isClosed
      ? sentence`Text follows a closing quote (") near line ${formatCount(line)}, expected a separator or the end of the line. Remove the quotes, or write the quote twice ("") inside quoted text.`
      : sentence`A quote (") opened near line ${formatCount(line)} is never closed, so the rest of the file would be one cell. Close it, or write the quote twice ("") inside quoted text.`,
  );
}
