/** Bytes of a file the user has named, within bounds, unpacked where they are gzip; every fault is one sentence that names the file. */
import { closeSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { GatewiseError } from '../engine/index.ts';
import { quote } from './text.ts';

/** As many bytes as parseCsv reads characters. */
const MOST_BYTES = 256 * 1024 * 1024;
const PIECE = 1024 * 1024;
/** What to do about a file that is too large, by what is in it. */
const FEWER_VALUES = 'Keep fewer rows or columns.';
const SMALLER_MODEL = 'Save the model without its optimizer, or take a smaller one.';
/** A packed model may hold this, or four times its size: trained weights hardly pack. */
const MODEL_BYTES = 16 * 1024 * 1024;

/**
 * The content of a file; a gzip file is known by its first bytes, not by its name.
 * @throws GatewiseError when there is no such file, it cannot be read, is a folder, too large, or damaged gzip
 */
export function readFile(path: string): Uint8Array {
  const bytes = readWhole(path, FEWER_VALUES);
  return isGzip(bytes) ? unpack(path, bytes, MOST_BYTES, FEWER_VALUES) : bytes;
}

/**
 * A model's file, which becomes no more than a model of its size would.
 * @throws GatewiseError as readFile does
 */
export function readModelBytes(path: string): Uint8Array {
  const bytes = readBytes(path);
  const most = Math.max(MODEL_BYTES, 4 * bytes.length);
  return isGzip(bytes) ? unpack(path, bytes, Math.min(MOST_BYTES, most), 'Give the unpacked file.') : bytes;
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The content of a model's file, or of a shard of one, as it is.
 * @throws GatewiseError when there is no such file, it cannot be read, is no ordinary file or too large
 */
export function readBytes(path: string): Uint8Array {
  return readWhole(path, SMALLER_MODEL);
}

function readWhole(path: string, advice: string): Uint8Array {
  let fd = -1;
  try {
    // Before it is opened: opening a pipe waits for somebody who writes into it.
    checkOrdinary(path, statSync(path));
    fd = openSync(path, 'r');
    return readPieces(path, fd, advice);
  } catch (error) {
    if (error instanceof GatewiseError) throw error;
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw refusal(`There is no file ${quote(path)}. Check the name and the folder you are in.`);
    }
    const reason = code === 'EACCES' || code === 'EPERM' ? 'permission denied' : code;
    throw refusal(`${quote(path)} cannot be read (${reason}). Name a file you may read.`);
  } finally {
    if (fd >= 0) closeSync(fd);
  }
}

function checkOrdinary(path: string, stats: Stats): void {
  if (stats.isFile()) return;
  if (stats.isDirectory()) throw refusal(`${quote(path)} is a folder, expected a file. Name a file in it.`);
  const what = stats.isFIFO() ? 'a pipe' : stats.isSocket() ? 'a socket' : 'a device';
  throw refusal(`${quote(path)} is ${what}, expected a file. Write the content into a file and name that.`);
}

/** Piece by piece: some files (/proc) tell a size of 0, and others grow. */
function readPieces(path: string, fd: number, advice: string): Uint8Array {
  const pieces: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const piece = new Uint8Array(PIECE);
    const count = readSync(fd, piece, 0, PIECE, null);
    if (count === 0) return Buffer.concat(pieces);
    pieces.push(piece.subarray(0, count));
    total += count;
    if (total > MOST_BYTES)
      throw refusal(`${quote(path)} is over ${MOST_BYTES >> 20} MiB, more than is read. ${advice}`);
  }
}

function unpack(path: string, bytes: Uint8Array, most: number, advice: string): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: most });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      throw refusal(`${quote(path)} unpacks to over ${most >> 20} MiB, more than is read of it. ${advice}`);
    }
    throw refusal(
      `${quote(path)} is a damaged gzip file (${message}). Get it again, or give the unpacked file.`,
    );
  }
}

function refusal(sentence: string): Error {
  return new GatewiseError('bad-input', sentence);
}
