/** Numbers of a file as float32, bit for bit where they are float32, else rounded to nearest as NumPy does. */
import { decodeNumber, decodeNumbers } from '../bytes/number-formats.ts';
import type { H5Type } from './types.ts';

type NumberType = Extract<H5Type, { kind: 'number' }>;

/** The values, copied. */
export function toFloat32(stored: Uint8Array, type: NumberType): Float32Array {
  const { number, size } = type;
  const little = type.littleEndian ? stored : swapped(stored, size);
  if (number === 'float' && size === 4) {
    // Through numbers, NaN could lose its bits.
    const out = new Float32Array(stored.length / 4);
    new Uint8Array(out.buffer).set(little);
    return out;
  }
  return decodeNumbers(formatOf(type), little);
}

/** A whole number alone. */
export function toCount(stored: Uint8Array, type: NumberType): number {
  return decodeNumber(formatOf(type), type.littleEndian ? stored : swapped(stored, type.size));
}

function formatOf({ number, size }: NumberType) {
  if (number === 'float') return size === 2 ? 'float16' : 'float64';
  return `${number}${(8 * size) as 8 | 16 | 32 | 64}` as const;
}

/** Each value's bytes the other way round. */
function swapped(stored: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(stored.length);
  for (let i = 0; i < stored.length; i++) out[i] = stored[i - 2 * (i % size) + size - 1] ?? 0;
  return out;
}
