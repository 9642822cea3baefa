/**
 * Layers that run forward only: on the GPU against real Keras (test/fixtures/keras/layers.json) and, at odd sizes,
 * against the float64 reference.
 */
import type { GpuDevice } from '../../../src/engine/gpu/device.ts';
import { kerasLayer } from '../../../src/engine/keras/keras-config.ts';
import type { KerasModel } from '../../../src/engine/keras/keras-model.ts';
import { placeLayers } from '../../../src/engine/keras/layer-variables.ts';
import { buildFromKeras } from '../../../src/engine/models/from-keras.ts';
import { type InferenceLayer, predictLayers } from '../../../src/engine/reference/index.ts';
import { assertClose } from '../../harness/assert-close.ts';
import type { GpuCase } from '../../harness/gpu-case.ts';
import { layerFixtures, modelOf } from '../../keras/layer-fixtures.ts';
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
      what: `GRU that resets before, H ${units}, B 5, T 1`,
      layers: [MASKING, ['GRU', { units, reset_after: false, return_sequences: true }]],
      shape: [5, 1, 65],
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

export const cases: GpuCase[] = [
  ...layerFixtures.models.map((fixture) =>
    onDevice(`Keras computes the same: ${fixture.name}`, async (device) => {
      const { model: file, x } = modelOf(fixture);
      const model = await buildFromKeras(device, file);

      const received = await model.predict({ shape: x.shape, data: Float32Array.from(x.data) });
      model.dispose();

      if (`${received.shape}` !== `${fixture.y.shape}`) throw new Error(`shape ${received.shape}`);
      assertClose(received.data, fixture.y.data, { ...CLOSE, label: fixture.name });
    }),
  ),
  ...ODD_SIZES.map(({ what, layers, shape }, k) =>
    onDevice(`equals the reference: ${what}`, async (device) => {
      const file = kerasModel(layers, shape.slice(1), k, 0.2);
      const x = withGaps(shape, 10 + k);
      const model = await buildFromKeras(device, file);

      const whole = await model.predict(x);
      const batches = await model.predict(x, { batchSize: 3 });
      model.dispose();

      assertClose(whole.data, predictLayers(referenceLayers(file), x).data, { ...CLOSE, label: what });
      assertClose(batches.data, whole.data, { label: `${what} in batches` });
    }),
  ),
];
