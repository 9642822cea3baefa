import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { GatewiseError } from '../../src/engine/core/errors.ts';
import {
  type NamedArray,
  type NpzReadOptions,
  readNpz,
  writeNpy,
  writeNpz,
} from '../../src/engine/keras/index.ts';
import { bits, randomModel } from './support.ts';

/** numpy.savez and numpy.savez_compressed (NumPy 2.4.6) of {'lstm/kernel': arange(6, f4) / 7 as (2, 3), 'iterations': int64(5)}. */
const SAVEZ =
  'UEsDBC0AAAAAAAAAIQCKKGRz//////////8PABQAbHN0bS9rZXJuZWwubnB5AQAQAJgAAAAAAAAAmAAAAAAAAACTTlVNUFkBAHYAeydkZXNjcic6ICc8ZjQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgCgAAAAAlSRI+JUmSPrdt2z4lSRI/bts2P1BLAwQtAAAAAAAAACEAXr/VLv//////////DgAUAGl0ZXJhdGlvbnMubnB5AQAQAIgAAAAAAAAAiAAAAAAAAACTTlVNUFkBAHYAeydkZXNjcic6ICc8aTgnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoKSwgfSAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgCgUAAAAAAAAAUEsBAi0DLQAAAAAAAAAhAIooZHOYAAAAmAAAAA8AAAAAAAAAAAAAAIABAAAAAGxzdG0va2VybmVsLm5weVBLAQItAy0AAAAAAAAAIQBev9UuiAAAAIgAAAAOAAAAAAAAAAAAAACAAdkAAABpdGVyYXRpb25zLm5weVBLBQYAAAAAAgACAHkAAAChAQAAAAA=';
const SAVEZ_COMPRESSED =
  'UEsDBC0AAAAIAAAAIQCKKGRz//////////8PABQAbHN0bS9rZXJuZWwubnB5AQAQAJgAAAAAAAAAXAAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2airqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOgrGmjoKtQpkAy4GIFD1FLJT9Zxktz33NpAWss+7bWYPAFBLAwQtAAAACAAAACEAXr/VLv//////////DgAUAGl0ZXJhdGlvbnMubnB5AQAQAIgAAAAAAAAARgAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2mhrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RqaOgq1ChQBLlYGCAAAUEsBAi0DLQAAAAgAAAAhAIooZHNcAAAAmAAAAA8AAAAAAAAAAAAAAIABAAAAAGxzdG0va2VybmVsLm5weVBLAQItAy0AAAAIAAAAIQBev9UuRgAAAIgAAAAOAAAAAAAAAAAAAACAAZ0AAABpdGVyYXRpb25zLm5weVBLBQYAAAAAAgACAHkAAAAjAQAAAAA=';
const decode = (text: string): Uint8Array =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;

/** A copy of `bytes` with a field of its n-th record of a kind changed. */
function changed(
  bytes: Uint8Array,
  signature: number,
  field: number,
  value: number,
  size: 2 | 4 = 4,
): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  for (let at = 0; at + 4 <= copy.length; at++) {
    if (view.getUint32(at, true) !== signature) continue;
    if (size === 4) view.setUint32(at + field, value, true);
    else view.setUint16(at + field, value, true);
    return copy;
  }
  throw new Error('The record is not in the archive.');
}

async function failure(bytes: Uint8Array, options: NpzReadOptions = {}): Promise<string> {
  try {
    await readNpz(bytes, { fileName: 'w.npz', ...options });
  } catch (error) {
    expect(error).toBeInstanceOf(GatewiseError);
    return (error as GatewiseError).message;
  }
  return 'no error';
}

const ARRAYS: readonly NamedArray[] = [
  { path: 'lstm/kernel', shape: [3, 5], data: Float32Array.from({ length: 15 }, (_, i) => i / 7) },
  { path: 'lstm/bias', shape: [5], data: Float32Array.of(0, -0, Number.NaN, 1e-45, 1) },
  { path: 'scalar', shape: [], data: BigInt64Array.of(7n) },
  { path: 'empty', shape: [0], data: new Float32Array(0) },
];
const GOOD = writeNpz(ARRAYS);

