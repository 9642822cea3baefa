import { describe, expect, it } from 'vitest';
import {
  adamConfig,
  formatOf,
  kerasLayer,
  lossName,
  sequentialConfig,
  sgdConfig,
  writeModelFile,
} from '../../src/engine/keras/index.ts';
import { placeLayers } from '../../src/engine/keras/model/layer-variables.ts';
import { bits, h5Attributes, randomModel, readH5 } from './support.ts';

const COMPILE = { optimizer: adamConfig(), loss: lossName('mse'), metrics: ['mae'] };

async function bytesOf(model: Parameters<typeof writeModelFile>[0], format: 'h5' | 'weights.h5' | 'keras') {
  const { files } = await writeModelFile(model, format);
  return files[0]?.bytes ?? new Uint8Array(0);
}

describe('the older .h5', () => {
  it('holds config and compile settings as attributes, in the words that Keras 3 loads', async () => {
    const model = randomModel({
      name: 'm',
      compile: { ...COMPILE, optimizer: sgdConfig({ learningRate: 1 }) },
    });

    const root = await h5Attributes(await bytesOf(model, 'h5'), '/');

    expect(Object.keys(root).sort()).toEqual(['backend', 'keras_version', 'model_config', 'training_config']);
    expect(JSON.parse(String(root.model_config))).toEqual({ class_name: 'Sequential', config: model.config });
    expect(String(root.training_config)).toContain('"learning_rate":1.0');
    expect(JSON.parse(String(root.training_config))).toMatchObject({
      loss: 'mean_squared_error',
      metrics: ['mae'],
      optimizer_config: { class_name: 'SGD', config: { name: 'sgd', learning_rate: 1 } },
    });
  });

  it('holds the weights where the lists of names say, bit by bit', async () => {
    const model = randomModel({ name: 'm', compile: COMPILE, iterations: 12 });
    const bytes = await bytesOf(model, 'h5');

    const { datasets } = await readH5(bytes);
    const all = await h5Attributes(bytes, 'model_weights');
    const lstm = await h5Attributes(bytes, 'model_weights/lstm');
    const top = await h5Attributes(bytes, 'model_weights/top_level_model_weights');

    expect(all.layer_names).toEqual(['lstm', 'dense']);
    expect(lstm.weight_names).toEqual([
      'm/lstm/lstm_cell/kernel',
      'm/lstm/lstm_cell/recurrent_kernel',
      'm/lstm/lstm_cell/bias',
    ]);
    expect([...(top.weight_names as Float64Array)]).toEqual([]);
    const found = datasets.get('model_weights/lstm/m/lstm/lstm_cell/recurrent_kernel');
    expect(bits(found?.value as Float32Array)).toEqual(bits(model.weights[1]?.data ?? new Float32Array(0)));
  });

  it("holds the optimizer in Keras 3's order: iteration, rate, then m and v of each weight", async () => {
    const model = randomModel({ name: 'm', compile: COMPILE, iterations: 12 });
    const bytes = await bytesOf(model, 'h5');

    const root = await h5Attributes(bytes, 'optimizer_weights');
    const { datasets } = await readH5(bytes);
    const names = root.weight_names as string[];
    const values = names.map((name) => datasets.get(`optimizer_weights/${name}`)?.value);

    expect(names.slice(0, 4)).toEqual([
      'adam/iteration',
      'adam/learning_rate',
      'adam/2_m_lstm_kernel_momentum',
      'adam/3_m_lstm_kernel_velocity',
    ]);
    expect(values[0]).toBe(12n);
    const [m, v] = model.optimizerState?.slots ?? [];
    expect(bits(values[4] as Float32Array)).toEqual(bits(m?.tensors[1]?.data ?? new Float32Array(0)));
    expect(bits(values[11] as Float32Array)).toEqual(bits(v?.tensors[4]?.data ?? new Float32Array(0)));
    expect(names).toHaveLength(12);
  });
});

