/**
 * h5wasm (libhdf5 as WebAssembly, 4 MB), loaded when the first HDF5 file is written and not before. It keeps files in a
 * memory of its own; nothing touches a disk. Works in a page, a worker and Node.
 */
import type { Group } from 'h5wasm';
import { GatewiseError } from '../../core/errors.ts';
import { sealH5 } from '../bytes/content-digest.ts';

/** Where the file being written lies inside h5wasm's memory. Writing is synchronous: one name is enough. */
const SCRATCH = '/gatewise.h5';

/**
 * A new HDF5 file: `fill` writes into the root group, and the file's bytes come back. The layout is the oldest one
 * (superblock 0, as h5py writes it too), which every reader knows, and holds no clock: the same content gives the same bytes. Their SHA-256 stands behind them.
 * @param datasets how many datasets `fill` creates
 * @throws GatewiseError when the library cannot be loaded
 */
export async function createH5(
  datasets: number,
  fill: (root: Group) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const { File, fs } = await load();
  const before = Math.floor(Date.now() / 1000);
  const file = new File(SCRATCH, 'w', { libver: ['earliest', 'latest'] });
  try {
    fill(file);
  } finally {
    file.close();
  }
  const bytes = new Uint8Array(fs.readFile(SCRATCH));
  fs.unlink(SCRATCH);
  clearTimes(bytes, datasets, before, Math.floor(Date.now() / 1000));
  return sealH5(bytes);
}

async function load() {
  try {
    const { File, FS, ready } = await import('h5wasm');
    await ready;
    // FS is a live binding that `ready` fills.
    const fs = FS ?? (await import('h5wasm')).FS;
    if (!fs) throw new Error('its file system is missing');
    return { File, fs };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GatewiseError(
      'internal',
      `The HDF5 writer (h5wasm) could not be loaded: ${reason}. Check the connection and export again.`,
      { cause },
    );
  }
}

/** Object modification time message of a version 1 header: type 0x12, 8 bytes, no flags; version 1; then seconds (HDF5 spec IV.A.2.s). */
const TIME_MESSAGE = [0x12, 0, 8, 0, 0, 0, 0, 0, 1, 0, 0, 0];

/**
 * Sets to zero the time at which libhdf5 says each dataset was made. Each is recognised by its whole message and a time
 * within this call; their number must come out as the number of datasets, so weights that happen to look like one
 * cannot be changed unnoticed.
 */
function clearTimes(bytes: Uint8Array, datasets: number, from: number, to: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: number[] = [];
  for (let at = bytes.indexOf(0x12); at >= 0; at = bytes.indexOf(0x12, at + 1)) {
    if (TIME_MESSAGE.some((byte, i) => bytes[at + i] !== byte)) continue;
    const seconds = at + TIME_MESSAGE.length;
    if (seconds + 4 > bytes.length) break;
    const time = view.getUint32(seconds, true);
    if (time >= from && time <= to) found.push(seconds);
  }
  if (found.length !== datasets) {
    throw new GatewiseError(
      'internal',
      `The HDF5 file has ${found.length} time stamps for ${datasets} datasets. Export again; if it stays, report it.`,
    );
  }
  for (const seconds of found) view.setUint32(seconds, 0, true);
}
