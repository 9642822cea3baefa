/** The engine under a magnifying glass, in a frame or in Node: its kernels one by one, and how its cost grows. */
import { type GpuDevice, requestGpu } from '../src/engine/index.ts';
import type { Axis } from './growth/axes.ts';
import { type GrowthPoint, measurePoint } from './growth/measure-point.ts';
import { type KernelTime, measureKernels } from './kernels/measure-kernels.ts';
import { measureRoofline, type Roofline } from './kernels/roofline.ts';
import type { Purpose } from './kernels/work-of.ts';
import type { Config } from './protocol.ts';

export class Gauge {
  private readonly entry: GPU | undefined;
  private gpu: GpuDevice | null = null;

  /** @param entry WebGPU's entry point; the page's own otherwise */
  constructor(entry?: GPU) {
    this.entry = entry;
  }

  /** The adapter, in words. */
  async adapter(): Promise<string> {
    return (await this.device()).info.label;
  }

  async roofline(): Promise<Roofline> {
    return measureRoofline(await this.device());
  }

  async kernels(config: Config, purpose: Purpose): Promise<KernelTime[]> {
    return measureKernels(await this.device(), config, purpose);
  }

  async grow(axis: Axis, value: number): Promise<GrowthPoint> {
    return measurePoint(await this.device(), axis, value);
  }

  /** Gives the device back: Node does not end while one is held. */
  dispose(): void {
    this.gpu?.dispose();
    this.gpu = null;
  }

  private async device(): Promise<GpuDevice> {
    this.gpu ??= await requestGpu(this.entry ? { gpu: this.entry } : {});
    return this.gpu;
  }
}
