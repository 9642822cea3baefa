/**
 * Shared by the GPU cases: a model on the GPU and the same one in the float64 reference, run on the same numbers.
 */
import { GatewiseError } from '../../src/engine/core/errors.ts';
import { seededRandom } from '../../src/engine/core/random.ts';
import type { Tensor } from '../../src/engine/core/tensor.ts';
import { sizeOf } from '../../src/engine/core/tensor.ts';
import { readBuffer } from '../../src/engine/gpu/buffers.ts';
import { type GpuDevice, requestGpu } from '../../src/engine/gpu/device.ts';
import { parseMetrics } from '../../src/engine/kernels/loss.ts';
import { ActivationLayer } from '../../src/engine/layers/activation.ts';
import { Dense } from '../../src/engine/layers/dense.ts';
import type { Layer } from '../../src/engine/layers/layer.ts';
import { Lstm } from '../../src/engine/layers/lstm.ts';
import { huber, lossOf } from '../../src/engine/losses/loss.ts';
import { layoutOf } from '../../src/engine/models/parameters.ts';
import { Program, type ProgramOptions } from '../../src/engine/models/program.ts';
import { samplesOf, UploadedSamples } from '../../src/engine/models/samples.ts';
import { ModelState } from '../../src/engine/models/state.ts';
import type { Optimizer } from '../../src/engine/optimizers/optimizer.ts';
import { type ReferenceLayer, type ReferenceLoss, ReferenceModel } from '../../src/engine/reference/index.ts';
import type { GpuCase } from '../harness/gpu-case.ts';

/** Runs `body` with a device and fails when a buffer is left or the GPU refused a command. */
export async function withGpu(gpu: GPU, body: (device: GpuDevice) => Promise<void>): Promise<void> {
  const device = await requestGpu({ gpu });
  try {
    await body(device);
    await device.device.queue.onSubmittedWorkDone();
    device.check();
    if (device.liveBuffers !== 0)
      throw new Error(
        `${device.liveBuffers} buffers (${device.liveBytes} bytes) are still alive at the end.`,
      );
  } finally {
    device.dispose();
  }
}

/** Numbers from a uniform distribution in [-scale, scale), never constant, the same every time. */
export function randomNumbers(count: number, seed: number, scale = 1): Float32Array {
  const random = seededRandom(seed, 77);
  return Float32Array.from({ length: count }, () => scale * (2 * random.next() - 1));
}

/** The same layers for the reference. */
function referenceLayers(layers: readonly Layer[]): ReferenceLayer[] {
  return layers.map((layer): ReferenceLayer => {
    if (layer instanceof Lstm) {
      const { units, activation, recurrentActivation, useBias, returnSequences } = layer;
      return { kind: 'lstm', units, activation, recurrentActivation, useBias, returnSequences };
    }
    if (layer instanceof Dense) {
      return { kind: 'dense', units: layer.units, activation: layer.activation, useBias: layer.useBias };
    }
    if (layer instanceof ActivationLayer) return { kind: 'activation', activation: layer.activation };
    return { kind: 'dropout' };
  });
}

/** Seed of the step gpuStep runs; dropout masks follow from it. */
export const STEP_SEED = 5;

/** One training step and what it leaves. */
export interface StepResult {
  readonly loss: number;
  readonly mae: number;
  readonly badValues: number;
  readonly output: Float32Array;
  readonly gradients: Tensor[];
  readonly dx: Float32Array | null;
  readonly weights: Tensor[];
}

export interface StepInput {
  readonly layers: readonly Layer[];
  /** [T, D] or [D] */
  readonly inputShape: readonly number[];
  /** Rows of the program's batch; x may hold fewer, the last partial batch. */
  readonly batch: number;
  readonly x: Tensor;
  readonly y: Tensor;
  readonly loss: ReferenceLoss;
  readonly optimizer: Optimizer;
  readonly weights: readonly Tensor[];
  readonly recurrence?: NonNullable<ProgramOptions['recurrence']>;
  readonly tiles?: NonNullable<ProgramOptions['tiles']>;
}

/** Random weights of the right shapes; biases too, so that nothing is symmetric. */
export function randomWeights(
  layers: readonly Layer[],
  inputShape: readonly number[],
  seed: number,
  scale = 0.6,
): Tensor[] {
  return layoutOf(layers, inputShape).weights.map(({ shape }, k) => ({
    shape,
    data: randomNumbers(sizeOf(shape), seed * 100 + k, scale),
  }));
}

/** One training step on the GPU at the level of programs. */
export async function gpuStep(gpu: GpuDevice, input: StepInput): Promise<StepResult> {
  const { layers, inputShape, batch, x, y, optimizer, weights } = input;
  const layout = layoutOf(layers, inputShape);
  const state = new ModelState(gpu, layout, optimizer.slots);
  state.writeWeights(weights);
  const samples = samplesOf({ x, y }, inputShape, layout.layers.at(-1)?.output ?? []);
  const data = new UploadedSamples(gpu, samples);
  const program = await Program.create(gpu, state, {
    batch,
    loss: typeof input.loss === 'object' ? huber(input.loss) : lossOf(input.loss),
    optimizer,
    inputGradient: true,
    recurrence: input.recurrence ?? 'auto',
    ...(input.tiles ? { tiles: input.tiles } : {}),
  });
  const plan = program.bind(data.slots);
  const count = samples.starts.length;
  program.step.set(0, {
    first: 0,
    count,
    batchesBefore: 0,
    windowStride: count,
    samplingRate: 1,
    ...optimizer.stepRates(0),
    seed: STEP_SEED,
  });
  program.step.flush(1);
  const encoder = gpu.device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  plan.encode(pass, 0);
  pass.end();
  gpu.device.queue.submit([encoder.finish()]);

  const metrics = parseMetrics(await readBuffer(gpu, program.metrics));
  const { output, inputGradient } = program;
  const outputFloats = count * output.steps * output.features;
  const result = {
    loss: metrics.loss,
    mae: metrics.mae,
    badValues: metrics.badValues,
    output: new Float32Array(await readBuffer(gpu, output.source)).slice(0, outputFloats),
    gradients: await program.readGradients(),
    dx: inputGradient ? new Float32Array(await readBuffer(gpu, inputGradient)).slice(0, x.data.length) : null,
    weights: await state.readWeights(),
  };
  program.dispose();
  data.dispose();
  state.dispose();
  return result;
}

/** The reference on the same numbers. */
export function referenceModel(input: Pick<StepInput, 'layers' | 'inputShape' | 'weights'>): ReferenceModel {
  return new ReferenceModel(
    referenceLayers(input.layers),
    input.inputShape.at(-1) ?? 0,
    input.weights.map(({ data }) => data),
  );
}

/** A case with a device of its own. */
export const onDevice = (name: string, body: (device: GpuDevice) => Promise<void>): GpuCase => ({
  name,
  run: (gpu) => withGpu(gpu, body),
});

export function equal(received: unknown, expected: unknown, what: string): void {
  if (JSON.stringify(received) !== JSON.stringify(expected)) {
    throw new Error(`${what}: ${JSON.stringify(received)}, expected ${JSON.stringify(expected)}.`);
  }
}

/** The GatewiseError a call must be refused with. */
export async function rejection(promise: Promise<unknown>): Promise<GatewiseError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof GatewiseError) return error;
    throw error;
  }
  throw new Error('This should have been refused.');
}
