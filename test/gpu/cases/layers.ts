/**
 * Layers that run forward only: on the GPU against real Keras (test/fixtures/keras/layers.json) and, at odd sizes,
 * against the float64 reference.
 */
import { GatewiseError } from '../../../src/engine/core/errors.ts';
import type { GpuDevice } from '../../../src/engine/gpu/device.ts';
import { kerasLayer } from '../../../src/engine/keras/keras3/keras-config.ts';
import { adamConfig } from '../../../src/engine/keras/keras3/training-config.ts';
import type { KerasModel } from '../../../src/engine/keras/model/keras-model.ts';
import { placeLayers } from '../../../src/engine/keras/model/layer-variables.ts';
import { buildFromKeras } from '../../../src/engine/models/from-keras.ts';
import {
  type InferenceLayer,
  predictLayers,
  type RecurrentOptions,
  recurrentForward,
} from '../../../src/engine/reference/index.ts';
import { assertClose } from '../../harness/assert-close.ts';
import type { GpuCase } from '../../harness/gpu-case.ts';
import { layerFixtures, modelOf } from '../../keras/layer-fixtures.ts';
import { withCanaries } from '../canaries.ts';
import { kerasModel, type LayerEntry } from '../keras-support.ts';
import { randomNumbers, withGpu } from '../support.ts';

const CLOSE = { atol: 1e-5, rtol: 1e-5 };

const onDevice = (name: string, body: (device: GpuDevice) => Promise<void>): GpuCase => ({
  name,
  run: (gpu) => withGpu(gpu, body),
});

/** The layers and weights of a model for the reference. */
function referenceLayers({ config, weights }: KerasModel): InferenceLayer[] {
  return placeLayers(config).map(({ name, settings }) => ({
    settings,
    weights: weights.filter(({ layer }) => layer === name).map(({ data }) => data),
  }));
}

const bidirectional = (className: string, units: number, more: Readonly<Record<string, unknown>> = {}) => ({
  layer: kerasLayer(className, { name: 'inner', units, ...more }),
});

/** Rows with gaps: every third step of every second row is masked, and the whole last row of several. */
function withGaps([rows, steps, features]: readonly [number, number, number], seed: number) {
  const data = randomNumbers(rows * steps * features, seed).map((value, k) => {
    const n = Math.floor(k / features);
    const row = Math.floor(n / steps);
    const isGap = (row % 2 === 0 && (n % steps) % 3 === 0) || (rows > 1 && row === rows - 1);
    return isGap ? 0 : value;
  });
  return { shape: [rows, steps, features], data };
}

interface OddSize {
  readonly what: string;
  readonly layers: readonly LayerEntry[];
  readonly shape: readonly [rows: number, steps: number, features: number];
}

const MASKING: LayerEntry = ['Masking', {}];
const ODD_SIZES: readonly OddSize[] = [
  ...[1, 63, 64, 65, 300].flatMap((units): OddSize[] => [
    {
      what: `LSTM backwards behind Masking, H ${units}, B 5, T 7`,
      layers: [MASKING, ['LSTM', { units, go_backwards: true, return_sequences: true }]],
      shape: [5, 7, 3],
    },
    {
      what: `GRU, H ${units}, B 1, T 7`,
      layers: [['GRU', { units, reset_after: true }]],
      shape: [1, 7, 2],
    },
    {
      what: `GRU that resets before, H ${units}, B 5, T 3`,
      layers: [MASKING, ['GRU', { units, reset_after: false, return_sequences: true }]],
      shape: [5, 3, 65],
    },
    {
      what: `SimpleRNN, H ${units}, B 5, T 7`,
      layers: [
        ['SimpleRNN', { units, return_sequences: true }],
        ['SimpleRNN', { units: 3 }],
      ],
      shape: [5, 7, 1],
    },
  ]),
  {
    what: 'GRU that resets before, H 65, B 5, T 1',
    layers: [MASKING, ['GRU', { units: 65, reset_after: false, return_sequences: true }]],
    shape: [5, 1, 65],
  },
  {
    what: 'LSTM backwards, H 1024',
    layers: [['LSTM', { units: 1024, go_backwards: true }]],
    shape: [1, 2, 3],
  },
  ...([1, 65] as const).flatMap((units): OddSize[] =>
    (['concat', 'sum', 'mul', 'ave'] as const).map((mode) => ({
      what: `Bidirectional LSTM ${mode} behind Masking, H ${units}, B 5, T 7`,
      layers: [
        MASKING,
        ['Bidirectional', { merge_mode: mode, ...bidirectional('LSTM', units, { return_sequences: true }) }],
        ['Dense', { units: 3, activation: 'softmax' }],
      ],
      shape: [5, 7, 2],
    })),
  ),
  {
    what: 'a tower of shapes and norms, D 65, B 5, T 7',
    layers: [
      ['LayerNormalization', { epsilon: 0.01 }],
      ['LSTM', { units: 63, return_sequences: true }],
      ['BatchNormalization', {}],
      ['Reshape', { target_shape: [63, 7] }],
      ['LeakyReLU', { negative_slope: 0.2 }],
      ['Flatten', {}],
      ['Dense', { units: 5, activation: 'softplus' }],
      ['RepeatVector', { n: 3 }],
      ['LSTM', { units: 1, return_sequences: true, activation: 'elu' }],
      ['Flatten', {}],
      ['Softmax', {}],
    ],
    shape: [5, 7, 65],
  },
];

