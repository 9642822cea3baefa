/**
 * Bytes or text of a CSV file, checked before it is parsed: encoding, size, binary noise, line length. What comes out
 * has no byte order mark and only "\n" line ends, also where a file mixes "\r\n", "\n" and "\r".
 */
import { badInput, sentence } from '../core/errors.ts';
import { formatCount } from './words.ts';

/** Six times the Jena series of 420,551 x 15; more would need several times this in memory. */
const MOST_CHARACTERS = 256 * 1024 * 1024;
/** A line of 1,000 columns of 17-digit numbers has 25,000 characters. */
export const LONGEST_LINE = 1_000_000;
/** How much of a text is looked at for control characters. */
const SAMPLE_CHARACTERS = 65_536;
/** Random bytes hold 11 % control characters; a text file holds none or a stray one. */
const MOST_CONTROL_CHARACTERS = 0.005;
/** Characters that could not be decoded: a header with a degree sign has a few, noise has half. */
const MOST_UNDECODED_CHARACTERS = 0.05;

const UTF16 = sentence`The text is encoded as UTF-16, expected UTF-8. Save the file as "CSV UTF-8" (in an editor: save with encoding UTF-8).`;
const BINARY = sentence`The content is binary data, expected a CSV text file with a line of column names. Choose the CSV file itself, not an archive, workbook or image.`;

/** How the bytes of a file are to be decoded. */
export type Encoding = 'utf-8' | 'windows-1252';

/** Bytes decoded at a time to find out whether a file is UTF-8. */
const PIECE = 1024 * 1024;

/**
 * The text of a CSV file: UTF-8, or Latin-1 (windows-1252) where the bytes are not valid UTF-8.
 * @throws GatewiseError for UTF-16, gzip, zip (also Excel workbooks) and files over the size limit
 */
export function decodeText(bytes: Uint8Array): string {
  refuseOtherFiles(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** @throws GatewiseError for UTF-16, gzip, zip (also Excel workbooks) and files over the size limit */
export function refuseOtherFiles(bytes: Uint8Array): void {
  const [first, second, third] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) throw badInput(UTF16);
  if (first === 0x1f && second === 0x8b) {
    throw badInput(
      sentence`The content is gzip-compressed, expected plain CSV text. Unpack the file first, or name it .csv.gz.`,
    );
  }
  if (first === 0x50 && second === 0x4b && (third === 0x03 || third === 0x05)) {
    throw badInput(
      sentence`The content is a zip archive or an Excel workbook, expected CSV text. Export the sheet as CSV, or unpack the archive.`,
    );
  }
  refuseLong(bytes.length);
}

/** The encoding decodeText takes, found piece by piece: the whole text is never in memory. */
export function encodingOf(bytes: Uint8Array): Encoding {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for (let at = 0; at < bytes.length; at += PIECE) {
      decoder.decode(bytes.subarray(at, at + PIECE), { stream: true });
    }
    decoder.decode();
    return 'utf-8';
  } catch {
    return 'windows-1252';
  }
}

/** @throws GatewiseError for binary noise, as cleanText finds it in the whole text */
export function refuseBinaryBytes(bytes: Uint8Array, encoding: Encoding): void {
  // UTF-8 takes at most three bytes for a unit of UTF-16; a character cut at the end is left out by `stream`.
  const sample = bytes.subarray(0, SAMPLE_CHARACTERS * 3);
  const text = new TextDecoder(encoding).decode(sample, { stream: sample.length < bytes.length });
  refuseBinary(text.slice(0, SAMPLE_CHARACTERS));
}

/**
 * The text without byte order mark and with "\n" line ends.
 * @throws GatewiseError for empty text, binary noise, UTF-16, a line or a text over the limits
 */
export function cleanText(text: string): string {
  refuseLong(text.length);
  if (text.trim() === '') {
    throw badInput(
      sentence`The file is empty, expected CSV text: a line of column names, then one line per time.`,
    );
  }
  refuseBinary(text);
  const clean = normalizeLines(text);
  refuseLongLine(clean);
  return clean;
}

/** Text without byte order mark and with "\n" line ends. */
export function normalizeLines(text: string): string {
  const withoutMark = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  return withoutMark.includes('\r') ? withoutMark.replace(/\r\n?/g, '\n') : withoutMark;
}

function refuseLong(length: number): void {
  if (length > MOST_CHARACTERS) {
    throw badInput(
      sentence`The text has ${formatCount(length)} characters, at most ${formatCount(MOST_CHARACTERS)} are read. Keep fewer rows or columns.`,
    );
  }
}

function refuseBinary(text: string): void {
  const sample = Math.min(text.length, SAMPLE_CHARACTERS);
  const nul = text.indexOf('\0');
  let control = 0;
  let undecoded = 0;
  let nuls = 0;
  for (let i = 0; i < sample; i++) {
    const code = text.charCodeAt(i);
    if (code === 0) nuls++;
    if ((code < 32 && code !== 9 && code !== 10 && code !== 13) || code === 127) control++;
    if (code === 0xfffd) undecoded++;
  }
  // Latin letters in UTF-16 have a zero byte each: half of the characters.
  if (nuls > sample * 0.3 && nuls < sample * 0.7) throw badInput(UTF16);
  if (
    nul >= 0 ||
    control > sample * MOST_CONTROL_CHARACTERS ||
    undecoded > sample * MOST_UNDECODED_CHARACTERS
  ) {
    throw badInput(BINARY);
  }
}

function refuseLongLine(text: string): void {
  let line = 1;
  for (let start = 0; start < text.length; line++) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    if (end - start > LONGEST_LINE) {
      throw badInput(
        sentence`Line ${formatCount(line)} has ${formatCount(end - start)} characters, at most ${formatCount(LONGEST_LINE)} are read. Expected one line per time, with "\\n" or "\\r\\n" at its end.`,
      );
    }
    start = end + 1;
  }
}
