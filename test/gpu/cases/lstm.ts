/** LSTM models, forward and backward, against the float64 reference at odd sizes: both ways to run the recurrence. */
import type { Activation } from '../../../src/engine/core/activations.ts';
import { sizeOf } from '../../../src/engine/core/tensor.ts';
import type { GpuDevice } from '../../../src/engine/gpu/device.ts';
import { chooseTiles, type Tiles } from '../../../src/engine/kernels/lstm-tiles.ts';
import { activation } from '../../../src/engine/layers/activation.ts';
import { dense } from '../../../src/engine/layers/dense.ts';
import type { Layer } from '../../../src/engine/layers/layer.ts';
import { lstm } from '../../../src/engine/layers/lstm.ts';
import { layoutOf } from '../../../src/engine/models/parameters.ts';
import { sgd } from '../../../src/engine/optimizers/sgd.ts';
import type { ReferenceLoss } from '../../../src/engine/reference/index.ts';
import { assertClose, assertRelativeL2 } from '../../harness/assert-close.ts';
import type { GpuCase } from '../../harness/gpu-case.ts';
import {
  gpuStep,
  randomNumbers,
  randomWeights,
  referenceModel,
  type StepInput,
  withGpu,
} from '../support.ts';

interface Model {
  readonly what: string;
  readonly layers: () => Layer[];
  /** Rows given; the program's batch has `padding` more. */
  readonly batch: number;
  readonly padding?: number;
  readonly inputShape: readonly [number, number];
  readonly loss?: ReferenceLoss;
  /** Every third input, and every second target, far outside the usual range. */
  readonly extreme?: boolean;
}

const forecaster =
  (units: number, outputs = 1) =>
  (): Layer[] => [lstm({ units }), dense({ units: outputs })];

const SIZES: Model[] = [
  { what: 'B1 T1 D1 H1', layers: forecaster(1), batch: 1, inputShape: [1, 1] },
  { what: 'B2 T3 D1 H5', layers: forecaster(5, 2), batch: 2, inputShape: [3, 1] },
  { what: 'B3 T4 D7 H13', layers: forecaster(13, 3), batch: 3, inputShape: [4, 7] },
  { what: 'B5 T2 D3 H63', layers: forecaster(63), batch: 5, inputShape: [2, 3] },
  { what: 'B4 T7 D2 H64', layers: forecaster(64, 5), batch: 4, inputShape: [7, 2] },
  { what: 'B7 T3 D8 H65', layers: forecaster(65), batch: 7, inputShape: [3, 8] },
  {
    what: 'B31 T24 D4 H32, batch of 32',
    layers: forecaster(32, 4),
    batch: 31,
    padding: 1,
    inputShape: [24, 4],
  },
  { what: 'B2 T40 D16 H17', layers: forecaster(17, 2), batch: 2, inputShape: [40, 16] },
  { what: 'mean absolute error', layers: forecaster(6, 3), batch: 5, inputShape: [4, 2], loss: 'mae' },
];

