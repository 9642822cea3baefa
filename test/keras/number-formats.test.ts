import { expect, test } from 'vitest';
import { decodeNumbers, type NumberFormat } from '../../src/engine/keras/bytes/number-formats.ts';

/** Bits of a NaN as stored, and what numpy 2.4 makes of them by astype('float32'), both most significant digit first. */
test.each<[NumberFormat, string, string]>([
  ['float64', '7ff0000000000001', '7fc00000'],
  ['float64', 'fff0000010000000', 'ffc00000'],
  ['float64', '7ff9a5a5a0000000', '7fcd2d2d'],
  ['float32', '7f800001', '7f800001'],
  ['float32', 'ffc12345', 'ffc12345'],
  ['float16', '7c01', '7f802000'],
  ['float16', 'fe55', 'ffcaa000'],
  ['bfloat16', '7fa1', '7fa10000'],
])('a NaN of %s keeps its sign and its leading bits: %s', (format, stored, expected) => {
  const bytes = Uint8Array.from(stored.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)).reverse();

  const [bits] = new Uint32Array(decodeNumbers(format, bytes).buffer);

  expect(bits?.toString(16)).toBe(expected);
});
