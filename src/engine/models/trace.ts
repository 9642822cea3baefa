/** The gates and states inside recurrent layers, read back from the buffers in which the kernels kept them. */
import type { Tensor } from '../core/tensor.ts';
import { readBuffer } from '../gpu/buffers.ts';
import type { GpuDevice } from '../gpu/device.ts';
import type { BoundPlan } from '../gpu/plan.ts';
import type { TracePlace } from '../layers/layer.ts';
import type { Program } from './program.ts';
import type { UploadedSamples } from './samples.ts';
import { sendSteps } from './step-values.ts';

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
  const tensors = traces.map(
    ({ steps, units }): Tensor => ({
      shape: [data.count, steps, units],
      data: new Float32Array(data.count * steps * units),
    }),
  );
  const buffers = [...new Set(traces.map(({ buffer }) => buffer))];
  for (let first = 0; first * batch < data.count; first++) {
    sendSteps(program, data, first, 1);
    const encoder = gpu.device.createCommandEncoder({ label: 'trace' });
    encodeForward(encoder, plan);
    gpu.device.queue.submit([encoder.finish()]);
    const read = new Map<GPUBuffer, Float32Array>();
    for (const buffer of buffers) read.set(buffer, new Float32Array(await readBuffer(gpu, buffer)));
    const rows = Math.min(batch, data.count - first * batch);
    traces.forEach((trace, k) => {
      const all = read.get(trace.buffer);
      const own = all?.subarray(member * batch * trace.steps * trace.stepStride);
      copyRows(trace, own, rows, first * batch, tensors[k] as Tensor);
    });
  }
  return new Map(traces.map(({ layer, key }, k) => [`${layer}/${key}`, tensors[k] as Tensor]));
}

/** The forward pass of the step sent last. */
export function encodeForward(encoder: GPUCommandEncoder, plan: BoundPlan): void {
  const pass = encoder.beginComputePass({ label: 'trace' });
  plan.encode(pass, 0);
  pass.end();
}

/** Copies `rows` samples out of a buffer read back, into a tensor [N, T, H] from its sample `firstRow`. */
export function copyRows(
  { steps, units, offset, stepStride, unitStride }: TracePlace,
  from: Float32Array | undefined,
  rows: number,
  firstRow: number,
  { data }: Tensor,
): void {
  if (!from) return;
  for (let n = 0; n < rows * steps; n++) {
    const at = offset + n * stepStride;
    const to = (firstRow * steps + n) * units;
    for (let u = 0; u < units; u++) data[to + u] = from[at + u * unitStride] as number;
  }
}
