/** Whether kernels stay inside their buffers: known words behind each one, that must still stand and never be read. */
import { readBuffer } from '../../src/engine/gpu/buffers.ts';
import type { GpuDevice } from '../../src/engine/gpu/device.ts';

/**
 * Runs `work` with canaries behind every storage buffer it makes; buffers it releases are looked at first.
 * @throws Error naming the buffer whose end was overwritten
 */
export async function withCanaries<T>(gpu: GpuDevice, work: () => Promise<T>): Promise<T> {
  const release = gpu.release.bind(gpu);
  const create = gpu.createBuffer.bind(gpu);
  const kept: GPUBuffer[] = [];
  const check = plantCanaries(gpu);
  gpu.release = (buffer) => void kept.push(buffer);
  try {
    const result = await work();
    await check();
    return result;
  } finally {
    gpu.release = release;
    gpu.createBuffer = create;
    for (const buffer of kept) release(buffer);
  }
}

/** Puts 64 known words behind every storage buffer from now on; the function returned looks whether they still stand. */
function plantCanaries(gpu: GpuDevice): () => Promise<void> {
  const CANARY = 0x7fc12345; // a NaN: read by mistake it spoils the result as well
  const WORDS = 64;
  const create = gpu.createBuffer.bind(gpu);
  const planted: { buffer: GPUBuffer; offset: number }[] = [];
  gpu.createBuffer = (label, bytes, usage) => {
    if (!(usage & GPUBufferUsage.STORAGE)) return create(label, bytes, usage);
    const offset = Math.ceil(bytes / 4) * 4;
    const buffer = create(label, offset + WORDS * 4, usage);
    gpu.device.queue.writeBuffer(buffer, offset, new Uint32Array(WORDS).fill(CANARY));
    planted.push({ buffer, offset });
    return buffer;
  };
  return async () => {
    for (const { buffer, offset } of planted) {
      const words = new Uint32Array(await readBuffer(gpu, buffer, offset, WORDS * 4));
      const struck = words.findIndex((word) => word !== CANARY);
      if (struck >= 0) throw new Error(`${buffer.label}: word ${struck} behind its end was overwritten.`);
    }
  };
}
