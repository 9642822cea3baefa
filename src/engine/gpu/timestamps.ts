/**
 * Time of parts of a step on the GPU itself, each between two timestamps. Browsers may round them (Chromium to 65.536
 * microseconds unless told otherwise), so what short parts take shows only in many readings.
 */
import { readBuffer } from './buffers.ts';
import type { GpuDevice } from './device.ts';

/** Encodes a part of the step whose values stand in `slot` of the step uniform. */
export type Part = (pass: GPUComputePassEncoder, slot: number) => void;

/** Most queries a set may hold. */
const MAX_QUERIES = 4096;
const QUERY_RESOLVE = 0x200;
const COPY_SRC = 0x04;

/** Whether this device tells when work on it began and ended. */
export function hasTimestamps(gpu: GpuDevice): boolean {
  return gpu.device.features.has('timestamp-query');
}

export class TimestampWatch {
  /** Steps one submission times. */
  readonly steps: number;
  private readonly gpu: GpuDevice;
  private readonly parts: readonly Part[];
  private readonly querySet: GPUQuerySet;
  private readonly resolved: GPUBuffer;

  /** @param steps steps wanted in a submission; fewer where the queries do not reach */
  constructor(gpu: GpuDevice, parts: readonly Part[], steps: number) {
    this.gpu = gpu;
    this.parts = parts;
    this.steps = Math.max(1, Math.min(steps, Math.floor(MAX_QUERIES / (parts.length * 2))));
    const count = this.steps * parts.length * 2;
    this.querySet = gpu.device.createQuerySet({ label: 'timestamps', type: 'timestamp', count });
    this.resolved = gpu.createBuffer('timestamps.resolved', count * 8, QUERY_RESOLVE | COPY_SRC);
  }

  /**
   * Runs one submission whose step values are written already.
   * @returns [parts][steps] nanoseconds
   * @throws GatewiseError when the GPU refuses a command
   */
  async run(): Promise<number[][]> {
    const { gpu, parts, querySet, resolved } = this;
    const queries = this.steps * parts.length * 2;
    const encoder = gpu.device.createCommandEncoder({ label: 'timestamps' });
    let query = 0;
    for (let slot = 0; slot < this.steps; slot++) {
      for (const part of parts) {
        const timestampWrites = {
          querySet,
          beginningOfPassWriteIndex: query,
          endOfPassWriteIndex: query + 1,
        };
        const pass = encoder.beginComputePass({ timestampWrites });
        part(pass, slot);
        pass.end();
        query += 2;
      }
    }
    encoder.resolveQuerySet(querySet, 0, queries, resolved, 0);
    gpu.device.queue.submit([encoder.finish()]);
    const stamps = new BigUint64Array(await readBuffer(gpu, resolved, 0, queries * 8));
    return parts.map((_, k) =>
      Array.from({ length: this.steps }, (_, slot) => {
        const at = 2 * (slot * parts.length + k);
        return Number((stamps[at + 1] ?? 0n) - (stamps[at] ?? 0n));
      }),
    );
  }

  dispose(): void {
    this.querySet.destroy();
    this.gpu.release(this.resolved);
  }
}
