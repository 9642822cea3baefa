/**
 * What programs promise beyond single numbers: windows read in place, members side by side, the same bits every time,
 * no write past a buffer's end, and few dispatches.
 */
import { seededRandom } from '../../../src/engine/core/random.ts';
import { readBuffer } from '../../../src/engine/gpu/buffers.ts';
import type { GpuDevice } from '../../../src/engine/gpu/device.ts';
import { parseMetrics } from '../../../src/engine/kernels/loss.ts';
import { activation } from '../../../src/engine/layers/activation.ts';
import { dense } from '../../../src/engine/layers/dense.ts';
import { dropout } from '../../../src/engine/layers/dropout.ts';
import type { Layer } from '../../../src/engine/layers/layer.ts';
import { lstm } from '../../../src/engine/layers/lstm.ts';
import { lossOf } from '../../../src/engine/losses/loss.ts';
import { layoutOf, packParameters, unpackParameters } from '../../../src/engine/models/parameters.ts';
import { Program } from '../../../src/engine/models/program.ts';
import { type Samples, UploadedSamples } from '../../../src/engine/models/samples.ts';
import { ModelState } from '../../../src/engine/models/state.ts';
import { adam } from '../../../src/engine/optimizers/adam.ts';
import type { Optimizer } from '../../../src/engine/optimizers/optimizer.ts';
import { sgd } from '../../../src/engine/optimizers/sgd.ts';
import { createOptimizerState } from '../../../src/engine/reference/index.ts';
import { assertClose, assertRelativeL2 } from '../../harness/assert-close.ts';
import type { GpuCase } from '../../harness/gpu-case.ts';
import { withCanaries } from '../canaries.ts';
import { gpuStep, randomNumbers, randomWeights, referenceModel, STEP_SEED, withGpu } from '../support.ts';

const WINDOW = 4;
const FEATURES = 3;
const TARGETS = 2;

/** A series of 40 rows with windows of every second row; targets three rows after the window. */
function seriesSamples(): Samples {
  const rows = 40;
  const samplingRate = 2;
  const starts = Uint32Array.from([0, 5, 17, 29, 30, 2, 11]);
  return {
    series: randomNumbers(rows * FEATURES, 1),
    targets: randomNumbers(rows * TARGETS, 2),
    starts,
    targetRows: starts.map((start) => start + (WINDOW - 1) * samplingRate + 3),
    targetWidth: TARGETS,
    samplingRate,
  };
}

/** The same windows, copied out. */
function materialised(samples: Samples, order: readonly number[]) {
  const x: number[] = [];
  const y: number[] = [];
  for (const k of order) {
    for (let t = 0; t < WINDOW; t++) {
      const row = (samples.starts[k] as number) + t * samples.samplingRate;
      x.push(...samples.series.subarray(row * FEATURES, (row + 1) * FEATURES));
    }
    const target = samples.targetRows[k] as number;
    y.push(...samples.targets.subarray(target * TARGETS, (target + 1) * TARGETS));
  }
  return {
    x: { shape: [order.length, WINDOW, FEATURES], data: Float32Array.from(x) },
    y: { shape: [order.length, TARGETS], data: Float32Array.from(y) },
  };
}

const forecaster = (): Layer[] => [lstm({ units: 6 }), dense({ units: TARGETS })];

interface MemberRun {
  readonly parameters: Float32Array;
  readonly losses: number[];
}

