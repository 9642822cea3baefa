/**
 * Values stored in chunks, behind filters (IV.A.2.l, III.A.1 node type 1): deflate, shuffle and fletcher32 as h5py offers
 * them. Every chunk of a dataset must be there once; nothing is made up from a fill value.
 */
import { inflateWithin } from '../bytes/inflate.ts';
import type { H5Bytes } from './bytes.ts';
import type { H5Message } from './object-header.ts';
import { readTree } from './tree.ts';

interface Chunked {
  /** Chunks of a node of the tree, at most. */
  readonly chunkEntries: number;
  readonly filters: H5Message | undefined;
  readonly shape: readonly number[];
  readonly itemSize: number;
  readonly byteLength: number;
  readonly path: string;
  /** Where the layout message goes on after its class, and where it ends. */
  readonly at: number;
  readonly end: number;
}

interface Chunk {
  readonly at: number;
  readonly size: number;
  readonly mask: number;
  readonly offsets: readonly number[];
}

const DEFLATE = 1;
const SHUFFLE = 2;
const FLETCHER32 = 3;
/** Going through a chunk costs as much as so many bytes, however small it is. */
const CHUNK_COST = 1024;
/** HDF5's H5S_MAX_RANK. */
const MAX_RANK = 32;

export async function readChunks(bytes: H5Bytes, stored: Chunked): Promise<Uint8Array> {
  const { at, end, shape, itemSize, path } = stored;
  const rank = bytes.u8(at) - 1;
  if (rank !== shape.length || rank < 1 || rank > MAX_RANK || at + 9 + 4 * (rank + 1) > end) {
    throw bytes.damaged(`the chunks of "${path}" do not fit its shape`);
  }
  const sizes = Array.from({ length: rank }, (_, i) => bytes.u32(at + 9 + 4 * i));
  if (bytes.u32(at + 9 + 4 * rank) !== itemSize || sizes.some((size) => size === 0)) {
    throw bytes.damaged(`the chunks of "${path}" do not fit its values`);
  }
  const chunkBytes = sizes.reduce((product, size) => product * size, itemSize);
  // A chunk may be larger than its dataset, but not by much.
  if (chunkBytes > Math.max(2 ** 20, 2 * stored.byteLength)) {
    throw bytes.fail(`a chunk of "${path}" has ${chunkBytes} bytes; that is no model's.`);
  }
  const out = new Uint8Array(stored.byteLength);
  if (stored.byteLength === 0) return out;
  const address = bytes.address(at + 1);
  if (address === null) throw bytes.damaged(`the values of "${path}" were never written`);

  const pipeline = stored.filters ? readFilters(bytes, stored.filters) : [];
  const expected = shape.reduce((product, size, i) => product * Math.ceil(size / (sizes[i] ?? 1)), 1);
  bytes.unpack(expected * chunkBytes);
  const chunks = listChunks(bytes, address, [...sizes, itemSize], stored.chunkEntries, path);
  if (chunks.length !== expected) {
    throw bytes.damaged(`"${path}" has ${chunks.length} of its ${expected} chunks`);
  }
  const seen = new Set<string>();
  for (const chunk of chunks) {
    const key = chunk.offsets.join();
    const fits = chunk.offsets.every((offset, i) => offset < (shape[i] ?? 0));
    if (!fits || seen.has(key)) throw bytes.damaged(`the chunks of "${path}" overlap`);
    seen.add(key);
    const content = await unpack(bytes, bytes.slice(chunk.at, chunk.size), chunk.mask, pipeline, {
      itemSize,
      chunkBytes,
      path,
    });
    place(out, shape, content, sizes, chunk.offsets, itemSize);
  }
  return out;
}

function readFilters(bytes: H5Bytes, { at, size }: H5Message): number[] {
  const end = at + size;
  const version = bytes.u8(at);
  const count = bytes.u8(at + 1);
  if (version < 1 || version > 2 || count === 0 || count > 32) throw bytes.damaged('its filters are unknown');
  let next = at + (version === 1 ? 8 : 2);
  return Array.from({ length: count }, () => {
    const id = bytes.u16(next);
    const hasName = version === 1 || id >= 256;
    const nameLength = hasName ? bytes.u16(next + 2) : 0;
    const rest = next + (hasName ? 4 : 2);
    const values = bytes.u16(rest + 2);
    next = rest + 4 + (version === 1 ? 8 * Math.ceil(nameLength / 8) : nameLength);
    next += 4 * (version === 1 ? 2 * Math.ceil(values / 2) : values);
    if (next > end) throw bytes.damaged('its list of filters is cut short');
    if (id !== DEFLATE && id !== SHUFFLE && id !== FLETCHER32) throw bytes.unsupported(`the filter ${id}`);
    return id;
  });
}

