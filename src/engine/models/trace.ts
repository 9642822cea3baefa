/** The gates and states inside recurrent layers, and their gradients, read back from the buffers in which the kernels kept them. */
import type { Tensor } from '../core/tensor.ts';
import { readBuffer } from '../gpu/buffers.ts';
import type { GpuDevice } from '../gpu/device.ts';
import type { BoundPlan } from '../gpu/plan.ts';
import type { TracePlace } from '../layers/layer.ts';
import type { LayerTrace, Program } from './program.ts';
import type { UploadedSamples } from './samples.ts';
import { sendSteps } from './step-values.ts';

/** What one step on a batch would change, and how it comes about. */
export interface TracedGradients {
  /** By `layer/key`: dz of each gate, [N, T, H], and `above`, [N, T, H] or, without returnSequences, [N, 1, H]. */
  readonly traces: ReadonlyMap<string, Tensor>;
  /** Gradients of the weights, in Keras' order and layout. */
  readonly weights: readonly Tensor[];
}

/**
 * Every trace of one member for all samples, by `layer/key`, each [N, T, H].
 * @param program built with keepsTrace
 */
export async function traceSamples(
  gpu: GpuDevice,
  program: Program,
  data: UploadedSamples,
  member: number,
): Promise<Map<string, Tensor>> {
  const { batch, traces } = program;
  const plan = program.bind(data.slots, 'forward');
  const tensors = emptyTensors(traces, data.count);
  for (let first = 0; first * batch < data.count; first++) {
    runStep(gpu, program, plan, data, first);
    await readTraces(gpu, program, traces, member, first, tensors);
  }
  return namedTensors(traces, tensors);
}

/**
 * The gradients of one member on all samples, which are one batch.
 * @param program a gradient program built with keepsTrace, as large as the samples
 */
export async function traceSampleGradients(
  gpu: GpuDevice,
  program: Program,
  data: UploadedSamples,
  member: number,
): Promise<TracedGradients> {
  const { gradientTraces } = program;
  runStep(gpu, program, program.bind(data.slots), data, 0);
  const tensors = emptyTensors(gradientTraces, data.count);
  await readTraces(gpu, program, gradientTraces, member, 0, tensors);
  return { traces: namedTensors(gradientTraces, tensors), weights: await program.readGradients(member) };
}

function emptyTensors(traces: readonly LayerTrace[], count: number): Tensor[] {
  return traces.map(({ steps, units }) => ({
    shape: [count, steps, units],
    data: new Float32Array(count * steps * units),
  }));
}

function namedTensors(traces: readonly LayerTrace[], tensors: readonly Tensor[]): Map<string, Tensor> {
  return new Map(traces.map(({ layer, key }, k) => [`${layer}/${key}`, tensors[k] as Tensor]));
}

/** The dispatches of the step sent last. */
export function encodePass(encoder: GPUCommandEncoder, plan: BoundPlan): void {
  const pass = encoder.beginComputePass({ label: 'trace' });
  plan.encode(pass, 0);
  pass.end();
}

/** Submits the plan for batch `first`. */
function runStep(
  gpu: GpuDevice,
  program: Program,
  plan: BoundPlan,
  data: UploadedSamples,
  first: number,
): void {
  sendSteps(program, data, first, 1);
  const encoder = gpu.device.createCommandEncoder({ label: 'trace' });
  encodePass(encoder, plan);
  gpu.device.queue.submit([encoder.finish()]);
}

/** Copies what batch `first` left into its rows of the tensors. */
async function readTraces(
  gpu: GpuDevice,
  { batch }: Program,
  traces: readonly LayerTrace[],
  member: number,
  first: number,
  tensors: readonly Tensor[],
): Promise<void> {
  const read = new Map<GPUBuffer, Float32Array>();
  for (const buffer of new Set(traces.map((trace) => trace.buffer)))
    read.set(buffer, new Float32Array(await readBuffer(gpu, buffer)));
  traces.forEach((trace, k) => {
    const { shape, data } = tensors[k] as Tensor;
    const rows = Math.min(batch, (shape[0] ?? 0) - first * batch);
    const all = read.get(trace.buffer);
    const own = all?.subarray(member * batch * trace.steps * trace.stepStride);
    copyRows(trace, own, rows, first * batch, data);
  });
}

/** Copies `rows` samples out of a buffer read back, into values [N, T, H] from sample `firstRow`. */
export function copyRows(
  { steps, units, offset, stepStride, unitStride }: TracePlace,
  from: Float32Array | undefined,
  rows: number,
  firstRow: number,
  data: Float32Array,
): void {
  if (!from) return;
  for (let n = 0; n < rows * steps; n++) {
    const at = offset + n * stepStride;
    const to = (firstRow * steps + n) * units;
    for (let u = 0; u < units; u++) data[to + u] = from[at + u * unitStride] as number;
  }
}
