/** ONNX: what torch.onnx, tf2onnx and ONNX' own helpers made is read; what we write is read back; hostile and foreign graphs. */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type KerasObject, kerasLayer } from '../../src/engine/keras/index.ts';
import { readOnnxModel } from '../../src/engine/keras/onnx/onnx-proto.ts';
import { writeOnnx } from '../../src/engine/keras/onnx/onnx-write.ts';
import { MessageWriter } from '../../src/engine/keras/onnx/protobuf.ts';
import { readModelFile } from '../../src/engine/keras/read-model.ts';
import { assertClose } from '../harness/assert-close.ts';
import { predictFloat64 } from './float64.ts';
import { modelOf, randomInput } from './random-model.ts';
import { bits } from './support.ts';

interface Numbers {
  readonly shape: number[];
  readonly data: number[];
}
interface Case {
  readonly name: string;
  readonly onnx: string;
  readonly x: Numbers;
  readonly y: Numbers;
}
const casesOf = (file: string): Case[] =>
  JSON.parse(readFileSync(new URL(`../fixtures/keras/${file}.json`, import.meta.url), 'utf8')).cases;
const bytesOf = ({ onnx }: Case) => Uint8Array.from(Buffer.from(onnx, 'base64'));
const read = (bytes: Uint8Array) => readModelFile(bytes, { fileName: 'm.onnx' });
const CLOSE = { atol: 1e-5, rtol: 1e-5, label: 'prediction' };

/** [T, B, ...] as [B, T, ...] and back. */
function swapped({ shape, data }: Numbers): Numbers {
  const [first = 0, second = 0, size = 0] = shape;
  const out = Array.from({ length: second }, (_, b) =>
    Array.from({ length: first }, (_, t) => data.slice((t * second + b) * size, (t * second + b + 1) * size)),
  );
  return { shape: [second, first, size], data: out.flat(2) };
}

describe('what others made', () => {
  const CASES = ['onnx-torch', 'onnx-keras', 'onnx-tf2onnx']
    .flatMap(casesOf)
    .filter(({ name }) => !/Loop/.test(name));

  test.each(CASES)('$name predicts what onnxruntime or Keras predicted', async (one) => {
    const { model, source, notes } = await read(bytesOf(one));

    assertClose(predictFloat64(model, one.x).data, one.y.data, CLOSE);
    expect(source).toMatchObject({ container: 'onnx', holds: 'model', generation: 'onnx' });
    expect(notes).toEqual([]);
  });

  test.each(casesOf('onnx-nodes'))('$name predicts what onnxruntime predicted', async (one) => {
    const isTimeFirst = !one.name.includes('layout');

    const { model, notes } = await read(bytesOf(one));

    const predicted = predictFloat64(model, isTimeFirst ? swapped(one.x) : one.x).data;
    const expected = one.y.shape.length === 3 && isTimeFirst ? swapped(one.y) : one.y;
    assertClose(predicted, expected.data, CLOSE);
    expect(notes.join()).toContain(isTimeFirst ? '[time, batch, features]' : '');
  });

  test('both HardSigmoids keep their own names', async () => {
    const activationOf = async (name: string) => {
      const found = casesOf('onnx-nodes').find((one) => one.name.includes(name)) ?? expect.fail(name);
      const { model } = await read(bytesOf(found));
      return model.config.layers[1]?.config.recurrent_activation;
    };

    expect(await activationOf('that ONNX means')).toBe('hard_sigmoid_keras2');
    expect(await activationOf('of Keras 3')).toBe('hard_sigmoid');
  });

  test('a GRU that tf2onnx turned into a Loop is refused by the name of the node', async () => {
    const loop = casesOf('onnx-keras').find(({ name }) => /Loop/.test(name)) ?? expect.fail('no case');

    await expect(read(bytesOf(loop))).rejects.toThrow(/while_loop.*\(Loop\)/);
  });

  test('half a clip, and time that is not turned around as a whole, are refused', async () => {
    const changed = (name: string, from: string, to: string): Uint8Array => {
      const one = casesOf('onnx-tf2onnx').find((found) => found.name.includes(name)) ?? expect.fail(name);
      const bytes = Buffer.from(bytesOf(one));
      const at = bytes.indexOf(from, 0, 'latin1');
      expect(at).toBeGreaterThan(0);
      bytes.write(to, at, 'latin1');
      return new Uint8Array(bytes);
    };

    // The name of an operation follows its tag and length; a whole number its tag.
    await expect(read(changed('hard_sigmoid', '\x22\x03Max', '\x22\x03Exp'))).rejects.toThrow(/Minimum/);
    await expect(read(changed('go_backwards', 'batch_axis\x18\x01', 'batch_axis\x18\x02'))).rejects.toThrow(
      /ReverseSequence.*reverses something else than the whole of time/,
    );
  });

  test('a file cut short at any byte is refused', async () => {
    const bytes = bytesOf(casesOf('onnx-torch')[0] ?? expect.fail('no case'));

    for (let length = 0; length < bytes.length; length += 11) {
      await expect(read(bytes.subarray(0, length)), `${length} bytes`).rejects.toMatchObject({
        code: 'bad-input',
      });
    }
  });

  test('a flipped bit never ends in anything but a model or one clear sentence', async () => {
    const bytes = bytesOf(casesOf('onnx-torch')[1] ?? expect.fail('no case'));

    for (let at = 0; at < bytes.length; at += 13) {
      const broken = bytes.slice();
      broken[at] = (broken[at] ?? 0) ^ (1 << (at % 8));
      const error = await read(broken).then(
        () => null,
        (reason: unknown) => reason,
      );
      if (error) expect(error, `byte ${at}: ${error}`).toMatchObject({ code: 'bad-input' });
    }
  });
});

