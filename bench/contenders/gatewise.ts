/** gatewise as a user runs it: Sequential.fit and predict on the page's WebGPU device, or Node's. */
import {
  type ArrayDataset,
  adam,
  type DispatchInfo,
  dense,
  type GpuDevice,
  lstm,
  requestGpu,
  Sequential,
} from '../../src/engine/index.ts';
import { checkGpu, gpuCounts, takeEncodingSpans } from '../gpu-watch.ts';
import type { Config, Contender, Introduction, Round, StepCounts, WarmUp } from '../protocol.ts';
import { createWork, sliceBatches, type Work } from '../work.ts';

interface Prepared {
  readonly config: Config;
  readonly work: Work;
  readonly gpu: GpuDevice;
  readonly model: Sequential;
}

export class GatewiseContender implements Contender {
  private readonly entry: GPU | undefined;
  private prepared: Prepared | null = null;

  /** @param entry WebGPU's entry point; the page's own otherwise */
  constructor(entry?: GPU) {
    this.entry = entry;
  }

  async prepare(config: Config): Promise<Introduction> {
    const loadedMs = performance.now();
    const work = createWork(config);
    const { gpu, model } = await this.createModel(config);
    model.setWeights(work.weights);
    const { x, y } = sliceBatches(work, config, 0, 1);
    const { loss } = await model.trainOnBatch(x, y);
    const readyMs = performance.now();
    checkGpu();
    this.prepared = { config, work, gpu, model };
    return { engine: `gatewise, WebGPU on ${gpu.info.label}`, firstLoss: loss, loadedMs, readyMs };
  }

  async warmUp(): Promise<WarmUp> {
    const { config, work, model } = this.requirePrepared();
    const losses: number[] = [];
    let stepMs = 0;
    for (const batch of [1, 2]) {
      const { x, y } = sliceBatches(work, config, batch, 1);
      const begun = performance.now();
      losses.push((await model.trainOnBatch(x, y)).loss);
      stepMs = performance.now() - begun;
    }
    const liveBytes = gpuCounts().peakBytes;
    await this.predict(1);
    return { losses, stepMs, liveBytes };
  }

  async round(batches: number): Promise<Round> {
    takeEncodingSpans();
    const begun = performance.now();
    const { msPerStep, loss } = await this.fit(batches);
    const trained = performance.now();
    const spans = takeEncodingSpans();
    const perStep = spans.reduce((sum, { dispatches }) => sum + dispatches, 0) / batches;
    const jsMs = spans.map(({ ms, dispatches }) => (ms * perStep) / dispatches);
    const predicting = performance.now();
    await this.predict(batches);
    const predictMs = (performance.now() - predicting) / batches;
    this.requirePrepared().gpu.check();
    checkGpu();
    return { batches, stepMs: msPerStep, fitMs: (trained - begun) / batches, predictMs, jsMs, loss };
  }

  /** Of each further step: what a call of fit does once is left out. */
  async countStep(): Promise<StepCounts> {
    const callOf = async (batches: number): Promise<StepCounts> => {
      const before = gpuCounts();
      await this.fit(batches);
      const after = gpuCounts();
      return {
        dispatches: after.dispatches - before.dispatches,
        submits: after.submits - before.submits,
      };
    };
    const one = await callOf(1);
    const three = await callOf(3);
    return {
      dispatches: (three.dispatches - one.dispatches) / 2,
      submits: (three.submits - one.submits) / 2,
    };
  }

  async plan(config: Config): Promise<readonly DispatchInfo[]> {
    const { gpu, model } = await this.createModel(config);
    try {
      return await model.plan(config.batch);
    } finally {
      gpu.dispose();
    }
  }

  /** Gives the device back: Node does not end while one is held. */
  dispose(): void {
    this.prepared?.gpu.dispose();
    this.prepared = null;
  }

  private async createModel({
    units,
    features,
    steps,
    learningRate,
  }: Config): Promise<Pick<Prepared, 'gpu' | 'model'>> {
    const gpu = await requestGpu(this.entry ? { gpu: this.entry } : {});
    const model = new Sequential([lstm({ units }), dense({ units: features })]);
    model.compile({ optimizer: adam({ learningRate }), loss: 'mse' });
    await model.build(gpu, { inputShape: [steps, features] });
    return { gpu, model };
  }

  private async fit(batches: number): Promise<{ msPerStep: number; loss: number }> {
    const { config, work, model } = this.requirePrepared();
    const data: ArrayDataset = sliceBatches(work, config, 0, batches);
    const { msPerStep, history } = await model.fit(data, { batchSize: config.batch, shuffle: false });
    return { msPerStep, loss: history.loss[0] ?? Number.NaN };
  }

  private async predict(batches: number): Promise<void> {
    const { config, work, model } = this.requirePrepared();
    const calls = config.isStreaming ? batches : 1;
    for (let call = 0; call < calls; call++) {
      const { x } = sliceBatches(work, config, call, batches / calls);
      await model.predict(x, { batchSize: config.batch });
    }
  }

  private requirePrepared(): Prepared {
    if (!this.prepared) throw new Error('prepare() comes first.');
    return this.prepared;
  }
}
