/** Weights alone: .npz of get_weights(), our own keys, Keras 1's list of 12 arrays, JSON. */
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../src/engine/keras/bytes/json-text.ts';
import { readNpz } from '../../src/engine/keras/bytes/npz.ts';
import { readZip } from '../../src/engine/keras/bytes/zip-read.ts';
import { type KerasModel, type KerasObject, kerasLayer, writeNpz } from '../../src/engine/keras/index.ts';
import { readNpzWeights, writeKeras1, writeWeightsNpz } from '../../src/engine/keras/lists/npz-weights.ts';
import {
  isWeightsJson,
  readWeightsJson,
  writeWeightsJson,
} from '../../src/engine/keras/lists/weights-json.ts';
import type { RawArray, RawFile } from '../../src/engine/keras/raw-file.ts';
import { readRaw } from '../../src/engine/keras/read-raw.ts';
import { modelOf } from './random-model.ts';
import { bits } from './support.ts';

const model = (layers: readonly KerasObject[], features = 3): KerasModel => modelOf(layers, [null, features]);

const LAYERS = [
  kerasLayer('Bidirectional', {
    name: 'both',
    layer: kerasLayer('LSTM', { name: 'inner', units: 2, return_sequences: true }),
  }),
  kerasLayer('LSTM', { name: 'lstm', units: 3, recurrent_activation: 'hard_sigmoid_keras2' }),
  kerasLayer('Dense', { name: 'dense', units: 2 }),
];

function arraysOf({ weights }: RawFile, kind: string): readonly RawArray[] {
  expect(weights.kind).toBe(kind);
  return weights.kind === 'ordered' || weights.kind === 'named' ? weights.arrays : [];
}

function expectSame(arrays: readonly RawArray[], { weights }: KerasModel): void {
  expect(arrays.map(({ shape }) => shape)).toEqual(weights.map(({ shape }) => shape));
  expect(arrays.map(({ data }) => bits(data))).toEqual(weights.map(({ data }) => bits(data)));
}

const readList = async (bytes: Uint8Array, { fileName }: { fileName: string }): Promise<RawFile> =>
  readNpzWeights(await readZip(bytes, { fileName, maxBytes: 2 ** 20 }), bytes.length, fileName);
const json = (text: string): unknown => parseJson(new TextEncoder().encode(text), 'w.json', 2 ** 20);

describe('.npz of weights', () => {
  test('our own keys come back as named arrays, bit for bit', async () => {
    const written = model(LAYERS);

    const read = await readList(await writeWeightsNpz(written), { fileName: 'w.npz' });

    const arrays = arraysOf(read, 'named');
    expectSame(arrays, written);
    expect(arrays.map(({ path }) => path)).toContain('both/backward/recurrent_kernel');
    expect(read.source).toMatchObject({ container: 'npz', holds: 'weights', generation: 'unknown' });
    expect(read.architecture).toBeNull();
  });

  test('arr_0 ... arr_11 are ordered by their number, whatever the order in the archive', async () => {
    const arrays = Array.from({ length: 12 }, (_, i) => ({
      path: `arr_${i}`,
      shape: [2],
      data: Float32Array.of(i, -i),
    }));

    const read = await readList(writeNpz([...arrays].reverse()), { fileName: 'w.npz' });

    expect(arraysOf(read, 'ordered').map(({ path }) => path)).toEqual(arrays.map(({ path }) => path));
    expect(read.notes).toEqual([]);
  });

  test('other keys keep the order of the file, and a note says so', async () => {
    const data = Float32Array.of(1, 2);

    const read = await readList(
      writeNpz([
        { path: 'W', shape: [2], data },
        { path: 'U', shape: [2], data },
        { path: 'arr_7', shape: [2], data },
      ]),
      { fileName: 'w.npz' },
    );

    expect(arraysOf(read, 'ordered').map(({ path }) => path)).toEqual(['W', 'U', 'arr_7']);
    expect(read.notes.join()).toContain('W, U, arr_7');
  });

  test('float64 and integers become float32', async () => {
    const read = await readList(
      writeNpz([
        { path: 'arr_0', shape: [2], data: Float64Array.of(0.1, -2) },
        { path: 'arr_1', shape: [1], data: BigInt64Array.of(7n) },
      ]),
      { fileName: 'w.npz' },
    );

    const arrays = arraysOf(read, 'ordered');
    expect(arrays.map(({ data }) => [...data])).toEqual([[Math.fround(0.1), -2], [7]]);
    expect(read.stored.map(({ dtype }) => dtype)).toEqual(['float64', 'int64']);
  });

  test('a file cut short at any byte is refused', async () => {
    const bytes = await writeWeightsNpz(model(LAYERS));

    for (let length = 0; length < bytes.length; length += 97) {
      await expect(readList(bytes.subarray(0, length), { fileName: 'w.npz' })).rejects.toThrow('w.npz');
    }
    await expect(readList(writeNpz([]), { fileName: 'w.npz' })).rejects.toThrow('no arrays');
  });
});

