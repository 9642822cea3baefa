/** Numbers in full: as short as float32 allows, and back to the same bits; and a slice of a file as CSV. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fullFloat32 } from '../../src/demo/full-number.ts';
import type { SlicedTensor } from '../../src/demo/keras/gate-tensors.ts';
import { sliceCsv } from '../../src/demo/keras/slice-csv.ts';

const bitsOf = (value: number): number => new Uint32Array(Float32Array.of(value).buffer)[0] as number;
const digitsOf = (text: string): string =>
  text.replace(/e.*$/, '').replace(/[-.]/g, '').replace(/^0+/, '').replace(/0+$/, '');

describe('a float32 in full', () => {
  it('reads back to the same bits, and has at most nine digits', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (value) => {
        const text = fullFloat32(value);
        expect(bitsOf(Number(text))).toBe(bitsOf(value));
        expect(digitsOf(text).length).toBeLessThanOrEqual(9);
      }),
      { numRuns: 2000 },
    );
  });

  it('is no longer than it must be', () => {
    expect(fullFloat32(Math.fround(0.1))).toBe('0.1');
    expect(fullFloat32(Math.fround(1 / 3))).toBe('0.33333334');
    expect(fullFloat32(16777216)).toBe('16777216');
    expect(fullFloat32(-0)).toBe('-0');
    expect(fullFloat32(Number.NaN)).toBe('NaN');
    expect(fullFloat32(Number.POSITIVE_INFINITY)).toBe('Infinity');
  });
});

describe('a slice as CSV', () => {
  it('has every row and column of the slice and of no other, each to the bit', () => {
    const data = Float32Array.from({ length: 24 }, (_, at) => Math.sin(at + 1));
    const tensor = { data, rows: 3, columns: 8, slices: [] } as unknown as SlicedTensor;
    const lines = [...sliceCsv(tensor, { gate: null, from: 2, rows: 3, columns: 2 })]
      .join('')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));

    expect(lines[0]).toEqual(['row', '0', '1']);
    expect(lines.slice(1).map(([row]) => row)).toEqual(['0', '1', '2']);
    const read = lines.slice(1).flatMap(([, ...numbers]) => numbers.map(Number));
    expect(read.map(Math.fround)).toEqual([2, 3, 10, 11, 18, 19].map((at) => data[at]));
  });

  it('comes in parts of little work, also where a single row has many columns', () => {
    const data = Float32Array.from({ length: 5000 }, (_, at) => at / 7);
    const tensor = { data, rows: 1, columns: 5000, slices: [] } as unknown as SlicedTensor;

    const parts = [...sliceCsv(tensor, { gate: null, from: 0, rows: 1, columns: 5000 })];

    expect(Math.max(...parts.map((part) => part.split(',').length))).toBeLessThan(1000);
    const [, numbers = ''] = parts.join('').split('\n');
    expect(
      numbers
        .split(',')
        .slice(1)
        .map((one) => Math.fround(Number(one))),
    ).toEqual([...data]);
  });
});
