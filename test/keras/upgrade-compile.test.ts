/** Compile settings and optimizer arrays of each generation, as they become Keras 3's. */
import { describe, expect, it } from 'vitest';
import type { CompileConfig, KerasWeight } from '../../src/engine/keras/model/keras-model.ts';
import type { RawArray } from '../../src/engine/keras/raw-file.ts';
import type { ConfigContext, Dialect } from '../../src/engine/keras/upgrade/dialect.ts';
import { optimizerState } from '../../src/engine/keras/upgrade/optimizer-arrays.ts';
import { upgradeCompile } from '../../src/engine/keras/upgrade/upgrade-compile.ts';
import { rawArray } from './raw-support.ts';

function context(dialect: Dialect): ConfigContext {
  return { dialect, writer: `Keras ${dialect}`, kerasVersion: null, assumption: null, notes: [] };
}

function upgraded(dialect: Dialect, compile: unknown): CompileConfig | undefined {
  return upgradeCompile(compile, context(dialect));
}

describe('upgradeCompile', () => {
  it('renames lr and gives losses their full names', () => {
    const compile = upgraded('keras2', {
      optimizer_config: {
        class_name: 'Adam',
        config: { lr: 0.002, beta_1: 0.8, beta_2: 0.99, decay: 0.0, epsilon: null, amsgrad: false },
      },
      loss: 'mse',
      metrics: ['mae'],
      sample_weight_mode: null,
      loss_weights: null,
    });

    expect(compile).toEqual({
      optimizer: {
        module: 'keras.optimizers',
        class_name: 'Adam',
        config: { name: 'adam', learning_rate: 0.002, beta_1: 0.8, beta_2: 0.99, epsilon: 1e-7 },
        registered_name: null,
      },
      loss: 'mean_squared_error',
      metrics: ['mae'],
    });
  });

  it.each(['Adagrad', 'Adadelta', 'Adamax', 'Nadam', 'Ftrl', 'Lion', 'Yogi'])(
    'renames the lr of %s too, though it is not trained with here',
    (className) => {
      const one = context('keras2');

      const compile = upgradeCompile(
        {
          optimizer_config: { class_name: className, config: { lr: 0.00999, decay: 0, epsilon: 1e-6 } },
          loss: 'mse',
        },
        one,
      );

      expect(compile?.optimizer.config).toMatchObject({ learning_rate: 0.00999, epsilon: 1e-6 });
      expect(compile?.optimizer.config).not.toHaveProperty('lr');
      expect(one.notes).toEqual([`Nothing is trained here with the optimizer "${className}".`]);
    },
  );

  it('takes epsilon 1e-8 where Keras 1 leaves it out', () => {
    const compile = upgraded('keras1', {
      optimizer_config: { class_name: 'Adam', config: { lr: 0.001 } },
      loss: 'mae',
    });

    expect(compile?.optimizer.config.epsilon).toBe(1e-8);
  });

  it('reads the camelCase of TF.js, whose decay is the rho of RMSprop', () => {
    const compile = upgraded('tfjs', {
      optimizer_config: {
        class_name: 'RMSProp',
        config: { learningRate: 0.005, decay: 0.8, momentum: 0.1, epsilon: 1e-6, centered: true },
      },
      loss: 'meanSquaredError',
      metrics: ['meanAbsoluteError'],
    });

    expect(compile?.optimizer.class_name).toBe('RMSprop');
    expect(compile?.optimizer.config).toEqual({
      name: 'rmsprop',
      learning_rate: 0.005,
      rho: 0.8,
      momentum: 0.1,
      epsilon: 1e-6,
      centered: true,
    });
    expect(compile?.loss).toBe('mean_squared_error');
    expect(compile?.metrics).toEqual(['mean_absolute_error']);
  });

  it('calls clipnorm of Keras 2 global_clipnorm and leaves that of tf.keras', () => {
    const compile = {
      optimizer_config: { class_name: 'Custom>SGD', config: { learning_rate: 0.1, clipnorm: 1.5 } },
      loss: { class_name: 'MeanAbsoluteError', config: { reduction: 'auto', name: 'mean_absolute_error' } },
    };

    expect(upgraded('keras2', compile)?.optimizer.config).toMatchObject({ global_clipnorm: 1.5 });
    expect(upgraded('keras2', compile)?.optimizer.config).not.toHaveProperty('clipnorm');
    expect(upgraded('tf.keras', compile)?.optimizer.config).toMatchObject({ clipnorm: 1.5 });
    expect(upgraded('tf.keras', compile)?.loss).toBe('mean_absolute_error');
  });

  it("says that a file lacks the delta of Huber's loss, which the plain name does not need", () => {
    const notesOf = (loss: unknown): string[] => {
      const one = context('keras3');
      upgradeCompile({ optimizer: 'adam', loss }, one);
      return one.notes;
    };
    const config = { name: 'huber_loss', reduction: 'sum_over_batch_size' };
    const told = ["The loss is Huber's, with no delta in the file; 1.0 is used."];

    expect(notesOf({ module: 'keras.losses', class_name: 'Huber', config })).toEqual(told);
    expect(notesOf({ class_name: 'Huber', config: { ...config, reduction: 'sum' } })).toEqual(told);
    expect(notesOf({ class_name: 'Huber', config: { ...config, delta: 0.4 } })).toEqual([]);
    expect(notesOf('huber')).toEqual([]);
  });

  it('keeps the delta of Huber', () => {
    const compile = upgraded('keras3', {
      optimizer: 'adam',
      loss: { class_name: 'Huber', config: { reduction: 'auto', name: 'huber', delta: 0.4, fn: 'huber' } },
      metrics: [[{ class_name: 'MeanMetricWrapper', config: { name: 'm', fn: 'mean_squared_error' } }]],
    });

    expect(compile?.loss).toMatchObject({ class_name: 'Huber', config: { delta: 0.4 } });
    expect(compile?.metrics).toEqual(['mean_squared_error']);
  });

  it('keeps a rate schedule as Keras 3 wraps it', () => {
    const compile = upgraded('tf.keras', {
      optimizer_config: {
        class_name: 'Adam',
        config: {
          learning_rate: { class_name: 'ExponentialDecay', config: { initial_learning_rate: 0.1 } },
        },
      },
      loss: 'mse',
    });

    expect(compile?.optimizer.config.learning_rate).toMatchObject({
      module: 'keras.optimizers.schedules',
      class_name: 'ExponentialDecay',
    });
  });

  it.each([
    [{ optimizer_config: 3, loss: 'mse' }],
    [{ optimizer_config: { class_name: 'Adam', config: {} }, loss: null }],
    [{ optimizer: { class_name: ['Adam'] }, loss: { a: 'mse', b: 'mae' } }],
  ])('leaves out what it cannot tell, with a note: %j', (compile) => {
    const one = context('keras3');

    expect(upgradeCompile(compile, one)).toBeUndefined();
    expect(one.notes).toHaveLength(1);
  });

  it('says when an optimizer or a metric is not known', () => {
    const one = context('tf.keras');

    const compile = upgradeCompile(
      { optimizer_config: { class_name: 'Yogi', config: { eps: 1 } }, loss: 'my_loss', metrics: ['rmse'] },
      one,
    );

    expect(compile?.optimizer).toMatchObject({ class_name: 'Yogi', config: { eps: 1 } });
    expect(compile?.metrics).toEqual([]);
    expect(one.notes.join(' ')).toMatch(/Yogi.*my_loss.*rmse/);
  });
});