const VARIANTS: Model[] = [
  {
    what: 'two stacked LSTMs',
    layers: () => [lstm({ units: 6, returnSequences: true }), lstm({ units: 9 }), dense({ units: 2 })],
    batch: 5,
    padding: 2,
    inputShape: [6, 3],
  },
  {
    what: 'three stacked LSTMs that return sequences, Dense at every step',
    layers: () => [
      lstm({ units: 4, returnSequences: true }),
      lstm({ units: 7, returnSequences: true }),
      lstm({ units: 5, returnSequences: true }),
      dense({ units: 3 }),
    ],
    batch: 3,
    inputShape: [5, 2],
  },
  {
    what: 'sequences with mean absolute error',
    layers: () => [lstm({ units: 5, returnSequences: true }), dense({ units: 2 })],
    batch: 3,
    padding: 1,
    inputShape: [4, 2],
    loss: 'mae',
  },
  {
    what: 'inputs and targets up to 1e4 and down to subnormals',
    layers: forecaster(6, 2),
    batch: 9,
    inputShape: [5, 3],
    extreme: true,
  },
  {
    what: 'Dense with tanh before and after',
    layers: () => [
      dense({ units: 5, activation: 'tanh' }),
      lstm({ units: 4 }),
      dense({ units: 3, activation: 'sigmoid' }),
      dense({ units: 2 }),
    ],
    batch: 4,
    inputShape: [3, 2],
  },
  {
    what: 'no bias anywhere',
    layers: () => [lstm({ units: 6, useBias: false }), dense({ units: 2, useBias: false })],
    batch: 3,
    inputShape: [4, 3],
  },
  {
    what: 'LSTM, Dense, linear',
    layers: () => [lstm({ units: 6 }), dense({ units: 2 }), activation('linear')],
    batch: 3,
    padding: 2,
    inputShape: [4, 3],
  },
  { what: 'an LSTM alone', layers: () => [lstm({ units: 3 })], batch: 3, inputShape: [4, 2] },
  {
    what: 'an LSTM alone that returns sequences',
    layers: () => [lstm({ units: 3, returnSequences: true })],
    batch: 3,
    inputShape: [4, 2],
  },
  {
    what: 'an activation first',
    layers: () => [activation('tanh'), lstm({ units: 3 }), activation('tanh')],
    batch: 3,
    inputShape: [4, 2],
  },
  ...(['linear', 'relu', 'softsign', 'hard_sigmoid', 'hard_sigmoid_keras2', 'sigmoid'] as Activation[]).map(
    (kind) => ({
      what: `activation ${kind}`,
      layers: () => [lstm({ units: 5, activation: kind }), dense({ units: 2 })],
      batch: 3,
      inputShape: [4, 3] as const,
    }),
  ),
  ...(['hard_sigmoid', 'hard_sigmoid_keras2', 'tanh', 'softsign', 'relu', 'linear'] as Activation[]).map(
    (kind) => ({
      what: `recurrent activation ${kind}`,
      layers: () => [lstm({ units: 5, recurrentActivation: kind }), dense({ units: 2 })],
      batch: 3,
      inputShape: [4, 3] as const,
    }),
  ),
  {
    what: "sequences with Huber's loss, delta 0.3",
    layers: () => [lstm({ units: 5, returnSequences: true }), dense({ units: 2 })],
    batch: 3,
    padding: 1,
    inputShape: [4, 2],
    loss: { name: 'huber', delta: 0.3 },
  },
  {
    what: "Huber's loss, errors up to 1e4",
    layers: forecaster(6, 3),
    batch: 5,
    inputShape: [4, 2],
    loss: 'huber',
    extreme: true,
  },
];

const LARGE: Model[] = [
  { what: 'B3 T4 D5 H255', layers: forecaster(255), batch: 3, inputShape: [4, 5] },
  { what: 'B2 T3 D2 H256', layers: forecaster(256), batch: 2, inputShape: [3, 2] },
  { what: 'B5 T3 D2 H257', layers: forecaster(257), batch: 5, inputShape: [3, 2] },
  { what: 'B1 T2 D3 H521', layers: forecaster(521), batch: 1, inputShape: [2, 3] },
];

function stepInput(model: Model, seed: number): StepInput {
  const { layers: make, batch, padding = 0, inputShape, loss = 'mse' } = model;
  const layers = make();
  const output = layoutOf(layers, inputShape).layers.at(-1)?.output ?? [];
  const xShape = [batch, ...inputShape];
  const yShape = [batch, ...output];
  const units = Math.max(...layers.map((layer) => ('units' in layer ? (layer.units as number) : 1)));
  return {
    layers,
    inputShape,
    batch: batch + padding,
    x: { shape: xShape, data: spoilt(randomNumbers(sizeOf(xShape), seed + 1, 1.5), model.extreme ? 3 : 0) },
    y: { shape: yShape, data: spoilt(randomNumbers(sizeOf(yShape), seed + 2), model.extreme ? 2 : 0) },
    loss,
    optimizer: sgd({ learningRate: 0 }),
    weights: randomWeights(layers, inputShape, seed, Math.min(0.6, 3 / Math.sqrt(units))),
  };
}

/** The numbers with every n-th one replaced by an extreme; none where n is 0. */
function spoilt(numbers: Float32Array, every: number): Float32Array {
  const extremes = [1e4, -1e4, 1e-40, -1e-45, 0, 100];
  return numbers.map((value, i) =>
    every > 0 && i % every === 0 ? (extremes[(i / every) % 6] as number) : value,
  );
}

type Recurrence = 'persistent' | 'per-step' | 'auto';

function modelCase(model: Model, recurrence: Recurrence, seed: number, tiles?: TilesCase): GpuCase {
  const how = tiles ? `${recurrence}, ${tiles.what}` : recurrence;
  return {
    name: `forward, loss and every gradient of ${model.what} equal the reference (${how})`,
    run: (gpu) =>
      withGpu(gpu, async (device) => {
        const input = { ...stepInput(model, seed), recurrence, ...(tiles ? { tiles: tiles.tiles } : {}) };
        const reference = referenceModel(input);

        const expected = reference.lossAndGradients(input.x, input.y, input.loss);
        const received = await gpuStep(device, input);

        assertClose(received.output, expected.output.data, { atol: 1e-5, rtol: 1e-5, label: 'output' });
        assertClose([received.loss, received.mae], [expected.loss, expected.mae], {
          atol: 1e-6,
          rtol: 1e-5,
          label: 'loss, mae',
        });
        expected.gradients.forEach((gradient, k) => {
          assertRelativeL2(received.gradients[k]?.data ?? [], gradient, 1e-5, `gradient ${k}`);
        });
        assertRelativeL2(received.dx ?? [], expected.dx, 1e-5, 'dx');
        if (received.badValues !== 0) throw new Error(`${received.badValues} bad values were counted.`);
      }),
  };
}

