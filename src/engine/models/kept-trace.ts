/**
 * The gates and states of one sample in a buffer of its own on the GPU: copied there from the buffers in which the kernels
 * kept them, so that they can be drawn and read while the model goes on.
 */
import type { Tensor } from '../core/tensor.ts';
import { BufferOwner, readBuffer } from '../gpu/buffers.ts';
import type { GpuDevice } from '../gpu/device.ts';
import type { TracePlace } from '../layers/layer.ts';
import type { Program } from './program.ts';
import type { UploadedSamples } from './samples.ts';
import { sendSteps } from './step-values.ts';
import { copyRows, encodePass } from './trace.ts';

export class KeptTrace {
  readonly gpu: GpuDevice;
  /** Usable as storage buffer; do not write or destroy it. */
  readonly buffer: GPUBuffer;
  /** Where each lies in the buffer, by `layer/key` as in Sequential.trace(). */
  readonly places: ReadonlyMap<string, TracePlace>;

  constructor(gpu: GpuDevice, buffer: GPUBuffer, places: ReadonlyMap<string, TracePlace>) {
    this.gpu = gpu;
    this.buffer = buffer;
    this.places = places;
  }

  /** The values, each [1, T, H]. */
  async read(): Promise<Map<string, Tensor>> {
    const values = new Float32Array(await readBuffer(this.gpu, this.buffer));
    return new Map(
      [...this.places].map(([key, place]) => {
        const { steps, units } = place;
        const tensor: Tensor = { shape: [1, steps, units], data: new Float32Array(steps * units) };
        copyRows(place, values, 1, 0, tensor.data);
        return [key, tensor];
      }),
    );
  }

  /** Gives its GPU memory back. */
  dispose(): void {
    this.gpu.release(this.buffer);
  }
}

/**
 * Runs the model forward over the first sample and keeps what one member leaves.
 * @param program built with keepsTrace
 */
export function keepTrace(
  gpu: GpuDevice,
  program: Program,
  data: UploadedSamples,
  member: number,
): KeptTrace {
  const { batch, traces } = program;
  const sections = new Map<GPUBuffer, { readonly at: number; readonly floats: number }>();
  let total = 0;
  for (const { buffer, steps, stepStride } of traces) {
    if (sections.has(buffer)) continue;
    const floats = steps * stepStride;
    sections.set(buffer, { at: total, floats });
    total += floats;
  }
  const places = new Map(
    traces.map(({ layer, key, buffer, steps, units, offset, stepStride, unitStride }) => {
      const at = (sections.get(buffer)?.at ?? 0) + offset;
      return [`${layer}/${key}`, { steps, units, offset: at, stepStride, unitStride }] as const;
    }),
  );
  const kept = new BufferOwner(gpu, 'keptTrace').tensor('values', total);

  const plan = program.bind(data.slots, 'forward');
  sendSteps(program, data, 0, 1);
  const encoder = gpu.device.createCommandEncoder({ label: 'keptTrace' });
  encodePass(encoder, plan);
  for (const [buffer, { at, floats }] of sections) {
    encoder.copyBufferToBuffer(buffer, member * batch * floats * 4, kept, at * 4, floats * 4);
  }
  gpu.device.queue.submit([encoder.finish()]);
  return new KeptTrace(gpu, kept, places);
}