/** Two steps over batches of 4 for `members` models, each with its own weights and order. */
async function runMembers(
  gpu: GpuDevice,
  memberSeeds: readonly number[],
  optimizer: Optimizer = adam({ learningRate: 0.02, globalClipnorm: 0.5 }),
  layers: readonly Layer[] = forecaster(),
): Promise<MemberRun> {
  const layout = layoutOf(layers, [WINDOW, FEATURES]);
  const members = memberSeeds.length;
  const state = new ModelState(gpu, layout, optimizer.slots, members);
  memberSeeds.forEach((seed, e) => {
    state.writeWeights(randomWeights(layers, [WINDOW, FEATURES], seed), e);
  });
  const data = new UploadedSamples(gpu, seriesSamples(), members);
  await data.members.shuffle((e) => seededRandom(memberSeeds[e] as number));
  data.write(0, data.count);
  const program = await Program.create(gpu, state, { batch: 4, loss: lossOf('mse'), optimizer });
  const plan = program.bind(data.slots);
  [4, 3].forEach((count, slot) => {
    const { samplingRate } = data.samples;
    program.step.set(slot, {
      first: slot * 4,
      count,
      batchesBefore: 0,
      windowStride: data.count,
      samplingRate,
      ...optimizer.stepRates(slot),
      seed: 1,
    });
  });
  program.step.flush(2);
  const encoder = gpu.device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  plan.encode(pass, 0);
  plan.encode(pass, 1);
  pass.end();
  gpu.device.queue.submit([encoder.finish()]);
  const metrics = await readBuffer(gpu, program.metrics);
  const run = {
    parameters: new Float32Array(await readBuffer(gpu, state.parameters, 0, members * layout.stride * 4)),
    losses: memberSeeds.map((_, e) => parseMetrics(metrics, e).loss),
  };
  program.dispose();
  data.dispose();
  state.dispose();
  return run;
}

/** lib/dropout.wgsl once more: PCG's output function chained over seed and element. */
function dropoutFactor(seed: number, element: number, rate: number): number {
  const hash = (value: number): number => {
    const state = (Math.imul(value, 747796405) + 2891336453) >>> 0;
    const word = Math.imul(((state >>> ((state >>> 28) + 4)) ^ state) >>> 0, 277803737) >>> 0;
    return ((word >>> 22) ^ word) >>> 0;
  };
  const bits = hash((hash(seed >>> 0) + element) >>> 0);
  return (bits >>> 8) / 2 ** 24 >= rate ? 1 / (1 - rate) : 0;
}

