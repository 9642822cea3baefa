/** Attributes of a group or dataset (IV.A.2.m) whose value is text or nothing: all that Keras puts there. */
import type { H5Bytes } from './bytes.ts';
import { type H5Message, MESSAGE } from './object-header.ts';
import { countOf, type H5Type, readShape, readType, typeName } from './types.ts';

interface Attribute {
  readonly name: string;
  readonly type: H5Type;
  readonly count: number;
  readonly isScalar: boolean;
  /** Where the values lie. */
  readonly at: number;
}

const MAX_STRINGS = 100_000;

/** The attributes of one object by name; values are read when they are asked for. */
export class H5Attributes {
  private readonly bytes: H5Bytes;
  private readonly byName = new Map<string, Attribute>();

  constructor(bytes: H5Bytes, messages: readonly H5Message[]) {
    this.bytes = bytes;
    for (const message of messages) {
      if (message.type === MESSAGE.attributeInfo) checkAttributeInfo(bytes, message);
      if (message.type !== MESSAGE.attribute) continue;
      const attribute = locate(bytes, message);
      if (this.byName.has(attribute.name)) {
        throw bytes.damaged(`an object has the attribute "${attribute.name.slice(0, 80)}" twice`);
      }
      this.byName.set(attribute.name, attribute);
    }
  }

  has(name: string): boolean {
    return this.byName.has(name);
  }

  /** The one string of an attribute, null when there is no such attribute. */
  text(name: string): string | null {
    const texts = this.strings(name);
    if (texts === null) return null;
    if (texts.length !== 1) throw this.bytes.damaged(`its attribute "${name}" is not one text`);
    return texts[0] ?? null;
  }

  /** The list of strings of an attribute, null when there is no such attribute. */
  texts(name: string): string[] | null {
    if (this.byName.get(name)?.isScalar) throw this.bytes.damaged(`its attribute "${name}" is no list`);
    return this.strings(name);
  }

  /** Without values an attribute may be of any type: Keras writes empty lists as float64. */
  private strings(name: string): string[] | null {
    const attribute = this.byName.get(name);
    if (!attribute) return null;
    const { bytes } = this;
    const { type, count } = attribute;
    if (count > MAX_STRINGS) throw bytes.fail(`the attribute "${name}" has ${count} strings.`);
    if (count === 0) return [];
    if (type.kind !== 'string' && type.kind !== 'text') {
      throw bytes.damaged(`its attribute "${name}" holds ${typeName(type)} values where text is due`);
    }
    return readStrings(bytes, attribute.at, count, type);
  }
}

function readStrings(
  bytes: H5Bytes,
  start: number,
  count: number,
  type: Extract<H5Type, { kind: 'string' | 'text' }>,
): string[] {
  return Array.from({ length: count }, (_, i) => {
    const at = start + i * type.size;
    const stored =
      type.kind === 'text' ? heapString(bytes, at) : fixedString(bytes.slice(at, type.size), type.padding);
    const text = bytes.text(stored);
    if (text.includes('\0')) throw bytes.damaged('a text has a NUL in it');
    return text;
  });
}

function fixedString(stored: Uint8Array, padding: number): Uint8Array {
  let length = stored.length;
  if (padding === 2) while (length > 0 && stored[length - 1] === 0x20) length--;
  while (length > 0 && stored[length - 1] === 0) length--;
  return stored.subarray(0, length);
}

/** A string of the global heap (III.E); the attribute holds its length, the heap's address and its number there. */
function heapString(bytes: H5Bytes, at: number): Uint8Array {
  const length = bytes.u32(at);
  const address = bytes.u64(at + 4);
  if (address === 0) {
    if (length !== 0) throw bytes.damaged('a text has a length and no place');
    return new Uint8Array(0);
  }
  const found = globalHeap(bytes, address).get(bytes.u32(at + 12));
  if (found?.size !== length) throw bytes.damaged('a text is not where the file says');
  const stored = bytes.slice(found.at, length);
  const nul = stored.indexOf(0);
  return nul < 0 ? stored : stored.subarray(0, nul);
}

type GlobalHeap = ReadonlyMap<number, { readonly at: number; readonly size: number }>;

