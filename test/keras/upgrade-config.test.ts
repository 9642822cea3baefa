/** Configs as each generation wrote them, as SequentialConfigs in Keras 3's words. */
import { describe, expect, it } from 'vitest';
import type { FileSource, Generation } from '../../src/engine/keras/model/keras-model.ts';
import { type UpgradedConfig, upgradeConfig } from '../../src/engine/keras/upgrade/upgrade-config.ts';

type Json = Readonly<Record<string, unknown>>;

function sourceOf(generation: Generation, kerasVersion: string | null): FileSource {
  return { fileName: 'm.h5', container: 'hdf5', holds: 'model', generation, kerasVersion, backend: null };
}

const VERSIONS: Readonly<Record<string, string>> = {
  keras1: '1.2.2',
  keras2: '2.2.4',
  'tf.keras': '2.4.0',
  keras3: '3.15.1',
  tfjs: 'tfjs-layers 4.22.0',
};

function upgrade(generation: Generation, architecture: unknown, notes: string[] = []): UpgradedConfig {
  return upgradeConfig(architecture, sourceOf(generation, VERSIONS[generation] ?? null), undefined, notes);
}

/** A list Sequential whose first layer has an input shape of [null, 6, 3]. */
function list(...layers: readonly (readonly [className: string, config: Json])[]): Json {
  const [first, ...rest] = layers.map(([className, config], i) => ({
    class_name: className,
    config: { name: `${className.toLowerCase()}_${i + 1}`, ...config },
  }));
  const shaped = { ...first, config: { ...first?.config, batch_input_shape: [null, 6, 3] } };
  return { class_name: 'Sequential', config: [shaped, ...rest] };
}

/** Class and config of the layers behind the InputLayer. */
function layersOf(generation: Generation, architecture: unknown, notes: string[] = []): Json[] {
  return upgrade(generation, architecture, notes)
    .config.layers.slice(1)
    .map(({ class_name, config }) => ({ class_name, ...config }));
}

describe('Keras 1', () => {
  it('has other names for everything', () => {
    const notes: string[] = [];
    const layers = layersOf(
      'keras1',
      list(
        [
          'LSTM',
          {
            output_dim: 5,
            init: 'glorot_uniform',
            inner_init: 'orthogonal',
            forget_bias_init: 'zero',
            activation: 'tanh',
            inner_activation: 'hard_sigmoid',
            W_regularizer: { name: 'WeightRegularizer', l1: 0, l2: 0.1 },
            U_regularizer: null,
            b_regularizer: null,
            dropout_W: 0.2,
            dropout_U: 0.3,
            consume_less: 'gpu',
            input_dim: 3,
            input_length: 6,
            input_dtype: 'float32',
            return_sequences: true,
            go_backwards: false,
            stateful: false,
            unroll: false,
            trainable: true,
          },
        ],
        ['Dropout', { p: 0.4 }],
        ['GaussianNoise', { sigma: 0.1 }],
        ['TimeDistributedDense', { output_dim: 2, bias: false, activation: 'hard_sigmoid', init: 'uniform' }],
      ),
      notes,
    );

    expect(layers[0]).toMatchObject({
      class_name: 'LSTM',
      units: 5,
      recurrent_activation: 'hard_sigmoid_keras2',
      unit_forget_bias: false,
      dropout: 0.2,
      recurrent_dropout: 0.3,
      return_sequences: true,
      kernel_initializer: { class_name: 'GlorotUniform' },
      kernel_regularizer: { class_name: 'L1L2', config: { l1: 0, l2: 0.1 } },
    });
    expect(layers[0]).not.toHaveProperty('recurrent_regularizer');
    expect(layers[1]).toMatchObject({ class_name: 'Dropout', rate: 0.4 });
    expect(layers[2]).toMatchObject({ class_name: 'GaussianNoise', stddev: 0.1 });
    expect(layers[3]).toMatchObject({
      class_name: 'TimeDistributed',
      layer: {
        class_name: 'Dense',
        config: { units: 2, use_bias: false, activation: 'hard_sigmoid_keras2' },
      },
    });
    expect(notes).toEqual([]);
  });

  it('refuses normalization by the statistics of the batch', () => {
    const model = list(['LSTM', { output_dim: 4 }], ['BatchNormalization', { mode: 2, axis: -1 }]);

    expect(() => upgrade('keras1', model)).toThrow(/"batchnormalization_2".*mode 2/);
  });
});

