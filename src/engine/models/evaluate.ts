/** Loss over a data set, and predictions for one, with a program built for inference. */
import { GatewiseError } from '../core/errors.ts';
import type { Tensor } from '../core/tensor.ts';
import { BufferOwner, readBuffer } from '../gpu/buffers.ts';
import type { GpuDevice } from '../gpu/device.ts';
import type { BoundPlan } from '../gpu/plan.ts';
import type { Metrics } from '../kernels/loss.ts';
import type { MetricsReader } from './metrics-reader.ts';
import type { Program } from './program.ts';
import type { UploadedSamples } from './samples.ts';
import { StepRunner } from './step-runner.ts';
import { sendSteps } from './step-values.ts';

export interface Evaluation {
  readonly loss: number;
  /** Mean absolute error in the units of y. */
  readonly mae: number;
}

/**
 * The sums of each member over all samples.
 * @param plan the whole program, bound to the samples
 */
export async function evaluateSamples(
  gpu: GpuDevice,
  program: Program,
  plan: BoundPlan,
  data: UploadedSamples,
  runner: StepRunner,
  reader: MetricsReader,
): Promise<Metrics[]> {
  return program.exclusively(async () => {
    const total = Math.ceil(data.count / program.batch);
    await runner.run(total, (encoder, first, count) => {
      if (first === 0) encoder.clearBuffer(program.metrics);
      sendSteps(program, data, first, count);
      const pass = encoder.beginComputePass({ label: 'evaluation' });
      for (let slot = 0; slot < count; slot++) plan.encode(pass, slot);
      pass.end();
    });
    const metrics = await reader.read(program.metrics);
    gpu.check();
    return metrics;
  });
}

export function scoreOf({ loss, mae }: Metrics): Evaluation {
  return { loss, mae };
}

/** What is wrong with the predictions that were summed, as an error; null when nothing is. */
export function findBadPredictions({ loss, badValues }: Metrics): GatewiseError | null {
  if (badValues === 0 && Number.isFinite(loss)) return null;
  return new GatewiseError(
    'diverged',
    `The model's predictions hold ${badValues} values that are infinite or not a number. Its weights or the data are out of range: train with a smaller learning rate or scale the data.`,
  );
}

/**
 * Predictions of all samples, one tensor [N, ...outputShape] for each member asked for.
 * @param outputShape of one prediction
 */
export async function predictSamples(
  gpu: GpuDevice,
  program: Program,
  data: UploadedSamples,
  outputShape: readonly number[],
  members: readonly number[],
): Promise<Tensor[]> {
  const { output, batch } = program;
  const sampleBytes = output.steps * output.features * 4;
  const memberBytes = data.count * sampleBytes;
  const owner = new BufferOwner(gpu, 'prediction');
  try {
    const result = owner.tensor('result', (members.length * memberBytes) / 4);
    const plan = program.bind(data.slots, 'forward');
    const runner = new StepRunner(gpu);
    await runner.run(Math.ceil(data.count / batch), (encoder, first, count) => {
      sendSteps(program, data, first, count);
      for (let slot = 0; slot < count; slot++) {
        const pass = encoder.beginComputePass({ label: 'prediction' });
        plan.encode(pass, slot);
        pass.end();
        const start = (first + slot) * batch;
        const bytes = Math.min(batch, data.count - start) * sampleBytes;
        members.forEach((member, k) => {
          const from = member * batch * sampleBytes;
          const to = k * memberBytes + start * sampleBytes;
          encoder.copyBufferToBuffer(output.source, from, result, to, bytes);
        });
      }
    });
    const values = new Float32Array(await readBuffer(gpu, result, 0, members.length * memberBytes));
    return members.map((_, k) => ({
      shape: [data.count, ...outputShape],
      data: values.slice((k * memberBytes) / 4, ((k + 1) * memberBytes) / 4),
    }));
  } finally {
    owner.dispose();
  }
}
