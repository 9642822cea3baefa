/**
 * The checks of the self-test, small enough for a phone. Each gives one error, which must not be above its limit; the
 * limits are those of the tests (test/gpu/cases).
 */
import { seededRandom } from '../core/random.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import type { WindowDataset } from '../data/windows.ts';
import type { GpuDevice } from '../gpu/device.ts';
import { activation } from '../layers/activation.ts';
import { dense } from '../layers/dense.ts';
import type { Layer } from '../layers/layer.ts';
import { lstm } from '../layers/lstm.ts';
import { Sequential } from '../models/sequential.ts';
import { adam } from '../optimizers/adam.ts';
import { sgd } from '../optimizers/sgd.ts';
import { createOptimizerState, type LstmTrace, referenceActivation } from '../reference/index.ts';
import { differingBits, largestError, relativeError } from './errors.ts';
import { gpuStep, randomNumbers, randomWeights, referenceModel, type StepInput } from './training-step.ts';

export interface SelfCheck {
  readonly name: string;
  /** What `run` gives, in words. */
  readonly measure: string;
  readonly limit: number;
  run(gpu: GpuDevice): Promise<number>;
}

const LARGEST = 'largest error';
const RELATIVE = 'relative L2 error';

interface Sizes {
  readonly batch: number;
  readonly steps: number;
  readonly features: number;
  readonly units: number;
  readonly outputs: number;
}

const SMALL: Sizes = { batch: 3, steps: 4, features: 7, units: 13, outputs: 3 };
const FORECASTER: Sizes = { batch: 31, steps: 14, features: 6, units: 32, outputs: 1 };

/** LSTM -> Dense with weights and data of its own. */
function inputOf({ batch, steps, features, units, outputs }: Sizes): StepInput {
  const layers: Layer[] = [lstm({ units }), dense({ units: outputs })];
  const inputShape = [steps, features];
  return {
    layers,
    inputShape,
    batch,
    x: made([batch, steps, features], 1, 1.5),
    y: made([batch, outputs], 2),
    loss: 'mse',
    optimizer: sgd({ learningRate: 0 }),
    weights: randomWeights(layers, inputShape, 3, Math.min(0.6, 3 / Math.sqrt(units))),
  };
}

function made(shape: readonly number[], seed: number, scale = 1): Tensor {
  return { shape, data: randomNumbers(sizeOf(shape), seed, scale) };
}

async function withModel<T>(model: Sequential, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    model.dispose();
  }
}

async function forecastError(gpu: GpuDevice, sizes: Sizes): Promise<number> {
  const input = inputOf(sizes);
  const received = await gpuStep(gpu, input);
  return largestError(received.output, referenceModel(input).predict(input.x).data);
}

/** The worst among the loss, every weight's gradient and the input's. */
async function gradientError(gpu: GpuDevice, sizes: Sizes): Promise<number> {
  const input = inputOf(sizes);
  const expected = referenceModel(input).lossAndGradients(input.x, input.y, input.loss);
  const received = await gpuStep(gpu, input);
  return Math.max(
    relativeError([received.loss], [expected.loss]),
    relativeError(received.dx ?? [], expected.dx),
    ...expected.gradients.map((gradient, k) => relativeError(received.gradients[k]?.data ?? [], gradient)),
  );
}

async function traceError(gpu: GpuDevice): Promise<number> {
  const { layers, inputShape, x, weights } = inputOf(SMALL);
  const model = await new Sequential(layers).build(gpu, { inputShape });
  return withModel(model, async () => {
    model.setWeights(weights);
    const received = [...(await model.trace(x))];
    const expected = referenceModel({ layers, inputShape, weights }).forward(x).records[0]?.trace;
    const keys = ['i', 'f', 'candidate', 'o', 'c', 'h'] as const satisfies readonly (keyof LstmTrace)[];
    return Math.max(
      ...keys.map((key) => {
        const own = received.find(([name]) => name.endsWith(`/${key}`))?.[1];
        return largestError(own?.data ?? [], expected?.[key] ?? [Number.NaN]);
      }),
    );
  });
}

async function trainedForecaster(gpu: GpuDevice, steps: number): Promise<Tensor[]> {
  const { layers, inputShape, x, y, weights } = inputOf(FORECASTER);
  const model = new Sequential(layers);
  model.compile({ optimizer: adam({ learningRate: 0.01 }), loss: 'mse' });
  await model.build(gpu, { inputShape });
  return withModel(model, async () => {
    model.setWeights(weights);
    for (let step = 0; step < steps; step++) await model.trainOnBatch(x, y);
    return model.getWeights();
  });
}

async function adamError(gpu: GpuDevice): Promise<number> {
  const steps = 10;
  const { layers, inputShape, x, y, weights } = inputOf(FORECASTER);
  const reference = referenceModel({ layers, inputShape, weights });
  const state = createOptimizerState(
    { kind: 'adam', learningRate: 0.01, float32Settings: true },
    reference.weights,
  );
  for (let step = 0; step < steps; step++) reference.trainStep(x, y, 'mse', state);
  const received = await trainedForecaster(gpu, steps);
  return Math.max(...reference.weights.map((weight, k) => relativeError(received[k]?.data ?? [], weight)));
}