describe('.npz', () => {
  it('gives back every key, shape and bit, in order', async () => {
    const back = await readNpz(GOOD);

    expect([...back.keys()]).toEqual(ARRAYS.map((array) => array.path));
    for (const { path, shape, data } of ARRAYS) {
      expect(back.get(path)?.shape).toEqual(shape);
      expect(new Uint8Array(back.get(path)?.data.buffer ?? new ArrayBuffer(1))).toEqual(
        new Uint8Array(data.buffer),
      );
    }
  });

  it('takes the weights of a model as they are', async () => {
    const model = randomModel();

    const back = await readNpz(writeNpz(model.weights));

    expect([...back.keys()]).toEqual([
      'lstm/kernel',
      'lstm/recurrent_kernel',
      'lstm/bias',
      'dense/kernel',
      'dense/bias',
    ]);
    for (const { path, data } of model.weights) {
      expect(bits(back.get(path)?.data as Float32Array)).toEqual(bits(data));
    }
  });

  it('writes the same bytes each time, in any time zone', () => {
    expect(writeNpz(ARRAYS)).toEqual(GOOD);
  });

  it.each([
    ['numpy.savez', SAVEZ],
    ['numpy.savez_compressed', SAVEZ_COMPRESSED],
  ])('reads what %s wrote', async (_, text) => {
    const back = await readNpz(decode(text));

    expect([...back.keys()]).toEqual(['lstm/kernel', 'iterations']);
    expect(back.get('lstm/kernel')?.shape).toEqual([2, 3]);
    expect([...(back.get('lstm/kernel')?.data ?? [])]).toEqual(
      [0, 1, 2, 3, 4, 5].map((value) => Math.fround(value / 7)),
    );
    expect(back.get('iterations')).toEqual({ shape: [], data: BigInt64Array.of(5n) });
  });

  it('refuses two arrays of one path', () => {
    const array = { path: 'a', shape: [1], data: Float32Array.of(1) };

    expect(() => writeNpz([array, array])).toThrow('same name');
  });

  it('gives an error or the right values, whichever bit of a file is flipped', async () => {
    const small = writeNpz([{ path: 'k', shape: [2], data: Float32Array.of(1, 2) }]);
    const unnoticed: number[] = [];
    for (let bit = 0; bit < small.length * 8; bit++) {
      const copy = small.slice();
      copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
      const same = await readNpz(copy).then(
        (back) => back.size === 1 && [...(back.get('k')?.data ?? [])].join() === '1,2',
        () => true,
      );
      if (!same) unnoticed.push(bit);
    }

    expect(unnoticed).toEqual([]);
  });

  it('refuses every truncation', async () => {
    const small = writeNpz([{ path: 'k', shape: [2], data: Float32Array.of(1, 2) }]);
    for (let length = 0; length < small.length; length++) {
      expect(await failure(small.subarray(0, length))).toContain('w.npz: ');
    }
  });

  it('refuses headers that lie', async () => {
    expect(await failure(changed(GOOD, CENTRAL, 16, 1))).toMatch(/disagrees|checksum/);
    expect(await failure(changed(changed(GOOD, CENTRAL, 16, 1), LOCAL, 14, 1))).toContain('its checksum is');
    expect(await failure(changed(GOOD, CENTRAL, 24, 0x7fffffff))).toContain(
      '2147484059 bytes; at most 268435456',
    );
    expect(await failure(changed(GOOD, CENTRAL, 24, 1000))).toContain('disagrees');
    expect(await failure(changed(GOOD, CENTRAL, 42, GOOD.length - 4))).toContain('disagrees');
    expect(await failure(changed(GOOD, CENTRAL, 42, 0xffffffff))).toContain('disagrees');
    expect(await failure(changed(GOOD, CENTRAL, 8, 1, 2))).toContain('encrypted');
    expect(await failure(changed(GOOD, CENTRAL, 10, 12, 2))).toContain('method 12');
    expect(await failure(changed(GOOD, CENTRAL, 28, 60_000, 2))).toContain(
      'directory is damaged at entry 1 of 4',
    );
    expect(await failure(changed(GOOD, END, 10, 3, 2))).toContain('one part of several');
    expect(await failure(changed(GOOD, END, 16, 0))).toContain('directory is not where');
    expect(await failure(changed(GOOD, END, 16, 0xffffffff))).toContain('zip64');
    expect(await failure(GOOD, { maxBytes: 100 })).toContain('at most 100 are read');
  });

  it.each(['../x.npy', 'a/../../x.npy', '/x.npy', 'C:x.npy', 'a\\..\\x.npy', 'a\0.npy'])(
    'refuses an entry named %j',
    async (name) => {
      const npy = writeNpy({ shape: [1], data: Float32Array.of(1) });

      expect(await failure(zipSync({ [name]: npy }, { level: 0 }))).toContain('which no model file uses');
    },
  );

  it('keeps a key called __proto__ a key', async () => {
    const back = await readNpz(writeNpz([{ path: '__proto__', shape: [1], data: Float32Array.of(1) }]));

    expect([...back.keys()]).toEqual(['__proto__']);
  });

  it('refuses an entry that is no array', async () => {
    const text = new TextEncoder().encode('hello');

    expect(await failure(zipSync({ 'readme.txt': text }))).toContain('"readme.txt", which is no .npy array');
    expect(await failure(zipSync({ 'a.npy': text }))).toContain('w.npz, "a.npy": this is no .npy file');
  });

  it('stops a zip bomb, whatever size it claims', async () => {
    const bomb = zipSync({ 'a.npy': new Uint8Array(64_000_000) }, { level: 9 });

    expect(await failure(bomb, { maxBytes: 1_000_000 })).toContain('64000000 bytes; at most 1000000');
    const lying = changed(changed(bomb, CENTRAL, 24, 1000), LOCAL, 22, 1000);
    expect(await failure(lying)).toContain('unpacks to more bytes, the archive says 1000');
    const inflated = changed(changed(bomb, CENTRAL, 24, 200_000_000), LOCAL, 22, 200_000_000);
    expect(await failure(inflated)).toContain('unpacks to fewer bytes');
  });

  it('refuses deflated bytes that are damaged', async () => {
    const packed = zipSync({ 'a.npy': writeNpy(ARRAYS[0] as NamedArray) }, { level: 9 });
    packed.fill(0xff, 40, 60);

    expect(await failure(packed)).toMatch(/cannot be unpacked|checksum/);
  });
});
