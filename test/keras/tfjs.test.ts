/** TF.js layers models: what we write is loaded by TF.js itself, what it saves is read here; quantized and hostile files. */
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import {
  type LayersModel,
  layers,
  loadLayersModel,
  type Sequential,
  sequential,
} from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { writeZip } from '../../src/engine/keras/bytes/zip-write.ts';
import { type KerasModel, type KerasObject, kerasLayer } from '../../src/engine/keras/index.ts';
import type { NamedFile } from '../../src/engine/keras/raw-file.ts';
import { readModelFile } from '../../src/engine/keras/read-model.ts';
import { readTfjs } from '../../src/engine/keras/tfjs/tfjs-read.ts';
import { writeTfjs } from '../../src/engine/keras/tfjs/tfjs-write.ts';
import { assertClose } from '../harness/assert-close.ts';
import { predictFloat64 } from './float64.ts';
import { modelOf, randomInput } from './random-model.ts';
import { bits } from './support.ts';

beforeAll(async () => {
  await tf.setBackend('wasm');
  await tf.ready();
});

const CLOSE = { atol: 1e-5, rtol: 1e-5, label: 'prediction' };
const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const jsonOf = (files: readonly NamedFile[]) => JSON.parse(new TextDecoder().decode(files[0]?.bytes));
/** A reader's view of files in one folder; the first is model.json. */
const read = (files: readonly NamedFile[]) =>
  readModelFile(files[0]?.bytes ?? expect.fail('no model.json'), {
    fileName: 'model.json',
    sibling: async (name) => files.find((file) => file.name === name)?.bytes ?? null,
  });

/** Loads files as TF.js does it from a URL, its own parsing included. */
async function loadInTfjs(files: readonly NamedFile[]): Promise<LayersModel> {
  const { modelTopology, weightsManifest, trainingConfig } = jsonOf(files);
  const weightData = new Uint8Array(files[1]?.bytes ?? []).buffer;
  const artifacts = { modelTopology, weightSpecs: weightsManifest[0].weights, weightData };
  return loadLayersModel({
    load: async () => ({ ...artifacts, ...(trainingConfig ? { trainingConfig } : {}) }),
  });
}

function predictInTfjs(model: LayersModel, x: { shape: readonly number[]; data: number[] }): number[] {
  return tf.tidy(() => [...(model.predict(tf.tensor(x.data, [...x.shape])) as tf.Tensor).dataSync()]);
}

/** What TF.js saves, as files. */
async function saveInTfjs(model: LayersModel, includeOptimizer = false): Promise<NamedFile[]> {
  const files: NamedFile[] = [];
  await model.save(
    {
      save: async (artifacts) => {
        const { weightData, weightSpecs, ...rest } = artifacts;
        const weightsManifest = [{ paths: ['a-1of2.bin', 'a-2of2.bin'], weights: weightSpecs }];
        const bytes = new Uint8Array(weightData as ArrayBuffer);
        files.push(
          { name: 'model.json', bytes: encode({ ...rest, weightsManifest }) },
          { name: 'a-1of2.bin', bytes: bytes.subarray(0, 50) },
          { name: 'a-2of2.bin', bytes: bytes.subarray(50) },
        );
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      },
    },
    { includeOptimizer },
  );
  return files;
}

/** Random weights in place of what the initializers made. */
function randomize(model: Sequential): void {
  const values = model.getWeights().map(({ shape }, i) => tf.tensor(randomInput(shape, 40 + i).data, shape));
  model.setWeights(values);
}

/** Orthogonal needs methods of tensors that TF.js adds in the page only; the values are replaced anyway. */
const PLAIN = { recurrentInitializer: 'zeros' } as const;

const sequence = { return_sequences: true };
const both = (merge: string, inner: object) =>
  kerasLayer('Bidirectional', {
    name: 'both',
    merge_mode: merge,
    layer: kerasLayer('LSTM', { name: 'inner', units: 2, ...inner }),
  });