interface TilesCase {
  readonly what: string;
  readonly tiles: Tiles;
}

/** Both ways to exchange values between threads, and every tile size. */
const GPU: TilesCase = { what: 'tiles of a GPU', tiles: chooseTiles(false, 1, 1, 1) };
const SOFTWARE: TilesCase = { what: 'tiles of a software adapter', tiles: chooseTiles(true, 1, 1, 16) };
const EIGHT_ROWS: TilesCase = {
  what: 'eight rows, two fours, workgroup memory',
  tiles: {
    rows: 8,
    inStorage: false,
    sharesLoads: false,
    backwardFours: 2,
    inputGradientFours: 2,
    weightGradientFours: 4,
    headThreads: 256,
  },
};

/** Tiles change how fast a step is and nothing else. */
const SAME_BITS: GpuCase = {
  name: 'loss, predictions and gradients are the same bits whatever the tiles',
  run: (gpu) =>
    withGpu(gpu, async (device) => {
      await holdTiles(device, 37, [GPU, SOFTWARE, EIGHT_ROWS]);
    }),
};

/** Whole fours of threads in each kernel, some with units of the padding; of seven fours of units one thread has no second four. */
const LANES: GpuCase = {
  name: 'threads that load together give the same bits as threads that load alone',
  run: (gpu) =>
    withGpu(gpu, async (device) => {
      const { subgroupSize, label } = device.info;
      const tiles = chooseTiles(true, 1, 1, 16, subgroupSize);
      if (/swiftshader/i.test(label) && !tiles.sharesLoads)
        throw new Error(
          `The subgroups of ${label} have ${subgroupSize} threads, expected 4 that load together.`,
        );
      const lanes: TilesCase = { what: 'threads that load together', tiles };
      const eight: TilesCase = { what: 'the same, eight rows', tiles: { ...tiles, rows: 8 } };
      const four: TilesCase = { what: 'the same, four rows', tiles: { ...tiles, rows: 4 } };
      for (const units of [27, 29, 61]) await holdTiles(device, units, [SOFTWARE, lanes, eight, four, GPU]);
    }),
};

async function holdTiles(device: GpuDevice, units: number, [base, ...rest]: TilesCase[]): Promise<void> {
  const model: Model = { what: '', layers: forecaster(units, 3), batch: 21, padding: 3, inputShape: [9, 6] };
  const input = stepInput(model, 77);
  const [first, ...others] = await Promise.all(
    [base, ...rest].map((one) => gpuStep(device, { ...input, tiles: (one as TilesCase).tiles })),
  );
  for (const other of others) {
    assertClose(other.output, first?.output ?? [], { label: 'output' });
    assertClose([other.loss], [first?.loss ?? 0], { label: 'loss' });
    assertClose(other.dx ?? [], first?.dx ?? [], { label: 'dx' });
    other.gradients.forEach(({ data }, k) => {
      assertClose(data, first?.gradients[k]?.data ?? [], { label: `gradient ${k}` });
    });
  }
}

export const cases: GpuCase[] = [
  ...[...SIZES, ...VARIANTS].flatMap((model, k) => [
    modelCase(model, 'persistent', 10 * k, SOFTWARE),
    modelCase(model, 'per-step', 10 * k),
  ]),
  ...SIZES.map((model, k) => modelCase(model, 'persistent', 10 * k, GPU)),
  ...SIZES.slice(2, 7).map((model, k) => modelCase(model, 'persistent', 10 * k, EIGHT_ROWS)),
  ...LARGE.flatMap((model, k) => [
    modelCase(model, 'auto', 1000 + 10 * k, SOFTWARE),
    modelCase(model, 'auto', 1000 + 10 * k, GPU),
  ]),
  // Past 16 KiB of workgroup memory values go through storage on a GPU too.
  modelCase(
    { what: 'B3 T2 D1021 H12', layers: forecaster(12), batch: 3, inputShape: [2, 1021] },
    'persistent',
    2000,
    GPU,
  ),
  SAME_BITS,
  LANES,
];
