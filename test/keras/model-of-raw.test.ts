/** Whole raw files of each generation, as they become a model. Configs are as the Keras of that time wrote them. */
import { describe, expect, it } from 'vitest';
import type { RawFile } from '../../src/engine/keras/raw-file.ts';
import { modelOf } from '../../src/engine/keras/upgrade/model-of-raw.ts';
import { byLayer, denseLayer, lstmLayer, rawArray, rawFile, rawLayer } from './raw-support.ts';

const VARIANCE = {
  class_name: 'VarianceScaling',
  config: { distribution: 'uniform', scale: 1.0, seed: null, mode: 'fan_avg' },
};
const ORTHOGONAL = { class_name: 'Orthogonal', config: { seed: null, gain: 1.0 } };
const ZEROS = { class_name: 'Zeros', config: {} };

/** An LSTM's config as Keras 2.0 to 2.3 wrote it. */
function keras2Lstm(name: string, units: number, more: object = {}) {
  return {
    class_name: 'LSTM',
    config: {
      name,
      trainable: true,
      return_sequences: false,
      return_state: false,
      go_backwards: false,
      stateful: false,
      unroll: false,
      units,
      activation: 'tanh',
      recurrent_activation: 'hard_sigmoid',
      use_bias: true,
      kernel_initializer: VARIANCE,
      recurrent_initializer: ORTHOGONAL,
      bias_initializer: ZEROS,
      unit_forget_bias: true,
      kernel_regularizer: null,
      recurrent_regularizer: null,
      bias_regularizer: null,
      activity_regularizer: null,
      kernel_constraint: null,
      recurrent_constraint: null,
      bias_constraint: null,
      dropout: 0.0,
      recurrent_dropout: 0.0,
      implementation: 1,
      ...more,
    },
  };
}

function keras2Dense(name: string, units: number, more: object = {}) {
  return {
    class_name: 'Dense',
    config: {
      name,
      trainable: true,
      units,
      activation: 'linear',
      use_bias: true,
      kernel_initializer: VARIANCE,
      bias_initializer: ZEROS,
      kernel_regularizer: null,
      bias_regularizer: null,
      activity_regularizer: null,
      kernel_constraint: null,
      bias_constraint: null,
      ...more,
    },
  };
}

function configOf(raw: RawFile, name: string): Record<string, unknown> {
  const layer = modelOf(raw, null).model.config.layers.find((one) => one.config.name === name);
  return { class_name: layer?.class_name, ...layer?.config };
}

