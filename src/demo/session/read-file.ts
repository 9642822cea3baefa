/** A visitor's file to text: unpacks .csv.gz as it streams in, and stops where the content grows past the limit. */
import { decodeText, GatewiseError } from '../../engine/index.ts';

/** What a file may unpack to, bytes. A gzip of a few kilobytes can hold gigabytes. */
const MOST_BYTES = 256 * 1024 * 1024;

/**
 * @throws GatewiseError 'bad-input' for a broken gzip, content over the limit, or text that cannot be read
 */
export async function readCsvText(name: string, bytes: ArrayBuffer): Promise<string> {
  const start = new Uint8Array(bytes);
  const isGzip = start[0] === 0x1f && start[1] === 0x8b;
  return decodeText(isGzip ? await unpack(name, bytes) : start);
}

async function unpack(name: string, bytes: ArrayBuffer): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  const reader = stream.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new GatewiseError(
        'bad-input',
        `${name} is a gzip file that is cut off or damaged. Pack or download it again.`,
      );
    });
    if (done) {
      return join(parts, size);
    }
    size += value.byteLength;
    if (size > MOST_BYTES) {
      await reader.cancel();
      throw new GatewiseError(
        'bad-input',
        `${name} unpacks to more than ${MOST_BYTES / 1024 / 1024} MiB, the most this page reads. Cut the file, or use the command line.`,
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
