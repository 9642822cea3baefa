/** A visitor's file to bytes: read in pieces, .csv.gz unpacked as it streams in, and stopped where it grows past the limit. */

import { ToldError } from '../told-error.ts';
import { str, told } from '../words.ts';

/** What a file may unpack to, bytes. A gzip of a few kilobytes can hold gigabytes. */
const MOST_BYTES = 256 * 1024 * 1024;
/** Bytes read at a time: the browser holds a copy of a piece, not of the file. */
const PIECE = 4 * 1024 * 1024;

/**
 * @throws GatewiseError 'bad-input' for a file that cannot be read, a broken gzip or content over the limit
 */
export async function readCsvFile(file: File): Promise<Uint8Array> {
  const start = new Uint8Array(await readPiece(file, 0, 2));
  const isGzip = start[0] === 0x1f && start[1] === 0x8b;
  if (isGzip) return unpack(file);
  const bytes = new Uint8Array(file.size);
  for (let at = 0; at < file.size; at += PIECE) {
    const piece = await readPiece(file, at, at + PIECE);
    bytes.set(new Uint8Array(piece), at);
    release(piece);
  }
  return bytes;
}

/**
 * Gives the memory of bytes back at once, where the browser can: the garbage collector, which counts objects, would let
 * a whole file of them lie for seconds. They are empty afterwards.
 */
export function release(buffer: ArrayBufferLike): void {
  if ('transfer' in buffer && typeof buffer.transfer === 'function') buffer.transfer(0);
}

/** A file can be changed or taken away between the choice and the reading. */
function readPiece(file: File, from: number, to: number): Promise<ArrayBuffer> {
  return file
    .slice(from, to)
    .arrayBuffer()
    .catch(() => {
      throw new ToldError(
        'bad-input',
        told(str`${file.name} can't be read any more: it was changed, moved or removed. Choose it again.`),
      );
    });
}

async function unpack(file: File): Promise<Uint8Array> {
  const { name } = file;
  const stream = file.stream().pipeThrough(new DecompressionStream('gzip'));
  const reader = stream.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new ToldError(
        'bad-input',
        told(str`${name} is a gzip file that is cut off or damaged. Pack or download it again.`),
      );
    });
    if (done) {
      return join(parts, size);
    }
    size += value.byteLength;
    if (size > MOST_BYTES) {
      await reader.cancel();
      throw new ToldError(
        'bad-input',
        told(
          str`${name} unpacks to more than ${MOST_BYTES / 1024 / 1024} MiB, the most this page reads. Cut the file, or use the command line.`,
        ),
      );
    }
    parts.push(value);
  }
}

function join(parts: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