describe('modelOf', () => {
  it('reads a list Sequential of Keras 2 whose LSTM has the input shape', () => {
    const lstm = lstmLayer('lstm_1', 3, 5);
    const dense = denseLayer('dense_1', 5, 2);
    const raw = rawFile({
      architecture: {
        class_name: 'Sequential',
        config: [
          keras2Lstm('lstm_1', 5, { batch_input_shape: [null, 7, 3], dtype: 'float32' }),
          keras2Dense('dense_1', 2),
        ],
      },
      weights: byLayer(lstm, dense),
    });

    const { model, notes } = modelOf(raw, null);

    expect(model.config.build_input_shape).toEqual([null, 7, 3]);
    expect(model.config.layers.map((one) => one.class_name)).toEqual(['InputLayer', 'LSTM', 'Dense']);
    expect(configOf(raw, 'lstm_1')).toMatchObject({
      units: 5,
      activation: 'tanh',
      recurrent_activation: 'hard_sigmoid_keras2',
    });
    expect(model.weights.map(({ path }) => path)).toEqual([
      'lstm_1/kernel',
      'lstm_1/recurrent_kernel',
      'lstm_1/bias',
      'dense_1/kernel',
      'dense_1/bias',
    ]);
    expect(model.weights.map(({ data }) => data)).toEqual(
      [...lstm.arrays, ...dense.arrays].map(({ data }) => data),
    );
    expect(notes).toEqual([]);
  });

  it('reads a .keras of Keras 3 by the groups of its classes', () => {
    const arrays = [
      rawArray('layers/dense/vars/0', [4, 1]),
      rawArray('layers/dense/vars/1', [1]),
      rawArray('layers/lstm/cell/vars/0', [3, 16]),
      rawArray('layers/lstm/cell/vars/1', [4, 16]),
      rawArray('layers/lstm/cell/vars/2', [16]),
      rawArray('layers/lstm_1/cell/vars/0', [4, 16]),
      rawArray('layers/lstm_1/cell/vars/1', [4, 16]),
      rawArray('layers/lstm_1/cell/vars/2', [16]),
    ];
    const lstm = (name: string, returnSequences: boolean) => ({
      module: 'keras.layers',
      class_name: 'LSTM',
      config: {
        name,
        trainable: true,
        dtype: {
          module: 'keras',
          class_name: 'DTypePolicy',
          config: { name: 'float32' },
          registered_name: null,
        },
        return_sequences: returnSequences,
        units: 4,
        activation: 'tanh',
        recurrent_activation: 'hard_sigmoid',
        seed: null,
      },
      registered_name: null,
      build_config: { input_shape: [null, 7, 3] },
    });
    const raw = rawFile({
      source: { container: 'keras', generation: 'keras3', kerasVersion: '3.15.1' },
      architecture: {
        module: 'keras',
        class_name: 'Sequential',
        config: {
          name: 'sequential',
          layers: [
            {
              module: 'keras.layers',
              class_name: 'InputLayer',
              config: { batch_shape: [null, 7, 3], dtype: 'float32', name: 'in' },
            },
            lstm('first', true),
            lstm('second', false),
            { module: 'keras.layers', class_name: 'Dense', config: { name: 'out', units: 1 } },
          ],
        },
      },
      weights: { kind: 'by-path', arrays },
    });

    const { model, notes } = modelOf(raw, null);

    expect(configOf(raw, 'first')).toMatchObject({ recurrent_activation: 'hard_sigmoid' });
    expect(model.weights.map(({ data }) => data)).toEqual(
      [2, 3, 4, 5, 6, 7, 0, 1].map((i) => arrays[i]?.data),
    );
    expect(notes).toEqual([]);
  });

  it('reads a .weights.h5 of tf.keras 2.12, whose second layer of a class is number 2', () => {
    const arrays = ['lstm', 'lstm_2', 'lstm_3'].flatMap((name) => [
      rawArray(`layers/${name}/cell/vars/0`, [4, 16]),
      rawArray(`layers/${name}/cell/vars/1`, [4, 16]),
      rawArray(`layers/${name}/cell/vars/2`, [16]),
    ]);
    const architecture = {
      class_name: 'Sequential',
      config: [
        keras2Lstm('a', 4, { batch_input_shape: [null, 7, 4], return_sequences: true }),
        keras2Lstm('b', 4, { return_sequences: true }),
        keras2Lstm('lstm_2', 4),
      ],
    };
    const shuffled = arrays.toReversed();

    const { model } = modelOf(
      rawFile({ architecture, weights: { kind: 'by-path', arrays: shuffled } }),
      null,
    );

    expect(model.weights.map(({ data }) => data)).toEqual(arrays.map(({ data }) => data));
  });

  it('finds the directions of a Bidirectional by the names in our .npz', () => {
    const layer = { class_name: 'LSTM', config: { name: 'l', units: 4 } };
    const config = { name: 'bi', layer, batch_input_shape: [null, 7, 3] };
    const arrays = ['backward', 'forward'].flatMap((direction) => [
      rawArray(`bi/${direction}/bias`, [16]),
      rawArray(`bi/${direction}/recurrent_kernel`, [4, 16]),
      rawArray(`bi/${direction}/kernel`, [3, 16]),
    ]);
    const raw = rawFile({
      architecture: { class_name: 'Sequential', config: [{ class_name: 'Bidirectional', config }] },
      weights: { kind: 'named', arrays },
    });

    const { model } = modelOf(raw, null);

    expect(model.weights.map(({ data }) => data)).toEqual([5, 4, 3, 2, 1, 0].map((k) => arrays[k]?.data));
  });

  it('leaves a gap in the numbers where a layer of the class has no weights', () => {
    const wrapped = (name: string, inner: object) => ({
      module: 'keras.layers',
      class_name: 'TimeDistributed',
      config: { name, layer: inner },
    });
    const dense = (units: number) => ({ class_name: 'Dense', config: { name: 'd', units } });
    const arrays = [
      rawArray('layers/time_distributed/layer/vars/0', [3, 3]),
      rawArray('layers/time_distributed/layer/vars/1', [3]),
      rawArray('layers/time_distributed_2/layer/vars/0', [3, 3]),
      rawArray('layers/time_distributed_2/layer/vars/1', [3]),
    ];
    const layers = [
      { class_name: 'InputLayer', config: { batch_shape: [null, 7, 3] } },
      wrapped('a', dense(3)),
      wrapped('b', { class_name: 'Dropout', config: { name: 'x', rate: 0.1 } }),
      wrapped('c', dense(3)),
    ];
    const raw = rawFile({
      source: { generation: 'keras3', kerasVersion: '3.15.1' },
      architecture: { module: 'keras', class_name: 'Sequential', config: { name: 's', layers } },
      weights: { kind: 'by-path', arrays },
    });

    expect(modelOf(raw, null).model.weights.map(({ path, data }) => [path, data])).toEqual(
      ['a/kernel', 'a/bias', 'c/kernel', 'c/bias'].map((path, i) => [path, arrays[i]?.data]),
    );
  });

  it('leaves out the state of an optimizer when a layer is frozen, and says so', () => {
    const lstm = lstmLayer('lstm_1', 3, 5);
    const dense = denseLayer('dense_1', 5, 2);
    const scalar = { path: 'Adam/iterations:0', dtype: '<i8', shape: [], data: Float32Array.of(4) };
    const read = (trainable: boolean) =>
      modelOf(
        rawFile({
          architecture: {
            class_name: 'Sequential',
            config: [
              keras2Lstm('lstm_1', 5, { batch_input_shape: [null, 7, 3] }),
              keras2Dense('dense_1', 2, { trainable }),
            ],
          },
          compile: { optimizer_config: { class_name: 'Adam', config: { lr: 0.5 } }, loss: 'mse' },
          weights: byLayer(lstm, dense),
          optimizer: [scalar, ...lstm.arrays, ...dense.arrays, ...lstm.arrays, ...dense.arrays],
        }),
        null,
      );

    expect(read(true).model.optimizerState).toMatchObject({ iterations: 4, learningRate: 0.5 });
    expect(read(true).notes).toEqual([]);
    expect(read(false).model.optimizerState).toBeUndefined();
    expect(read(false).notes.join(' ')).toMatch(/some layers are not trained/);
    expect(read(false).model.config.layers.at(-1)?.config.trainable).toBe(false);
  });

  it('says that Adam of TF.js goes on a little differently', () => {
    const kernel = rawArray('dense/kernel', [3, 2]);
    const bias = rawArray('dense/bias', [2]);
    const iterations = { ...rawArray('iter', []), data: Float32Array.of(4) };

    const { model, notes } = modelOf(
      rawFile({
        source: { generation: 'tfjs', kerasVersion: 'tfjs-layers 4.22.0' },
        architecture: {
          class_name: 'Sequential',
          config: { name: 's', layers: [keras2Dense('dense', 2, { batch_input_shape: [null, 3] })] },
        },
        compile: { optimizer_config: { class_name: 'Adam', config: { learningRate: 0.5 } }, loss: 'mse' },
        weights: { kind: 'named', arrays: [kernel, bias] },
        optimizer: [iterations, kernel, bias, kernel, bias],
      }),
      null,
    );

    expect(model.optimizerState).toMatchObject({ iterations: 4, learningRate: 0.5 });
    expect(notes.join(' ')).toMatch(/Adam of TF\.js adds epsilon/);
  });

  it('takes the architecture of another file, whose generation tells what hard_sigmoid is', () => {
    const weights = byLayer(lstmLayer('x', 3, 5), denseLayer('y', 5, 2));
    const bare = rawFile({
      source: { fileName: 'w.h5', generation: 'keras3', kerasVersion: '3.1.0', holds: 'weights' },
      weights,
    });
    const architecture = rawFile({
      source: { fileName: 'c.json', generation: 'keras2', kerasVersion: '2.2.0', holds: 'architecture' },
      architecture: {
        class_name: 'Sequential',
        config: [keras2Lstm('lstm_1', 5, { batch_input_shape: [null, 7, 3] }), keras2Dense('dense_1', 2)],
      },
    });

    const { model, source, notes } = modelOf(bare, architecture);

    expect(model.config.layers[1]?.config.recurrent_activation).toBe('hard_sigmoid_keras2');
    expect(model.weights).toHaveLength(5);
    expect(source.fileName).toBe('w.h5');
    expect(notes).toEqual([]);
    expect(() => modelOf(bare, bare)).toThrow(/w\.h5 holds no architecture/);
  });

  it('gives an architecture alone as a model without weights, and says so', () => {
    const architecture = {
      class_name: 'Sequential',
      config: [keras2Lstm('lstm_1', 5, { batch_input_shape: [null, 7, 3] })],
    };

    const { model, notes } = modelOf(rawFile({ architecture, source: { fileName: 'c.json' } }), null);

    expect(model.weights).toEqual([]);
    expect(notes).toEqual([expect.stringMatching(/c\.json holds an architecture without weights/)]);
  });

  it('splits the arrays of a nested model, where what is not trained stands at the end', () => {
    const norm = (name: string) => ({ class_name: 'BatchNormalization', config: { name, axis: -1 } });
    const inner = {
      class_name: 'Sequential',
      config: {
        name: 'inner',
        layers: [
          keras2Lstm('lstm_1', 4, { batch_input_shape: [null, 7, 3], return_sequences: true }),
          norm('n1'),
          norm('n2'),
        ],
      },
    };
    const lstm = lstmLayer('lstm_1', 3, 4);
    const parts = ['n1/gamma', 'n1/beta', 'n2/gamma', 'n2/beta', 'n1/m', 'n1/v', 'n2/m', 'n2/v'];
    const norms = parts.map((path) => rawArray(path, [4]));
    const dense = denseLayer('dense_1', 4, 2);
    const raw = rawFile({
      architecture: { class_name: 'Sequential', config: { layers: [inner, keras2Dense('dense_1', 2)] } },
      weights: byLayer({ name: 'inner', arrays: [...lstm.arrays, ...norms] }, dense),
    });

    const { model } = modelOf(raw, null);

    const byPath = new Map(model.weights.map(({ path, data }) => [path, data]));
    expect(model.config.layers.map(({ config }) => config.name)).toEqual(
      expect.arrayContaining(['lstm_1', 'n1', 'n2', 'dense_1']),
    );
    expect(byPath.get('n1/moving_mean')).toBe(norms[4]?.data);
    expect(byPath.get('n2/gamma')).toBe(norms[2]?.data);
    expect(byPath.get('n2/moving_variance')).toBe(norms[7]?.data);
    expect(byPath.get('dense_1/kernel')).toBe(dense.arrays[0]?.data);
  });

  it('finds the arrays of TF.js by name, whatever their order', () => {
    const both = {
      class_name: 'LSTM',
      config: { name: 'forward_lstm_LSTM1', units: 4, return_sequences: true },
    };
    const architecture = {
      class_name: 'Sequential',
      config: {
        name: 'sequential_1',
        layers: [
          {
            class_name: 'Bidirectional',
            config: { name: 'bi', layer: both, merge_mode: 'concat', batch_input_shape: [null, 7, 3] },
          },
          { class_name: 'LSTM', config: { name: 'lstm_LSTM2', units: 4 } },
          { class_name: 'Dense', config: { name: 'dense_Dense1', units: 1 } },
        ],
      },
    };
    const arrays = [
      rawArray('lstm_LSTM2/kernel', [8, 16]),
      rawArray('lstm_LSTM2/recurrent_kernel', [4, 16]),
      rawArray('lstm_LSTM2/bias', [16]),
      rawArray('backward_lstm_LSTM1/kernel', [3, 16]),
      rawArray('backward_lstm_LSTM1/recurrent_kernel', [4, 16]),
      rawArray('backward_lstm_LSTM1/bias', [16]),
      rawArray('forward_lstm_LSTM1/kernel', [3, 16]),
      rawArray('forward_lstm_LSTM1/recurrent_kernel', [4, 16]),
      rawArray('forward_lstm_LSTM1/bias', [16]),
      rawArray('dense_Dense1/bias', [1]),
      rawArray('dense_Dense1/dense_cell/kernel', [4, 1]),
    ];
    const raw = rawFile({
      source: { generation: 'tfjs', kerasVersion: 'tfjs-layers 4.22.0' },
      architecture,
      weights: { kind: 'named', arrays },
    });

    const { model } = modelOf(raw, null);

    expect(model.weights.map(({ data }) => data)).toEqual(
      [6, 7, 8, 3, 4, 5, 0, 1, 2, 10, 9].map((i) => arrays[i]?.data),
    );
  });

  it('says which layers and shapes do not fit', () => {
    const raw = rawFile({
      architecture: {
        class_name: 'Sequential',
        config: [keras2Lstm('lstm_1', 5, { batch_input_shape: [null, 7, 3] }), keras2Dense('dense_1', 2)],
      },
      weights: byLayer(lstmLayer('lstm_1', 3, 4), rawLayer('dense_1', { kernel: [4, 2], bias: [2] })),
    });

    expect(() => modelOf(raw, null)).toThrow(
      /"lstm_1" \(LSTM\) expects kernel \[3, 20\].*lstm_1\/kernel:0 \[3, 16\]/,
    );
  });
});
