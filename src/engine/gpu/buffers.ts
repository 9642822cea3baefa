/** One owner for a set of buffers: created together, released together. */
import type { GpuDevice } from './device.ts';

/** Usage of every tensor: bound to kernels, written from the CPU, copied to be read back. */
const TENSOR_USAGE = 0x80 | 0x08 | 0x04; // STORAGE | COPY_DST | COPY_SRC

export class BufferOwner {
  private readonly gpu: GpuDevice;
  private readonly label: string;
  private readonly owned: GPUBuffer[] = [];

  /** @param label prefix of every buffer's label, so that GPU messages name the culprit */
  constructor(gpu: GpuDevice, label: string) {
    this.gpu = gpu;
    this.label = label;
  }

  /** A zeroed storage buffer of `count` 4-byte elements. */
  tensor(name: string, count: number): GPUBuffer {
    return this.keep(this.gpu.createBuffer(`${this.label}.${name}`, count * 4, TENSOR_USAGE));
  }

  /** A storage buffer filled with `data`. */
  upload(name: string, data: Float32Array | Uint32Array): GPUBuffer {
    const buffer = this.tensor(name, data.length);
    this.gpu.device.queue.writeBuffer(buffer, 0, data.buffer, data.byteOffset, data.byteLength);
    return buffer;
  }

  /** A uniform buffer of `bytes`. */
  uniform(name: string, bytes: number): GPUBuffer {
    return this.keep(this.gpu.createBuffer(`${this.label}.${name}`, bytes, 0x40 | 0x08)); // UNIFORM | COPY_DST
  }

  /** A buffer the CPU can map to read. */
  staging(name: string, bytes: number): GPUBuffer {
    return this.keep(this.gpu.createBuffer(`${this.label}.${name}`, bytes, 0x01 | 0x08)); // MAP_READ | COPY_DST
  }

  /** Releases all of them. */
  dispose(): void {
    for (const buffer of this.owned.splice(0)) this.gpu.release(buffer);
  }

  private keep(buffer: GPUBuffer): GPUBuffer {
    this.owned.push(buffer);
    return buffer;
  }
}

/**
 * Copies part of a buffer back to the CPU. For results and tests; no training step waits for it.
 * @param offset in bytes, a multiple of 4
 * @param bytes length, a multiple of 4
 * @throws GatewiseError when the device is lost or has refused a command
 */
export async function readBuffer(
  gpu: GpuDevice,
  buffer: GPUBuffer,
  offset = 0,
  bytes = buffer.size - offset,
): Promise<ArrayBuffer> {
  const staging = gpu.createBuffer('readBuffer.staging', bytes, 0x01 | 0x08);
  try {
    const encoder = gpu.device.createCommandEncoder({ label: 'readBuffer' });
    encoder.copyBufferToBuffer(buffer, offset, staging, 0, bytes);
    gpu.device.queue.submit([encoder.finish()]);
    await mapForReading(gpu, staging);
    const copy = staging.getMappedRange(0, bytes).slice(0);
    staging.unmap();
    return copy;
  } finally {
    gpu.release(staging);
  }
}

/**
 * Maps a staging buffer.
 * @throws GatewiseError when the device went away meanwhile
 */
export async function mapForReading(gpu: GpuDevice, staging: GPUBuffer): Promise<void> {
  try {
    await keepLooking(gpu, staging.mapAsync(0x01));
  } catch (error) {
    // The map may be refused before the device's loss is told: wait a moment for the reason.
    await Promise.race([gpu.lost, new Promise((resolve) => setTimeout(resolve, 250))]);
    gpu.check();
    throw error;
  }
  gpu.check(); // a map may resolve although the device is gone (Deno)
}

/** Waits for something of the queue. Firefox looks at its queue every 100 ms only; empty submits meanwhile make it look at once. */
export async function keepLooking<T>(gpu: GpuDevice, pending: Promise<T>): Promise<T> {
  if (!isFirefox()) return pending;
  const timer = setInterval(() => gpu.device.queue.submit([]), 1);
  try {
    return await pending;
  } finally {
    clearInterval(timer);
  }
}

function isFirefox(): boolean {
  const { navigator } = globalThis as { navigator?: { userAgent?: string } };
  return navigator?.userAgent?.includes('Firefox') === true;
}
