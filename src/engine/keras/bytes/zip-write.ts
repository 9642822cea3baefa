/**
 * Writes zip archives with every entry stored, in the form Keras and NumPy write and read: no data descriptors, no zip64.
 * Our own and not fflate's zipSync, because Keras wants nothing compressed, and because this one is synchronous, costs
 * the page nothing before the first export, and puts no local time into the file: the same entries give the same bytes.
 */
import { badInput } from '../../core/errors.ts';
import { crc32 } from './crc32.ts';
import { CENTRAL, END, LOCAL, STORED, UTF8_NAME } from './zip-format.ts';

/** One file of an archive. */
export interface ZipEntry {
  /** Path inside the archive, with `/` between folders. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Zip 2.0, the least that readers ask for. */
const VERSION = 20;
/** 1980-01-01, the earliest date the format can write: no clock in the file. */
const DATE = 0x0021;
const MAX_SIZE = 0xfffffffe;
const MAX_ENTRIES = 0xfffe;

/**
 * An archive of the entries in their order.
 * @throws GatewiseError when two entries have one name, or when the archive would need zip64 (4 GB, 65,535 entries)
 */
export function writeZip(entries: readonly ZipEntry[]): Uint8Array<ArrayBuffer> {
  const encoder = new TextEncoder();
  const files = entries.map(({ name, bytes }) => ({
    name,
    bytes,
    encoded: encoder.encode(name),
    crc: crc32(bytes),
  }));
  const names = new Set(entries.map((entry) => entry.name));
  if (names.size !== entries.length)
    throw badInput('Two entries of the archive have the same name. Names must differ.');

  const localSize = files.reduce(
    (sum, file) => sum + LOCAL.size + file.encoded.length + file.bytes.length,
    0,
  );
  const directorySize = files.reduce((sum, file) => sum + CENTRAL.size + file.encoded.length, 0);
  const total = localSize + directorySize + END.size;
  if (total > MAX_SIZE || files.length > MAX_ENTRIES) {
    throw badInput(
      `The archive would have ${files.length} entries and ${total} bytes; without zip64 it can have ${MAX_ENTRIES} and ${MAX_SIZE}. Export a smaller model.`,
    );
  }

  const out = new Uint8Array(total);
  const view = new DataView(out.buffer);
  let local = 0;
  let central = localSize;
  for (const file of files) {
    const flags = file.encoded.length === file.name.length ? 0 : UTF8_NAME;

    view.setUint32(central, CENTRAL.signature, true);
    view.setUint16(central + 4, VERSION, true);
    view.setUint32(central + CENTRAL.offset, local, true);
    writeFields(view, central, CENTRAL, flags, file.crc, file.bytes.length, file.encoded.length);
    out.set(file.encoded, central + CENTRAL.size);
    central += CENTRAL.size + file.encoded.length;

    view.setUint32(local, LOCAL.signature, true);
    writeFields(view, local, LOCAL, flags, file.crc, file.bytes.length, file.encoded.length);
    out.set(file.encoded, local + LOCAL.size);
    out.set(file.bytes, local + LOCAL.size + file.encoded.length);
    local += LOCAL.size + file.encoded.length + file.bytes.length;
  }

  view.setUint32(central, END.signature, true);
  view.setUint16(central + END.entriesHere, files.length, true);
  view.setUint16(central + END.entries, files.length, true);
  view.setUint32(central + END.directorySize, directorySize, true);
  view.setUint32(central + END.directoryOffset, localSize, true);
  return out;
}

/** The fields that a local and a central header share, at their own offsets. */
function writeFields(
  view: DataView,
  at: number,
  record: typeof LOCAL | typeof CENTRAL,
  flags: number,
  crc: number,
  size: number,
  nameLength: number,
): void {
  view.setUint16(at + record.flags - 2, VERSION, true);
  view.setUint16(at + record.flags, flags, true);
  view.setUint16(at + record.method, STORED, true);
  view.setUint16(at + record.date, DATE, true);
  view.setUint32(at + record.crc, crc, true);
  view.setUint32(at + record.packed, size, true);
  view.setUint32(at + record.unpacked, size, true);
  view.setUint16(at + record.nameLength, nameLength, true);
}
