/** gatewise as a user predicts with it: Sequential.predict, one call per batch. */
import { dense, type GpuDevice, lstm, requestGpu, Sequential } from '../../src/engine/index.ts';
import { gpuCounts } from '../gpu-watch.ts';
import type { Config } from '../protocol.ts';
import { createWork, type Work } from '../work.ts';
import type { Predictor, PredictorIntroduction } from './predictor.ts';

interface Prepared {
  readonly config: Config;
  readonly work: Work;
  readonly gpu: GpuDevice;
  readonly model: Sequential;
}

export class GatewisePredictor implements Predictor {
  private prepared: Prepared | null = null;

  async prepare(config: Config): Promise<PredictorIntroduction> {
    const { steps, features, units } = config;
    const work = createWork(config);
    const gpu = await requestGpu();
    const model = new Sequential([lstm({ units }), dense({ units: features })]);
    await model.build(gpu, { inputShape: [steps, features] });
    model.setWeights(work.weights);
    this.prepared = { config, work, gpu, model };
    await this.predict(0);
    const before = gpuCounts().dispatches;
    const output = await this.predict(0);
    const dispatches = gpuCounts().dispatches - before;
    return { engine: `gatewise, WebGPU on ${gpu.info.label}`, note: '', dispatches, output: [...output] };
  }

  async round(batches: number): Promise<number> {
    const begun = performance.now();
    for (let batch = 0; batch < batches; batch++) await this.predict(batch);
    const ms = (performance.now() - begun) / batches;
    this.prepared?.gpu.check();
    return ms;
  }

  private async predict(batch: number): Promise<Float32Array> {
    if (!this.prepared) throw new Error('prepare() comes first.');
    const { config, work, model } = this.prepared;
    const { batch: rows, steps, features } = config;
    const size = rows * steps * features;
    const x = work.x.data.subarray(batch * size, (batch + 1) * size);
    return (await model.predict({ shape: [rows, steps, features], data: x }, { batchSize: rows })).data;
  }
}
