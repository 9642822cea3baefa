/** Sequential.inputGradients: dy/dx of every architecture against central differences in float64, and what is refused. */
import { sizeOf, type Tensor } from '../../../src/engine/core/tensor.ts';
import type { WindowDataset } from '../../../src/engine/data/windows.ts';
import type { GpuDevice } from '../../../src/engine/gpu/device.ts';
import { activation } from '../../../src/engine/layers/activation.ts';
import { dense } from '../../../src/engine/layers/dense.ts';
import { dropout } from '../../../src/engine/layers/dropout.ts';
import type { Layer } from '../../../src/engine/layers/layer.ts';
import { lstm } from '../../../src/engine/layers/lstm.ts';
import { buildFromKeras } from '../../../src/engine/models/from-keras.ts';
import { Sequential } from '../../../src/engine/models/sequential.ts';
import { adam } from '../../../src/engine/optimizers/adam.ts';
import { assertClose, assertRelativeL2 } from '../../harness/assert-close.ts';
import type { GpuCase } from '../../harness/gpu-case.ts';
import { finiteDifferences, rowsOf } from '../attribution-reference.ts';
import { withCanaries } from '../canaries.ts';
import { kerasModel, type LayerEntry } from '../keras-support.ts';
import { equal, onDevice, randomNumbers, randomWeights, referenceModel, rejection } from '../support.ts';

interface Shape {
  readonly what: string;
  readonly layers: () => Layer[];
  readonly count: number;
  readonly inputShape: readonly number[];
  /** Which values of a prediction; the first by default. */
  readonly outputs?: readonly number[];
}

const forecaster =
  (units: number, outputs = 1) =>
  (): Layer[] => [lstm({ units }), dense({ units: outputs })];

const SHAPES: readonly Shape[] = [
  { what: 'B1 T1 D1 H1', layers: forecaster(1), count: 1, inputShape: [1, 1] },
  { what: 'B3 T14 D6 H32, windows of the page', layers: forecaster(32), count: 3, inputShape: [14, 6] },
  { what: 'B5 T1 D3 H7 K2', layers: forecaster(7, 2), count: 5, inputShape: [1, 3], outputs: [0, 1] },
  {
    what: 'B131 T4 D1 H13 K3, a batch and three rows',
    layers: forecaster(13, 3),
    count: 131,
    inputShape: [4, 1],
    outputs: [2],
  },
  { what: 'B3 T3 D2 H257, one kernel for each step', layers: forecaster(257), count: 3, inputShape: [3, 2] },
  {
    what: 'two stacked LSTMs, Dense at every step',
    layers: () => [
      lstm({ units: 6, returnSequences: true }),
      lstm({ units: 9, returnSequences: true }),
      dense({ units: 2 }),
    ],
    count: 4,
    inputShape: [6, 3],
    outputs: [0, 5, 11],
  },
  {
    what: 'three LSTMs, dropout, other activations, a linear end',
    layers: () => [
      lstm({ units: 5, returnSequences: true, activation: 'softsign', recurrentActivation: 'hard_sigmoid' }),
      dropout({ rate: 0.5 }),
      lstm({ units: 3, returnSequences: true, useBias: false }),
      lstm({ units: 6, activation: 'relu' }),
      dropout({ rate: 0.2 }),
      dense({ units: 4, activation: 'tanh' }),
      dense({ units: 2 }),
      activation('linear'),
    ],
    count: 6,
    inputShape: [5, 2],
    outputs: [1],
  },
  { what: 'an LSTM alone', layers: () => [lstm({ units: 3 })], count: 3, inputShape: [4, 2], outputs: [2] },
  {
    what: 'Dense layers alone, no time axis',
    layers: () => [dense({ units: 5, activation: 'sigmoid' }), dense({ units: 2 })],
    count: 7,
    inputShape: [4],
    outputs: [0, 1],
  },
];

const sampled = (count: number, inputShape: readonly number[], seed: number): Tensor => ({
  shape: [count, ...inputShape],
  data: randomNumbers(count * sizeOf(inputShape), seed, 1.5),
});

