/** Optimizers over many steps: against the float64 reference, and against Keras' own hundred steps. */
import { dense } from '../../../src/engine/layers/dense.ts';
import { lstm } from '../../../src/engine/layers/lstm.ts';
import { lossOfConfig, optimizerOf } from '../../../src/engine/models/keras-compile.ts';
import { Sequential } from '../../../src/engine/models/sequential.ts';
import { adam, adamw } from '../../../src/engine/optimizers/adam.ts';
import type { Optimizer } from '../../../src/engine/optimizers/optimizer.ts';
import { rmsprop } from '../../../src/engine/optimizers/rmsprop.ts';
import { sgd } from '../../../src/engine/optimizers/sgd.ts';
import { createOptimizerState, type OptimizerSpec } from '../../../src/engine/reference/index.ts';
import { relativeL2 } from '../../harness/assert-close.ts';
import type { GpuCase } from '../../harness/gpu-case.ts';
import { loadTrainingFixture } from '../../keras/fixture.ts';
import { randomNumbers, randomWeights, referenceModel, withGpu } from '../support.ts';

interface Rule {
  readonly what: string;
  readonly make: () => Optimizer;
  readonly spec: OptimizerSpec;
}

const RULES: Rule[] = [
  {
    what: 'Adam',
    make: () => adam({ learningRate: 0.01 }),
    spec: { kind: 'adam', learningRate: 0.01, float32Settings: true },
  },
  {
    what: 'Adam, other settings, clipped by variable',
    make: () => adam({ learningRate: 0.003, beta1: 0.8, beta2: 0.99, epsilon: 1e-4, clipnorm: 0.05 }),
    spec: {
      kind: 'adam',
      learningRate: 0.003,
      beta1: 0.8,
      beta2: 0.99,
      epsilon: 1e-4,
      clipnorm: 0.05,
      float32Settings: true,
    },
  },
  {
    what: 'Adam clipped by the global norm',
    make: () => adam({ learningRate: 0.01, globalClipnorm: 0.1 }),
    spec: { kind: 'adam', learningRate: 0.01, globalClipnorm: 0.1, float32Settings: true },
  },
  { what: 'SGD', make: () => sgd({ learningRate: 0.05 }), spec: { kind: 'sgd', learningRate: 0.05 } },
  {
    what: 'SGD with momentum',
    make: () => sgd({ learningRate: 0.02, momentum: 0.9 }),
    spec: { kind: 'sgd', learningRate: 0.02, momentum: 0.9 },
  },
  {
    what: 'SGD with Nesterov momentum, clipped by the global norm',
    make: () => sgd({ learningRate: 0.02, momentum: 0.9, nesterov: true, globalClipnorm: 0.2 }),
    spec: { kind: 'sgd', learningRate: 0.02, momentum: 0.9, nesterov: true, globalClipnorm: 0.2 },
  },
  {
    what: 'Adam with amsgrad',
    make: () => adam({ learningRate: 0.01, beta2: 0.9, amsgrad: true }),
    spec: { kind: 'adam', learningRate: 0.01, beta2: 0.9, amsgrad: true, float32Settings: true },
  },
  {
    what: 'AdamW',
    make: () => adamw({ learningRate: 0.01, weightDecay: 0.3 }),
    spec: { kind: 'adamw', learningRate: 0.01, weightDecay: 0.3, float32Settings: true },
  },
  {
    what: 'SGD with momentum and weight decay',
    make: () => sgd({ learningRate: 0.02, momentum: 0.9, weightDecay: 0.3 }),
    spec: { kind: 'sgd', learningRate: 0.02, momentum: 0.9, weightDecay: 0.3 },
  },
  {
    what: 'RMSprop',
    make: () => rmsprop({ learningRate: 0.003, epsilon: 1e-3 }),
    spec: { kind: 'rmsprop', learningRate: 0.003, epsilon: 1e-3, float32Settings: true },
  },
  {
    what: 'RMSprop, centered, with momentum, weight decay and clipping',
    make: () =>
      rmsprop({
        learningRate: 0.003,
        rho: 0.8,
        momentum: 0.5,
        epsilon: 1e-4,
        centered: true,
        weightDecay: 0.3,
        clipnorm: 0.05,
      }),
    spec: {
      kind: 'rmsprop',
      learningRate: 0.003,
      rho: 0.8,
      momentum: 0.5,
      epsilon: 1e-4,
      centered: true,
      weightDecay: 0.3,
      clipnorm: 0.05,
      float32Settings: true,
    },
  },
];

const STEPS = 100;
/** 30 windows of 4 steps are more than 96 rows: gradients come in two split-K parts. */
const BATCH = 30;
const INPUT_SHAPE = [4, 3] as const;

