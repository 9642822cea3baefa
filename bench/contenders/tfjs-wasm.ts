/**
 * TensorFlow.js on its WebAssembly backend (XNNPACK, SIMD). Its fastest training loop is taken: optimizer.minimize on
 * batches that are tensors already, without the copies and awaits of trainOnBatch and fit; losses are read once a round.
 */
import { getThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { layers, type Sequential, sequential } from '@tensorflow/tfjs-layers';
import type { Tensor } from '../../src/engine/core/tensor.ts';
import type { Config, Contender, Introduction, Round } from '../protocol.ts';
import { createWork } from '../work.ts';

interface Batch {
  readonly x: tf.Tensor;
  readonly y: tf.Tensor2D;
}

export class TfjsWasmContender implements Contender {
  private readonly wantsThreads: boolean;
  private train: ((batch: Batch) => tf.Scalar) | null = null;
  private batches: readonly Batch[] = [];

  /**
   * @param wantsThreads its threaded build, where the page may share memory (it is cross-origin isolated). That takes
   * half the cores, at most 4, whatever it is asked for; made to take both of two cores it was 3 to 5 times slower at A.
   */
  constructor(wantsThreads: boolean) {
    this.wantsThreads = wantsThreads;
  }

  async prepare(config: Config): Promise<Introduction> {
    setWasmPaths('/node_modules/@tensorflow/tfjs-backend-wasm/dist/');
    if (!this.wantsThreads) tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    if (!(await tf.setBackend('wasm'))) throw new Error('TensorFlow.js could not start its wasm backend.');
    await tf.ready();

    const work = createWork(config);
    const model = createModel(config);
    model.setWeights(work.weights.map(({ data, shape }) => tf.tensor(data, [...shape])));
    this.batches = Array.from({ length: config.batches }, (_, k) => ({
      x: sliceRows(work.x, k * config.batch, config.batch),
      y: sliceRows(work.y, k * config.batch, config.batch) as tf.Tensor2D,
    }));
    const optimizer = tf.train.adam(config.learningRate, 0.9, 0.999, 1e-7);
    this.train = ({ x, y }) => {
      const lossOf = (): tf.Scalar =>
        tf.losses.meanSquaredError(y, model.apply(x, { training: true }) as tf.Tensor2D);
      const loss = optimizer.minimize(lossOf, true);
      if (!loss) throw new Error('TensorFlow.js gave no loss.');
      return loss;
    };
    const firstLoss = this.trainOn(this.batches.slice(0, 1));
    return { engine: await this.describe(), firstLoss, dispatches: null };
  }

  async round(): Promise<Round> {
    const tensorsBefore = tf.memory().numTensors;
    const begun = performance.now();
    const loss = this.trainOn(this.batches);
    const stepMs = (performance.now() - begun) / this.batches.length;
    const left = tf.memory().numTensors - tensorsBefore;
    if (left > 0) throw new Error(`${left} tensors are left after a round: the loop leaks and gets slower.`);
    return { stepMs, callMs: stepMs, loss };
  }

  /** @returns the mean loss; the backend computes as it is called, so that nothing is left to wait for */
  private trainOn(batches: readonly Batch[]): number {
    const { train } = this;
    if (!train) throw new Error('prepare() comes first.');
    const losses = batches.map((batch) => train(batch));
    const sum = losses.reduce((total, loss) => total + (loss.dataSync()[0] ?? Number.NaN), 0);
    tf.dispose(losses);
    return sum / batches.length;
  }

  private async describe(): Promise<string> {
    const hasSimd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
    const hasThreads = await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT');
    const threads = hasThreads
      ? `threaded build with ${getThreadsCount()} thread(s)`
      : 'build without threads';
    return `TensorFlow.js ${tf.version_core}, wasm${hasSimd ? ', SIMD' : ''}, ${threads}`;
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

function sliceRows({ data, shape }: Tensor, first: number, count: number): tf.Tensor {
  const row = data.length / (shape[0] ?? 1);
  return tf.tensor(data.slice(first * row, (first + count) * row), [count, ...shape.slice(1)]);
}
