/** A model on the GPU and the same one in the float64 reference, run on the same numbers: one training step at the level of programs. */
import { seededRandom } from '../core/random.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { readBuffer } from '../gpu/buffers.ts';
import type { GpuDevice } from '../gpu/device.ts';
import { parseMetrics } from '../kernels/loss.ts';
import type { Layer } from '../layers/layer.ts';
import { huber, lossOf } from '../losses/loss.ts';
import { layoutOf } from '../models/parameters.ts';
import { Program, type ProgramOptions } from '../models/program.ts';
import { samplesOf, UploadedSamples } from '../models/samples.ts';
import { ModelState } from '../models/state.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { type ReferenceLayer, type ReferenceLoss, ReferenceModel } from '../reference/index.ts';
import { referenceLayer } from './reference-layers.ts';

/** Numbers from a uniform distribution in [-scale, scale), never constant, the same every time. */
export function randomNumbers(count: number, seed: number, scale = 1): Float32Array {
  const random = seededRandom(seed, 77);
  return Float32Array.from({ length: count }, () => scale * (2 * random.next() - 1));
}

/** The same layers for the reference. */
function referenceLayers(layers: readonly Layer[]): ReferenceLayer[] {
  return layers.map((layer) => {
    const own = referenceLayer(layer);
    if (own === null) throw new Error(`The reference does not train a ${layer.className} layer.`);
    return own;
  });
}

/** Seed of the step gpuStep runs; dropout masks follow from it. */
export const STEP_SEED = 5;

/** One training step and what it leaves. */
interface StepResult {
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

/** One training step on the GPU. Leaves nothing there, also where the GPU refused a command. */
export async function gpuStep(gpu: GpuDevice, input: StepInput): Promise<StepResult> {
  const owned: { dispose(): void }[] = [];
  try {
    return await runStep(gpu, input, owned);
  } finally {
    for (const one of owned) one.dispose();
  }
}

async function runStep(gpu: GpuDevice, input: StepInput, owned: { dispose(): void }[]): Promise<StepResult> {
  const { layers, inputShape, batch, x, y, optimizer, weights } = input;
  const layout = layoutOf(layers, inputShape);
  const state = new ModelState(gpu, layout, optimizer.slots);
  owned.push(state);
  state.writeWeights(weights);
  const samples = samplesOf({ x, y }, inputShape, layout.layers.at(-1)?.output ?? []);
  const data = new UploadedSamples(gpu, samples);
  owned.push(data);
  const program = await Program.create(gpu, state, {
    batch,
    loss: typeof input.loss === 'object' ? huber(input.loss) : lossOf(input.loss),
    optimizer,
    inputGradient: true,
    recurrence: input.recurrence ?? 'auto',
    ...(input.tiles ? { tiles: input.tiles } : {}),
  });
  owned.push(program);
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
  return {
    loss: metrics.loss,
    mae: metrics.mae,
    badValues: metrics.badValues,
    output: new Float32Array(await readBuffer(gpu, output.source)).slice(0, outputFloats),
    gradients: await program.readGradients(),
    dx: inputGradient ? new Float32Array(await readBuffer(gpu, inputGradient)).slice(0, x.data.length) : null,
    weights: await state.readWeights(),
  };
}

/** The reference on the same numbers. */
export function referenceModel(input: Pick<StepInput, 'layers' | 'inputShape' | 'weights'>): ReferenceModel {
  return new ReferenceModel(
    referenceLayers(input.layers),
    input.inputShape.at(-1) ?? 0,
    input.weights.map(({ data }) => data),
  );
}
