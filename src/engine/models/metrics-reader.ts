/** Reads a program's running sums without holding up training: a copy every 100 ms at most, mapped when it arrives. */
import { BufferOwner, mapForReading } from '../gpu/buffers.ts';
import type { GpuDevice } from '../gpu/device.ts';
import { METRICS_BYTES, type Metrics, parseMetrics } from '../kernels/loss.ts';

const INTERVAL_MS = 100;

export class MetricsReader {
  private readonly gpu: GpuDevice;
  private readonly members: number;
  private readonly owner: BufferOwner;
  private readonly periodic: GPUBuffer;
  private readonly final: GPUBuffer;
  private pending: Promise<unknown> | null = null;
  private lastRead = Number.NEGATIVE_INFINITY;

  constructor(gpu: GpuDevice, members: number) {
    this.gpu = gpu;
    this.members = members;
    this.owner = new BufferOwner(gpu, 'metricsReader');
    this.periodic = this.owner.staging('periodic', members * METRICS_BYTES);
    this.final = this.owner.staging('final', members * METRICS_BYTES);
  }

  /** Whether a periodic read is due: none pending, and the last one 100 ms ago. */
  get isDue(): boolean {
    return this.pending === null && performance.now() - this.lastRead >= INTERVAL_MS;
  }

  /** Adds the copy to a submission; after submitting it, call the function returned: it hands the result to `use`. */
  copyPeriodic(
    encoder: GPUCommandEncoder,
    source: GPUBuffer,
    use: (metrics: readonly Metrics[]) => Promise<void>,
  ): () => Promise<void> {
    this.lastRead = performance.now();
    encoder.copyBufferToBuffer(source, 0, this.periodic, 0, this.periodic.size);
    return () => {
      const reading = this.map(this.periodic)
        .then(use)
        .finally(() => {
          this.pending = null;
        });
      this.pending = reading.catch(() => {});
      return reading;
    };
  }

  /** Waits for a periodic read under way, so that none is heard of later. */
  async settle(): Promise<void> {
    await this.pending;
  }

  /** Reads each member's sums after everything submitted so far. */
  async read(source: GPUBuffer): Promise<Metrics[]> {
    const encoder = this.gpu.device.createCommandEncoder({ label: 'metricsReader.read' });
    encoder.copyBufferToBuffer(source, 0, this.final, 0, this.final.size);
    this.gpu.device.queue.submit([encoder.finish()]);
    return this.map(this.final);
  }

  dispose(): void {
    this.owner.dispose();
  }

  private async map(staging: GPUBuffer): Promise<Metrics[]> {
    await mapForReading(this.gpu, staging);
    const bytes = staging.getMappedRange().slice(0);
    staging.unmap();
    return Array.from({ length: this.members }, (_, e) => parseMetrics(bytes, e));
  }
}
