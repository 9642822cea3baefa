/** hard_sigmoid of Keras 1 and 2 in Keras 3's words: every block of weights against the float64 formula. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/engine/core/random.ts';
import { sizeOf } from '../../src/engine/core/tensor.ts';
import {
  adamConfig,
  type KerasModel,
  type KerasObject,
  kerasLayer,
  lossName,
  sequentialConfig,
} from '../../src/engine/keras/index.ts';
import { forKeras3 } from '../../src/engine/keras/keras3/for-keras3.ts';
import { placeLayers } from '../../src/engine/keras/model/layer-variables.ts';
import { randomModel } from './support.ts';

const OLD = 'hard_sigmoid_keras2';

function modelOf(
  layers: readonly KerasObject[],
  inputShape: readonly (number | null)[] = [5, 3],
): KerasModel {
  const random = seededRandom(11);
  const config = sequentialConfig('m', inputShape, layers);
  const weights = placeLayers(config).flatMap(({ name: layer, variables }) =>
    variables.map(({ name, shape }) => ({
      path: `${layer}/${name}`,
      layer,
      name,
      shape,
      data: Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
    })),
  );
  return { config, weights };
}

/** For each weight, which of its blocks of columns are 1.2 times what they were; the others must have the same bits. */
function scaledBlocks(before: KerasModel, after: KerasModel, blocks: number): Record<string, boolean[]> {
  const found: Record<string, boolean[]> = {};
  before.weights.forEach(({ path, shape, data }, k) => {
    const now = after.weights[k];
    const columns = shape.at(-1) ?? 0;
    const width = columns / blocks;
    const flags = Array.from({ length: blocks }, (_, block) => {
      const inBlock = [...data.keys()].filter((i) => Math.floor((i % columns) / width) === block);
      const isScaled = inBlock.every((i) => now?.data[i] === Math.fround(1.2 * (data[i] ?? 0)));
      const isSame = inBlock.every((i) => now?.data[i] === data[i]);
      expect(isScaled || isSame, `${path}, block ${block}`).toBe(true);
      return isScaled;
    });
    expect(now?.path).toBe(path);
    found[path] = flags;
  });
  return found;
}

const activationsOf = (model: KerasModel): unknown[] =>
  model.config.layers.slice(1).map(({ config }) => [config.activation, config.recurrent_activation]);

describe('hard_sigmoid of Keras 1 and 2 for Keras 3', () => {
  it('is the same function of 1.2x', () => {
    for (let x = -4; x <= 4; x += 1 / 64) {
      const old = Math.min(Math.max(0.2 * x + 0.5, 0), 1);
      const fresh = Math.min(Math.max(1.2 * x + 3, 0), 6) / 6;
      expect(Math.abs(old - fresh)).toBeLessThan(1e-15);
    }
  });

  it.each([
    ['LSTM', { recurrent_activation: OLD }, 4, [true, true, false, true]],
    ['GRU', { recurrent_activation: OLD }, 3, [true, true, false]],
    ['GRU', { recurrent_activation: OLD, reset_after: false }, 3, [true, true, false]],
    ['GRU', { activation: OLD, recurrent_activation: 'sigmoid' }, 3, [false, false, true]],
    ['GRU', { activation: OLD, recurrent_activation: OLD }, 3, [true, true, true]],
    ['SimpleRNN', { activation: OLD }, 1, [true]],
    ['Dense', { activation: OLD }, 1, [true]],
  ])(
    'multiplies the columns of a %s with %j that it works on, and no others',
    (className, config, count, flags) => {
      const model = modelOf([kerasLayer(className, { name: 'layer', units: 4, ...config })]);

      const { model: fitting, notes } = forKeras3(model);

      const paths = model.weights.map(({ path }) => path);
      expect(scaledBlocks(model, fitting, count)).toEqual(
        Object.fromEntries(paths.map((path) => [path, flags])),
      );
      expect(JSON.stringify(fitting.config)).not.toContain(OLD);
      expect(JSON.stringify(fitting.config)).toContain('"hard_sigmoid"');
      expect(notes).toHaveLength(1);
      expect(notes[0]).toMatch(/Multiplied by 1\.2: .*"layer".*no longer bit equal/);
    },
  );

  it('tells the two directions of a Bidirectional apart', () => {
    const forward = kerasLayer('LSTM', { name: 'f', units: 2, recurrent_activation: 'sigmoid' });
    const backward = kerasLayer('LSTM', { name: 'b', units: 2, recurrent_activation: OLD });
    const model = modelOf([
      kerasLayer('Bidirectional', { name: 'both', layer: forward, backward_layer: backward }),
    ]);

    const { model: fitting, notes } = forKeras3(model);

    const scaled = scaledBlocks(model, fitting, 4);
    expect(scaled['both/forward/kernel']).toEqual([false, false, false, false]);
    expect(scaled['both/backward/kernel']).toEqual([true, true, false, true]);
    expect(scaled['both/backward/bias']).toEqual([true, true, false, true]);
    expect(notes[0]).toContain('all weights of i, f and o in "both", backward');
  });

  it('multiplies the linear Dense before an Activation, and puts a Rescaling where there is none', () => {
    const activation = kerasLayer('Activation', { name: 'act', activation: OLD });
    const after = modelOf([
      kerasLayer('Flatten', { name: 'flat' }),
      kerasLayer('Dense', { name: 'dense', units: 2 }),
      activation,
    ]);
    const alone = modelOf([kerasLayer('Dense', { name: 'dense', units: 2, activation: 'tanh' }), activation]);

    expect(scaledBlocks(after, forKeras3(after).model, 1)).toEqual({
      'dense/kernel': [true],
      'dense/bias': [true],
    });
    const { model } = forKeras3(alone);
    expect(scaledBlocks(alone, model, 1)).toEqual({ 'dense/kernel': [false], 'dense/bias': [false] });
    expect(model.config.layers.map(({ class_name: name }) => name)).toEqual([
      'InputLayer',
      'Dense',
      'Rescaling',
      'Activation',
    ]);
    expect(model.config.layers[2]?.config).toEqual({ name: 'act_rescaling', scale: 1.2, offset: 0 });
    expect(activationsOf(model).at(-1)).toEqual(['hard_sigmoid', undefined]);
  });

  it('is refused as the activation of an LSTM, naming the layer and what can be written instead', () => {
    const model = modelOf([kerasLayer('LSTM', { name: 'cell', units: 2, activation: OLD })]);

    expect(() => forKeras3(model)).toThrow(/Layer "cell".*cell state.*Write it as \.npz, TF\.js, ONNX/);
  });

  it('drops the state of the optimizer, says so, and keeps the compile settings', () => {
    const compile = { optimizer: adamConfig(), loss: lossName('mse'), metrics: ['mae'] };
    const model = randomModel({ compile });
    const layers = model.config.layers.map((layer) =>
      layer.class_name === 'LSTM'
        ? kerasLayer('LSTM', { ...layer.config, recurrent_activation: OLD })
        : layer,
    );

    const { model: fitting, notes } = forKeras3({ ...model, config: { ...model.config, layers } });

    expect(fitting.optimizerState).toBeUndefined();
    expect(fitting.compile).toEqual(compile);
    expect(notes[1]).toContain("optimizer's state is left out");
  });
});