export const cases: GpuCase[] = [
  {
    name: 'windows read in place, shuffled and strided, train to the weights of the windows copied out',
    run: (gpu) =>
      withGpu(gpu, async (device) => {
        const layers = forecaster();
        const inputShape = [WINDOW, FEATURES];
        const reference = referenceModel({
          layers,
          inputShape,
          weights: randomWeights(layers, inputShape, 4),
        });
        const state = createOptimizerState({ kind: 'sgd', learningRate: 0.3 }, reference.weights);
        const order = [...seededRandom(4).permutation(7)];
        const batches = [order.slice(0, 4), order.slice(4)].map((part) =>
          materialised(seriesSamples(), part),
        );

        const losses = batches.map(({ x, y }) => reference.trainStep(x, y, 'mse', state).loss);
        const run = await runMembers(device, [4], sgd({ learningRate: 0.3 }));

        const received = unpackParameters(layoutOf(layers, inputShape), run.parameters);
        reference.weights.forEach((weight, k) => {
          assertClose(received[k]?.data ?? [], weight, { atol: 1e-6, rtol: 1e-5, label: `weight ${k}` });
        });
        const mean = (4 * (losses[0] as number) + 3 * (losses[1] as number)) / 7;
        assertClose(run.losses, [mean], { rtol: 1e-5, label: 'mean loss of two steps' });
      }),
  },
  {
    name: 'three members trained in the same dispatches give the bits of three single runs',
    run: (gpu) =>
      withGpu(gpu, async (device) => {
        const together = await runMembers(device, [4, 9, 2]);
        const alone = [
          await runMembers(device, [4]),
          await runMembers(device, [9]),
          await runMembers(device, [2]),
        ];

        const stride = together.parameters.length / 3;
        alone.forEach(({ parameters, losses }, e) => {
          assertClose(together.parameters.subarray(e * stride, (e + 1) * stride), parameters, {
            label: `parameters of member ${e}`,
          });
          assertClose([together.losses[e] as number], losses, { label: `loss of member ${e}` });
        });
        if (alone[0]?.losses[0] === alone[1]?.losses[0])
          throw new Error('Members 0 and 1 should differ and do not.');
      }),
  },
  {
    name: 'the forward result of a row does not depend on the batch around it',
    run: (gpu) =>
      withGpu(gpu, async (device) => {
        const layers = forecaster();
        const weights = randomWeights(layers, [WINDOW, FEATURES], 1);
        const all = materialised(seriesSamples(), [0, 1, 2, 3, 4, 5, 6]);
        const single = materialised(seriesSamples(), [5]);
        const common = {
          layers,
          weights,
          inputShape: [WINDOW, FEATURES],
          loss: 'mse',
          optimizer: sgd(),
        } as const;

        const inBatch = await gpuStep(device, { ...common, ...all, batch: 7 });
        const alone = await gpuStep(device, { ...common, ...single, batch: 1 });

        assertClose(inBatch.output.subarray(5 * TARGETS, 6 * TARGETS), alone.output, { label: 'row 5' });
      }),
  },
  ...(
    [
      ['persistent', 7],
      ['per-step', 7],
      ['persistent', 6],
      ['per-step', 6],
    ] as const
  ).map(
    ([recurrence, batch]): GpuCase => ({
      name: `nothing writes past the end of a buffer, or reads there (${recurrence}, stacked, 6 rows in a batch of ${batch}, odd sizes)`,
      run: (gpu) =>
        withGpu(gpu, async (device) => {
          const layers = [
            lstm({ units: 5, returnSequences: true }),
            dropout({ rate: 0.3 }),
            lstm({ units: 7 }),
            dense({ units: 3, activation: 'tanh' }),
          ];
          const result = await withCanaries(device, () =>
            gpuStep(device, {
              layers,
              inputShape: [3, 5],
              batch,
              x: { shape: [6, 3, 5], data: randomNumbers(90, 1) },
              y: { shape: [6, 3], data: randomNumbers(18, 2) },
              loss: 'mse',
              optimizer: adam({ clipnorm: 0.5 }),
              weights: randomWeights(layers, [3, 5], 3),
              recurrence,
            }),
          );

          const numbers = [
            result.output,
            ...result.gradients.map(({ data }) => data),
            ...result.weights.map(({ data }) => data),
          ];
          if (result.badValues !== 0 || !numbers.every((data) => data.every(Number.isFinite))) {
            throw new Error('A canary was read.');
          }
        }),
    }),
  ),
  {
    name: 'a NaN or infinity among the weights is counted in that step',
    run: (gpu) =>
      withGpu(gpu, async (device) => {
        for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
          const layers = forecaster();
          const weights = randomWeights(layers, [WINDOW, FEATURES], 1);
          (weights[1]?.data as Float32Array)[3] = bad;

          const { badValues } = await gpuStep(device, {
            layers,
            weights,
            inputShape: [WINDOW, FEATURES],
            loss: 'mse',
            optimizer: adam(),
            batch: 7,
            ...materialised(seriesSamples(), [0, 1, 2, 3, 4, 5, 6]),
          });

          if (badValues === 0) throw new Error(`${bad} in the recurrent kernel went unseen.`);
        }
      }),
  },
  {
    name: 'dropout draws one mask for forward and backward, the one an independent count of the hash gives',
    run: (gpu) =>
      withGpu(gpu, async (device) => {
        const rate = 0.4;
        const layers = [
          lstm({ units: 9, returnSequences: true }),
          dropout({ rate }),
          lstm({ units: 6 }),
          dense({ units: 2 }),
        ];
        const [batch, steps, features, width] = [7, 5, 3, 9];
        const input = {
          layers,
          inputShape: [steps, features],
          batch,
          x: { shape: [batch, steps, features], data: randomNumbers(batch * steps * features, 1) },
          y: { shape: [batch, 2], data: randomNumbers(batch * 2, 2) },
          loss: 'mse',
          optimizer: sgd(),
          weights: randomWeights(layers, [steps, features], 3),
        } as const;
        const mask = Float64Array.from({ length: batch * steps * width }, (_, i) =>
          dropoutFactor(STEP_SEED ^ 1, i, rate),
        );

        const expected = referenceModel(input).lossAndGradients(input.x, input.y, 'mse', { masks: [mask] });
        const received = await gpuStep(device, input);

        assertClose(received.output, expected.output.data, { atol: 1e-5, rtol: 1e-5, label: 'output' });
        assertClose(received.dx ?? [], expected.dx, { atol: 1e-6, rtol: 1e-4, label: 'dx' });
        const share = mask.filter((factor) => factor !== 0).length / mask.length;
        if (Math.abs(share - (1 - rate)) > 0.08)
          throw new Error(`${share} was kept, expected about ${1 - rate}.`);
      }),
  },
  {
    name: 'gradients of several split-K parts are read back right, clipped or not',
    run: (gpu) =>
      withGpu(gpu, async (device) => {
        const layers = forecaster();
        const inputShape = [24, FEATURES];
        const input = {
          layers,
          inputShape,
          batch: 31,
          x: { shape: [31, ...inputShape], data: randomNumbers(31 * 24 * FEATURES, 1) },
          y: { shape: [31, TARGETS], data: randomNumbers(31 * TARGETS, 2) },
          loss: 'mse',
          weights: randomWeights(layers, inputShape, 3),
        } as const;
        const expected = referenceModel(input).lossAndGradients(input.x, input.y, 'mse').gradients;

        for (const optimizer of [sgd(), sgd({ clipnorm: 100 })]) {
          const { gradients } = await gpuStep(device, { ...input, optimizer });
          expected.forEach((gradient, k) => {
            assertRelativeL2(
              gradients[k]?.data ?? [],
              gradient,
              1e-5,
              `gradient ${k}, ${optimizer.clipping.kind}`,
            );
          });
        }
      }),
  },
  {
    name: 'what fills up parameters to whole fours stays zero through training, also where an activation of 0 is not 0',
    run: (gpu) =>
      withGpu(gpu, async (device) => {
        const layers = [
          lstm({ units: 5, activation: 'sigmoid', returnSequences: true }),
          lstm({ units: 3, activation: 'softplus', useBias: false }),
          dense({ units: TARGETS }),
        ];
        const { parameters } = await runMembers(device, [4], adam({ learningRate: 0.1 }), layers);
        const layout = layoutOf(layers, [WINDOW, FEATURES]);
        const again = packParameters(layout, unpackParameters(layout, parameters));
        const padding = parameters.filter((_, i) => again[i] === 0);
        if (padding.length < 100)
          throw new Error(`${padding.length} zeros found, the padding alone has more.`);
        assertClose(parameters, again, { label: 'parameters, padding included' });
      }),
  },
  {
    name: 'a training step of LSTM -> Dense -> linear takes 5 dispatches at any T, 6 with clipping',
    run: (gpu) =>
      withGpu(gpu, async (device) => {
        for (const steps of [1, 14, 200]) {
          for (const [settings, expected] of [
            [{}, 5],
            [{ globalClipnorm: 1 }, 6],
          ] as const) {
            const layers = [lstm({ units: 64 }), dense({ units: 3 }), activation('linear')];
            const optimizer = adam(settings);
            const layout = layoutOf(layers, [steps, 4]);
            const state = new ModelState(device, layout, optimizer.slots);
            const program = await Program.create(device, state, { batch: 8, loss: lossOf('mse'), optimizer });
            const labels = program.describe().map(({ label }) => label);
            program.dispose();
            state.dispose();
            if (labels.length !== expected)
              throw new Error(
                `T ${steps}: ${labels.length} dispatches (${labels.join(', ')}), expected ${expected}.`,
              );
          }
        }
      }),
  },
];
