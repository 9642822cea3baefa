/** Loss over a data set, and predictions for one, with a program built for inference. */
import { GatewiseError } from '../core/errors.ts';
import type { Tensor } from '../core/tensor.ts';
import { BufferOwner, readBuffer } from '../gpu/buffers.ts';
import type { GpuDevice } from '../gpu/device.ts';
import type { BoundPlan } from '../gpu/plan.ts';
import type { MetricsReader } from './metrics-reader.ts';
import type { Program } from './program.ts';
import type { UploadedSamples } from './samples.ts';
import { StepRunner } from './step-runner.ts';

export interface Evaluation {
  readonly loss: number;
  /** Mean absolute error in the units of y. */
  readonly mae: number;
}

/**
 * Mean loss and absolute error over all samples.
 * @param plan the whole program, bound to the samples
 * @throws GatewiseError when a prediction is NaN or infinite
 */
export async function evaluateSamples(
  gpu: GpuDevice,
  program: Program,
  plan: BoundPlan,
  data: UploadedSamples,
  runner: StepRunner,
  reader: MetricsReader,
): Promise<Evaluation> {
  return program.exclusively(() => sumOver(gpu, program, plan, data, runner, reader));
}

async function sumOver(
  gpu: GpuDevice,
  program: Program,
  plan: BoundPlan,
  data: UploadedSamples,
  runner: StepRunner,
  reader: MetricsReader,
): Promise<Evaluation> {
  const total = Math.ceil(data.count / program.batch);
  await runner.run(total, (encoder, first, count) => {
    if (first === 0) encoder.clearBuffer(program.metrics);
    setSteps(program, data, first, count);
    const pass = encoder.beginComputePass({ label: 'evaluation' });
    for (let slot = 0; slot < count; slot++) plan.encode(pass, slot);
    pass.end();
  });
  const { loss, mae, badValues } = await reader.read(program.metrics);
  gpu.check();
  if (badValues > 0 || !Number.isFinite(loss)) {
    throw new GatewiseError(
      'diverged',
      `The model's predictions hold ${badValues} values that are infinite or not a number. Its weights or the data are out of range: train with a smaller learning rate or scale the data.`,
    );
  }
  return { loss, mae };
}

/**
 * Predictions of all samples of member 0.
 * @param outputShape of one prediction
 */
export async function predictSamples(
  gpu: GpuDevice,
  program: Program,
  data: UploadedSamples,
  outputShape: readonly number[],
): Promise<Tensor> {
  const { output, batch } = program;
  const bytesPerSample = output.steps * output.features * 4;
  const owner = new BufferOwner(gpu, 'prediction');
  try {
    const result = owner.tensor('result', (data.count * bytesPerSample) / 4);
    const plan = program.bind(data.slots, 'forward');
    const runner = new StepRunner(gpu);
    await runner.run(Math.ceil(data.count / batch), (encoder, first, count) => {
      setSteps(program, data, first, count);
      for (let slot = 0; slot < count; slot++) {
        const pass = encoder.beginComputePass({ label: 'prediction' });
        plan.encode(pass, slot);
        pass.end();
        const start = (first + slot) * batch;
        const rows = Math.min(batch, data.count - start);
        encoder.copyBufferToBuffer(output.source, 0, result, start * bytesPerSample, rows * bytesPerSample);
      }
    });
    const values = new Float32Array(await readBuffer(gpu, result, 0, data.count * bytesPerSample));
    return { shape: [data.count, ...outputShape], data: values };
  } finally {
    owner.dispose();
  }
}

/** Step values of `count` batches from batch `first`, without learning. */
export function setSteps(program: Program, data: UploadedSamples, first: number, count: number): void {
  for (let slot = 0; slot < count; slot++) {
    const start = (first + slot) * program.batch;
    program.step.set(slot, {
      first: start,
      count: Math.min(program.batch, data.count - start),
      windowStride: data.count,
      samplingRate: data.samples.samplingRate,
      learningRate: 0,
      weightDecay: 0,
      seed: 0,
    });
  }
  program.step.flush(count);
}