/** Where float32 ends, where the functions saturate, and a thousand numbers between. */
function edges(): Float32Array {
  const ends = [0, -0, 1e-38, -1e-38, 1e-3, -1e-3, 9, -9, 30, -30, 88.7, -88.7, 89, -89, 1e4, -1e4];
  return Float32Array.from([...ends, 3.4e38, -3.4e38, ...randomNumbers(1000, 4, 12)]);
}

async function activationError(gpu: GpuDevice, kind: 'tanh' | 'sigmoid'): Promise<number> {
  const x = edges();
  const model = await new Sequential([activation(kind)]).build(gpu, { inputShape: [1] });
  return withModel(model, async () => {
    const received = await model.predict({ shape: [x.length, 1], data: x });
    return largestError(received.data, Float64Array.from(x, referenceActivation(kind).value));
  });
}

/** Overlapping windows in a mixed order, every second row: read in place by the GPU, copied out for the reference. */
async function windowError(gpu: GpuDevice): Promise<number> {
  const { layers, weights } = inputOf(SMALL);
  const { steps, features, outputs } = SMALL;
  const [rows, samplingRate] = [60, 2];
  const reach = (steps - 1) * samplingRate;
  const series = randomNumbers(rows * features, 5);
  const starts = seededRandom(6).permutation(rows - reach);
  const windows: WindowDataset = {
    kind: 'windows',
    series,
    rows,
    features,
    targets: new Float32Array(rows * outputs),
    targetCount: outputs,
    starts,
    targetRows: starts.map((start) => start + reach),
    window: steps,
    samplingRate,
    horizon: 0,
  };
  const data = new Float32Array(starts.length * steps * features);
  starts.forEach((start, k) => {
    for (let t = 0; t < steps; t++) {
      const row = (start + t * samplingRate) * features;
      data.set(series.subarray(row, row + features), (k * steps + t) * features);
    }
  });
  const inputShape = [steps, features];
  const model = await new Sequential(layers).build(gpu, { inputShape });
  return withModel(model, async () => {
    model.setWeights(weights);
    const received = await model.predict(windows, { batchSize: 16 });
    const expected = referenceModel({ layers, inputShape, weights });
    return largestError(
      received.data,
      expected.predict({ shape: [starts.length, steps, features], data }).data,
    );
  });
}

async function repeatError(gpu: GpuDevice): Promise<number> {
  const [first, second] = [await trainedForecaster(gpu, 3), await trainedForecaster(gpu, 3)];
  return first.reduce(
    (sum, { data }, k) => sum + differingBits(second[k]?.data ?? new Float32Array(), data),
    0,
  );
}

export const SELF_CHECKS: readonly SelfCheck[] = [
  {
    name: 'Forecast of LSTM(32) \u2192 Dense(1), 31 windows of 14 rows',
    measure: LARGEST,
    limit: 1e-5,
    run: (gpu) => forecastError(gpu, FORECASTER),
  },
  {
    name: 'Gates i, f, candidate, o and states c, h at every time step; 13 units, no multiple of 4',
    measure: LARGEST,
    limit: 1e-5,
    run: traceError,
  },
  {
    name: 'Loss and every gradient by backpropagation through time, 32 units',
    measure: RELATIVE,
    limit: 1e-5,
    run: (gpu) => gradientError(gpu, FORECASTER),
  },
  {
    name: 'Loss and every gradient with 13 units, 7 inputs and 3 outputs',
    measure: RELATIVE,
    limit: 1e-5,
    run: (gpu) => gradientError(gpu, SMALL),
  },
  {
    name: 'Loss and every gradient with one time step, one unit and one input',
    measure: RELATIVE,
    limit: 1e-5,
    run: (gpu) => gradientError(gpu, { batch: 1, steps: 1, features: 1, units: 1, outputs: 1 }),
  },
  {
    name: 'Loss and every gradient with 257 units, where each time step is a dispatch',
    measure: RELATIVE,
    limit: 1e-5,
    run: (gpu) => gradientError(gpu, { batch: 2, steps: 3, features: 2, units: 257, outputs: 1 }),
  },
  { name: 'Weights after 10 steps of Adam', measure: RELATIVE, limit: 1e-5, run: adamError },
  {
    name: 'tanh from \u22123.4e38 to 3.4e38',
    measure: LARGEST,
    limit: 1e-6,
    run: (gpu) => activationError(gpu, 'tanh'),
  },
  {
    name: 'Sigmoid from \u22123.4e38 to 3.4e38',
    measure: LARGEST,
    limit: 1e-6,
    run: (gpu) => activationError(gpu, 'sigmoid'),
  },
  {
    name: 'Windows read in place from the series, in mixed order, every second row',
    measure: LARGEST,
    limit: 1e-5,
    run: windowError,
  },
  {
    name: 'The same training twice gives the same bits',
    measure: 'numbers that differ',
    limit: 0,
    run: repeatError,
  },
];
