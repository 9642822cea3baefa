/** Models as readers hand them on, built on the GPU: predictions, gates, training that goes on, and what is refused. */
import { GatewiseError } from '../../../src/engine/core/errors.ts';
import type { GpuDevice } from '../../../src/engine/gpu/device.ts';
import { adamConfig, sgdConfig } from '../../../src/engine/keras/keras3/training-config.ts';
import type { KerasModel } from '../../../src/engine/keras/model/keras-model.ts';
import { dense } from '../../../src/engine/layers/dense.ts';
import { dropout } from '../../../src/engine/layers/dropout.ts';
import { lstm } from '../../../src/engine/layers/lstm.ts';
import { buildFromKeras } from '../../../src/engine/models/from-keras.ts';
import { Sequential } from '../../../src/engine/models/sequential.ts';
import { adam } from '../../../src/engine/optimizers/adam.ts';
import { type LstmTrace, ReferenceModel } from '../../../src/engine/reference/index.ts';
import { assertClose } from '../../harness/assert-close.ts';
import type { GpuCase } from '../../harness/gpu-case.ts';
import { kerasModel, type LayerEntry } from '../keras-support.ts';
import { randomNumbers, rejection, withGpu } from '../support.ts';

const onDevice = (name: string, body: (device: GpuDevice) => Promise<void>): GpuCase => ({
  name,
  run: (gpu) => withGpu(gpu, body),
});

const same = (received: unknown, expected: unknown, what: string): void => {
  const [one, other] = [canonical(received), canonical(expected)];
  if (one !== other) throw new Error(`${what}: ${one.slice(0, 400)}, expected ${other.slice(0, 400)}.`);
};

/** JSON with the keys of objects in order. A Float32Array is an object here; no weight is NaN. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}

async function refused(promise: Promise<unknown>, pattern: RegExp): Promise<void> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof GatewiseError && error.code === 'bad-input' && pattern.test(error.message)) return;
    throw error;
  }
  throw new Error(`This should have been refused with ${pattern}.`);
}

const random = (shape: readonly number[], seed: number) => ({
  shape: [...shape],
  data: randomNumbers(
    shape.reduce((size, extent) => size * extent, 1),
    seed,
  ),
});

const FORECASTER: readonly LayerEntry[] = [
  ['LSTM', { units: 5, return_sequences: true, recurrent_activation: 'hard_sigmoid' }],
  ['Dropout', { rate: 0.4 }],
  ['LSTM', { units: 3, use_bias: false, activation: 'relu' }],
  ['Dense', { units: 2 }],
  ['Activation', { activation: 'tanh' }],
];

function referenceOf({ weights }: KerasModel): ReferenceModel {
  return new ReferenceModel(
    [
      { kind: 'lstm', units: 5, returnSequences: true, recurrentActivation: 'hard_sigmoid' },
      { kind: 'dropout' },
      { kind: 'lstm', units: 3, useBias: false, activation: 'relu' },
      { kind: 'dense', units: 2 },
      { kind: 'activation', activation: 'tanh' },
    ],
    2,
    weights.map(({ data }) => data),
  );
}

const adamModel = (): KerasModel => {
  const model = kerasModel(
    [
      ['LSTM', { units: 4 }],
      ['Dense', { units: 1 }],
    ],
    [5, 2],
    3,
  );
  const slot = (name: 'm' | 'v', seed: number) => ({
    name,
    tensors: model.weights.map(({ shape }, k) => {
      const { data } = random(shape, seed + k);
      return { shape, data: data.map((value) => 0.01 * Math.abs(value)) };
    }),
  });
  return {
    ...model,
    compile: {
      optimizer: adamConfig({ learningRate: 0.02, beta1: 0.8 }),
      loss: 'mean_absolute_error',
      metrics: ['mse'],
    },
    optimizerState: { iterations: 7, learningRate: 0.015, slots: [slot('m', 50), slot('v', 60)] },
    recipe: { seed: 4 },
  };
};

/** A model the GPU can train, changed so that it can't; and the sentence that says why. */
const UNTRAINABLE: readonly (readonly [what: string, change: (model: KerasModel) => KerasModel, RegExp])[] = [
  [
    'no compile settings',
    ({ compile: _, optimizerState: __, ...model }) => model,
    /holds no compile settings/,
  ],
  [
    'an optimizer that does not exist here',
    ({ optimizerState: _, ...model }) => ({
      ...model,
      compile: { optimizer: { ...sgdConfig(), class_name: 'Lion' }, loss: 'mse', metrics: [] },
    }),
    /optimizer Lion/,
  ],
  [
    'a learning rate schedule',
    ({ optimizerState: _, ...model }) => ({
      ...model,
      compile: {
        optimizer: { ...sgdConfig(), config: { learning_rate: { class_name: 'CosineDecay', config: {} } } },
        loss: 'mse',
        metrics: [],
      },
    }),
    /learning rate schedule/,
  ],
  [
    'a loss that does not exist here',
    ({ optimizerState: _, ...model }) => ({
      ...model,
      compile: { optimizer: sgdConfig(), loss: 'poisson', metrics: [] },
    }),
    /loss poisson/,
  ],
  [
    'a regularizer',
    changed('layer_0', { kernel_regularizer: { config: { l2: 0.1 } } }),
    /"layer_0" \(LSTM\).*kernel_regularizer/,
  ],
  ['a frozen layer', changed('layer_1', { trainable: false }), /"layer_1" \(Dense\) is frozen/],
];

