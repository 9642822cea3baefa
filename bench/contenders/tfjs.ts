/**
 * TensorFlow.js on any of its backends. Its fastest training loop is taken for the step: optimizer.minimize on batches
 * that are tensors already, without the copies and awaits of trainOnBatch and fit; losses are read once a round.
 */
import * as tf from '@tensorflow/tfjs-core';
import { layers, type Sequential, sequential } from '@tensorflow/tfjs-layers';
import type { Tensor } from '../../src/engine/core/tensor.ts';
import { checkGpu, gpuCounts } from '../gpu-watch.ts';
import type { Config, Contender, Introduction, Round, StepCounts, WarmUp } from '../protocol.ts';
import { createWork, sliceBatches, type Work } from '../work.ts';

/** Loads and starts a backend. @returns its name and variant that really run */
export type StartBackend = () => Promise<string>;

interface Batch {
  readonly x: tf.Tensor;
  readonly y: tf.Tensor2D;
}

interface Prepared {
  readonly config: Config;
  readonly work: Work;
  readonly model: Sequential;
  readonly optimizer: tf.AdamOptimizer;
}

export class TfjsContender implements Contender {
  private readonly startBackend: StartBackend;
  private prepared: Prepared | null = null;
  /** Bytes of all tensors when a forward pass ended last: what it keeps for the backward pass is among them. */
  private tensorBytes = 0;
  /** Made when they are first used, so that no engine holds more data than another. */
  private readonly batches: Batch[] = [];

  constructor(startBackend: StartBackend) {
    this.startBackend = startBackend;
  }

  async prepare(config: Config): Promise<Introduction> {
    const loadedMs = performance.now();
    const backend = await this.startBackend();
    const work = createWork(config);
    const model = createModel(config);
    const optimizer = tf.train.adam(config.learningRate, 0.9, 0.999, 1e-7);
    model.compile({ optimizer, loss: 'meanSquaredError' });
    model.setWeights(work.weights.map(toTensor));
    this.prepared = { config, work, model, optimizer };
    const { loss } = await this.train(0, 1);
    const readyMs = performance.now();
    checkGpu();
    return { engine: `TensorFlow.js ${tf.version_core}, ${backend}`, firstLoss: loss, loadedMs, readyMs };
  }

  async warmUp(): Promise<WarmUp> {
    const losses: number[] = [];
    let stepMs = 0;
    for (const batch of [1, 2]) {
      const begun = performance.now();
      losses.push((await this.train(batch, 1)).loss);
      stepMs = performance.now() - begun;
    }
    const liveBytes = isOnGpu() ? gpuCounts().peakBytes : this.tensorBytes;
    await this.fit(1);
    await this.predict(1);
    return { losses, stepMs, liveBytes };
  }

  async round(batches: number): Promise<Round> {
    for (let at = 0; at < batches; at++) this.batchAt(at);
    const tensorsBefore = tf.memory().numTensors;
    const { loss, jsMs, stepMs } = await this.train(0, batches);
    const fitMs = await this.fit(batches);
    const predictMs = await this.predict(batches);
    const left = tf.memory().numTensors - tensorsBefore;
    if (left > 0) throw new Error(`${left} tensors are left after a round: the loop leaks and gets slower.`);
    checkGpu();
    return { batches, stepMs, fitMs, predictMs, jsMs: isOnGpu() ? [jsMs] : [], loss };
  }

  async countStep(): Promise<StepCounts | null> {
    if (!isOnGpu()) return null;
    const before = gpuCounts();
    await this.train(0, 1);
    const after = gpuCounts();
    return { dispatches: after.dispatches - before.dispatches, submits: after.submits - before.submits };
  }

  /** The training loop. Ends when the last loss has come back: the queue runs in order. @returns times of a step */
  private async train(first: number, count: number): Promise<{ loss: number; jsMs: number; stepMs: number }> {
    const { model, optimizer } = this.requirePrepared();
    const batches = Array.from({ length: count }, (_, k) => this.batchAt(first + k));
    const begun = performance.now();
    const losses = batches.map(({ x, y }) => {
      const loss = optimizer.minimize(() => {
        const value = tf.losses.meanSquaredError(y, model.apply(x, { training: true }) as tf.Tensor2D);
        this.tensorBytes = tf.memory().numBytes;
        return value as tf.Scalar;
      }, true);
      if (!loss) throw new Error('TensorFlow.js gave no loss.');
      return loss;
    });
    const encoded = performance.now();
    let sum = 0;
    for (const loss of losses) sum += (await loss.data())[0] ?? Number.NaN;
    const ended = performance.now();
    tf.dispose(losses);
    return { loss: sum / count, jsMs: (encoded - begun) / count, stepMs: (ended - begun) / count };
  }

  /** @returns ms of a batch, from the arrays on */
  private async fit(count: number): Promise<number> {
    const { config, model } = this.requirePrepared();
    const data = this.copyBatches(0, count);
    const begun = performance.now();
    const [x, y] = [toTensor(data.x), toTensor(data.y)];
    const { history } = await model.fit(x, y, {
      batchSize: config.batch,
      shuffle: false,
      verbose: 0,
      yieldEvery: 'never',
    });
    const ms = (performance.now() - begun) / count;
    tf.dispose([x, y]);
    const loss = history.loss?.[0];
    if (!Number.isFinite(loss)) throw new Error(`The loss of fit is ${loss}.`);
    return ms;
  }

  /** @returns ms of a batch, arrays in and out */
  private async predict(count: number): Promise<number> {
    const { config, model } = this.requirePrepared();
    const calls = config.isStreaming ? count : 1;
    const data = Array.from({ length: calls }, (_, call) => this.copyBatches(call, count / calls));
    const begun = performance.now();
    for (const { x: values } of data) {
      const x = toTensor(values);
      const result = model.predict(x, { batchSize: config.batch }) as tf.Tensor;
      await result.data();
      tf.dispose([x, result]);
    }
    return (performance.now() - begun) / count;
  }

  private batchAt(at: number): Batch {
    const { x, y } = this.copyBatches(at, 1);
    const batch = this.batches[at] ?? { x: toTensor(x), y: toTensor(y) as tf.Tensor2D };
    this.batches[at] = batch;
    return batch;
  }

  /** TensorFlow.js keeps the arrays it is given: they must not be parts of larger ones. */
  private copyBatches(first: number, count: number): Pick<Work, 'x' | 'y'> {
    const { config, work } = this.requirePrepared();
    const { x, y } = sliceBatches(work, config, first, count);
    return { x: { ...x, data: x.data.slice() }, y: { ...y, data: y.data.slice() } };
  }

  private requirePrepared(): Prepared {
    if (!this.prepared) throw new Error('prepare() comes first.');
    return this.prepared;
  }
}

/** Keras' LSTM: TensorFlow.js would take hardSigmoid for the gates. Its weights are set afterwards. */
function createModel({ units, features, steps }: Config): Sequential {
  const model = sequential();
  model.add(
    layers.lstm({
      units,
      inputShape: [steps, features],
      activation: 'tanh',
      recurrentActivation: 'sigmoid',
      unitForgetBias: true,
      recurrentInitializer: 'zeros',
    }),
  );
  model.add(layers.dense({ units: features }));
  return model;
}

function toTensor({ data, shape }: Tensor): tf.Tensor {
  return tf.tensor(data, [...shape]);
}

function isOnGpu(): boolean {
  return tf.getBackend() === 'webgpu';
}