const shapeCase = ({ what, layers: make, count, inputShape, outputs = [0] }: Shape, k: number): GpuCase =>
  onDevice(`dy/dx equals central differences of the reference: ${what}`, async (device) => {
    const layers = make();
    const model = await new Sequential(layers).build(device, { inputShape });
    const scale = what.includes('H257') ? 0.15 : 0.6;
    const weights = randomWeights(layers, inputShape, 70 + k, scale);
    model.setWeights(weights);
    const x = sampled(count, inputShape, 80 + k);
    const reference = referenceModel({ layers, inputShape, weights });

    const received = await withCanaries(device, async () => {
      const all: Tensor[] = [];
      for (const output of outputs) all.push(await model.inputGradients(x, { output }));
      return all;
    });
    const again = await model.inputGradients(x, { output: outputs[0] ?? 0 });
    const alone = await model.inputGradients(rowsOf(x, count - 1, 1), { output: outputs[0] ?? 0 });
    model.dispose();

    outputs.forEach((output, n) => {
      equal(received[n]?.shape, [count, ...inputShape], 'shape of dy/dx');
      const expected = finiteDifferences(reference, x, output);
      assertRelativeL2(received[n]?.data ?? [], expected, 1e-5, `dy/dx of output ${output}`);
    });
    const first = received[0]?.data ?? new Float32Array();
    assertClose(again.data, first, { label: 'the same again' });
    assertClose(alone.data, first.slice(-alone.data.length), { label: 'the last row alone' });
  });

/**
 * An LSTM whose gates do not depend on its input: i, f, o constant, a candidate W x that h does not reach. It is linear,
 * y = V . o * sum_s f^(T-1-s) i W x_s, so dy/dx_s = sum_u V_u o_u f_u^(T-1-s) i_u W_u.
 */
const constantGates = onDevice('dy/dx of a linear LSTM is its closed form', async (device) => {
  const [steps, features, units] = [9, 2, 5];
  const layers = [lstm({ units, activation: 'linear' }), dense({ units: 1 })];
  const model = await new Sequential(layers).build(device, { inputShape: [steps, features] });
  const bias = randomNumbers(4 * units, 3, 2);
  const candidate = randomNumbers(features * units, 4);
  const kernel = new Float32Array(features * 4 * units);
  for (let j = 0; j < features; j++)
    for (let u = 0; u < units; u++)
      kernel[j * 4 * units + 2 * units + u] = candidate[j * units + u] as number;
  const readout = randomNumbers(units, 5);
  model.setWeights([
    { shape: [features, 4 * units], data: kernel },
    { shape: [units, 4 * units], data: new Float32Array(units * 4 * units) },
    { shape: [4 * units], data: bias },
    { shape: [units, 1], data: readout },
    { shape: [1], data: new Float32Array(1) },
  ]);
  const received = await model.inputGradients(sampled(3, [steps, features], 6));
  model.dispose();

  const gate = (g: number, u: number): number => 1 / (1 + Math.exp(-(bias[g * units + u] as number)));
  const expected = Float64Array.from({ length: 3 * steps * features }, (_, at) => {
    const s = Math.floor(at / features) % steps;
    let sum = 0;
    for (let u = 0; u < units; u++) {
      const path = gate(3, u) * gate(1, u) ** (steps - 1 - s) * gate(0, u);
      sum += (readout[u] as number) * path * (candidate[(at % features) * units + u] as number);
    }
    return sum;
  });
  assertClose(received.data, expected, { atol: 1e-7, rtol: 1e-5, label: 'dy/dx' });
});

const members = onDevice('each member has, to the bit, the dy/dx of the single model', async (device) => {
  const layers = (): Layer[] => [
    lstm({ units: 7, returnSequences: true }),
    dropout({ rate: 0.3 }),
    lstm({ units: 5 }),
    dense({ units: 2 }),
  ];
  const build = (seed: number, count: number): Promise<Sequential> =>
    new Sequential(layers(), { seed }).build(device, { inputShape: [6, 3], members: count });
  const x = sampled(150, [6, 3], 1);
  const all = await build(4, 3);
  const together = await all.inputGradientsMembers(x, { output: 1 });
  const second = await all.inputGradients(x, { member: 2, output: 1 });
  all.dispose();

  equal(together.length, 3, 'number of members');
  assertClose(second.data, together[2]?.data ?? [], { label: 'member 2 alone' });
  for (let e = 0; e < 3; e++) {
    const one = await build(4 + e, 1);
    const single = await one.inputGradients(x, { output: 1 });
    one.dispose();
    assertClose(together[e]?.data ?? [], single.data, { label: `member ${e}` });
    if (single.data.every((value) => value === 0)) throw new Error('There is nothing to compare.');
  }
});