/** Heaps of a file that were walked, by address. */
const HEAPS = new WeakMap<H5Bytes, Map<number, GlobalHeap>>();

/** The objects of a heap by number. All are walked: libhdf5 refuses the whole heap when one of them is broken. */
function globalHeap(bytes: H5Bytes, address: number): GlobalHeap {
  const known = HEAPS.get(bytes) ?? new Map<number, GlobalHeap>();
  HEAPS.set(bytes, known);
  const earlier = known.get(address);
  if (earlier) return earlier;
  bytes.expect(address, 'GCOL');
  if (bytes.u8(address + 4) !== 1) throw bytes.damaged('a heap of texts has an unknown version');
  bytes.expectZeros(address + 5, 3);
  const end = address + bytes.u64(address + 8);
  bytes.slice(address, end - address);
  const objects = new Map<number, { at: number; size: number }>();
  for (let at = address + 16; at + 16 <= end; ) {
    bytes.step();
    const index = bytes.u16(at);
    const size = bytes.u64(at + 8);
    // Object 0 is the free space and counts its own header; it is the last one.
    const needed = index === 0 ? size : 16 + 8 * Math.ceil(size / 8);
    const isLast = at + needed === end;
    if (at + needed > end || needed < 16 || (index === 0 && !isLast) || objects.has(index)) {
      throw bytes.damaged('a heap of texts is broken');
    }
    if (index !== 0) objects.set(index, { at: at + 16, size });
    at += needed;
  }
  known.set(address, objects);
  return objects;
}

function locate(bytes: H5Bytes, message: H5Message): Attribute {
  const { at, size } = message;
  const end = at + size;
  const version = bytes.u8(at);
  if (version < 1 || version > 3) throw bytes.damaged('an attribute has an unknown version');
  // In version 1 a reserved byte, later flags that say which parts are shared.
  if (bytes.u8(at + 1) !== 0) throw bytes.unsupported('an attribute with a shared type');
  const nameSize = bytes.u16(at + 2);
  const typeSize = bytes.u16(at + 4);
  const spaceSize = bytes.u16(at + 6);
  if (version === 3 && bytes.u8(at + 8) > 1) throw bytes.damaged('a name has an unknown character set');
  const pad = (length: number): number => (version === 1 ? 8 * Math.ceil(length / 8) : length);
  const nameAt = at + (version === 3 ? 9 : 8);
  const typeAt = nameAt + pad(nameSize);
  const spaceAt = typeAt + pad(typeSize);
  const valueAt = spaceAt + pad(spaceSize);
  if (valueAt > end || nameSize === 0 || typeSize < 8 || spaceSize < 4) {
    throw bytes.damaged('an attribute is cut short');
  }
  const name = bytes.name(nameAt, nameAt + nameSize);
  if (name.length === 0 || bytes.slice(nameAt, nameSize).indexOf(0) !== nameSize - 1) {
    throw bytes.damaged('the name of an attribute has another length than it says');
  }
  const type = readType(bytes, typeAt, typeAt + typeSize);
  const shape = readShape(bytes, spaceAt, spaceAt + spaceSize);
  const count = shape === null ? 0 : countOf(bytes, shape);
  if (count * type.size > end - valueAt) throw bytes.damaged(`its attribute "${name}" is cut short`);
  return { name, type, count, isScalar: shape?.length === 0, at: valueAt };
}

/** Only attributes in the header are read; with many, newer libraries keep them in a heap of their own. */
function checkAttributeInfo(bytes: H5Bytes, { at, size }: H5Message): void {
  const flags = bytes.u8(at + 1);
  if (bytes.u8(at) !== 0 || flags & 0xfc) throw bytes.damaged('an object has unknown flags');
  const heapAt = at + 2 + (flags & 1 ? 2 : 0);
  // The heap, its index by name and, if there is one, by order of creation.
  const addresses = bytes.slice(heapAt, flags & 2 ? 24 : 16);
  if (heapAt + addresses.length > at + size) throw bytes.damaged('an attribute info message is cut short');
  if (addresses.some((byte) => byte !== 0xff)) throw bytes.unsupported('densely stored attributes');
}