const sequence = { return_sequences: true };
const both = (merge: string, inner: object, cell = 'LSTM') =>
  kerasLayer('Bidirectional', {
    name: 'both',
    merge_mode: merge,
    layer: kerasLayer(cell, { name: 'inner', units: 2, ...inner }),
  });
const lstm = (name: string, config: object = {}) => kerasLayer('LSTM', { name, units: 3, ...config });
const dense = (config: object = {}) => kerasLayer('Dense', { name: 'dense', units: 2, ...config });

/** Written into the folder GATEWISE_ONNX_FOLDER, where it is set: tools/keras/check_onnx.py runs them in onnxruntime. */
const FOLDER = process.env.GATEWISE_ONNX_FOLDER;

const WRITTEN: [string, KerasObject[]][] = [
  [
    'normalization',
    [
      lstm('a', sequence),
      kerasLayer('BatchNormalization', { name: 'bn', epsilon: 0.01 }),
      kerasLayer('LayerNormalization', { name: 'ln', scale: true, center: true }),
      lstm('b'),
      kerasLayer('BatchNormalization', { name: 'bn_1' }),
    ],
  ],
  [
    'small layers',
    [
      kerasLayer('SimpleRNN', { name: 'r', units: 4 }),
      kerasLayer('Reshape', { name: 'reshape', target_shape: [2, -1] }),
      kerasLayer('Rescaling', { name: 'scale', scale: 2, offset: 0.3 }),
      kerasLayer('LeakyReLU', { name: 'leaky', negative_slope: 0.2 }),
      kerasLayer('ELU', { name: 'elu', alpha: 0.5 }),
      kerasLayer('ReLU', { name: 'relu', max_value: 0.7 }),
      kerasLayer('Activation', { name: 'act', activation: 'softsign' }),
    ],
  ],
  [
    'other activations',
    [
      lstm('a', { activation: 'elu', recurrent_activation: 'hard_sigmoid', ...sequence }),
      lstm('b', { activation: 'softplus' }),
      dense({ activation: 'selu' }),
      kerasLayer('Dense', { name: 'last', units: 2, activation: 'exponential' }),
    ],
  ],
  ['an LSTM with a softmax', [lstm('lstm'), dense({ activation: 'softmax' })]],
  [
    'stacked LSTMs',
    [
      lstm('a', sequence),
      kerasLayer('Dropout', { name: 'drop', rate: 0.5 }),
      lstm('b', { use_bias: false, ...sequence }),
      dense({ activation: 'tanh' }),
    ],
  ],
  [
    'the hard_sigmoid of Keras 2',
    [
      lstm('a', { recurrent_activation: 'hard_sigmoid_keras2' }),
      dense({ activation: 'hard_sigmoid_keras2' }),
    ],
  ],
  [
    'the hard_sigmoid of Keras 3',
    [
      lstm('a', { recurrent_activation: 'hard_sigmoid', activation: 'linear' }),
      dense({ activation: 'hard_sigmoid' }),
    ],
  ],
  [
    'go_backwards',
    [
      lstm('a', { go_backwards: true, ...sequence }),
      lstm('b', { go_backwards: true, activation: 'softsign' }),
    ],
  ],
  ['directions joined', [both('concat', sequence), lstm('b')]],
  ['directions added', [both('sum', sequence)]],
  ['directions multiplied', [both('mul', { recurrent_activation: 'hard_sigmoid' })]],
  ['directions averaged', [both('ave', sequence, 'GRU')]],
  [
    'GRU and SimpleRNN',
    [
      kerasLayer('GRU', { name: 'g', units: 3, ...sequence }),
      kerasLayer('GRU', { name: 'h', units: 2, reset_after: false, ...sequence }),
      kerasLayer('SimpleRNN', { name: 'r', units: 3, activation: 'relu' }),
    ],
  ],
  [
    'an encoder and a decoder',
    [
      lstm('a'),
      kerasLayer('RepeatVector', { name: 'repeat', n: 3 }),
      lstm('b', sequence),
      kerasLayer('Flatten', { name: 'flat' }),
      dense(),
    ],
  ],
];