const WRITTEN: [string, KerasObject[]][] = [
  ['an LSTM', [kerasLayer('LSTM', { name: 'lstm', units: 4 })]],
  [
    'stacked LSTMs with options and a head',
    [
      kerasLayer('LSTM', {
        name: 'lstm',
        units: 4,
        ...sequence,
        recurrent_activation: 'hard_sigmoid_keras2',
      }),
      kerasLayer('Dropout', { name: 'drop', rate: 0.3 }),
      kerasLayer('LSTM', {
        name: 'lstm_1',
        units: 3,
        go_backwards: true,
        use_bias: false,
        activation: 'relu',
      }),
      kerasLayer('Dense', { name: 'dense', units: 2, activation: 'softmax' }),
    ],
  ],
  ['both directions joined', [both('concat', sequence), kerasLayer('Flatten', { name: 'flat' })]],
  ['both directions averaged', [both('ave', {}), kerasLayer('RepeatVector', { name: 'repeat', n: 2 })]],
  [
    'GRU and SimpleRNN',
    [
      kerasLayer('GRU', { name: 'gru', units: 3, reset_after: false, ...sequence }),
      kerasLayer('SimpleRNN', { name: 'rnn', units: 2, activation: 'softsign' }),
    ],
  ],
  [
    'TimeDistributed',
    [
      kerasLayer('TimeDistributed', {
        name: 'steps',
        layer: kerasLayer('Dense', { name: 'inner', units: 2, activation: 'tanh' }),
      }),
      kerasLayer('Activation', { name: 'act', activation: 'hard_sigmoid_keras2' }),
    ],
  ],
];

describe('what we write', () => {
  test.each(WRITTEN)('TF.js loads %s and predicts the same', async (_, made) => {
    const model = modelOf(made, [5, 3]);
    const x = randomInput([2, 5, 3]);

    const loaded = await loadInTfjs(await writeTfjs(model));

    assertClose(predictInTfjs(loaded, x), predictFloat64(model, x).data, CLOSE);
  });

  test.each(WRITTEN)('we read %s back bit for bit', async (_, made) => {
    const model = modelOf(made, [5, 3]);

    const { model: again, source, notes } = await read(await writeTfjs(model));

    expect(again.weights.map(({ path, data }) => [path, bits(data)])).toEqual(
      model.weights.map(({ path, data }) => [path, bits(data)]),
    );
    const x = randomInput([2, 5, 3]);
    expect(predictFloat64(again, x).data).toEqual(predictFloat64(model, x).data);
    expect(source).toMatchObject({
      container: 'tfjs',
      generation: 'tfjs',
      kerasVersion: 'tfjs-layers 4.22.0',
    });
    expect(notes).toEqual([]);
  });

  test('compile settings are in the words of TF.js, and it trains on', async () => {
    const adam = { learning_rate: 0.02, beta_1: 0.8, beta_2: 0.99, epsilon: 1e-6 };
    const optimizer = { module: 'keras.optimizers', class_name: 'Adam', config: adam, registered_name: null };
    const compile = { optimizer, loss: 'mean_squared_error', metrics: ['mae'] };
    const model: KerasModel = {
      ...modelOf([kerasLayer('LSTM', { name: 'lstm', units: 2 })], [5, 3]),
      compile,
    };

    const files = await writeTfjs(model);
    const loaded = await loadInTfjs(files);

    expect(jsonOf(files).trainingConfig.optimizer_config).toEqual({
      class_name: 'Adam',
      config: { learningRate: 0.02, beta1: 0.8, beta2: 0.99, epsilon: 1e-6 },
    });
    const x = tf.tensor(randomInput([4, 5, 3]).data, [4, 5, 3]);
    const { history } = await loaded.fit(x, tf.zeros([4, 2]), { epochs: 2, verbose: 0 });
    expect(Number(history.loss?.[1])).toBeLessThan(Number(history.loss?.[0]));
  });

  test.each([
    [
      'the hard_sigmoid of Keras 3',
      kerasLayer('LSTM', { name: 'x', units: 2, recurrent_activation: 'hard_sigmoid' }),
      'x/6',
    ],
    ['a GRU with reset_after', kerasLayer('GRU', { name: 'x', units: 2 }), 'reset_after'],
    [
      'zero_output_for_mask',
      kerasLayer('LSTM', { name: 'x', units: 2, zero_output_for_mask: true }),
      'zero_output',
    ],
    ['a ReLU with a slope', kerasLayer('ReLU', { name: 'x', negative_slope: 0.1 }), 'negative_slope'],
    ['Rescaling', kerasLayer('Rescaling', { name: 'x', scale: 2 }), 'no such layer'],
  ])('%s cannot be written, and the layer is named', async (_, layer, words) => {
    await expect(writeTfjs(modelOf([layer], [5, 3]))).rejects.toThrow(new RegExp(`"x".*${words}`));
  });

  test('a changed byte of the shard or of a shape is found', async () => {
    const [json, shard] = (await writeTfjs(
      modelOf([kerasLayer('LSTM', { name: 'lstm', units: 2 })], [5, 3]),
    )) as [NamedFile, NamedFile];
    const flipped = shard.bytes.slice();
    flipped[9] = (flipped[9] ?? 0) ^ 4;
    const text = new TextDecoder().decode(json.bytes).replace('"tanh"', '"relu"');

    await expect(read([json, { ...shard, bytes: flipped }])).rejects.toThrow('SHA-256');
    await expect(read([{ ...json, bytes: new TextEncoder().encode(text) }, shard])).rejects.toThrow(
      'SHA-256',
    );
  });
});

