/** Numbers of a file as float32, rounded to nearest as NumPy does. */
import type { H5Type } from './types.ts';

type NumberType = Extract<H5Type, { kind: 'number' }>;

/** The values, copied. Whole numbers above 2^24 and float64 lose digits; the caller says so. */
export function toFloat32(stored: Uint8Array, type: NumberType): Float32Array {
  const { size, littleEndian } = type;
  const count = stored.length / size;
  const out = new Float32Array(count);
  if (type.number === 'float' && size === 4 && littleEndian) {
    new Uint8Array(out.buffer).set(stored);
    return out;
  }
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength);
  const value = reader(view, type, littleEndian);
  for (let i = 0; i < count; i++) out[i] = value(i * size);
  return out;
}

function reader(view: DataView, type: NumberType, little: boolean): (at: number) => number {
  const { size } = type;
  if (type.number === 'float') {
    if (size === 8) return (at) => view.getFloat64(at, little);
    return size === 4 ? (at) => view.getFloat32(at, little) : (at) => float16(view.getUint16(at, little));
  }
  const signed = type.number === 'int';
  if (size === 8) {
    return signed
      ? (at) => Number(view.getBigInt64(at, little))
      : (at) => Number(view.getBigUint64(at, little));
  }
  if (size === 4) return signed ? (at) => view.getInt32(at, little) : (at) => view.getUint32(at, little);
  if (size === 2) return signed ? (at) => view.getInt16(at, little) : (at) => view.getUint16(at, little);
  return signed ? (at) => view.getInt8(at) : (at) => view.getUint8(at);
}

/** IEEE 754 half precision: 1 sign, 5 exponent, 10 fraction bits. */
export function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