describe('hard_sigmoid', () => {
  const model = list(
    ['LSTM', { units: 2, recurrent_activation: 'hard_sigmoid' }],
    ['Dense', { units: 1, activation: 'hard_sigmoid' }],
  );

  it.each(['keras1', 'keras2', 'tf.keras', 'tfjs'] as const)('of %s is clip(0.2x + 0.5)', (generation) => {
    const [lstm, dense] = layersOf(generation, model);

    expect([lstm?.recurrent_activation, dense?.activation]).toEqual([
      'hard_sigmoid_keras2',
      'hard_sigmoid_keras2',
    ]);
  });

  it('of Keras 3 stays what it is', () => {
    const [lstm, dense] = layersOf('keras3', model);

    expect([lstm?.recurrent_activation, dense?.activation]).toEqual(['hard_sigmoid', 'hard_sigmoid']);
  });

  it('is what TF.js takes when the config says nothing, and sigmoid what tf.keras takes', () => {
    const bare = list(['LSTM', { units: 2, recurrent_activation: null }]);

    expect(layersOf('tfjs', bare)[0]?.recurrent_activation).toBe('hard_sigmoid_keras2');
    const silent = list(['LSTM', { units: 2 }]);
    expect(layersOf('tf.keras', silent)[0]?.recurrent_activation).toBe('sigmoid');
  });

  it('and the activation are linear where Keras wrote null', () => {
    const bare = list(['LSTM', { units: 2, recurrent_activation: null, activation: null }]);

    for (const generation of ['keras2', 'tf.keras', 'keras3'] as const) {
      const [lstm] = layersOf(generation, bare);
      expect([lstm?.recurrent_activation, lstm?.activation]).toEqual(['linear', 'linear']);
    }
    expect(layersOf('tfjs', bare)[0]?.activation).toBe('tanh');
  });

  it.each([
    [{ ...model, keras_version: '2.3.1' }, 'hard_sigmoid_keras2'],
    [{ ...model, keras_version: '3.1.0' }, 'hard_sigmoid'],
    [model, 'hard_sigmoid_keras2'],
    [
      {
        module: 'keras',
        class_name: 'Sequential',
        config: {
          layers: [
            { class_name: 'InputLayer', config: { batch_shape: [null, 6, 3] } },
            { class_name: 'LSTM', config: { units: 2, recurrent_activation: 'hard_sigmoid' } },
          ],
        },
      },
      'hard_sigmoid',
    ],
  ])('goes by what a bare config tells of its writer: %#', (architecture, expected) => {
    const { layers } = upgradeConfig(architecture, sourceOf('unknown', null), undefined, []);

    expect(layers[0]?.layer.config.recurrent_activation).toBe(expected);
  });
});