describe('optimizer slots', () => {
  it.each([
    ['Adam', { amsgrad: true }, ['m', 'v', 'vhat'], ['m0', 'v0', 'm1', 'v1', 'vhat0', 'vhat1']],
    [
      'RMSprop',
      { momentum: 0.9, centered: true },
      ['velocity', 'momentum', 'average_gradient'],
      ['velocity0', 'velocity1', 'momentum0', 'momentum1', 'average_gradient0', 'average_gradient1'],
    ],
  ] as const)('of %s with %j lie as Keras 3 stores them', async (className, settings, slots, order) => {
    const base = randomModel({ layers: [{ kind: 'dense', units: 2, name: 'dense' }] });
    const optimizer = {
      ...adamConfig(),
      class_name: className,
      config: { name: 'o', learning_rate: 0.1, ...settings },
    };
    const state = {
      iterations: 3,
      learningRate: 0.1,
      slots: slots.map((name, s) => ({
        name,
        tensors: base.weights.map(({ shape, data }, i) => ({ shape, data: data.map(() => 10 * s + i) })),
      })),
    };

    const { datasets } = await readH5(
      await bytesOf({ ...base, compile: { ...COMPILE, optimizer }, optimizerState: state }, 'weights.h5'),
    );

    const found = order.map(
      (_, i) => (datasets.get(`optimizer/vars/${i + 2}`)?.value as Float32Array | undefined)?.[0],
    );
    expect(found).toEqual(
      order.map((name) => 10 * (slots as readonly string[]).indexOf(name.slice(0, -1)) + Number(name.at(-1))),
    );
  });
});

describe('paths in .weights.h5', () => {
  it('are those of Keras 3.15.1 for every layer that has variables', async () => {
    const gru = kerasLayer('GRU', { name: 'gru', units: 2, return_sequences: true });
    const config = sequentialConfig(
      'm',
      [5, 3],
      [
        kerasLayer('TimeDistributed', { name: 'td', layer: kerasLayer('Dense', { name: 'd', units: 4 }) }),
        kerasLayer('Bidirectional', { name: 'bi', layer: gru }),
        kerasLayer('SimpleRNN', { name: 'rnn', units: 2, return_sequences: true }),
        kerasLayer('BatchNormalization', { name: 'bn' }),
        kerasLayer('LayerNormalization', { name: 'ln' }),
        kerasLayer('ReLU', { name: 're' }),
        kerasLayer('SpatialDropout1D', { name: 'sd', rate: 0.1 }),
      ],
    );
    const weights = placeLayers(config).flatMap(({ name: layer, variables }) =>
      variables.map(({ name, shape }) => ({
        path: `${layer}/${name}`,
        layer,
        name,
        shape,
        data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
      })),
    );

    const { datasets, names } = await readH5(await bytesOf({ config, weights }, 'weights.h5'));

    expect([...datasets].map(([path, { shape }]) => `${path} [${shape}]`).sort()).toEqual([
      'layers/batch_normalization/vars/0 [2]',
      'layers/batch_normalization/vars/1 [2]',
      'layers/batch_normalization/vars/2 [2]',
      'layers/batch_normalization/vars/3 [2]',
      'layers/bidirectional/backward_layer/cell/vars/0 [4,6]',
      'layers/bidirectional/backward_layer/cell/vars/1 [2,6]',
      'layers/bidirectional/backward_layer/cell/vars/2 [2,6]',
      'layers/bidirectional/forward_layer/cell/vars/0 [4,6]',
      'layers/bidirectional/forward_layer/cell/vars/1 [2,6]',
      'layers/bidirectional/forward_layer/cell/vars/2 [2,6]',
      'layers/layer_normalization/vars/0 [2]',
      'layers/layer_normalization/vars/1 [2]',
      'layers/simple_rnn/cell/vars/0 [4,2]',
      'layers/simple_rnn/cell/vars/1 [2,2]',
      'layers/simple_rnn/cell/vars/2 [2]',
      'layers/time_distributed/layer/vars/0 [3,4]',
      'layers/time_distributed/layer/vars/1 [4]',
    ]);
    expect([...names.keys()]).toEqual(
      expect.arrayContaining(['layers/re_lu/vars', 'layers/spatial_dropout1d/vars']),
    );
  });
});

describe('formatOf', () => {
  it.each([
    ['a.keras', 'keras'],
    ['a.weights.h5', 'weights.h5'],
    ['A.H5', 'h5'],
    ['a.hdf5', 'h5'],
    ['a.keras1.npz', 'keras1'],
    ['a.npz', 'npz'],
    ['out/model.json', 'tfjs'],
    ['weights.json', 'json'],
    ['a.safetensors', 'safetensors'],
    ['a.onnx', 'onnx'],
    ['a.txt', null],
    ['keras', null],
  ])('takes %s for %s', (name, format) => {
    expect(formatOf(name)).toBe(format);
  });
});