/** @param sizes of a chunk, and last the bytes of a value, which keys count in too */
function listChunks(
  bytes: H5Bytes,
  root: number,
  sizes: readonly number[],
  entries: number,
  path: string,
): Chunk[] {
  const keySize = 8 + 8 * sizes.length;
  const rank = sizes.length - 1;
  const broken = (): Error => bytes.damaged(`the tree of chunks of "${path}" is broken`);
  const offsetsAt = (key: number): number[] =>
    sizes.map((size, d) => {
      const offset = bytes.u64(key + 8 + 8 * d);
      if (offset % size !== 0) throw broken();
      return offset;
    });
  return readTree(bytes, root, { type: 1, keySize, entries }).map(({ address, keys }) => {
    bytes.step(CHUNK_COST);
    const own = keys.at(-1) ?? 0; // a chunk has a key in its own node
    const offsets = offsetsAt(own);
    const isFound = keys.every(
      (key) => !isBefore(offsets, offsetsAt(key)) && isBefore(offsets, offsetsAt(key + keySize + 8)),
    );
    if (!isFound || offsets[rank] !== 0) throw broken();
    return { at: address, size: bytes.u32(own), mask: bytes.u32(own + 4), offsets: offsets.slice(0, rank) };
  });
}

/** Order of chunks: by the first offset that differs. */
function isBefore(a: readonly number[], b: readonly number[]): boolean {
  const i = a.findIndex((offset, d) => offset !== b[d]);
  return i >= 0 && (a[i] ?? 0) < (b[i] ?? 0);
}

async function unpack(
  bytes: H5Bytes,
  packed: Uint8Array,
  mask: number,
  pipeline: readonly number[],
  { itemSize, chunkBytes, path }: { itemSize: number; chunkBytes: number; path: string },
): Promise<Uint8Array> {
  if (mask !== 0) throw bytes.unsupported(`a chunk of "${path}" that left out a filter`);
  let content = packed;
  for (const filter of pipeline.toReversed()) {
    if (filter === FLETCHER32) content = checkFletcher(bytes, content, path);
    else if (filter === DEFLATE) {
      // Four bytes more where a checksum was put behind before packing.
      const unpacked = await inflateWithin(content, chunkBytes + 4, 'zlib');
      if (typeof unpacked === 'string') throw bytes.damaged(`a chunk of "${path}" cannot be unpacked`);
      content = unpacked;
    } else content = unshuffle(content, itemSize);
  }
  if (content.length !== chunkBytes) throw bytes.damaged(`a chunk of "${path}" has a wrong size`);
  return content;
}

/** The bytes of all values were sorted by their place in a value: first all first bytes. */
function unshuffle(content: Uint8Array, itemSize: number): Uint8Array {
  const count = Math.floor(content.length / itemSize);
  const out = content.slice();
  for (let i = 0; i < count; i++) {
    for (let b = 0; b < itemSize; b++) out[i * itemSize + b] = content[b * count + i] ?? 0;
  }
  return out;
}

/** Fletcher's checksum over big-endian 16-bit words, in the last four bytes, little-endian (H5_checksum_fletcher32). */
function checkFletcher(bytes: H5Bytes, content: Uint8Array, path: string): Uint8Array {
  const length = content.length - 4;
  if (length < 0) throw bytes.damaged(`a chunk of "${path}" is empty`);
  let a = 0;
  let b = 0;
  for (let i = 0; i < length; i += 2) {
    a = (a + (content[i] ?? 0) * 256 + (i + 1 < length ? (content[i + 1] ?? 0) : 0)) % 65535;
    b = (b + a) % 65535;
  }
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const stated = view.getUint32(length, true);
  if ((stated >>> 16) % 65535 !== b || (stated & 0xffff) % 65535 !== a) {
    throw bytes.damaged(`the checksum of a chunk of "${path}" is wrong`);
  }
  return content.subarray(0, length);
}

/** Copies the part of a chunk that lies inside the dataset, row by row of the last dimension. */
function place(
  out: Uint8Array,
  shape: readonly number[],
  content: Uint8Array,
  sizes: readonly number[],
  offsets: readonly number[],
  itemSize: number,
): void {
  const rank = shape.length;
  const copy = (dimension: number, from: number, to: number): void => {
    const offset = offsets[dimension] ?? 0;
    const size = sizes[dimension] ?? 1;
    const whole = shape[dimension] ?? 0;
    const count = Math.min(size, whole - offset);
    if (dimension === rank - 1) {
      const start = from * size * itemSize;
      out.set(content.subarray(start, start + count * itemSize), (to * whole + offset) * itemSize);
      return;
    }
    for (let i = 0; i < count; i++) copy(dimension + 1, from * size + i, to * whole + offset + i);
  };
  copy(0, 0, 0);
}
