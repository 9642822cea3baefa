/** gatewise as a user runs it: Sequential.fit on the page's WebGPU device. */
import { adam, dense, type GpuDevice, lstm, requestGpu, Sequential } from '../../src/engine/index.ts';
import { timeKernels } from '../kernels.ts';
import type { Config, Contender, Introduction, KernelTime, Round } from '../protocol.ts';
import { createWork, type Work } from '../work.ts';

interface Prepared {
  readonly config: Config;
  readonly work: Work;
  readonly gpu: GpuDevice;
  readonly model: Sequential;
}

export class GatewiseContender implements Contender {
  private prepared: Prepared | null = null;

  async prepare(config: Config): Promise<Introduction> {
    const { batch, steps, features, units, learningRate } = config;
    const work = createWork(config);
    const gpu = await requestGpu();
    const model = new Sequential([lstm({ units }), dense({ units: features })]);
    model.compile({ optimizer: adam({ learningRate }), loss: 'mse' });
    await model.build(gpu, { inputShape: [steps, features] });
    model.setWeights(work.weights);
    const { loss } = await model.trainOnBatch(
      { shape: [batch, steps, features], data: work.x.data.slice(0, batch * steps * features) },
      { shape: [batch, features], data: work.y.data.slice(0, batch * features) },
    );
    this.prepared = { config, work, gpu, model };
    const dispatches = (await model.plan(batch)).length;
    return { engine: `gatewise, WebGPU on ${gpu.info.label}`, firstLoss: loss, dispatches };
  }

  async round(): Promise<Round> {
    const { config, work, gpu, model } = this.requirePrepared();
    const begun = performance.now();
    const history = await model.fit({ x: work.x, y: work.y }, { batchSize: config.batch, shuffle: false });
    const callMs = (performance.now() - begun) / config.batches;
    gpu.check();
    return { stepMs: history.msPerStep, callMs, loss: history.history.loss[0] ?? Number.NaN };
  }

  async timeKernels(): Promise<KernelTime[]> {
    const { config, work, gpu } = this.requirePrepared();
    return timeKernels(gpu, config, work);
  }

  private requirePrepared(): Prepared {
    if (!this.prepared) throw new Error('prepare() comes first.');
    return this.prepared;
  }
}
