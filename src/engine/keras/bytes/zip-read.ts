/**
 * Reads zip archives that somebody else made: the central directory decides, and nothing in it is believed before it is
 * checked. Own code because fflate's unzip checks neither checksums nor sizes; its inflater is used for deflated entries
 * and loaded only when there is one. No zip64, no encryption, no entry over the stated sizes.
 */
import { badInput, type GatewiseError, type Sentence, sentence } from '../../core/errors.ts';
import { crc32 } from './crc32.ts';
import {
  CENTRAL,
  DATA_DESCRIPTOR,
  DEFLATED,
  ENCRYPTED,
  END,
  LOCAL,
  STORED,
  ZIP64_MARK,
} from './zip-format.ts';

export interface ZipReadOptions {
  /** How error messages call the file. */
  readonly fileName: string;
  /** Bytes of all entries together, unpacked, at most. */
  readonly maxBytes: number;
}

/** Far more than any model file has; Python's and Keras' own files have fewer than 1,000. */
const MAX_ENTRIES = 10_000;
const MAX_NAME_BYTES = 1_024;
/** Zip 6.3, the newest there is; readers refuse what asks for more. */
const NEWEST_VERSION = 63;

interface Listed {
  readonly name: string;
  readonly nameBytes: Uint8Array;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly unpacked: number;
  readonly offset: number;
}

/**
 * All entries of an archive by name, folders left out. Stored entries are views of `bytes`, not copies.
 * @throws GatewiseError when the file is no zip archive, is cut short or damaged, needs zip64 or a password, holds a
 *   name that leaves the archive (`..`, `/x`, `C:`), or unpacks to more than `maxBytes`
 */
export async function readZip(bytes: Uint8Array, options: ZipReadOptions): Promise<Map<string, Uint8Array>> {
  const fail: Fail = (problem) =>
    badInput(sentence`${options.fileName}: ${problem} Save or download the file again.`);
  const listed = listEntries(bytes, fail);

  const claimed = listed.reduce((sum, entry) => sum + entry.unpacked, 0);
  if (claimed > options.maxBytes) {
    throw fail(
      sentence`the archive says it unpacks to ${claimed} bytes; at most ${options.maxBytes} are read.`,
    );
  }
  // Entries that share bytes are how small archives unpack to huge ones.
  if (listed.reduce((sum, entry) => sum + entry.packed, 0) > bytes.length) {
    throw fail(sentence`the archive lists more packed bytes than the file has; entries overlap.`);
  }

  const entries = new Map<string, Uint8Array>();
  for (const entry of listed) {
    if (entry.name.endsWith('/') && entry.unpacked === 0) continue;
    if (entries.has(entry.name)) throw fail(sentence`the archive holds "${entry.name}" twice.`);
    const data = packedBytes(bytes, entry, fail);
    const content = entry.method === STORED ? data : await inflate(data, entry, fail);
    const sum = crc32(content);
    if (sum !== entry.crc) {
      throw fail(
        sentence`"${entry.name}" is damaged: its checksum is ${hex(sum)}, the archive says ${hex(entry.crc)}.`,
      );
    }
    entries.set(entry.name, content);
  }
  return entries;
}

type Fail = (problem: Sentence) => GatewiseError;

function listEntries(bytes: Uint8Array, fail: Fail): Listed[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  if (end < 0) throw fail(sentence`this is no whole zip archive: its end record is missing.`);
  const count = view.getUint16(end + END.entries, true);
  const size = view.getUint32(end + END.directorySize, true);
  const start = view.getUint32(end + END.directoryOffset, true);
  if (start === ZIP64_MARK || count === 0xffff) throw fail(sentence`zip64 archives are not read.`);
  if (view.getUint32(end + END.disk, true) !== 0 || view.getUint16(end + END.entriesHere, true) !== count) {
    throw fail(sentence`the archive is one part of several.`);
  }
  if (count > MAX_ENTRIES)
    throw fail(sentence`the archive lists ${count} entries; at most ${MAX_ENTRIES} are read.`);
  if (start + size !== end) throw fail(sentence`the archive's directory is not where its end record says.`);

  const listed: Listed[] = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    if (at + CENTRAL.size > end || view.getUint32(at, true) !== CENTRAL.signature) {
      throw fail(sentence`the archive's directory is damaged at entry ${i + 1} of ${count}.`);
    }
    if (view.getUint8(at + CENTRAL.version) > NEWEST_VERSION) {
      throw fail(sentence`the archive asks for a newer zip than ${NEWEST_VERSION / 10} at entry ${i + 1}.`);
    }
    const nameLength = view.getUint16(at + CENTRAL.nameLength, true);
    const next =
      at +
      CENTRAL.size +
      nameLength +
      view.getUint16(at + CENTRAL.extraLength, true) +
      view.getUint16(at + CENTRAL.commentLength, true);
    if (next > end) throw fail(sentence`the archive's directory is damaged at entry ${i + 1} of ${count}.`);
    const nameBytes = bytes.subarray(at + CENTRAL.size, at + CENTRAL.size + nameLength);
    listed.push({
      name: entryName(nameBytes, fail),
      nameBytes,
      flags: view.getUint16(at + CENTRAL.flags, true),
      method: view.getUint16(at + CENTRAL.method, true),
      crc: view.getUint32(at + CENTRAL.crc, true),
      packed: view.getUint32(at + CENTRAL.packed, true),
      unpacked: view.getUint32(at + CENTRAL.unpacked, true),
      offset: view.getUint32(at + CENTRAL.offset, true),
    });
    at = next;
  }
  if (at !== end) throw fail(sentence`the archive's directory holds more than its ${count} entries.`);
  return listed;
}