describe('what TF.js saved', () => {
  const SAVED: [string, () => Sequential][] = [
    [
      'an LSTM with its defaults: hard_sigmoid',
      () => {
        const model = sequential();
        model.add(layers.lstm({ units: 4, inputShape: [5, 3], ...PLAIN }));
        model.add(layers.dense({ units: 2, activation: 'softmax' }));
        return model;
      },
    ],
    [
      'Bidirectional, GRU and TimeDistributed',
      () => {
        const model = sequential();
        const inner = layers.lstm({ units: 2, returnSequences: true, ...PLAIN }) as never;
        model.add(layers.bidirectional({ layer: inner, mergeMode: 'concat', inputShape: [5, 3] }));
        model.add(layers.gru({ units: 3, returnSequences: true, recurrentActivation: 'sigmoid', ...PLAIN }));
        model.add(layers.timeDistributed({ layer: layers.dense({ units: 2 }) }));
        model.add(layers.simpleRNN({ units: 2, ...PLAIN }));
        return model;
      },
    ],
  ];

  test.each(SAVED)('%s is read and predicts the same', async (_, make) => {
    const model = make();
    randomize(model);
    const x = randomInput([2, 5, 3]);

    const file = await read(await saveInTfjs(model));

    assertClose(predictFloat64(file.model, x).data, predictInTfjs(model, x), CLOSE);
    expect(file.source.generation).toBe('tfjs');
  });

  test("optimizer arrays are kept apart from the model's", async () => {
    const model = sequential();
    model.add(layers.lstm({ units: 2, inputShape: [5, 3], ...PLAIN }));
    model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
    await model.fit(tf.randomNormal([2, 5, 3]), tf.randomNormal([2, 2]), { epochs: 1, verbose: 0 });
    const files = await saveInTfjs(model, true);

    const raw = await readTfjs(jsonOf(files), {
      fileName: 'model.json',
      sibling: async (name) => files.find((file) => file.name === name)?.bytes ?? null,
    });

    expect(raw.weights.kind === 'named' && raw.weights.arrays).toHaveLength(3);
    expect(raw.optimizer?.map(({ path, dtype }) => [path.split('/').at(-1), dtype])).toEqual([
      ['iter', 'int32'],
      ...['m', 'm', 'm', 'v', 'v', 'v'].map((slot) => [slot, 'float32']),
    ]);
    expect([...(raw.optimizer?.[0]?.data ?? [])]).toEqual([1]);
    expect(raw.compile).toMatchObject({ loss: 'mean_squared_error' });
  });
});

