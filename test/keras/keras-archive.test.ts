import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readZip } from '../../src/engine/keras/bytes/zip-read.ts';
import {
  adamConfig,
  kerasLayer,
  lossName,
  sgdConfig,
  writeKeras,
  writeWeightsH5,
} from '../../src/engine/keras/index.ts';
import { randomModel } from './support.ts';

const SAVED = new Date(Date.UTC(2026, 10, 23, 15, 4, 5));
const RECIPE = { columns: ['T (degC)', 'wind'], mean: [1.5, 1e-7], seed: 3, note: 'Zürich' };
const MODEL = randomModel({
  name: 'forecaster',
  compile: { optimizer: adamConfig({ globalClipnorm: 1 }), loss: lossName('mse'), metrics: ['mae'] },
  recipe: RECIPE,
});

const entriesOf = (bytes: Uint8Array): Promise<Map<string, Uint8Array>> =>
  readZip(bytes, { fileName: 'model.keras', maxBytes: 2 ** 24 });
const textOf = async (bytes: Uint8Array, name: string): Promise<string> =>
  new TextDecoder().decode((await entriesOf(bytes)).get(name));
const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

describe('.keras', () => {
  it('is a zip of stored entries without data descriptors, as Keras writes it', async () => {
    const bytes = await writeKeras(MODEL, SAVED);

    const view = new DataView(bytes.buffer);
    const headers: { name: string; flags: number; method: number }[] = [];
    for (let at = 0; view.getUint32(at, true) === 0x04034b50; ) {
      const nameLength = view.getUint16(at + 26, true);
      const name = new TextDecoder().decode(bytes.subarray(at + 30, at + 30 + nameLength));
      headers.push({ name, flags: view.getUint16(at + 6, true), method: view.getUint16(at + 8, true) });
      at += 30 + nameLength + view.getUint16(at + 28, true) + view.getUint32(at + 18, true);
    }
    expect(headers).toEqual(
      ['metadata.json', 'config.json', 'model.weights.h5', 'gatewise.json'].map((name) => ({
        name,
        flags: 0,
        method: 0,
      })),
    );
  });

  it('holds the config, the compile settings and the date', async () => {
    const bytes = await writeKeras(MODEL, SAVED);

    expect(JSON.parse(await textOf(bytes, 'metadata.json'))).toEqual({
      keras_version: '3.15.1',
      date_saved: '2026-11-23@15:04:05',
    });
    expect(JSON.parse(await textOf(bytes, 'config.json'))).toEqual({
      module: 'keras',
      class_name: 'Sequential',
      config: MODEL.config,
      registered_name: null,
      build_config: { input_shape: [null, 4, 3] },
      compile_config: {
        optimizer: {
          module: 'keras.optimizers',
          class_name: 'Adam',
          config: {
            name: 'adam',
            learning_rate: 0.001,
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-7,
            global_clipnorm: 1,
          },
          registered_name: null,
        },
        loss: 'mean_squared_error',
        metrics: ['mae'],
      },
    });
  });

  it('holds the same weights file as .weights.h5', async () => {
    const entries = await entriesOf(await writeKeras(MODEL, SAVED));

    expect(entries.get('model.weights.h5')).toEqual(await writeWeightsH5(MODEL));
  });

  it('carries the recipe and SHA-256 sums of all parts', async () => {
    const bytes = await writeKeras(MODEL, SAVED);

    const own = JSON.parse(await textOf(bytes, 'gatewise.json'));
    const entries = await entriesOf(bytes);
    expect(own).toMatchObject({ format: 'gatewise', version: 1, recipe: RECIPE });
    expect(Object.keys(own.sha256)).toEqual(['metadata.json', 'config.json', 'model.weights.h5', 'recipe']);
    for (const name of ['metadata.json', 'config.json', 'model.weights.h5']) {
      expect(own.sha256[name]).toBe(sha256(entries.get(name) ?? ''));
    }
    expect(own.sha256.recipe).toBe(sha256(JSON.stringify(own.recipe)));
  });

  it('writes whole numbers as float where Python must see a float', async () => {
    const optimizer = sgdConfig({ learningRate: 1, momentum: 0, clipnorm: 2 });
    const compile = { optimizer, loss: lossName('mae'), metrics: ['"momentum":0,'] };
    const model = randomModel({ compile });

    const text = await textOf(await writeKeras(model, SAVED), 'config.json');

    expect(text).toContain('"learning_rate":1.0,"momentum":0.0,"nesterov":false,"clipnorm":2.0}');
    expect(text).toContain('"units":5,');
    expect(JSON.parse(text).compile_config.metrics).toEqual(['"momentum":0,']);
  });

  it('gives the same bytes for the same model and date', async () => {
    const first = await writeKeras(MODEL, SAVED);

    expect(await writeKeras(MODEL, SAVED)).toEqual(first);
    expect(await writeKeras(MODEL, new Date(0))).not.toEqual(first);
  });

  it('leaves compile settings out of a model that has none', async () => {
    const config = JSON.parse(await textOf(await writeKeras(randomModel(), SAVED), 'config.json'));

    expect(Object.keys(config)).toEqual([
      'module',
      'class_name',
      'config',
      'registered_name',
      'build_config',
    ]);
  });

  it.each(['activation', 'recurrent_activation'])(
    'refuses the hard_sigmoid of Keras 2 as %s, because Keras 3 would compute another one',
    async (key) => {
      const layers = MODEL.config.layers.map((layer) =>
        layer.class_name === 'LSTM'
          ? kerasLayer('LSTM', { ...layer.config, [key]: 'hard_sigmoid_keras2' })
          : layer,
      );
      const model = { ...MODEL, config: { ...MODEL.config, layers } };

      const message = new RegExp(
        `Layer "lstm" has ${key} clip\\(0\\.2x \\+ 0\\.5, 0, 1\\).*Export the weights as \\.npz`,
      );
      await expect(writeKeras(model, SAVED)).rejects.toThrow(message);
      await expect(writeWeightsH5(model)).resolves.toBeInstanceOf(Uint8Array);
    },
  );

  it('refuses names that TensorFlow would stumble over when the model is run', async () => {
    const spaced = randomModel({ layers: [{ kind: 'dense', units: 1, name: 'my layer' }] });
    const umlaut = randomModel({ name: 'Wärme' });

    await expect(writeKeras(spaced, SAVED)).rejects.toThrow('A layer of class Dense is named "my layer"');
    await expect(writeKeras(umlaut, SAVED)).rejects.toThrow('The model is named "Wärme"');
    await expect(writeKeras(randomModel({ name: '_x' }), SAVED)).rejects.toThrow('a letter or digit first');
  });

  it('refuses a date that is none and two kinds of clipping', async () => {
    await expect(writeKeras(MODEL, new Date(Number.NaN))).rejects.toThrow('not a valid date');
    expect(() => adamConfig({ clipnorm: 1, globalClipnorm: 2 })).toThrow('Keras 3 takes one of them');
  });
});