describe('what we write', () => {
  test.each(WRITTEN)('%s comes back bit for bit with its architecture', async (name, layers) => {
    const written = modelOf(layers, [5, 3]);

    const bytes = await writeOnnx(written);
    const { model, notes } = await read(bytes);

    expect(model.weights.map(({ path, data }) => [path, bits(data)])).toEqual(
      written.weights.map(({ path, data }) => [path, bits(data)]),
    );
    const x = randomInput([2, 5, 3]);
    const y = predictFloat64(written, x).data;
    expect(predictFloat64(model, x).data).toEqual(y);
    expect(notes).toEqual([]);
    if (FOLDER === undefined) return;
    writeFileSync(`${FOLDER}/${name}.onnx`, bytes);
    writeFileSync(`${FOLDER}/${name}.json`, JSON.stringify({ x, y }));
  });

  test.each(WRITTEN)('%s predicts the same when only the graph is read', async (_, layers) => {
    const written = modelOf(layers, [5, 3]);

    const { model } = await read(withoutMetadata(await writeOnnx(written)));

    const x = randomInput([2, 5, 3]);
    assertClose(predictFloat64(model, x).data, predictFloat64(written, x).data, CLOSE);
  });

  test('a changed weight is found', async () => {
    const bytes = await writeOnnx(modelOf([lstm('a')], [5, 3]));
    const weight = readOnnxModel(bytes, 'm').tensors[0]?.data[4] ?? expect.fail('no tensor');
    const pattern = new Uint8Array(Float32Array.of(weight).buffer);
    const at = bytes.findIndex((_, i) => pattern.every((byte, j) => bytes[i + j] === byte));
    bytes[at] = (bytes[at] ?? 0) ^ 1;

    await expect(read(bytes)).rejects.toThrow('SHA-256');
  });

  test.each([
    ['masking', kerasLayer('Masking', { name: 'x' }), 'masks'],
    ['selu inside a recurrent layer', lstm('x', { activation: 'selu' }), 'selu'],
    ['a stateful layer', lstm('x', { stateful: true }), 'stateful'],
    ['a ReLU with a threshold', kerasLayer('ReLU', { name: 'x', threshold: 1 }), 'threshold'],
  ])('%s cannot be written, and the layer is named', async (_, layer, words) => {
    await expect(writeOnnx(modelOf([layer], [5, 3]))).rejects.toThrow(new RegExp(`"x".*${words}`));
  });
});

/** The same file without metadata_props (field 14 of the model, the last one written). */
function withoutMetadata(bytes: Uint8Array): Uint8Array {
  const key = new TextEncoder().encode('gatewise');
  for (let at = bytes.length - 1; at > 0; at--) {
    if (
      bytes[at] === 0x72 &&
      key.every((byte, i) => [3, 4, 5, 6].some((skip) => bytes[at + skip + i] === byte))
    ) {
      const rest = bytes.slice(0, at);
      if (readOnnxModel(rest, 'm').metadata.size === 0) return rest;
    }
  }
  return expect.fail('no metadata');
}

