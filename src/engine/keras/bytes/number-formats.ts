/**
 * Little-endian numbers of the formats that neural networks are stored in, as float32. Values that float32 cannot hold
 * exactly (float64, large integers) are rounded to the nearest.
 */

const ITEM_BYTES = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  uint64: 8,
  int32: 4,
  uint32: 4,
  int16: 2,
  uint16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
} as const;

export type NumberFormat = keyof typeof ITEM_BYTES;

/** Bytes of one number. */
export function itemBytes(format: NumberFormat): number {
  return ITEM_BYTES[format];
}

/** All numbers in the bytes, whose length must be a multiple of itemBytes(format). The bytes are copied. */
export function decodeNumbers(format: NumberFormat, bytes: Uint8Array): Float32Array {
  const view = viewOf(bytes);
  const size = ITEM_BYTES[format];
  const values = new Float32Array(bytes.byteLength / size);
  const words = new Uint32Array(values.buffer);
  const read = READERS[format];
  const nanBits = NAN_BITS[format];
  for (let i = 0; i < values.length; i++) {
    const value = read(view, i * size);
    if (Number.isNaN(value) && nanBits) words[i] = nanBits(view, i * size);
    else values[i] = value;
  }
  return values;
}

/** The first number in the bytes, as exact as a number of JavaScript is. */
export function decodeNumber(format: NumberFormat, bytes: Uint8Array): number {
  return READERS[format](viewOf(bytes), 0);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const READERS: Readonly<Record<NumberFormat, (view: DataView, at: number) => number>> = {
  float64: (view, at) => view.getFloat64(at, true),
  float32: (view, at) => view.getFloat32(at, true),
  float16: (view, at) => float16Value(view.getUint16(at, true)),
  bfloat16: (view, at) => bfloat16Value(view.getUint16(at, true)),
  int64: (view, at) => Number(view.getBigInt64(at, true)),
  uint64: (view, at) => Number(view.getBigUint64(at, true)),
  int32: (view, at) => view.getInt32(at, true),
  uint32: (view, at) => view.getUint32(at, true),
  int16: (view, at) => view.getInt16(at, true),
  uint16: (view, at) => view.getUint16(at, true),
  int8: (view, at) => view.getInt8(at),
  uint8: (view, at) => view.getUint8(at),
  bool: (view, at) => (view.getUint8(at) === 0 ? 0 : 1),
};

/**
 * The float32 bits of a NaN, as NumPy converts it: JavaScript is free to change them when a NaN passes through a number.
 * Sign and leading fraction bits stay; coming from float64 it is made a quiet one, as processors do.
 */
const NAN_BITS: Readonly<Partial<Record<NumberFormat, (view: DataView, at: number) => number>>> = {
  float64: (view, at) => {
    const high = view.getUint32(at + 4, true);
    const fraction = (high << 3) | (view.getUint32(at, true) >>> 29);
    return ((high & 0x80000000) | 0x7fc00000 | (fraction & 0x3fffff)) >>> 0;
  },
  float32: (view, at) => view.getUint32(at, true),
  float16: (view, at) => {
    const half = view.getUint16(at, true);
    return (((half & 0x8000) << 16) | 0x7f800000 | ((half & 0x3ff) << 13)) >>> 0;
  },
  bfloat16: (view, at) => view.getUint16(at, true) * 0x10000,
};

/** IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. DataView.getFloat16 is newer than the oldest Node here. */
function float16Value(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The upper half of a float32. */
const WORD = new DataView(new ArrayBuffer(4));
function bfloat16Value(half: number): number {
  WORD.setUint32(0, half * 0x10000);
  return WORD.getFloat32(0);
}

/** The values as little-endian float32. */
export function encodeFloat32(values: Float32Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i] as number, true);
  return bytes;
}

/** A float32 with as few digits as give the same float32 again: 0.001 and not 0.0010000000474974513. */
export function shortest(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(9));
}