const SHAPES = [[3, 8], [2, 8], [8]] as const;
const TRAINABLE: readonly KerasWeight[] = SHAPES.map((shape, i) => ({
  path: `lstm/${i}`,
  layer: 'lstm',
  name: String(i),
  shape,
  data: new Float32Array(shape.reduce<number>((product, size) => product * size, 1)),
}));

function compileOf(className: string, config: Readonly<Record<string, unknown>>): CompileConfig {
  return {
    optimizer: { module: 'keras.optimizers', class_name: className, config, registered_name: null },
    loss: 'mean_squared_error',
    metrics: [],
  };
}

function scalar(path: string, value: number): RawArray {
  return { path, dtype: '<i8', shape: [], data: Float32Array.of(value) };
}

function state(raw: readonly RawArray[], dialect: Dialect, compile: CompileConfig) {
  const found = optimizerState(raw, { dialect, compile, trainable: TRAINABLE });
  if (found === null || typeof found === 'string') throw new Error(String(found));
  return found;
}

const ADAM = compileOf('Adam', { learning_rate: 0.01 });

describe('what is said of an optimizer', () => {
  const notesOf = (dialect: Dialect, kerasVersion: string | null, className: string, config: object) => {
    const of = { ...context(dialect), kerasVersion };
    const compile = upgradeCompile(
      { optimizer_config: { class_name: className, config }, loss: 'mse', metrics: [] },
      of,
    );
    return { notes: of.notes.join(' '), config: compile?.optimizer.config };
  };

  it.each([
    ['tf.keras', '2.4.0', {}, true],
    ['tf.keras', '2.4.0', { momentum: 0.9 }, false],
    ['tf.keras', '2.12.0', {}, false],
    ['tf.keras', '2.12.0', { is_legacy_optimizer: true }, true],
    ['keras2', '2.2.4', {}, true],
    ['keras3', '3.0.0', {}, false],
  ] as const)(
    'RMSprop of %s %s %o has its epsilon outside of the root: %s',
    (dialect, version, config, isSaid) => {
      expect(/epsilon to the root/.test(notesOf(dialect, version, 'RMSprop', config).notes)).toBe(isSaid);
    },
  );

  it.each([
    ['beta_1', 0.9],
    ['epsilon', 1e-7],
    ['learning_rate', 0.001],
    ['clipvalue', undefined],
  ])('a %s that is no number is not taken', (key, initial) => {
    const { notes, config } = notesOf('keras3', '3.0.0', 'Adam', { [key]: '5' });

    expect(notes).toContain(`The optimizer's ${key} is "5", no number`);
    expect(config?.[key]).toBe(initial);
    expect(notesOf('keras3', '3.0.0', 'Adam', { [key]: 5 })).toMatchObject({
      notes: '',
      config: { [key]: 5 },
    });
  });
});