describe('files of others', () => {
  const topology = {
    class_name: 'Sequential',
    config: [
      { class_name: 'Dense', config: { name: 'd', units: 2, use_bias: false, batch_input_shape: [null, 2] } },
    ],
  };
  const manifest = (weight: object, paths: unknown[] = ['w.bin']) => ({
    format: 'layers-model',
    modelTopology: { model_config: topology, keras_version: '2.2.4-tf', backend: 'tensorflow' },
    weightsManifest: [{ paths, weights: [{ name: 'd/kernel', shape: [2, 2], dtype: 'float32', ...weight }] }],
  });
  const load = (json: unknown, bytes: Uint8Array | null) =>
    readTfjs(json, { fileName: 'model.json', sibling: async () => bytes });
  const valuesOf = async (weight: object, bytes: Uint8Array) => {
    const { weights } = await load(manifest(weight), bytes);
    return weights.kind === 'named' ? [...(weights.arrays[0]?.data ?? [])] : [];
  };

  test('weights quantized to uint8, uint16 and float16 are brought back', async () => {
    const quantized = (dtype: string) => ({ quantization: { dtype, scale: 0.5, min: -1 } });

    expect(await valuesOf(quantized('uint8'), Uint8Array.of(0, 1, 2, 255))).toEqual([-1, -0.5, 0, 126.5]);
    expect(await valuesOf(quantized('uint16'), Uint8Array.of(0, 0, 1, 0, 0, 1, 255, 255))).toEqual([
      -1, -0.5, 127, 32766.5,
    ]);
    expect(
      await valuesOf({ quantization: { dtype: 'float16' } }, Uint8Array.of(0, 0x3c, 0, 0xc0, 0, 0, 1, 0)),
    ).toEqual([1, -2, 0, 2 ** -24]);
  });

  test('a converted Keras file keeps its generation; a zip holds all of it', async () => {
    const bytes = Uint8Array.from({ length: 16 }, (_, i) => (i % 4 === 2 ? 0x80 : i % 4 === 3 ? 0x3f : 0));
    const zip = writeZip([
      { name: 'web/w.bin', bytes },
      { name: 'web/model.json', bytes: encode(manifest({})) },
    ]);

    const { source, model } = await readModelFile(zip, { fileName: 'web.zip' });

    expect(source).toMatchObject({ container: 'tfjs', generation: 'tf.keras', kerasVersion: '2.2.4-tf' });
    expect([...(model.weights[0]?.data ?? [])]).toEqual([1, 1, 1, 1]);
  });

  test.each([
    ['a shard in the folder above', manifest({}, ['../w.bin']), 'does not lie beside'],
    ['a shard with a slash', manifest({}, ['a/w.bin']), 'does not lie beside'],
    ['a shard that is a URL', manifest({}, ['http:w']), 'does not lie beside'],
    ['a shard that is the folder', manifest({}, ['..']), 'does not lie beside'],
    ['a shard that is no text', manifest({}, [7]), 'does not lie beside'],
    ['a shape of 2^31', manifest({ shape: [65536, 32768] }), '65536'],
    ['a negative shape', manifest({ shape: [-2, 2] }), '-2'],
    ['a shard of another size', manifest({ shape: [2, 3] }), 'need 24 bytes'],
    ['strings', manifest({ dtype: 'string' }), 'string'],
    ['quantization without a scale', manifest({ quantization: { dtype: 'uint8' } }), 'quantized'],
    ['a graph model', { ...manifest({}), format: 'graph-model' }, 'graph model'],
    ['no manifest', { modelTopology: topology, weightsManifest: {} }, 'no list'],
    ['a group without paths', { modelTopology: topology, weightsManifest: [{ weights: [] }] }, 'paths'],
  ])('%s is refused', async (_, json, words) => {
    await expect(load(json, new Uint8Array(16))).rejects.toThrow(words);
  });

  test('a missing shard is asked for by name', async () => {
    await expect(load(manifest({}), null)).rejects.toThrow('"w.bin" are missing');
    await expect(readTfjs(manifest({}), { fileName: 'model.json' })).rejects.toThrow('all its shards');
  });
});
