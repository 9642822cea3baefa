/**
 * The SHA-256 that our .h5 and .weights.h5 files carry, so that every change of a byte is found. It stands behind the end
 * that the HDF5 superblock states, where Keras, h5py and libhdf5 do not look: "gatewise sha256 ", 64 digits, a line feed.
 * An attribute could not cover the bytes around it. In .npz it is the archive's comment; JSON of weights ends with its own; in
 * `.keras` gatewise.json does this.
 */
import { badInput, type GatewiseError, sentence } from '../../core/errors.ts';
import { sha256Of } from './sha256.ts';
import { END } from './zip-format.ts';

const WORDS = 'gatewise sha256 ';
const SEAL_BYTES = WORDS.length + 64 + 1;

/** An HDF5 file with its digest behind it. */
export async function sealH5(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const out = new Uint8Array(bytes.length + SEAL_BYTES);
  out.set(bytes);
  out.set(await sealOf(out.subarray(0, bytes.length)), bytes.length);
  return out;
}

/**
 * Checks what lies behind the end of an HDF5 file.
 * @param end where the file says it ends
 * @returns whether the file is sealed; files of others are not
 * @throws GatewiseError when the digest is not the file's, or when as many bytes as a seal has are none
 */
export async function checkSeal(bytes: Uint8Array, end: number, fileName: string): Promise<boolean> {
  const text = new TextDecoder().decode(bytes.subarray(-SEAL_BYTES, -SEAL_BYTES + WORDS.length));
  if (text !== WORDS && bytes.length - end !== SEAL_BYTES) return false;
  const content = bytes.subarray(0, Math.max(0, bytes.length - SEAL_BYTES));
  const seal = await sealOf(content);
  if (bytes.length - end !== SEAL_BYTES || seal.some((byte, i) => bytes[content.length + i] !== byte)) {
    throw changed(fileName);
  }
  return true;
}

/** A zip archive that has no comment, with its digest as one: NumPy and other readers look past it. */
export async function sealZip(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const out = new Uint8Array(bytes.length + SEAL_BYTES);
  out.set(bytes);
  out.set(await sealOf(out.subarray(0, bytes.length)), bytes.length);
  setCommentLength(out, bytes.length, SEAL_BYTES);
  return out;
}

/** @throws GatewiseError when an archive has a comment as long as a seal, and it is not the archive's digest */
export async function checkZipSeal(bytes: Uint8Array, fileName: string): Promise<void> {
  const size = bytes.length - SEAL_BYTES;
  if (size < END.size) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset + size - END.size, END.size);
  const isSealed =
    view.getUint32(0, true) === END.signature && view.getUint16(END.commentLength, true) === SEAL_BYTES;
  if (!isSealed) return;
  const content = new Uint8Array(bytes.subarray(0, size)); // a copy also of a Buffer, whose slice() is a view
  setCommentLength(content, size, 0);
  const seal = await sealOf(content);
  if (seal.some((byte, i) => bytes[size + i] !== byte)) throw changed(fileName);
}

/** @param end of the archive's end record */
function setCommentLength(bytes: Uint8Array, end: number, length: number): void {
  new DataView(bytes.buffer, bytes.byteOffset + end - END.size).setUint16(END.commentLength, length, true);
}

async function sealOf(content: Uint8Array): Promise<Uint8Array> {
  return new TextEncoder().encode(`${WORDS}${await sha256Of(content)}\n`);
}

/** How a sealed JSON text ends: its last key holds the digest of all that is before the comma. */
const JSON_SEAL = /,\n"sha256":"[0-9a-f]{64}"\}\n$/;
const JSON_SEAL_BYTES = ',\n"sha256":""}\n'.length + 64;

/** The JSON text of an object with its digest as the last key. */
export async function sealJson(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  const text = new TextDecoder().decode(bytes).trimEnd();
  const content = new TextEncoder().encode(text.slice(0, -1).trimEnd());
  const seal = await jsonSealOf(content);
  const out = new Uint8Array(content.length + seal.length);
  out.set(content);
  out.set(seal, content.length);
  return out;
}

/**
 * @param isOwn whether the text says that gatewise wrote it; then it must be sealed
 * @throws GatewiseError when the digest is not the text's
 */
export async function checkJsonSeal(bytes: Uint8Array, isOwn: boolean, fileName: string): Promise<void> {
  const end = new TextDecoder().decode(bytes.subarray(-JSON_SEAL_BYTES));
  if (!isOwn && !JSON_SEAL.test(end)) return;
  const content = bytes.subarray(0, Math.max(0, bytes.length - JSON_SEAL_BYTES));
  const seal = await jsonSealOf(content);
  if (seal.some((byte, i) => bytes[content.length + i] !== byte)) throw changed(fileName);
}

async function jsonSealOf(content: Uint8Array): Promise<Uint8Array> {
  return new TextEncoder().encode(`,\n"sha256":"${await sha256Of(content)}"}\n`);
}

function changed(fileName: string): GatewiseError {
  return badInput(
    sentence`${fileName} was changed after gatewise wrote it: its SHA-256 does not fit its bytes. Take an undamaged copy.`,
  );
}