/** Fixtures run on one device; making one for each would take most of the time. */
const GROUP = 12;
const GROUPS = Array.from({ length: Math.ceil(layerFixtures.models.length / GROUP) }, (_, k) => k * GROUP);

/** Recurrences whose gates are looked at, each in a model of its own behind Masking. */
const TRACED: readonly LayerEntry[] = [
  ['LSTM', { units: 5, go_backwards: true }],
  ['LSTM', { units: 65, return_sequences: true, use_bias: false }],
  ['GRU', { units: 5, reset_after: true }],
  ['GRU', { units: 5, reset_after: false, go_backwards: true }],
  ['SimpleRNN', { units: 5 }],
  ['Bidirectional', bidirectional('LSTM', 3)],
];

const ONLY_PREDICTING: readonly (readonly [what: string, layer: LayerEntry, RegExp])[] = [
  ['Bidirectional', ['Bidirectional', bidirectional('LSTM', 3)], /"layer_1" \(Bidirectional\) only predicts/],
  ['LSTM backwards', ['LSTM', { units: 3, go_backwards: true }], /"layer_1" \(LSTM\) only predicts/],
  ['LSTM with dropout', ['LSTM', { units: 3, dropout: 0.2 }], /"layer_1" \(LSTM\) has dropout inside/],
  ['BatchNormalization', ['BatchNormalization', {}], /"layer_1" \(BatchNormalization\) only predicts/],
];

async function refused(work: () => Promise<unknown>, pattern: RegExp): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof GatewiseError && error.code === 'bad-input' && pattern.test(error.message)) return;
    throw error;
  }
  throw new Error(`This should have been refused with ${pattern}.`);
}