test('every bit of an .npz that we wrote counts: a change anywhere is found', async () => {
  const bytes = await writeWeightsNpz(model([kerasLayer('LSTM', { name: 'lstm', units: 1 })], 1));

  const buffer = Buffer.from(bytes); // as Node reads files
  await readRaw(buffer, { fileName: 'w.npz' });
  expect(buffer.equals(bytes)).toBe(true);
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice();
    changed[at] = (changed[at] as number) ^ (1 << (at % 8));
    await expect(readRaw(changed, { fileName: 'w.npz' }), `byte ${at}`).rejects.toThrow('w.npz');
  }
});

describe("Keras 1's list", () => {
  test('an LSTM gives 12 arrays in the order i, c, f, o, cut out of the i, f, c, o of today', async () => {
    const written = model([kerasLayer('LSTM', { name: 'lstm', units: 2 })], 1);
    const [kernel, recurrent, bias] = written.weights.map(({ data }) => [...data]) as [
      number[],
      number[],
      number[],
    ];

    const arrays = [...(await readNpz(await writeKeras1(written))).entries()];

    expect(arrays.map(([key]) => key)).toEqual(Array.from({ length: 12 }, (_, i) => `arr_${i}`));
    expect(arrays.map(([, { shape }]) => shape)).toEqual(
      Array.from({ length: 4 }, () => [[1, 2], [2, 2], [2]]).flat(),
    );
    const values = arrays.map(([, { data }]) => [...(data as Float32Array)]);
    expect(values[3]).toEqual(kernel.slice(4, 6)); // W_c is the third block
    expect(values[6]).toEqual(kernel.slice(2, 4)); // W_f is the second
    expect(values[4]).toEqual([...recurrent.slice(4, 6), ...recurrent.slice(12, 14)]); // U_c
    expect(values[8]).toEqual(bias.slice(2, 4)); // b_f
    expect(values[11]).toEqual(bias.slice(6, 8)); // b_o
  });

  test('an LSTM without bias gets biases of zeros, which Keras 1 always has', async () => {
    const arrays = await readNpz(
      await writeKeras1(model([kerasLayer('LSTM', { name: 'lstm', units: 2, use_bias: false })])),
    );

    const biases = [2, 5, 8, 11].map((i) => arrays.get(`arr_${i}`));
    expect(arrays.size).toBe(12);
    for (const bias of biases) expect(bias).toEqual({ shape: [2], data: Float32Array.of(0, 0) });
  });

  test('a whole model is read back as ordered arrays', async () => {
    const read = await readList(await writeKeras1(model(LAYERS)), { fileName: 'k1.npz' });

    expect(arraysOf(read, 'ordered').map(({ shape }) => shape.length)).toEqual([
      ...Array.from({ length: 12 }, () => [2, 2, 1]).flat(),
      2,
      1,
    ]);
  });

  test.each([
    ['a GRU with two biases', kerasLayer('GRU', { name: 'x', units: 2 }), 'reset_after'],
    ['LayerNormalization', kerasLayer('LayerNormalization', { name: 'x' }), 'no such layer'],
  ])('%s is refused by name', async (_, layer, words) => {
    await expect(writeKeras1(model([layer]))).rejects.toThrow(words);
  });
});

