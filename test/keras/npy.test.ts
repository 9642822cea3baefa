import { describe, expect, it } from 'vitest';
import { GatewiseError } from '../../src/engine/core/errors.ts';
import { type NpyArray, readNpy, writeNpy } from '../../src/engine/keras/index.ts';

const text = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);

/** A .npy file with a header of one's own. */
function withHeader(header: string, values = new Uint8Array(0), version = 1): Uint8Array {
  const bytes = [0x93, ...new TextEncoder().encode('NUMPY'), version, 0];
  bytes.push(header.length & 255, header.length >> 8, ...(version > 1 ? [0, 0] : []));
  return Uint8Array.from([...bytes, ...new TextEncoder().encode(header), ...values]);
}

function failure(bytes: Uint8Array): string {
  try {
    readNpy(bytes, 'x.npy');
  } catch (error) {
    expect(error).toBeInstanceOf(GatewiseError);
    return (error as GatewiseError).message;
  }
  return 'no error';
}

describe('.npy', () => {
  it('reads a Buffer of Node that shares its memory with others', () => {
    const array: NpyArray = { shape: [3], data: Float32Array.of(1, 2, 3) };
    const shared = Buffer.concat([Buffer.alloc(24, 0xff), writeNpy(array)]).subarray(24);

    expect(readNpy(shared)).toEqual(array);
  });

  it.each([
    ['[3, 4]', { shape: [3, 4], data: Float32Array.from({ length: 12 }, (_, i) => i / 7) }],
    ['a scalar []', { shape: [], data: Float32Array.of(-0) }],
    ['an empty [0]', { shape: [0], data: new Float32Array(0) }],
    [
      '[1, 1, 7]',
      { shape: [1, 1, 7], data: Float32Array.of(1, Number.NaN, Infinity, -Infinity, 1e-45, 3e38, -0) },
    ],
    ['[129] of float64', { shape: [129], data: Float64Array.from({ length: 129 }, (_, i) => i / 3) }],
    ['[2] of int32', { shape: [2], data: Int32Array.of(-2147483648, 7) }],
    ['[] of int64', { shape: [], data: BigInt64Array.of(-9007199254740993n) }],
  ])('reads back %s as it was written', (_, array: NpyArray) => {
    const back = readNpy(writeNpy(array));

    expect(back.shape).toEqual(array.shape);
    expect(back.data.constructor).toBe(array.data.constructor);
    expect(new Uint8Array(back.data.buffer)).toEqual(new Uint8Array(array.data.slice().buffer));
  });

  it('writes the header as NumPy does, values starting at a multiple of 64', () => {
    const bytes = writeNpy({ shape: [3], data: Float32Array.of(1, 2, 3) });

    expect(bytes.length).toBe(128 + 12);
    expect(text(bytes.subarray(1, 10))).toBe('NUMPY\x01\x00\x76\x00');
    expect(text(bytes.subarray(10, 128)).trimEnd()).toBe(
      "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }",
    );
    expect(bytes[127]).toBe(0x0a);
  });

  it('writes only the part of a buffer that an array covers', () => {
    const whole = Float32Array.of(9, 1, 2, 9);

    const back = readNpy(writeNpy({ shape: [2], data: whole.subarray(1, 3) }));

    expect([...back.data]).toEqual([1, 2]);
  });

  it('reads values that start at an odd address', () => {
    const bytes = writeNpy({ shape: [2], data: Float32Array.of(1.5, -2.5) });
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);

    expect([...readNpy(shifted.subarray(1)).data]).toEqual([1.5, -2.5]);
  });

  it('refuses to write values that do not fit the shape', () => {
    expect(() => writeNpy({ shape: [2, 3], data: new Float32Array(5) })).toThrow(
      'shape [2, 3] needs 6 values, received 5',
    );
  });

  it('names what is wrong with a file', () => {
    const good = writeNpy({ shape: [3], data: Float32Array.of(1, 2, 3) });
    const dict = (shape: string, descr = '<f4', order = 'False'): string =>
      `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`;

    expect(failure(new Uint8Array(0))).toContain('x.npy: this is no .npy file');
    expect(failure(Uint8Array.of(...new TextEncoder().encode('PK and some more bytes')))).toContain(
      'no .npy file',
    );
    expect(failure(good.subarray(0, 40))).toContain('cut short inside its header');
    expect(failure(good.subarray(0, good.length - 1))).toContain('needs 12 bytes of values, the file has 11');
    expect(failure(Uint8Array.of(...good, 0))).toContain('the file has 13');
    expect(failure(withHeader(dict('(2147483648,)')))).toContain('larger than is read');
    expect(failure(withHeader(dict('(2147483648, 0)')))).toContain('larger than is read');
    expect(failure(withHeader(dict('(268435456, 268435456, 268435456)')))).toContain('larger than is read');
    expect(failure(withHeader(dict(`(${'1, '.repeat(40)})`)))).toContain('larger than is read');
    expect(failure(withHeader(dict('(-1,)')))).toContain('not one that NumPy writes');
    expect(failure(withHeader(dict('(1 1,)')))).toContain('cannot be read');
    expect(failure(withHeader(dict('(1,)', '|O')))).toContain('"|O"');
    expect(failure(withHeader(dict('(1,)', '>f4')))).toContain('">f4"');
    expect(failure(withHeader(dict('(1,)', '__proto__')))).toContain('"__proto__"');
    expect(failure(withHeader('import os\n'))).toContain('not one that NumPy writes');
    expect(failure(withHeader(dict('(1,)'), new Uint8Array(4), 4))).toContain('version 4.0');
    expect(failure(withHeader(' '.repeat(20_000)))).toContain('20000 bytes');
  });

  it('reads Fortran order, the first index running fastest', () => {
    const header = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3, 2), }\n";
    // numpy.asfortranarray(numpy.arange(12).reshape(2, 3, 2)) in memory
    const stored = Float32Array.of(0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11);

    const array = readNpy(withHeader(header, new Uint8Array(stored.buffer)));

    expect(array.shape).toEqual([2, 3, 2]);
    expect([...array.data]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it.each([
    ['<f2', Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7c00), [1, -2, 2 ** -24, Number.POSITIVE_INFINITY]],
    ['|u1', Uint8Array.of(0, 200, 255, 7), [0, 200, 255, 7]],
    ['|i1', Int8Array.of(0, -3, 127, -128), [0, -3, 127, -128]],
    ['<i2', Int16Array.of(-300, 300, 0, 1), [-300, 300, 0, 1]],
    ['<u4', Uint32Array.of(4_000_000_000, 1, 2, 3), [4_000_000_000, 1, 2, 3]],
  ])('reads %s', (descr, values, expected) => {
    const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (4,), }\n`;

    const { data } = readNpy(withHeader(header, new Uint8Array(values.buffer)));

    expect([...data]).toEqual(expected);
  });

  it('reads the longer header of version 2', () => {
    const header = "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }\n";

    expect(readNpy(withHeader(header, new Uint8Array(8), 2)).shape).toEqual([1]);
  });
});