describe('what a config leaves to its generation', () => {
  const bare = (className: string) => list([className, { units: 2 }], ['Dense', { units: 1 }]);
  const first = (generation: Generation, version: string | null, className: string, notes: string[] = []) =>
    upgradeConfig(bare(className), sourceOf(generation, version), undefined, notes).layers[0]?.layer.config;

  it.each([
    ['keras1', '1.2.2', 'hard_sigmoid_keras2'],
    ['keras2', '2.2.5', 'hard_sigmoid_keras2'],
    ['keras2', '2.3.0', 'sigmoid'],
    ['keras2', '2.3.1', 'sigmoid'],
    ['tf.keras', '2.1.6-tf', 'hard_sigmoid_keras2'],
    ['tf.keras', '2.4.0', 'sigmoid'],
    ['keras3', '3.0.0', 'sigmoid'],
    ['tfjs', 'tfjs-layers 4.22.0', 'hard_sigmoid_keras2'],
  ] as const)('is, of %s %s, gates with %s', (generation, version, expected) => {
    expect(first(generation, version, 'LSTM')?.recurrent_activation).toBe(expected);
    expect(first(generation, version, 'GRU')?.recurrent_activation).toBe(expected);
  });

  it.each([
    ['keras1', '1.2.2', false],
    ['keras2', '2.3.1', false],
    ['tf.keras', '2.1.6-tf', false],
    ['tf.keras', '2.4.0', true],
    ['keras3', '3.0.0', true],
    ['tfjs', 'tfjs-layers 4.22.0', false],
  ] as const)('is, of %s %s, a GRU with reset_after %s', (generation, version, expected) => {
    expect(first(generation, version, 'GRU')?.reset_after).toBe(expected);
  });

  it('is said where the writer is not known', () => {
    const notesOf = (architecture: Json): string => {
      const notes: string[] = [];
      upgradeConfig(architecture, sourceOf('unknown', null), undefined, notes);
      expect(notes.filter((note) => /which Keras/.test(note))).toHaveLength(1);
      return notes.join(' ');
    };
    const keras3 = (className: string, config: Json): Json => ({
      module: 'keras',
      class_name: 'Sequential',
      config: {
        layers: [
          { class_name: 'InputLayer', config: { batch_shape: [null, 6, 3] } },
          { class_name: className, config: { name: 'a', units: 2, ...config } },
        ],
      },
    });

    expect(notesOf(bare('LSTM'))).toMatch(/m\.h5 .*one of Keras 2.*gates are hard_sigmoid/);
    expect(notesOf(list(['Dense', { units: 1, activation: 'hard_sigmoid' }]))).toMatch(/clip\(0\.2x/);
    expect(notesOf(list(['Activation', { activation: 'hard_sigmoid' }]))).toMatch(/clip\(0\.2x/);
    expect(notesOf(list(['LSTM', { output_dim: 2 }]))).toMatch(/one of Keras 1.*gates are hard_sigmoid/);
    expect(notesOf(keras3('LSTM', {}))).toMatch(/one of Keras 3.*gates are sigmoid/);
    expect(notesOf(keras3('Dense', { activation: 'hard_sigmoid' }))).toMatch(/clip\(x\/6/);
  });
});

describe('activations', () => {
  it.each([
    ['keras.activations.relu', 'relu'],
    [{ class_name: 'function', config: 'tanh', module: 'builtins', registered_name: 'function' }, 'tanh'],
    [{ class_name: 'Activation', config: { activation: 'sigmoid' } }, 'sigmoid'],
    ['softmax_v2', 'softmax'],
    [null, 'linear'],
  ])('%j is %s', (activation, expected) => {
    const [, dense] = layersOf('tf.keras', list(['LSTM', { units: 2 }], ['Dense', { units: 2, activation }]));

    expect(dense?.activation).toBe(expected);
  });

  it('with settings of their own follow as a layer', () => {
    const leaky = { class_name: 'LeakyReLU', config: { alpha: { type: 'ndarray', value: 0.1 } } };

    const layers = layersOf(
      'tf.keras',
      list(['LSTM', { units: 2 }], ['Dense', { units: 2, activation: leaky }]),
    );

    expect(layers.slice(1)).toMatchObject([
      { class_name: 'Dense', activation: 'linear' },
      { class_name: 'LeakyReLU', negative_slope: 0.1, name: 'dense_2_leakyrelu' },
    ]);
  });

  it.each([
    ['mish', /"dense_2" \(Dense\) of a file of tf\.keras 2\.4\.0: the activation "mish" is not known/],
    [{ class_name: '__lambda__', config: { value: ['4wEA'] } }, /Python code.*never runs/],
    ['<lambda>', /Python code/],
    [7, /Python code|not known/],
  ])('that are not known are named: %j', (activation, message) => {
    const model = list(['LSTM', { units: 2 }], ['Dense', { units: 2, activation }]);

    expect(() => upgrade('tf.keras', model)).toThrow(message);
  });
});

describe('layers', () => {
  it('keep what each generation calls otherwise', () => {
    const layers = layersOf(
      'keras2',
      list(
        ['GRU', { units: 4, return_sequences: true, recurrent_activation: 'sigmoid' }],
        ['LeakyReLU', { alpha: 0.2 }],
        ['ReLU', { max_value: { type: 'ndarray', value: 6 }, negative_slope: 0, threshold: 0 }],
        ['BatchNormalization', { axis: 2, momentum: 0.9, epsilon: 0.01, center: true, scale: false }],
        [
          'Bidirectional',
          { merge_mode: 'sum', layer: { class_name: 'CuDNNLSTM', config: { units: 3, name: 'c' } } },
        ],
      ),
    );

    expect(layers).toMatchObject([
      { class_name: 'GRU', reset_after: false },
      { negative_slope: 0.2 },
      { max_value: 6 },
      { axis: -1, epsilon: 0.01, scale: false },
      {
        merge_mode: 'sum',
        layer: { class_name: 'LSTM', config: { units: 3, recurrent_activation: 'sigmoid' } },
      },
    ]);
  });

  it('say when they join time and features in the other order', () => {
    const flat = (steps: number, features: number, config: Json) => {
      const [first, ...rest] = list(['Flatten', config], ['Dense', { units: 1 }]).config as Json[];
      const shaped = { ...(first?.config as Json), batch_input_shape: [null, steps, features] };
      return { class_name: 'Sequential', config: [{ ...first, config: shaped }, ...rest] };
    };
    const swapped = { data_format: 'channels_first' };

    for (const generation of ['keras2', 'tf.keras', 'keras3'] as const) {
      expect(() => upgrade(generation, flat(6, 3, swapped))).toThrow(
        /"flatten_1" \(Flatten\) has data_format channels_first.*channels_last/,
      );
    }
    expect(() => upgrade('tfjs', flat(6, 3, { data_format: 'channelsFirst' }))).toThrow(/channels_first/);
    expect(() => upgrade('keras3', flat(6, 3, { data_format: 'sideways' }))).toThrow(/sideways/);
    for (const [steps, features] of [
      [6, 1],
      [1, 3],
    ] as const) {
      expect(layersOf('keras3', flat(steps, features, swapped))[0]).not.toHaveProperty('data_format');
    }
    const behind = list(['LSTM', { units: 2 }], ['Flatten', swapped]);
    expect(layersOf('keras3', behind)[1]).not.toHaveProperty('data_format');
    expect(() => upgrade('keras3', flat(6, 3, { data_format: 'channels_last' }))).not.toThrow();
  });

  it.each([
    ['ReLU', { max_value: '6' }],
    ['ReLU', { threshold: '1' }],
    ['LeakyReLU', { alpha: '0.1' }],
    ['Dropout', { rate: '0.1' }],
    ['BatchNormalization', { epsilon: '0.1' }],
    ['Masking', { mask_value: '0' }],
    ['Dense', { units: '4' }],
  ])('want numbers for their settings: %s %o', (className, config) => {
    const [key, value] = Object.entries(config)[0] as [string, string];

    expect(() => upgrade('keras3', list([className, config]))).toThrow(value);
    expect(() => upgrade('keras3', list([className, { [key]: Number(value) }]))).not.toThrow();
  });

  it('say when they normalize another axis than the last', () => {
    const model = list(['LSTM', { units: 4, return_sequences: true }], ['BatchNormalization', { axis: [1] }]);

    expect(() => upgrade('tf.keras', model)).toThrow(/"batchnormalization_2".*axis 1 of 3/);
  });

  it.each([
    [
      'Embedding',
      {},
      /"embedding_2" \(Embedding\) of a file of Keras 2\.2\.4.*class Embedding.*It knows.*vectors/,
    ],
    ['Lambda', { function: ['4wEA', null, null] }, /Lambda.*Python code, which gatewise never runs/],
    ['RNN', { cell: { class_name: 'StackedRNNCells', config: {} } }, /RNN.*StackedRNNCells/],
    ['LSTM', { units: 4, time_major: true }, /time_major is true/],
    ['LSTM', { units: 'many' }, /"units" is "many", expected a whole number/],
    ['LSTM', { units: 1e9 }, /"units" is 1000000000/],
    ['LSTM', {}, /"units" is missing/],
    ['Dense', { units: 3, use_bias: 'yes' }, /"use_bias" is "yes", expected true or false/],
    [
      'Bidirectional',
      { layer: { class_name: 'ConvLSTM2D', config: {} } },
      /wraps a layer of class ConvLSTM2D/,
    ],
    ['Bidirectional', { layer: null }, /"layer" is missing/],
    [
      'Bidirectional',
      { layer: { class_name: 'LSTM', config: { units: 2, go_backwards: true } } },
      /backwards itself/,
    ],
    [
      'Bidirectional',
      { layer: { class_name: 'LSTM', config: { units: 2 } }, merge_mode: 'max' },
      /merge_mode/,
    ],
    ['TimeDistributed', { layer: { class_name: 'LSTM', config: { units: 2 } } }, /TimeDistributed/],
    ['constructor', {}, /class constructor, which gatewise does not know/],
    ['__proto__', {}, /class __proto__, which gatewise does not know/],
  ])('that are not understood are refused by name: %s %j', (className, config, message) => {
    const model = list(['LSTM', { units: 4, return_sequences: true }], [className, config]);

    expect(() => upgrade('keras2', model)).toThrow(message);
  });

  it('are of the file’s own making when a package is before their name', () => {
    const model = list(['LSTM', { units: 4 }], ['my_package>LSTM', { units: 4 }]);

    expect(() => upgrade('tf.keras', model)).toThrow(/custom class my_package>LSTM/);
  });

  it('report settings that nobody knows, and never merge them', () => {
    const notes: string[] = [];
    const config = JSON.parse(
      '{"units": 4, "__proto__": {"use_bias": false}, "gate_noise": 0.5, "nothing": null}',
    );

    const [lstm] = layersOf('tf.keras', list(['LSTM', config]), notes);

    expect(lstm?.use_bias).toBe(true);
    expect(notes.join(' ')).toMatch(/gate_noise = 0\.5/);
    expect(({} as Json).use_bias).toBeUndefined();
  });

  it('have names that Keras takes, each once', () => {
    const notes: string[] = [];
    const layers = layersOf(
      'keras2',
      list(
        ['LSTM', { units: 4, name: 'my/lstm:1' }],
        ['Dense', { units: 2, name: 'my_lstm_1' }],
        ['Dense', { units: 2, name: 'µ' }],
      ),
      notes,
    );

    expect(layers.map(({ name }) => name)).toEqual(['my_lstm_1', 'my_lstm_1_1', '_']);
    expect(notes[0]).toMatch(/"my\/lstm:1" is called "my_lstm_1"/);
  });
});

describe('the input shape', () => {
  const keras3 = (layers: readonly Json[], more: Json = {}): Json => ({
    module: 'keras',
    class_name: 'Sequential',
    config: { name: 's', layers, ...more },
  });
  const lstm = { module: 'keras.layers', class_name: 'LSTM', config: { name: 'l', units: 2 } };

  it.each([
    [keras3([{ class_name: 'InputLayer', config: { batch_shape: [null, 5, 3] } }, lstm]), [null, 5, 3]],
    [keras3([lstm], { build_input_shape: [32, 5, 3] }), [null, 5, 3]],
    [{ ...keras3([lstm]), build_config: { input_shape: [null, null, 3] } }, [null, null, 3]],
    [
      { class_name: 'Sequential', config: [{ class_name: 'LSTM', config: { output_dim: 2, input_dim: 3 } }] },
      [null, null, 3],
    ],
  ])('comes from where the generation has it: %#', (model, expected) => {
    const generation = 'module' in model ? 'keras3' : 'keras1';

    expect(upgrade(generation, model).config.build_input_shape).toEqual(expected);
  });

  it('keeps its batch only where states go from batch to batch', () => {
    const model = (stateful: boolean) => ({
      class_name: 'Sequential',
      config: [{ class_name: 'LSTM', config: { units: 2, stateful, batch_input_shape: [8, 5, 3] } }],
    });

    expect(upgrade('keras2', model(true)).config.build_input_shape).toEqual([8, 5, 3]);
    expect(upgrade('keras2', model(false)).config.build_input_shape).toEqual([null, 5, 3]);
  });

  it('is asked for where nothing tells it', () => {
    expect(() => upgrade('keras3', keras3([lstm]))).toThrow(/m\.h5 does not tell the model's input shape/);
  });
});

describe('what is no model', () => {
  it.each([
    [null, /holds no model/],
    ['text', /holds no model/],
    [[], /holds no model/],
    [{ class_name: 'Sequential' }, /lists no layers/],
    [{ class_name: 'Sequential', config: { layers: {} } }, /lists no layers/],
    [{ class_name: 'Sequential', config: [] }, /no layers but its input/],
    [{ class_name: 'Sequential', config: [3] }, /Layer 0 of the model has no class_name: 3/],
    [{ class_name: 'Sequential', config: [{ class_name: 'LSTM', config: 5 }] }, /"units" is missing/],
    [{ class_name: 'NestedDenseModel', config: {} }, /custom class NestedDenseModel/],
  ])('is refused in a sentence: %j', (architecture, message) => {
    expect(() => upgrade('keras2', architecture)).toThrow(message);
  });

  it('is not followed into endless nesting', () => {
    let model: Json = list(['LSTM', { units: 2 }]);
    for (let i = 0; i < 20; i++) model = { class_name: 'Sequential', config: [model] };

    expect(() => upgrade('keras2', model)).toThrow(/depth 9/);
  });
});