/** Offset of the end record, or -1. Its comment must reach exactly to the end of the file. */
function findEnd(view: DataView): number {
  const earliest = Math.max(0, view.byteLength - END.size - 0xffff);
  for (let at = view.byteLength - END.size; at >= earliest; at--) {
    if (view.getUint32(at, true) !== END.signature) continue;
    if (at + END.size + view.getUint16(at + END.commentLength, true) === view.byteLength) return at;
  }
  return -1;
}

function entryName(nameBytes: Uint8Array, fail: Fail): string {
  let name: string;
  try {
    name = new TextDecoder('utf-8', { fatal: true }).decode(nameBytes);
  } catch {
    throw fail(sentence`an entry has a name that is not UTF-8.`);
  }
  const isUnsafe =
    name === '' ||
    nameBytes.length > MAX_NAME_BYTES ||
    /^[/]|^[A-Za-z]:|[\\\0]/.test(name) ||
    name.split('/').includes('..');
  if (isUnsafe)
    throw fail(
      sentence`an entry has the name ${JSON.stringify(name.slice(0, 80))}, which no model file uses.`,
    );
  return name;
}

/** The entry's bytes as they lie in the file, after its local header was checked against the directory. */
function packedBytes(bytes: Uint8Array, entry: Listed, fail: Fail): Uint8Array {
  const damaged = (): GatewiseError =>
    fail(sentence`"${entry.name}" is damaged: its header disagrees with the directory.`);
  if (entry.flags & ENCRYPTED) throw fail(sentence`"${entry.name}" is encrypted.`);
  if (entry.method !== STORED && entry.method !== DEFLATED) {
    throw fail(
      sentence`"${entry.name}" is packed with method ${entry.method}; stored (0) and deflated (8) are read.`,
    );
  }
  if (entry.method === STORED && entry.packed !== entry.unpacked) throw damaged();
  if (entry.offset + LOCAL.size > bytes.length) throw damaged();

  const view = new DataView(bytes.buffer, bytes.byteOffset + entry.offset, bytes.byteLength - entry.offset);
  const nameLength = view.getUint16(LOCAL.nameLength, true);
  const start = entry.offset + LOCAL.size + nameLength + view.getUint16(LOCAL.extraLength, true);
  const localName = bytes.subarray(entry.offset + LOCAL.size, entry.offset + LOCAL.size + nameLength);
  const agrees =
    view.getUint32(0, true) === LOCAL.signature &&
    view.getUint16(LOCAL.method, true) === entry.method &&
    localName.length === entry.nameBytes.length &&
    localName.every((byte, i) => byte === entry.nameBytes[i]);
  if (!agrees || start + entry.packed > bytes.length) throw damaged();

  // With a data descriptor these fields are zero; NumPy writes the zip64 mark into the sizes of small entries too.
  if (!(entry.flags & DATA_DESCRIPTOR)) {
    const packed = view.getUint32(LOCAL.packed, true);
    const unpacked = view.getUint32(LOCAL.unpacked, true);
    if (view.getUint32(LOCAL.crc, true) !== entry.crc) throw damaged();
    if (packed !== ZIP64_MARK && packed !== entry.packed) throw damaged();
    if (unpacked !== ZIP64_MARK && unpacked !== entry.unpacked) throw damaged();
  }
  return bytes.subarray(start, start + entry.packed);
}

async function inflate(data: Uint8Array, entry: Listed, fail: Fail): Promise<Uint8Array> {
  const { inflateWithin, largestInflated } = await import('./inflate.ts');
  if (entry.unpacked > largestInflated(data.length)) {
    throw fail(sentence`"${entry.name}" unpacks to fewer bytes, the archive says ${entry.unpacked}.`);
  }
  const content = await inflateWithin(data, entry.unpacked, 'raw');
  if (content === 'damaged')
    throw fail(sentence`"${entry.name}" is damaged: its deflated bytes cannot be unpacked.`);
  if (content === 'over' || content.length !== entry.unpacked) {
    throw fail(
      content === 'over'
        ? sentence`"${entry.name}" unpacks to more bytes, the archive says ${entry.unpacked}.`
        : sentence`"${entry.name}" unpacks to ${content.length} bytes, the archive says ${entry.unpacked}.`,
    );
  }
  return content;
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}