export const cases: GpuCase[] = [
  ...GROUPS.map((first) =>
    onDevice(`Keras computes the same: fixtures ${first} to ${first + GROUP - 1}`, async (device) => {
      for (const fixture of layerFixtures.models.slice(first, first + GROUP)) {
        const { model: file, x } = modelOf(fixture);
        const model = await buildFromKeras(device, file);

        const received = await model.predict({ shape: x.shape, data: Float32Array.from(x.data) });
        model.dispose();

        if (`${received.shape}` !== `${fixture.y.shape}`) {
          throw new Error(`${fixture.name}: shape [${received.shape}], expected [${fixture.y.shape}].`);
        }
        assertClose(received.data, fixture.y.data, { ...CLOSE, label: fixture.name });
      }
    }),
  ),
  ...ODD_SIZES.map(({ what, layers, shape }, k) =>
    onDevice(`equals the reference and stays inside its buffers: ${what}`, async (device) => {
      const file = kerasModel(layers, shape.slice(1), k, 0.2);
      const x = withGaps(shape, 10 + k);

      const received = await withCanaries(device, async () => {
        const model = await buildFromKeras(device, file);
        const whole = await model.predict(x);
        const batches = shape[0] > 1 ? await model.predict(x, { batchSize: 3 }) : whole;
        model.dispose();
        return { whole, batches };
      });

      assertClose(received.whole.data, predictLayers(referenceLayers(file), x).data, {
        ...CLOSE,
        label: what,
      });
      assertClose(received.batches.data, received.whole.data, { label: `${what} in batches` });
    }),
  ),
  onDevice('gates and states of every recurrence equal the reference, masked steps too', async (device) => {
    for (const [k, entry] of TRACED.entries()) {
      const file = kerasModel([MASKING, entry], [7, 3], 20 + k);
      const x = withGaps([5, 7, 3], 30 + k);
      const mask = Uint8Array.from({ length: 35 }, (_, n) =>
        Number(x.data.subarray(3 * n, 3 * n + 3).some((value) => value !== 0)),
      );
      const [, { settings, weights } = { settings: null, weights: [] }] = referenceLayers(file);
      const expected = new Map<string, Float64Array>();
      const add = (prefix: string, own: typeof weights, options: RecurrentOptions): void => {
        const { traces } = recurrentForward(x, own, options, mask, null);
        for (const [key, values] of Object.entries(traces)) expected.set(`layer_1/${prefix}${key}`, values);
      };
      if (settings?.kind === 'recurrent') add('', weights, settings);
      if (settings?.kind === 'bidirectional') {
        add('forward/', weights.slice(0, 3), settings.forward);
        add('backward/', weights.slice(3), settings.backward);
      }

      const traces = await withCanaries(device, async () => {
        const model = await buildFromKeras(device, file);
        const result = await model.trace(x);
        model.dispose();
        return result;
      });

      if (`${[...traces.keys()]}` !== `${[...expected.keys()]}`) throw new Error(`${[...traces.keys()]}`);
      for (const [key, values] of expected) {
        assertClose(traces.get(key)?.data ?? [], values, { ...CLOSE, label: `${entry[0]} ${k}: ${key}` });
      }
    }
  }),
  onDevice("the gates of Keras' own LSTM, step by step", async (device) => {
    const { gates, inputs } = layerFixtures;
    const { shape, data } = inputs.sequence;
    const empty = kerasModel(
      [['LSTM', { units: 4, recurrent_activation: 'hard_sigmoid' }]],
      shape.slice(1),
      0,
    );
    const weights = empty.weights.map((weight, k) => ({
      ...weight,
      data: Float32Array.from(gates.weights[k]?.data ?? []),
    }));
    const model = await buildFromKeras(device, { ...empty, weights });

    const traces = await model.trace({ shape, data: Float32Array.from(data) });
    model.dispose();

    for (const [key, values] of Object.entries(gates.traces)) {
      assertClose(traces.get(`layer_0/${key}`)?.data ?? [], values, { ...CLOSE, label: key });
    }
  }),
  onDevice(
    'a stateful model goes on from batch to batch, begins anew with each call, and wants whole batches',
    async (device) => {
      const file = kerasModel(
        [
          ['GRU', { units: 5, stateful: true }],
          ['Dense', { units: 2 }],
        ],
        [3, 2],
        7,
      );
      const fixed = { ...file, config: { ...file.config, build_input_shape: [2, 3, 2] } };
      const x = withGaps([8, 3, 2], 8);
      const model = await buildFromKeras(device, fixed);

      const [first, second] = await Promise.all([model.predict(x), model.predict(x)]);
      await refused(() => model.predict(withGaps([7, 3, 2], 8)), /stateful with batches of 2, received 7/);
      await refused(
        () => model.predict(x, { batchSize: 4 }),
        /batches of 2, received 8 samples in batches of 4/,
      );
      model.dispose();
      await refused(() => buildFromKeras(device, file), /"layer_0" \(GRU\) is stateful.*batch/);

      const expected = predictLayers(referenceLayers(file), x, 2);
      assertClose(first.data, expected.data, { ...CLOSE, label: 'first call' });
      assertClose(second.data, first.data, { label: 'second call at the same time' });
    },
  ),
  ...ONLY_PREDICTING.map(([what, layer, pattern]) =>
    onDevice(
      `${what}: predicts, says by name why it can't be trained, is written back bit by bit`,
      async (device) => {
        const file = {
          ...kerasModel([['LSTM', { units: 2, return_sequences: true }], layer], [4, 2], 9),
          compile: { optimizer: adamConfig(), loss: 'mean_squared_error', metrics: [] },
        };
        const x = withGaps([3, 4, 2], 9);
        const model = await buildFromKeras(device, file);
        const y = await model.predict(x);

        await refused(() => model.fit({ x, y }), pattern);
        await refused(async () => model.resetWeights(), pattern);
        const exported = await model.toExport();
        model.dispose();

        if (exported.config !== file.config || exported.compile !== file.compile) throw new Error('config');
        file.weights.forEach((weight, k) => {
          const { data, ...rest } = exported.weights[k] ?? { data: [] };
          const { data: expected, ...names } = weight;
          if (JSON.stringify(rest) !== JSON.stringify(names)) throw new Error(JSON.stringify(rest));
          assertClose(data, expected, { label: weight.path });
        });
      },
    ),
  ),
  onDevice('what cannot run here is refused by name', async (device) => {
    const masked = kerasModel([MASKING, ['Softmax', {}]], [4, 2], 1);
    const wide = kerasModel([['LSTM', { units: 1366, go_backwards: true }]], [1, 1], 1);

    await refused(
      () => buildFromKeras(device, masked),
      /"layer_1" \(Softmax\) stands behind a Masking layer/,
    );
    await refused(() => buildFromKeras(device, wide), /"layer_0" \(LSTM\) has 1366 units.*at most 1365/);
  }),
];