/** A graph with one LSTM of zeros on x [T, B, 2], then what is given. */
function lstmGraph(change: {
  attribute?: MessageWriter;
  inputs?: string[];
  tensors?: MessageWriter[];
  /** Before the LSTM. */
  before?: MessageWriter[];
  nodes?: MessageWriter[];
  shape?: number[];
  output?: string;
}): Uint8Array {
  const dims = (...sizes: (number | string)[]) => {
    const shape = new MessageWriter();
    for (const size of sizes) {
      shape.bytes(
        1,
        typeof size === 'number' ? new MessageWriter().integer(1, size) : new MessageWriter().bytes(2, size),
      );
    }
    return new MessageWriter().bytes(1, new MessageWriter().integer(1, 1).bytes(2, shape));
  };
  const node = new MessageWriter();
  for (const input of ['x', 'W', 'R', ...(change.inputs ?? [])]) node.bytes(1, input);
  node.bytes(2, '').bytes(2, 'h').bytes(3, 'the_lstm').bytes(4, 'LSTM');
  if (change.attribute) node.bytes(5, change.attribute);
  const graph = new MessageWriter();
  for (const one of [...(change.before ?? []), node]) graph.bytes(1, one);
  graph.bytes(1, operation('Squeeze', ['h', 'axes'], 'y'));
  for (const one of change.nodes ?? []) graph.bytes(1, one);
  const axes = new MessageWriter().integer(1, 1).integer(2, 7).integer(7, 0).bytes(8, 'axes');
  for (const one of [
    zeros('W', change.shape ?? [1, 4, 2]),
    zeros('R', [1, 4, 1]),
    axes,
    ...(change.tensors ?? []),
  ]) {
    graph.bytes(5, one);
  }
  graph.bytes(11, new MessageWriter().bytes(1, 'x').bytes(2, dims('t', 'b', 2)));
  graph.bytes(12, new MessageWriter().bytes(1, change.output ?? 'y').bytes(2, dims('b', 1)));
  return new MessageWriter().integer(1, 8).bytes(2, 'test').bytes(7, graph).finish();
}
const operation = (op: string, inputs: string[], output: string) => {
  const node = new MessageWriter();
  for (const input of inputs) node.bytes(1, input);
  return node.bytes(2, output).bytes(3, `the_${op}`).bytes(4, op);
};
function filled(name: string, shape: number[], value: number): MessageWriter {
  const tensor = new MessageWriter();
  for (const size of shape) tensor.integer(1, size);
  const count = Math.min(
    1_000,
    shape.reduce((a, b) => a * b, 1),
  );
  const bytes = new Uint8Array(new Float32Array(Math.max(0, count)).fill(value).buffer);
  return tensor.integer(2, 1).bytes(8, name).bytes(9, bytes);
}
const zeros = (name: string, shape: number[]) => filled(name, shape, 0);
const integer = (name: string, value: number) =>
  new MessageWriter().bytes(1, name).integer(3, value).integer(20, 2);
const floats = (name: string, value: number) =>
  new MessageWriter().bytes(1, name).float(2, value).integer(20, 1);
const words = (name: string, ...values: string[]) => {
  const message = new MessageWriter().bytes(1, name);
  for (const value of values) message.bytes(9, value);
  return message.integer(20, 8);
};

const STATISTICS = ['gamma', 'beta', 'mean', 'variance'].map((name, i) => filled(name, [1], 0.5 + i));
const batchNormalization = (attribute: MessageWriter) =>
  operation('BatchNormalization', ['y', 'gamma', 'beta', 'mean', 'variance'], 'z').bytes(5, attribute);

test('a setting is the float32 that the file has, whatever number of digits that takes', async () => {
  const epsilon = Math.fround(0.001 / 3);
  const nodes = [batchNormalization(floats('epsilon', epsilon))];

  const { model } = await read(lstmGraph({ nodes, tensors: STATISTICS, output: 'z' }));

  expect(Math.fround(Number(model.config.layers[2]?.config.epsilon))).toBe(epsilon);
  const plain = [batchNormalization(floats('epsilon', 0.001))];
  const usual = await read(lstmGraph({ nodes: plain, tensors: STATISTICS, output: 'z' }));
  expect(usual.model.config.layers[2]?.config.epsilon).toBe(0.001);
});

test('a cast between kinds of float changes nothing', async () => {
  const nodes = [operation('Cast', ['y'], 'z').bytes(5, integer('to', 1))];

  const { model } = await read(lstmGraph({ nodes, output: 'z' }));

  expect(model.config.layers.map(({ class_name }) => class_name)).toEqual(['InputLayer', 'LSTM']);
});