const windows = onDevice('windows are read in place, whatever their rate', async (device) => {
  const model = await new Sequential(forecaster(6)(), { seed: 2 }).build(device, { inputShape: [4, 3] });
  const rows = 40;
  const data: WindowDataset = {
    kind: 'windows',
    series: randomNumbers(rows * 3, 1),
    rows,
    features: 3,
    targets: new Float32Array(rows),
    targetCount: 1,
    starts: Uint32Array.from([0, 5, 6, 7, 20, 30]),
    targetRows: Uint32Array.from([9, 14, 15, 16, 29, 39]),
    window: 4,
    samplingRate: 3,
    horizon: 0,
  };
  const x = new Float32Array(6 * 4 * 3);
  data.starts.forEach((start, n) => {
    for (let t = 0; t < 4; t++)
      x.set(data.series.subarray((start + 3 * t) * 3, (start + 3 * t + 1) * 3), (n * 4 + t) * 3);
  });

  const inPlace = await model.inputGradients(data);
  const cut = await model.inputGradients({ shape: [6, 4, 3], data: x });
  model.dispose();
  assertClose(inPlace.data, cut.data, { label: 'dy/dx' });
});

/** Built from a file of these layers, compiled or not. */
async function fromFile(
  device: GpuDevice,
  layers: readonly LayerEntry[],
  body: (model: Sequential) => Promise<void>,
): Promise<void> {
  const model = await buildFromKeras(device, kerasModel(layers, [5, 2], 3));
  await body(model);
  model.dispose();
}

const REFUSED: readonly (readonly [LayerEntry, string])[] = [
  [['GRU', { units: 3 }], 'GRU'],
  [['SimpleRNN', { units: 3 }], 'SimpleRNN'],
  [['LSTM', { units: 3, go_backwards: true }], 'LSTM'],
  [['Dense', { units: 3, activation: 'softmax' }], 'Dense'],
];

export const cases: GpuCase[] = [
  ...SHAPES.map(shapeCase),
  constantGates,
  members,
  windows,
  onDevice('a model from a file that can only predict has its gradients too', async (device) => {
    const x = sampled(3, [5, 2], 9);
    await fromFile(
      device,
      [
        ['LSTM', { units: 4 }],
        ['Dense', { units: 1 }],
      ],
      async (model) => {
        const layers = [lstm({ units: 4 }), dense({ units: 1 })];
        const weights = await model.getWeights();
        const expected = finiteDifferences(referenceModel({ layers, inputShape: [5, 2], weights }), x, 0);
        assertRelativeL2((await model.inputGradients(x)).data, expected, 1e-5, 'dy/dx');
      },
    );
  }),
  onDevice(
    'behind Flatten and layers that do nothing, Dense layers have their closed form',
    async (device) => {
      const layers: LayerEntry[] = [
        ['GaussianNoise', { stddev: 1 }],
        ['Flatten', {}],
        ['Dense', { units: 3 }],
      ];
      await fromFile(device, layers, async (model) => {
        const [kernel] = await model.getWeights();
        const { data } = await model.inputGradients(sampled(4, [5, 2], 9), { output: 1 });
        const column = Float32Array.from({ length: 10 }, (_, k) => kernel?.data[k * 3 + 1] as number);
        for (let n = 0; n < 4; n++)
          assertClose(data.slice(n * 10, n * 10 + 10), column, { label: `dy/dx of sample ${n}` });
      });
    },
  ),
  ...REFUSED.map(([layer, className]) =>
    onDevice(`${className} ${JSON.stringify(layer[1])} says that it has no gradients`, async (device) => {
      const isSequence = className === 'Dense';
      const before: LayerEntry[] = isSequence ? [['LSTM', { units: 2 }]] : [];
      await fromFile(device, [...before, layer, ['Dense', { units: 1 }]], async (model) => {
        const { message, code } = await rejection(model.inputGradients(sampled(2, [5, 2], 1)));
        equal(code, 'bad-input', 'code');
        if (!message.includes(`(${className}) only predicts here; its gradients are not implemented`))
          throw new Error(message);
      });
    }),
  ),
  onDevice('outputs that are not there and data that do not fit are refused in words', async (device) => {
    const layers = forecaster(3, 2)();
    const model = new Sequential(layers).compile({ optimizer: adam(), loss: 'mse' });
    await model.build(device, { inputShape: [4, 2] });
    const x = sampled(3, [4, 2], 1);
    const refusals = [
      await rejection(model.inputGradients(x, { output: 2 })),
      await rejection(model.inputGradients(x, { output: 0.5 })),
      await rejection(model.inputGradients(sampled(3, [5, 2], 1))),
      await rejection(model.inputGradients(x, { member: 1 })),
    ];
    model.dispose();
    const patterns = [/no output 2: .* has 2 values/, /no output 0.5/, /takes x of shape/, /no member 1/];
    refusals.forEach(({ message }, k) => {
      if (!patterns[k]?.test(message)) throw new Error(message);
    });
  }),
];