export const cases: GpuCase[] = RULES.map(({ what, make, spec }) => ({
  name: `${STEPS} steps of ${what} end where the reference ends`,
  run: (gpu) =>
    withGpu(gpu, async (device) => {
      const layers = [lstm({ units: 7 }), dense({ units: 2 })];
      const weights = randomWeights(layers, INPUT_SHAPE, 3);
      const batches = STEPS / 10;
      const x = { shape: [BATCH * batches, ...INPUT_SHAPE], data: randomNumbers(BATCH * batches * 12, 8) };
      const y = { shape: [BATCH * batches, 2], data: randomNumbers(BATCH * batches * 2, 9) };
      const reference = referenceModel({ layers, inputShape: INPUT_SHAPE, weights });
      const state = createOptimizerState(spec, reference.weights);
      const losses: number[] = [];
      for (let epoch = 0; epoch < STEPS / batches; epoch++) {
        let sum = 0;
        for (let k = 0; k < batches; k++) {
          const part = (tensor: typeof x): typeof x => {
            const size = tensor.data.length / batches;
            return {
              shape: [BATCH, ...tensor.shape.slice(1)],
              data: tensor.data.slice(k * size, (k + 1) * size),
            };
          };
          sum += reference.trainStep(part(x), part(y), 'mse', state).loss / batches;
        }
        losses.push(sum);
      }

      const model = new Sequential(layers).compile({ optimizer: make(), loss: 'mse' });
      await model.build(device, { inputShape: INPUT_SHAPE });
      model.setWeights(weights);
      const { history } = await model.fit(
        { x, y },
        { epochs: STEPS / batches, batchSize: BATCH, shuffle: false },
      );
      const received = await model.getWeights();
      const slots = await model.getOptimizerState();
      model.dispose();

      reference.weights.forEach((expected, k) => {
        const distance = relativeL2(received[k]?.data ?? [], expected);
        if (!(distance <= 1e-4))
          throw new Error(`weight ${k}: relative L2 ${distance} after ${STEPS} steps.`);
      });
      state.slots.forEach(({ tensors }, slot) => {
        tensors.forEach((expected, k) => {
          const distance = relativeL2(slots.slots[slot]?.tensors[k]?.data ?? [], expected);
          if (!(distance <= 1e-3)) throw new Error(`slot ${slot} of weight ${k}: relative L2 ${distance}.`);
        });
      });
      const lossDistance = relativeL2(history.loss, losses);
      if (!(lossDistance <= 1e-4)) throw new Error(`losses: relative L2 ${lossDistance}.`);
      if (slots.iterations !== STEPS) throw new Error(`${slots.iterations} iterations, expected ${STEPS}.`);
    }),
}));

cases.push({
  // 1 - beta2 rounded before instead of after the subtraction is off by 1.3e-5; over 100 steps nobody sees it.
  name: 'after one step Adam keeps (1 - beta) of the gradient and of its square, as Keras rounds them',
  run: (gpu) =>
    withGpu(gpu, async (device) => {
      const layers = [lstm({ units: 7 }), dense({ units: 2 })];
      const weights = randomWeights(layers, INPUT_SHAPE, 3);
      const x = { shape: [BATCH, ...INPUT_SHAPE], data: randomNumbers(BATCH * 12, 8) };
      const y = { shape: [BATCH, 2], data: randomNumbers(BATCH * 2, 9) };
      const reference = referenceModel({ layers, inputShape: INPUT_SHAPE, weights });
      const state = createOptimizerState({ kind: 'adam', float32Settings: true }, reference.weights);
      reference.trainStep(x, y, 'mse', state);

      const model = new Sequential(layers).compile({ optimizer: adam(), loss: 'mse' });
      await model.build(device, { inputShape: INPUT_SHAPE });
      model.setWeights(weights);
      await model.trainOnBatch(x, y);
      const { slots } = await model.getOptimizerState();
      model.dispose();

      state.slots.forEach(({ name, tensors }, slot) => {
        tensors.forEach((expected, k) => {
          const distance = relativeL2(slots[slot]?.tensors[k]?.data ?? [], expected);
          if (!(distance <= 5e-6)) throw new Error(`${name} of weight ${k}: relative L2 ${distance}.`);
        });
      });
    }),
});

const FIXTURE = loadTrainingFixture();

cases.push(
  ...FIXTURE.cases.map(
    (training): GpuCase => ({
      name: `${FIXTURE.steps} steps from Keras' start end at Keras' weights: ${training.name}`,
      run: (gpu) =>
        withGpu(gpu, async (device) => {
          const { sizes, steps, units } = FIXTURE;
          const recurrent = Array.from({ length: training.lstmLayers }, (_, k) =>
            lstm({ units, returnSequences: k < training.lstmLayers - 1 }),
          );
          const model = new Sequential([...recurrent, dense({ units: sizes.K })]);
          const optimizer = optimizerOf(training.kerasOptimizer);
          const loss = lossOfConfig(training.kerasLoss);
          if (typeof optimizer === 'string' || typeof loss === 'string')
            throw new Error(`${String(optimizer)}; ${String(loss)}`);
          model.compile({ optimizer, loss });
          await model.build(device, { inputShape: [sizes.T, sizes.D] });
          model.setWeights(training.start);
          const losses: number[] = [];
          for (let step = 0; step < steps; step++) {
            const { x, y } = FIXTURE.batch(step);
            losses.push((await model.trainOnBatch(x, y)).loss);
          }
          const received = await model.getWeights();
          model.dispose();

          training.end.forEach((expected, k) => {
            const distance = relativeL2(received[k]?.data ?? [], expected.data);
            if (!(distance <= 1e-4)) throw new Error(`weight ${k}: relative L2 ${distance} from Keras.`);
          });
          losses.forEach((loss, step) => {
            const expected = training.losses[step] as number;
            if (!(Math.abs(loss - expected) <= 1e-4 * expected))
              throw new Error(`step ${step}: loss ${loss}, Keras ${expected}.`);
          });
        }),
    }),
  ),
);