describe('optimizerState', () => {
  it('tells the interleaved m and v of Keras 3', () => {
    const slots = SHAPES.flatMap((shape) => [rawArray('m', shape), rawArray('v', shape)]).map((array, i) => ({
      ...array,
      path: `optimizer/vars/${i + 2}`,
    }));
    const raw = [scalar('optimizer/vars/0', 7), scalar('optimizer/vars/1', 0.25), ...slots];

    const found = state(raw, 'keras3', ADAM);

    expect(found).toMatchObject({ iterations: 7, learningRate: 0.25 });
    expect(found.slots.map(({ name, tensors }) => [name, tensors.map(({ data }) => data)])).toEqual([
      ['m', [0, 2, 4].map((i) => slots[i]?.data)],
      ['v', [1, 3, 5].map((i) => slots[i]?.data)],
    ]);
  });

  it('tells the blocks of Keras 2 and drops its one-number vhat', () => {
    const m = SHAPES.map((shape, i) => rawArray(`training/Adam/variable_${i}`, shape));
    const v = SHAPES.map((shape, i) => rawArray(`training/Adam/variable_${i + 3}`, shape));
    const vhat = SHAPES.map((_, i) => rawArray(`training/Adam/variable_${i + 6}`, [1]));
    const raw = [scalar('Adam/iterations', 3), ...m, ...v, ...vhat];

    const found = state(raw, 'keras2', ADAM);

    expect(found).toMatchObject({ iterations: 3, learningRate: 0.01 });
    expect(found.slots.map(({ tensors }) => tensors.map(({ data }) => data))).toEqual([
      m.map(({ data }) => data),
      v.map(({ data }) => data),
    ]);
  });

  it('goes by the names of tf.keras, which has written both orders', () => {
    const names = ['kernel', 'recurrent_kernel', 'bias'];
    const m = SHAPES.map((shape, i) => rawArray(`Adam/lstm/${names[i]}/m:0`, shape));
    const v = SHAPES.map((shape, i) => rawArray(`Adam/lstm/${names[i]}/v:0`, shape));
    const newer = (kind: string, arrays: readonly RawArray[]) =>
      arrays.map((array, i) => ({ ...array, path: `Adam/${kind}/lstm/${names[i]}:0` }));
    const pairs = newer('m', m).flatMap((array, i) => [array, ...newer('v', v).slice(i, i + 1)]);

    const older = state([scalar('Adam/iter:0', 1), ...m, ...v], 'tf.keras', ADAM);
    const interleaved = state([scalar('iteration:0', 1), ...pairs], 'tf.keras', ADAM);

    expect(interleaved).toEqual(older);
    expect(older.slots[1]?.tensors[2]?.data).toEqual(v[2]?.data);
  });

  it('takes accumulators without a step count, as RMSprop had before Keras 2.3', () => {
    const accumulators = SHAPES.map((shape) => rawArray('a', shape));

    const found = state(accumulators, 'keras2', compileOf('RMSprop', { learning_rate: 0.5, momentum: 0 }));

    expect(found).toMatchObject({ iterations: 0, learningRate: 0.5 });
    expect(found.slots.map(({ name }) => name)).toEqual(['velocity']);
  });

  it.each([
    ['keras1', ADAM],
    ['keras3', compileOf('Nadam', {})],
    ['keras3', compileOf('SGD', { momentum: 0.9 })],
  ] as const)('gives a sentence instead of a state that does not fit: %s', (dialect, compile) => {
    const raw = [
      scalar('iteration', 1),
      scalar('learning_rate', 1),
      ...SHAPES.slice(1).map((shape) => rawArray('m', shape)),
    ];

    expect(optimizerState(raw, { dialect, compile, trainable: TRAINABLE })).toMatch(/state was left out/);
  });
});
