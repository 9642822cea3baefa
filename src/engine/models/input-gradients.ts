/**
 * dy/dx of every sample, y one value of the prediction: the backward kernels start from a gradient of the output that is
 * 1 at y and 0 elsewhere, in the place of the loss's. No weight's gradient is computed, nothing is dropped out.
 */
import { badInput, GatewiseError } from '../core/errors.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { BufferOwner, readBuffer } from '../gpu/buffers.ts';
import type { GpuDevice } from '../gpu/device.ts';
import type { SampleShape } from '../layers/layer.ts';
import type { ParameterLayout } from './parameters.ts';
import type { Program } from './program.ts';
import type { UploadedSamples } from './samples.ts';
import { StepRunner } from './step-runner.ts';
import { sendSteps } from './step-values.ts';

/** Rows of a batch at most. */
const MOST_ROWS = 128;
/** Floats of the largest buffer that a backward pass keeps: 64 MiB. */
const BUFFER_FLOATS = 2 ** 24;
/** Floats read back at once: 2 MiB. */
const READ_FLOATS = 2 ** 19;

export interface InputGradientOptions {
  /** Which value of a prediction: the unit of [K]; of [T, K] the value at step * K + unit. The first by default. */
  readonly output?: number;
  /** Rows computed together at most; results do not depend on it. */
  readonly batchSize?: number;
}

/** Rows that go together where every step is kept, so that memory stays bounded. A row's result does not depend on it. */
export function gradientBatch(
  { layers }: ParameterLayout,
  members: number,
  asked: number,
  most = MOST_ROWS,
): number {
  const widest = layers.map(({ input, variables }) => {
    const steps = input.length === 2 ? (input[0] ?? 1) : 1;
    return steps * Math.max(1, input.at(-1) ?? 1, ...variables.map(({ shape }) => shape.at(-1) ?? 1));
  });
  const rows = Math.floor(BUFFER_FLOATS / (members * Math.max(1, ...widest)));
  return Math.min(asked, Math.max(1, Math.min(most, rows)));
}

/** @throws GatewiseError when the prediction has no such value */
export function outputOf({ output = 0 }: InputGradientOptions, outputShape: SampleShape): number {
  const size = sizeOf(outputShape);
  if (Number.isInteger(output) && output >= 0 && output < size) return output;
  throw badInput(
    `There is no output ${output}: a prediction of this model has ${size} ${size === 1 ? 'value' : 'values'}, counted from 0.`,
  );
}

/**
 * One tensor [N, ...inputShape] for each member asked for.
 * @param program goes backward from its outputGradient to the input
 * @param ofAll number of members that the program computes
 * @param output of one prediction, flat
 */
export async function inputGradientsOf(
  gpu: GpuDevice,
  program: Program,
  data: UploadedSamples,
  inputShape: SampleShape,
  members: readonly number[],
  ofAll: number,
  output: number,
): Promise<Tensor[]> {
  const { batch, inputGradient } = program;
  if (!inputGradient) throw new GatewiseError('internal', 'This program does not go back to the input.');
  startFrom(gpu, program, ofAll, output);
  const sampleFloats = sizeOf(inputShape);
  const tensors = members.map(() => ({
    shape: [data.count, ...inputShape],
    data: new Float32Array(data.count * sampleFloats),
  }));
  const batches = Math.ceil(data.count / batch);
  const most = Math.max(1, Math.floor(READ_FLOATS / (members.length * batch * sampleFloats)));
  const perRead = Math.min(batches, most);
  const roomRows = Math.min(data.count, perRead * batch);
  const owner = new BufferOwner(gpu, 'inputGradients');
  try {
    const result = await gpu.allocate(() => owner.tensor('result', members.length * roomRows * sampleFloats));
    const plan = program.bind(data.slots);
    const runner = new StepRunner(gpu);
    for (let from = 0; from < batches; from += perRead) {
      const firstRow = from * batch;
      const rows = Math.min(roomRows, data.count - firstRow);
      await runner.run(Math.min(perRead, batches - from), (encoder, first, count) => {
        sendSteps(program, data, from + first, count);
        for (let slot = 0; slot < count; slot++) {
          const pass = encoder.beginComputePass({ label: 'inputGradients' });
          plan.encode(pass, slot);
          pass.end();
          const row = (first + slot) * batch;
          const bytes = Math.min(batch, rows - row) * sampleFloats * 4;
          members.forEach((member, k) => {
            const start = member * batch * sampleFloats * 4;
            encoder.copyBufferToBuffer(
              inputGradient,
              start,
              result,
              (k * roomRows + row) * sampleFloats * 4,
              bytes,
            );
          });
        }
      });
      const values = new Float32Array(await readBuffer(gpu, result));
      tensors.forEach(({ data: all }, k) => {
        const start = k * roomRows * sampleFloats;
        all.set(values.subarray(start, start + rows * sampleFloats), firstRow * sampleFloats);
      });
    }
    return tensors;
  } finally {
    owner.dispose();
  }
}

/** Fills the gradient of the output: 1 at the value asked for in every row of every member. */
function startFrom(gpu: GpuDevice, program: Program, members: number, output: number): void {
  const { batch, outputGradient } = program;
  const { steps, features } = program.output;
  if (!outputGradient) throw new GatewiseError('internal', 'This program goes backward from a loss.');
  const seed = new Float32Array(members * batch * steps * features);
  for (let at = output; at < seed.length; at += steps * features) seed[at] = 1;
  gpu.device.queue.writeBuffer(outputGradient, 0, seed);
}