function changed(
  name: string,
  settings: Readonly<Record<string, unknown>>,
): (model: KerasModel) => KerasModel {
  return (model) => ({
    ...model,
    config: {
      ...model.config,
      layers: model.config.layers.map((layer) =>
        layer.config.name === name ? { ...layer, config: { ...layer.config, ...settings } } : layer,
      ),
    },
  });
}

export const cases: GpuCase[] = [
  onDevice(
    'a model from a file predicts as the reference, in any batches, without being compiled',
    async (device) => {
      const file = kerasModel(FORECASTER, [6, 2], 1);
      const x = random([9, 6, 2], 2);
      const expected = referenceOf(file).predict(x);
      const model = await buildFromKeras(device, file);

      const whole = await model.predict(x);
      const parts = await model.predict(x, { batchSize: 4 });
      model.dispose();

      same(whole.shape, [9, 2], 'shape');
      assertClose(whole.data, expected.data, { atol: 1e-5, rtol: 1e-5, label: 'predictions' });
      assertClose(parts.data, whole.data, { label: 'predictions in batches' });
    },
  ),
  onDevice('an open number of time steps is asked for, and taken from the caller', async (device) => {
    const file = kerasModel(FORECASTER, [null, 2], 1);
    const x = random([2, 11, 2], 2);

    await refused(buildFromKeras(device, file), /"from_file".*\[any, 2\].*time steps open/);
    await refused(buildFromKeras(device, file, { inputShape: [11, 3] }), /\[any, 2\], received.*\[11, 3\]/);
    const model = await buildFromKeras(device, file, { inputShape: [11, 2] });
    const received = await model.predict(x);
    same(await model.toExport(), file, 'what is written back');
    model.dispose();

    assertClose(received.data, referenceOf(file).predict(x).data, { atol: 1e-5, rtol: 1e-5, label: 'y' });
  }),
  ...([5, 260] as const).map((units) =>
    onDevice(
      `trace gives the GPU's gates and states of every LSTM at every step, H ${units}`,
      async (device) => {
        const file = kerasModel(
          [
            ['LSTM', { units: 3, return_sequences: true, name: 'first lstm/é' }],
            ['LSTM', { units }],
          ],
          [7, 2],
          1,
          0.2,
        );
        const x = random([35, 7, 2], 2);
        const { records } = new ReferenceModel(
          [
            { kind: 'lstm', units: 3, returnSequences: true },
            { kind: 'lstm', units },
          ],
          2,
          file.weights.map(({ data }) => data),
        ).forward(x);
        const model = await buildFromKeras(device, file);

        const traces = await model.trace(x);
        const size = 7 * 2;
        const kept = await model.keepTrace({ shape: [1, 7, 2], data: x.data.slice(3 * size, 4 * size) });
        const refusal = await rejection(model.keepTrace(x));
        model.dispose();
        // What is kept outlives the model.
        const values = await kept.read();
        kept.dispose();

        same(refusal.message.includes('keeps one sample'), true, 'refusal of 35 samples');
        const keys = ['i', 'f', 'candidate', 'o', 'c', 'h'] as const;
        const names = ['first lstm/é', 'layer_1'];
        same(
          [...traces.keys()],
          names.flatMap((name) => keys.map((key) => `${name}/${key}`)),
          'keys',
        );
        names.forEach((name, k) => {
          const expected = records[k]?.trace as LstmTrace;
          for (const key of keys) {
            const received = traces.get(`${name}/${key}`);
            same(received?.shape, [35, 7, expected.units], `shape of ${name}/${key}`);
            assertClose(received?.data ?? [], expected[key], {
              atol: 1e-5,
              rtol: 1e-5,
              label: `${name}/${key}`,
            });
            const span = 7 * expected.units;
            same(values.get(`${name}/${key}`)?.shape, [1, 7, expected.units], `kept shape of ${name}/${key}`);
            assertClose(
              values.get(`${name}/${key}`)?.data ?? [],
              expected[key].subarray(3 * span, 4 * span),
              { atol: 1e-5, rtol: 1e-5, label: `kept ${name}/${key}` },
            );
          }
        });
      },
    ),
  ),
  onDevice('training goes on from the file: its optimizer, step count, slots and rate', async (device) => {
    const file = adamModel();
    const data = { x: random([12, 5, 2], 5), y: random([12, 1], 6) };
    const fit = { epochs: 3, batchSize: 4, shuffle: false };
    const model = await buildFromKeras(device, file);
    const twin = new Sequential([lstm({ units: 4 }), dropout({ rate: 0 }), dense({ units: 1 })]);
    twin.compile({ optimizer: adam({ learningRate: 0.015, beta1: 0.8 }), loss: 'mae' });
    await twin.build(device, { inputShape: [5, 2] });
    twin.setWeights(file.weights);
    twin.setOptimizerState(file.optimizerState as NonNullable<KerasModel['optimizerState']>);
    const before = await model.toExport();

    await model.fit(data, fit);
    await twin.fit(data, fit);
    const after = await model.toExport();
    const expected = await twin.toExport();
    model.dispose();
    twin.dispose();

    const { optimizer, ...rest } = file.compile as NonNullable<KerasModel['compile']>;
    const compile = {
      ...rest,
      optimizer: { ...optimizer, config: { ...optimizer.config, learning_rate: 0.015 } },
    };
    same({ ...before, compile: null }, { ...file, compile: null }, 'what is written back untrained');
    same(after.compile, compile, 'compile settings');
    same(after.optimizerState, expected.optimizerState, 'optimizer state');
    same(
      after.weights.map(({ data: values }) => values),
      expected.weights.map(({ data: values }) => values),
      'weights',
    );
    same(after.optimizerState?.iterations, 16, 'iterations');
  }),
  ...UNTRAINABLE.map(([what, change, pattern]) =>
    onDevice(
      `${what}: the model predicts, and fit and evaluate say why it can't be trained`,
      async (device) => {
        const file = change(adamModel());
        const data = { x: random([3, 5, 2], 5), y: random([3, 1], 6) };
        const model = await buildFromKeras(device, file);

        await model.predict(data.x);
        await refused(model.fit(data), pattern);
        await refused(model.evaluate(data), pattern);
        same(await model.toExport(), file, 'what is written back');
        model.dispose();
      },
    ),
  ),
  onDevice('weights that are not finite are refused, and nothing is left on the GPU', async (device) => {
    const file = kerasModel(FORECASTER, [4, 2], 1);
    const [, second] = file.weights;
    if (second) second.data[3] = Number.NaN;

    await refused(buildFromKeras(device, file), /layer_0\/recurrent_kernel holds NaN at element 3/);
  }),
];
