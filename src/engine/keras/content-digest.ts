/**
 * The SHA-256 that our .h5 and .weights.h5 files carry, so that every change of a byte is found. It stands behind the end
 * that the HDF5 superblock states, where Keras, h5py and libhdf5 do not look: "gatewise sha256 ", 64 digits, a line feed.
 * An attribute could not cover the bytes around it. In `.keras` gatewise.json does this.
 */
import { badInput } from '../core/errors.ts';
import { sha256Of } from './sha256.ts';

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
    throw badInput(
      `${fileName} was changed after gatewise wrote it: its SHA-256 does not fit its bytes. Take an undamaged copy.`,
    );
  }
  return true;
}

async function sealOf(content: Uint8Array): Promise<Uint8Array> {
  return new TextEncoder().encode(`${WORDS}${await sha256Of(content)}\n`);
}
