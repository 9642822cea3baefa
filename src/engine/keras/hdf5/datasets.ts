/**
 * Datasets of numbers (IV.A.2.i, IV.A.2.l): where the values lie, and the values as float32. Compact, contiguous and
 * chunked (deflate, shuffle, fletcher32), layout version 3. External files and virtual datasets are refused.
 */
import type { H5Bytes } from './bytes.ts';
import { readChunks } from './chunks.ts';
import { type H5Message, MESSAGE, type Superblock } from './object-header.ts';
import { countOf, type H5Type, readShape, readType, typeName } from './types.ts';
import { toCount, toFloat32 } from './values.ts';

export interface H5Dataset {
  readonly shape: readonly number[];
  /** e.g. float32; byte order is not told */
  readonly dtype: string;
  /** Bytes of the values, unpacked. */
  readonly byteLength: number;
  /** True where the values lie in the file as they are. */
  readonly isStored: boolean;
  read(): Promise<Float32Array>;
  /** The value of a whole number alone; there where the dataset is one. */
  readonly readCount?: () => Promise<number>;
}

type NumberType = Extract<H5Type, { kind: 'number' }>;

export function openDataset(
  { bytes, chunkEntries }: Superblock,
  messages: readonly H5Message[],
  path: string,
): H5Dataset {
  const need = (type: number): H5Message => {
    const message = messages.find((one) => one.type === type);
    if (!message) throw bytes.damaged(`"${path}" is no whole dataset`);
    return message;
  };
  const find = (type: number): H5Message | undefined => messages.find((one) => one.type === type);
  if (find(MESSAGE.externalFiles)) throw bytes.unsupported(`values of "${path}" in another file`);

  const typeMessage = need(MESSAGE.datatype);
  const type = readType(bytes, typeMessage.at, typeMessage.at + typeMessage.size);
  const spaceMessage = need(MESSAGE.dataspace);
  const shape = readShape(bytes, spaceMessage.at, spaceMessage.at + spaceMessage.size) ?? [0];
  const count = countOf(bytes, shape);
  const byteLength = count * type.size;
  const fill = find(MESSAGE.fill);
  if (fill) checkFill(bytes, fill);
  const layout = need(MESSAGE.layout);
  const filters = find(MESSAGE.filters);
  const base = { shape, dtype: typeName(type), byteLength };
  if (type.kind !== 'number') {
    // Other datasets may lie beside the weights (a list of class names); they are listed and never read.
    const read = (): Promise<Float32Array> =>
      Promise.reject(bytes.unsupported(`${typeName(type)} values in "${path}"`));
    return { ...base, byteLength: 0, isStored: true, read };
  }
  const stored = { layout, filters, shape, type, byteLength, path, chunkEntries };
  const { isStored, values } = locateValues(bytes, stored);
  const isCount = shape.length === 0 && type.number !== 'float';
  return {
    ...base,
    isStored,
    read: async () => toFloat32(await values(), type),
    ...(isCount ? { readCount: async () => toCount(await values(), type) } : {}),
  };
}

interface Stored {
  readonly layout: H5Message;
  readonly filters: H5Message | undefined;
  readonly shape: readonly number[];
  readonly type: NumberType;
  readonly byteLength: number;
  readonly path: string;
  readonly chunkEntries: number;
}

interface Located {
  readonly isStored: boolean;
  /** Their bytes, unpacked. */
  values(): Promise<Uint8Array>;
}

function locateValues(bytes: H5Bytes, stored: Stored): Located {
  const { layout, filters, type, byteLength, path } = stored;
  const { at } = layout;
  const end = at + layout.size;
  const version = bytes.u8(at);
  const kind = bytes.u8(at + 1);
  if (kind === 3 && version === 4) throw bytes.unsupported(`a virtual dataset ("${path}")`);
  if (version !== 3 && !(version === 4 && kind < 2)) {
    throw bytes.unsupported(`the layout version ${version} of "${path}"`);
  }
  if (kind > 2) throw bytes.damaged(`"${path}" is stored in an unknown way`);
  if (kind !== 2 && filters) throw bytes.unsupported(`packed values of "${path}" that are not in chunks`);

  if (kind === 0) {
    const size = bytes.u16(at + 2);
    if (at + 4 + size > end || size !== byteLength) throw bytes.damaged(`"${path}" has too few values`);
    return { isStored: true, values: async () => bytes.slice(at + 4, size) };
  }
  if (kind === 1) {
    if (at + 18 > end) throw bytes.damaged(`"${path}" is stored in an unknown way`);
    const size = bytes.u64(at + 10);
    const from = bytes.address(at + 2);
    if (size !== byteLength) {
      throw bytes.damaged(`"${path}" has ${size} bytes of values and its shape needs ${byteLength}`);
    }
    if (byteLength === 0) return { isStored: true, values: async () => new Uint8Array(0) };
    if (from === null) throw bytes.damaged(`the values of "${path}" were never written`);
    bytes.slice(from, size);
    return { isStored: true, values: async () => bytes.slice(from, size) };
  }
  return {
    isStored: false,
    values: () => readChunks(bytes, { ...stored, itemSize: type.size, at: at + 2, end }),
  };
}

/** The fill value is not used, since unwritten values are refused; it must be one, as libhdf5 asks. */
function checkFill(bytes: H5Bytes, { at, size }: H5Message): void {
  const version = bytes.u8(at);
  const isWhole = (from: number): boolean => from + 4 <= at + size && from + 4 + bytes.u32(from) <= at + size;
  let ok = false;
  if (version === 1 || version === 2) {
    const times = bytes.u8(at + 1) >= 1 && bytes.u8(at + 1) <= 3 && bytes.u8(at + 2) <= 2;
    const defined = bytes.u8(at + 3);
    ok = times && defined <= 1 && (defined === 0 || isWhole(at + 4));
  } else if (version === 3) {
    const flags = bytes.u8(at + 1);
    const isDefined = (flags & 0x20) !== 0;
    ok = (flags & 0xc0) === 0 && (flags & 3) >= 1 && ((flags >> 2) & 3) <= 2 && (flags & 0x30) !== 0x30;
    ok = ok && (!isDefined || isWhole(at + 2));
  }
  if (!ok) throw bytes.damaged('a fill value is of an unknown form');
}