describe('what Keras 3 would refuse', () => {
  it('is left alone where it fits: same weights, same state, no notes', () => {
    const model = randomModel({
      compile: { optimizer: adamConfig(), loss: lossName('mse'), metrics: ['mae'] },
    });

    const { model: fitting, notes } = forKeras3(model);

    expect(notes).toEqual([]);
    expect(fitting).toEqual(model);
  });

  it('gets names that TensorFlow takes, each layer another one', () => {
    const model = modelOf([
      kerasLayer('LSTM', { name: 'Wärme 1', units: 2, return_sequences: true }),
      kerasLayer('LSTM', { name: 'W_rme_1', units: 2 }),
      kerasLayer('Dense', { name: '_out/put', units: 1 }),
    ]);

    const { model: fitting, notes } = forKeras3({ ...model, config: { ...model.config, name: 'Modell/ä' } });

    expect(fitting.config.name).toBe('Modell__');
    expect(fitting.config.layers.map(({ config }) => config.name)).toEqual([
      'input_layer',
      'W_rme_1',
      'W_rme_1_1',
      'x_out_put',
    ]);
    expect(fitting.weights.map(({ path }) => path)).toEqual([
      'W_rme_1/kernel',
      'W_rme_1/recurrent_kernel',
      'W_rme_1/bias',
      'W_rme_1_1/kernel',
      'W_rme_1_1/recurrent_kernel',
      'W_rme_1_1/bias',
      'x_out_put/kernel',
      'x_out_put/bias',
    ]);
    expect(notes).toHaveLength(4);
  });

  it('loses keys and objects that Keras 3 does not know, and says which matter', () => {
    const lstm = kerasLayer('LSTM', {
      name: 'lstm',
      units: 2,
      implementation: 1,
      time_major: false,
      stateful: true,
      peephole: true,
      kernel_initializer: {
        module: 'keras.initializers',
        class_name: 'GlorotUniform',
        config: { seed: null, input_axes: null },
        registered_name: null,
      },
      kernel_regularizer: { module: null, class_name: 'Mine', config: {}, registered_name: 'pkg>Mine' },
    });

    const { model, notes } = forKeras3(modelOf([lstm]));

    expect(model.config.layers[1]?.config).toEqual({
      name: 'lstm',
      units: 2,
      stateful: false,
      kernel_initializer: {
        module: 'keras.initializers',
        class_name: 'GlorotUniform',
        config: {},
        registered_name: null,
      },
    });
    expect(notes.join(' ')).toMatch(
      /"peephole" is no setting.*kernel_regularizer is not one of Keras' own.*"stateful" was switched off/,
    );
  });

  it('loses compile settings of a custom loss, and metrics that are not known', () => {
    const base = randomModel({
      compile: { optimizer: adamConfig(), loss: 'mse', metrics: ['mae', 'my_metric'] },
    });
    const custom = randomModel({ compile: { optimizer: adamConfig(), loss: 'my_loss', metrics: [] } });

    expect(forKeras3(base).model.compile).toMatchObject({ loss: 'mean_squared_error', metrics: ['mae'] });
    const { model, notes } = forKeras3(custom);
    expect(model.compile).toBeUndefined();
    expect(model.optimizerState).toBeUndefined();
    expect(notes[0]).toContain('my_loss');
  });
});