describe('weights as JSON', () => {
  test('comes back bit for bit, with its architecture', () => {
    const written = model(LAYERS);
    const hard = [-0, 0, 1e-45, 3.4028234663852886e38, 1 / 3, 16777217, 0.1, -1.1754943508222875e-38];
    hard.forEach((value, i) => {
      const data = written.weights[0]?.data;
      if (data) data[i] = value;
    });

    const bytes = writeWeightsJson(written);
    const parsed = parseJson(bytes, 'w.json', 2 ** 20);
    const read = readWeightsJson(parsed, { fileName: 'w.json' });

    expect(isWeightsJson(parsed)).toBe(true);
    expectSame(arraysOf(read, 'named'), written);
    expect(read.architecture).toEqual({ module: 'keras', class_name: 'Sequential', config: written.config });
    expect(read.source).toMatchObject({ container: 'json', holds: 'model', generation: 'keras3' });
  });

  test('the plain list of get_weights() in nested lists is read in its order', () => {
    const parsed = json('[[[1, 2, 3], [4, 5, 6.5]], [7, -8]]');

    const arrays = arraysOf(readWeightsJson(parsed, { fileName: 'w.json' }), 'ordered');

    expect(isWeightsJson(parsed)).toBe(true);
    expect(arrays.map(({ shape, data }) => [shape, [...data]])).toEqual([
      [
        [2, 3],
        [1, 2, 3, 4, 5, 6.5],
      ],
      [[2], [7, -8]],
    ]);
  });

  test.each([
    ['a ragged list', '[[[1, 2], [3]]]', 'ragged'],
    ['a word among numbers', '[[1, "x"]]', '"x"'],
    ['a list inside a row of numbers', '[[1, [2]]]', 'numbers'],
    [
      'another version',
      '{"format":"gatewise-weights","version":9,"architecture":{},"weights":[]}',
      'version 1',
    ],
    [
      'too few values',
      '{"format":"gatewise-weights","version":1,"architecture":{},"weights":[{"name":"a","shape":[3],"data":[1]}]}',
      '3 values',
    ],
    [
      'a shape of 2^31 values',
      '{"format":"gatewise-weights","version":1,"architecture":{},"weights":[{"name":"a","shape":[65536,32768],"data":[1]}]}',
      '65536',
    ],
    [
      'a negative shape',
      '{"format":"gatewise-weights","version":1,"architecture":{},"weights":[{"name":"a","shape":[-1],"data":[1]}]}',
      '-1',
    ],
  ])('%s is refused', (_, text, words) => {
    expect(() => readWeightsJson(json(text), { fileName: 'w.json' })).toThrow(words);
  });

  test('NaN cannot be written', () => {
    const written = model(LAYERS);
    const data = written.weights[2]?.data;
    if (data) data[1] = Number.NaN;

    expect(() => writeWeightsJson(written)).toThrow('both/forward/bias has NaN at position 1');
  });

  test('JSON that is cut, not UTF-8, too long or too deep is refused', () => {
    expect(() => json('{"a": [1, 2')).toThrow('no whole JSON');
    expect(() => parseJson(Uint8Array.of(0x22, 0xff, 0x22), 'w.json', 100)).toThrow('UTF-8');
    expect(() => parseJson(new Uint8Array(101), 'w.json', 100)).toThrow('at most 100');
    expect(() => json('['.repeat(100_000))).toThrow('nested deeper');
    expect(json('{"a": "[[[\\"[["}')).toEqual({ a: '[[["[[' });
  });
});