describe('graphs that no Keras model is', () => {
  test('the plain one is read', async () => {
    const { model } = await read(lstmGraph({}));

    expect(model.config.layers.map(({ class_name }) => class_name)).toEqual(['InputLayer', 'LSTM']);
  });

  test('peepholes and a first state of zeros are read over', async () => {
    const inputs = ['', '', 'h0', 'h0', 'P'];
    const tensors = [zeros('h0', [1, 1, 1]), zeros('P', [1, 3])];

    const { model } = await read(lstmGraph({ inputs, tensors }));

    expect(model.config.layers.map(({ class_name, config }) => [class_name, config.units])).toEqual([
      ['InputLayer', undefined],
      ['LSTM', 1],
    ]);
  });

  test.each([
    [
      'peepholes',
      { inputs: ['', '', '', '', 'P'], tensors: [filled('P', [1, 3], 0.5)] },
      /the_lstm.*peepholes/,
    ],
    [
      'a first state',
      { inputs: ['', '', 'h0'], tensors: [filled('h0', [1, 1, 1], 0.5)] },
      /the_lstm.*not zero/,
    ],
    [
      'sequence lengths',
      { inputs: ['', 'lengths'], tensors: [filled('lengths', [1], 3)] },
      /the_lstm.*sequence_lens/,
    ],
    [
      'sequence lengths that are computed',
      {
        inputs: ['', 'lengths'],
        tensors: [filled('some', [1], 3)],
        before: [operation('Abs', ['some'], 'lengths')],
      },
      /the_lstm.*sequence_lens/,
    ],
    [
      'data as whole numbers',
      { nodes: [operation('Cast', ['y'], 'z').bytes(5, integer('to', 7))], output: 'z' },
      /the_Cast.*type 7/,
    ],
    [
      'statistics of the batch',
      { nodes: [batchNormalization(integer('training_mode', 1))], tensors: STATISTICS, output: 'z' },
      /the_BatchNormalization.*training_mode/,
    ],
    ['clip', { attribute: floats('clip', 3) }, /the_lstm.*clip/],
    ['input_forget', { attribute: integer('input_forget', 1) }, /the_lstm.*input_forget/],
    [
      'an unknown activation',
      { attribute: words('activations', 'Sigmoid', 'ScaledTanh', 'ScaledTanh') },
      /the_lstm.*ScaledTanh/,
    ],
    [
      'two activations',
      { attribute: words('activations', 'Sigmoid', 'Tanh', 'Relu') },
      /the_lstm.*one for both/,
    ],
    ['too few activations', { attribute: words('activations', 'Tanh') }, /1 activations/],
    ['weights of another shape', { shape: [1, 8, 2] }, /\[1, 8, 2\]/],
    [
      'an unknown node',
      { nodes: [operation('Sin', ['y'], 'z')], output: 'z' },
      /the_Sin.*\(Sin\) is not understood/,
    ],
    [
      'a branch',
      { nodes: [operation('Tanh', ['y'], 'z'), operation('Relu', ['y'], 'w')], output: 'w' },
      /the_Relu.*branches/,
    ],
    ['an output of constants', { output: 'W' }, /no output that comes from its input/],
    [
      'a value from nowhere',
      { nodes: [operation('Tanh', ['q'], 'z')], output: 'z' },
      /"q", which nothing gives/,
    ],
    ['the state with its directions', { output: 'h' }, /directions/],
  ])('%s: refused, and the node is named', async (_, change, pattern) => {
    await expect(read(lstmGraph(change))).rejects.toThrow(pattern);
  });

  test('shapes of 2^31 values, negative shapes and weights in other files are refused', async () => {
    const external = zeros('E', [1]).bytes(
      13,
      new MessageWriter().bytes(1, 'location').bytes(2, '../../secret'),
    );

    await expect(read(lstmGraph({ shape: [65536, 32768] }))).rejects.toThrow('65536');
    await expect(read(lstmGraph({ shape: [-1, 4, 2] }))).rejects.toThrow('-1');
    await expect(read(lstmGraph({ shape: [1, 40, 2000] }))).rejects.toThrow('has 1000 values');
    await expect(read(lstmGraph({ tensors: [external] }))).rejects.toThrow('another file');
  });

  test('a graph of very many records is refused', async () => {
    const nodes = Array.from({ length: 20_001 }, (_, i) => operation('Tanh', [`${i}`], `${i + 1}`));

    await expect(read(lstmGraph({ nodes }))).rejects.toThrow('at most 20000');
  });
});
