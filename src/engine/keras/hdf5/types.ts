/**
 * Datatypes and dataspaces (IV.A.2.b, IV.A.2.d): numbers as IEEE and two's complement have them, and strings. A number
 * type whose parts lie elsewhere is refused: libhdf5 would convert it, and one flipped bit makes such a type.
 */
import { formatShape } from '../../core/errors.ts';
import type { H5Bytes } from './bytes.ts';

export type H5Type =
  | {
      readonly kind: 'number';
      readonly number: 'float' | 'int' | 'uint';
      /** Bytes of one value. */
      readonly size: 1 | 2 | 4 | 8;
      readonly littleEndian: boolean;
    }
  /** `padding` 0: ends at a NUL; 1: filled with NUL; 2: filled with spaces. */
  | { readonly kind: 'string'; readonly size: number; readonly padding: number }
  | { readonly kind: 'text'; readonly size: 16 }
  /** Known to HDF5, of no use in a model file. */
  | { readonly kind: 'other'; readonly size: number; readonly what: string };

const CLASSES = [
  'fixed-point',
  'float',
  'time',
  'string',
  'bitfield',
  'opaque',
  'compound',
  'reference',
  'enum',
  'variable-length',
  'array',
];
/** [exponent at, exponent bits, mantissa bits, bias] by size in bytes. */
const IEEE: Readonly<Record<number, readonly [number, number, number, number]>> = {
  2: [10, 5, 10, 15],
  4: [23, 8, 23, 127],
  8: [52, 11, 52, 1023],
};
/** libhdf5's H5S_MAX_RANK. */
const MAX_RANK = 32;

export function readType(bytes: H5Bytes, at: number, end: number): H5Type {
  const head = bytes.u8(at);
  const version = head >> 4;
  const bits = bytes.u8(at + 1) | (bytes.u8(at + 2) << 8) | (bytes.u8(at + 3) << 16);
  const size = bytes.u32(at + 4);
  const name = CLASSES[head & 15];
  if (version < 1 || version > 3 || name === undefined || size === 0) {
    throw bytes.damaged('a type of values is unknown');
  }
  if (name === 'fixed-point') return fixedPoint(bytes, at, end, bits, size);
  if (name === 'float') return float(bytes, at, end, bits, size);
  if (name === 'string') {
    if (bits & ~0x1f || (bits & 15) > 2) throw bytes.damaged('a type of strings is unknown');
    return { kind: 'string', size, padding: bits & 15 };
  }
  if (name === 'variable-length' && (bits & 15) === 1) {
    if (bits & ~0x121 || size !== 16) throw bytes.damaged('a type of strings is unknown');
    const base = readType(bytes, at + 8, end);
    if (base.size !== 1 || (base.kind !== 'number' && base.kind !== 'string'))
      throw bytes.damaged('a type of strings is unknown');
    return { kind: 'text', size };
  }
  return { kind: 'other', size, what: name };
}

function fixedPoint(bytes: H5Bytes, at: number, end: number, bits: number, size: number): H5Type {
  const plain =
    at + 12 <= end &&
    (bits & ~0x09) === 0 &&
    bytes.u16(at + 8) === 0 &&
    bytes.u16(at + 10) === 8 * size &&
    (size === 1 || size === 2 || size === 4 || size === 8);
  if (!plain) throw bytes.unsupported('whole numbers of an uncommon form');
  return {
    kind: 'number',
    number: bits & 8 ? 'int' : 'uint',
    size: size as 1 | 2 | 4 | 8,
    littleEndian: (bits & 1) === 0,
  };
}

function float(bytes: H5Bytes, at: number, end: number, bits: number, size: number): H5Type {
  const form = Object.hasOwn(IEEE, size) ? IEEE[size] : undefined;
  const isIeee =
    form !== undefined &&
    at + 20 <= end &&
    // Implied leading bit, no padding; bits 8 to 15 say where the sign is.
    (bits & ~1) === (0x20 | ((8 * size - 1) << 8)) &&
    bytes.u16(at + 8) === 0 &&
    bytes.u16(at + 10) === 8 * size &&
    bytes.u8(at + 12) === form[0] &&
    bytes.u8(at + 13) === form[1] &&
    bytes.u8(at + 14) === 0 &&
    bytes.u8(at + 15) === form[2] &&
    bytes.u32(at + 16) === form[3];
  if (!isIeee) {
    throw bytes.unsupported(
      `numbers of ${size} bytes that are not IEEE floats (float16, float32, float64 are)`,
    );
  }
  return { kind: 'number', number: 'float', size: size as 2 | 4 | 8, littleEndian: (bits & 1) === 0 };
}

/** How a type is called: float32, >f8 as float64, int64. */
export function typeName(type: H5Type): string {
  if (type.kind === 'number') return `${type.number}${8 * type.size}`;
  return type.kind === 'other' ? type.what : 'string';
}

/** Sizes by dimension; [] is a scalar, null holds nothing. */
export function readShape(bytes: H5Bytes, at: number, end: number): readonly number[] | null {
  const version = bytes.u8(at);
  const rank = bytes.u8(at + 1);
  const flags = bytes.u8(at + 2);
  if (version < 1 || version > 2 || rank > MAX_RANK || flags & 0xfe) {
    throw bytes.damaged('a shape is of an unknown form');
  }
  let next = at + 8;
  if (version === 1) {
    bytes.expectZeros(at + 3, 5);
  } else {
    const kind = bytes.u8(at + 3);
    next = at + 4;
    if (kind > 2 || (kind !== 1 && rank !== 0) || (kind === 1 && rank === 0)) {
      throw bytes.damaged('a shape is of an unknown form');
    }
    if (kind === 2) return null;
  }
  if (next + rank * 8 * (flags & 1 ? 2 : 1) > end) throw bytes.damaged('a shape is cut short');
  const shape = Array.from({ length: rank }, (_, i) => bytes.u64(next + i * 8));
  if (flags & 1) {
    shape.forEach((size, i) => {
      const max = next + (rank + i) * 8;
      const unlimited = bytes.u32(max) === 0xffffffff && bytes.u32(max + 4) === 0xffffffff;
      if (!unlimited && bytes.u64(max) < size) throw bytes.damaged('a shape is larger than its limit');
    });
  }
  return shape;
}

/** Number of values; no array in memory can have more than 2^31. */
export function countOf(bytes: H5Bytes, shape: readonly number[]): number {
  const count = shape.reduce((product, size) => product * size, 1);
  if (shape.some((size) => size >= 2 ** 31) || count >= 2 ** 31) {
    throw bytes.fail(
      `an array has the shape ${formatShape(shape)}; no model that can be opened here has that.`,
    );
  }
  return count;
}
