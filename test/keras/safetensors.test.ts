/** Weights of PyTorch in safetensors: what PyTorch saved and predicted, round trips, hostile files. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type KerasObject, kerasLayer } from '../../src/engine/keras/index.ts';
import { readSafetensors } from '../../src/engine/keras/pytorch/pytorch-read.ts';
import { writeSafetensors } from '../../src/engine/keras/pytorch/pytorch-write.ts';
import { readSafetensorsFile } from '../../src/engine/keras/pytorch/safetensors.ts';
import { assertClose } from '../harness/assert-close.ts';
import { predictFloat64 } from './float64.ts';
import { modelOf } from './random-model.ts';
import { modelOfRaw } from './raw-support.ts';
import { bits } from './support.ts';

interface Numbers {
  readonly shape: number[];
  readonly data: number[];
}
const FIXTURE: { cases: { name: string; safetensors: string; x: Numbers; y: Numbers }[] } = JSON.parse(
  readFileSync(new URL('../fixtures/keras/torch.json', import.meta.url), 'utf8'),
);
const OPTIONS = { fileName: 'm.safetensors' };
const CASES = FIXTURE.cases.map((one) => ({
  ...one,
  bytes: Uint8Array.from(Buffer.from(one.safetensors, 'base64')),
}));
const caseOf = (name: string) => CASES.find((one) => one.name === name) ?? expect.fail(name);

/** A file of a header text and data. */
function file(header: string, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

/** A foreign state dict: float32 tensors of zeros. */
function stateDict(shapes: Record<string, number[]>): Uint8Array {
  let at = 0;
  const header = Object.entries(shapes).map(([name, shape]) => {
    const begin = at;
    at += 4 * shape.reduce((a, b) => a * b, 1);
    return [name, { dtype: 'F32', shape, data_offsets: [begin, at] }];
  });
  return file(JSON.stringify(Object.fromEntries(header)), new Uint8Array(at));
}

describe('what PyTorch saved', () => {
  test.each(CASES)('$name predicts what PyTorch predicted', async ({ bytes, x, y }) => {
    const read = await readSafetensors(bytes, OPTIONS);

    const predicted = predictFloat64(modelOfRaw(read), x).data;
    assertClose(predicted, y.data, { atol: 1e-5, rtol: 1e-5, label: 'prediction' });
    expect(read.source).toMatchObject({ container: 'safetensors', holds: 'weights', generation: 'pytorch' });
    expect(read.notes.join()).toContain('holds no architecture');
  });

  test('what is written has the names, shapes and values of the state dict, the biases summed', async () => {
    const { bytes } = caseOf('two LSTM layers and Linear');
    const original = readSafetensorsFile(bytes, 'torch').tensors;

    const model = modelOfRaw(await readSafetensors(bytes, OPTIONS));
    const written = readSafetensorsFile(await writeSafetensors(model), 'ours').tensors;

    // One module a layer: rnn_l0.weight_ih_l0, where PyTorch has rnn.weight_ih_l0.
    const plain = (path: string) => path.replace(/^rnn_(l\d)\.(.*)_l0$/, 'rnn.$2_$1');
    for (const { path, shape, data } of written) {
      const own = original.find((one) => one.path === plain(path)) ?? expect.fail(path);
      expect(shape, path).toEqual(own.shape);
      if (path.includes('bias_hh')) expect(data.every((value) => value === 0)).toBe(true);
      else if (!path.includes('bias_ih')) expect(bits(data), path).toEqual(bits(own.data));
    }
    expect(written).toHaveLength(original.length);
  });

  test('an order that the shapes leave open is said', async () => {
    const square = { 'a.weight': [3, 3], 'b.weight': [3, 3] };

    const notes = (await readSafetensors(stateDict(square), OPTIONS)).notes.join(' ');

    expect(notes).toContain('another order');
    expect(notes).toContain('a, then b');
  });

  test('modules of nn.Sequential keep their numbers; a Linear may come first', async () => {
    const lstm = { '1.weight_ih_l0': [12, 4], '1.weight_hh_l0': [12, 3] };
    const bytes = stateDict({ '10.weight': [2, 3], '0.weight': [4, 5], ...lstm });

    const { weights } = await readSafetensors(bytes, OPTIONS);

    expect(weights.kind === 'by-layer' && weights.layers.map(({ name }) => name)).toEqual([
      'dense_0',
      'lstm_1',
      'dense_10',
    ]);
  });

  test.each([
    ['another module', { 'conv.kernel': [3, 2] }, 'conv.kernel'],
    ['a convolution', { 'conv.weight': [3, 2, 5] }, 'conv'],
    ['a projection', { 'lstm.weight_ih_l0': [8, 3], 'lstm.weight_hr_l0': [1, 2] }, 'proj_size'],
    ['a missing matrix', { 'lstm.weight_ih_l0': [8, 3] }, 'lstm'],
    [
      'one bias of two',
      { 'l.weight_ih_l0': [8, 3], 'l.weight_hh_l0': [8, 2], 'l.bias_ih_l0': [8] },
      'both biases',
    ],
    ['modules that make no chain', { 'a.weight': [3, 2], 'b.weight': [5, 4] }, 'no chain'],
    ['a bias of another size', { 'a.weight': [3, 2], 'a.bias': [2] }, 'nn.Linear'],
  ])('%s is refused by name', async (_, shapes, words) => {
    await expect(
      readSafetensors(stateDict(shapes as unknown as Record<string, number[]>), OPTIONS),
    ).rejects.toThrow(words);
  });
});

const sequence = { return_sequences: true };

describe('our own files', () => {
  const layers: KerasObject[] = [
    kerasLayer('Bidirectional', {
      name: 'both',
      layer: kerasLayer('LSTM', { name: 'inner', units: 2, ...sequence }),
    }),
    kerasLayer('LSTM', { name: 'a.b', units: 3, use_bias: false, ...sequence }),
    kerasLayer('GRU', { name: 'gru', units: 4, ...sequence }),
    kerasLayer('Dense', { name: 'steps', units: 2, activation: 'softsign' }),
    kerasLayer('Flatten', { name: 'flat' }),
    kerasLayer('Dense', { name: 'head', units: 2, activation: 'tanh' }),
  ];

  test('come back bit for bit with their architecture and no assumptions', async () => {
    const written = modelOf(layers, [4, 3]);

    const read = await readSafetensors(await writeSafetensors(written), OPTIONS);

    const model = modelOfRaw(read);
    expect(model.config).toEqual(written.config);
    expect(model.weights.map(({ path, data }) => [path, bits(data)])).toEqual(
      written.weights.map(({ path, data }) => [path, bits(data)]),
    );
    expect(read.notes).toEqual([]);
    expect(read.source.holds).toBe('model');
  });

  test('a flipped bit is found, or is in a place that changes nothing', async () => {
    const bytes = await writeSafetensors(modelOf(layers, [4, 3]));
    const content = async (file: Uint8Array) => {
      const { config, weights } = modelOfRaw(await readSafetensors(file, OPTIONS));
      return JSON.stringify([config, weights.map(({ data }) => bits(data))]);
    };
    const original = await content(bytes);

    let found = 0;
    let tried = 0;
    for (let at = 0; at < bytes.length; at += 7) {
      const broken = bytes.slice();
      broken[at] = (broken[at] ?? 0) ^ (1 << (at % 8));
      const read = await content(broken).catch(() => 'refused');
      expect(['refused', original], `byte ${at}`).toContain(read);
      tried++;
      if (read === 'refused') found++;
    }
    expect(found).toBeGreaterThan(tried - 8);
  });

  test.each([
    [
      'a recurrent hard_sigmoid',
      kerasLayer('LSTM', { name: 'x', units: 2, recurrent_activation: 'hard_sigmoid' }),
      'hard_sigmoid',
    ],
    ['relu', kerasLayer('LSTM', { name: 'x', units: 2, activation: 'relu' }), 'relu'],
    ['go_backwards', kerasLayer('LSTM', { name: 'x', units: 2, go_backwards: true }), 'go_backwards'],
    ['reset_after false', kerasLayer('GRU', { name: 'x', units: 2, reset_after: false }), 'reset_after'],
    [
      'directions that are added',
      kerasLayer('Bidirectional', {
        name: 'x',
        merge_mode: 'sum',
        layer: kerasLayer('LSTM', { name: 'inner', units: 2 }),
      }),
      'merge_mode',
    ],
    ['masking', kerasLayer('Masking', { name: 'x' }), 'masking'],
  ])('%s cannot be written, and the layer is named', async (_, layer, words) => {
    await expect(writeSafetensors(modelOf([layer]))).rejects.toThrow(new RegExp(`"x".*${words}`));
  });
});

describe('the container', () => {
  const entry = (name: string, begin: number, end: number, rest = {}) =>
    `"${name}":${JSON.stringify({ dtype: 'F32', shape: [(end - begin) / 4], data_offsets: [begin, end], ...rest })}`;
  const data = new Uint8Array(8);

  test('values of every type are read', () => {
    const values = Uint8Array.of(
      ...[0x00, 0x3c, 0x01, 0x80, 0x00, 0x7c], // F16: 1, -2^-24, Infinity
      ...[0x80, 0x3f, 0x49, 0xc0], // BF16: 1, -3.140625
      ...[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], // I64: -2
      ...[0, 0, 0, 0, 0, 0, 0xf8, 0x3f], // F64: 1.5
    );
    const header = `{${entry('a', 0, 6, { dtype: 'F16', shape: [3] })},${entry('b', 6, 10, { dtype: 'BF16', shape: [2] })},${entry('c', 10, 18, { dtype: 'I64', shape: [1] })},${entry('d', 18, 26, { dtype: 'F64', shape: [] })}}`;

    const { tensors } = readSafetensorsFile(file(header, values), 'f');

    expect(tensors.map((one) => [...one.data])).toEqual([
      [1, -(2 ** -24), Number.POSITIVE_INFINITY],
      [1, -3.140625],
      [-2],
      [1.5],
    ]);
  });

  test.each([
    ['no file', new Uint8Array(3), 'no whole safetensors'],
    ['a giant header', file('{}').fill(0xff, 0, 7), 'no whole safetensors'],
    ['no JSON', file('{"a":'), 'no whole JSON'],
    ['a list', file('[1]'), 'no JSON object'],
    ['a hole', file(`{${entry('a', 0, 4)}}`, data), '4 bytes of values'],
    ['a gap', file(`{${entry('a', 4, 8)}}`, data), 'begin at 4'],
    ['an overlap', file(`{${entry('a', 0, 8)},${entry('b', 4, 8)}}`, data), 'begin at 4'],
    ['values past the end', file(`{${entry('a', 0, 12)}}`, data), '12 bytes'],
    ['a negative offset', file(`{${entry('a', -4, 4, { shape: [2] })}}`, data), 'data_offsets'],
    ['a wrong size', file(`{${entry('a', 0, 8, { shape: [3] })}}`, data), 'data_offsets'],
    ['a shape of 2^31', file(`{${entry('a', 0, 8, { shape: [65536, 65536] })}}`, data), 'shape'],
    ['an unknown type', file(`{${entry('a', 0, 8, { dtype: 'F8_E4M3' })}}`, data), 'F8_E4M3'],
    ['a type from the prototype', file(`{${entry('a', 0, 8, { dtype: 'constructor' })}}`, data), 'type'],
    ['a tensor twice', file(`{${entry('a', 0, 8)},${entry('a', 0, 8)}}`, data), 'twice'],
    ['metadata that is no text', file(`{"__metadata__":{"a":1},${entry('a', 0, 8)}}`, data), 'no text'],
  ])('%s is refused', (_, bytes, words) => {
    expect(() => readSafetensorsFile(bytes, 'f')).toThrow(words);
  });

  test('a tensor called __proto__ is a tensor like any other', () => {
    const { tensors } = readSafetensorsFile(file(`{${entry('__proto__', 0, 8)}}`, data), 'f');

    expect(tensors.map(({ path }) => path)).toEqual(['__proto__']);
    expect(({} as { dtype?: unknown }).dtype).toBeUndefined();
  });

  test('a file of PyTorch cut short anywhere is refused', () => {
    const { bytes } = caseOf('GRU and Linear');

    for (let length = 0; length < bytes.length; length += 13) {
      expect(() => readSafetensorsFile(bytes.subarray(0, length), 'f')).toThrow('f');
    }
  });
});
