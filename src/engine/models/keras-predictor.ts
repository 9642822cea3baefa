/**
 * Predictions of one model and of changed versions of it for the same inputs. Compiling kernels is what costs (about a second
 * on the software adapter), so a version that differs in its weights only goes into a model that is built already.
 */
import type { Tensor } from '../core/tensor.ts';
import type { GpuDevice } from '../gpu/device.ts';
import type { KerasModel } from '../keras/model/keras-model.ts';
import { buildFromKeras } from './from-keras.ts';
import type { Sequential } from './sequential.ts';

/** Built models that are kept. */
const MOST_BUILT = 6;

export class Predictor {
  private readonly gpu: GpuDevice;
  private readonly x: Tensor;
  /** By the layers' configs, the latest used last. */
  private readonly built = new Map<string, Sequential>();

  /** @param x [N, ...] */
  constructor(gpu: GpuDevice, x: Tensor) {
    this.gpu = gpu;
    this.x = x;
  }

  /** @param x all rows, or some of them */
  async predict(model: KerasModel, x: Tensor = this.x): Promise<Tensor> {
    return (await this.sequentialOf(model)).predict(x);
  }

  /** Gates and states of every step by `<layer>/<gate>`, each [N, T, H]. */
  async trace(model: KerasModel): Promise<Map<string, Tensor>> {
    return (await this.sequentialOf(model)).trace(this.x);
  }

  dispose(): void {
    for (const sequential of this.built.values()) sequential.dispose();
    this.built.clear();
  }

  private async sequentialOf({ config, weights }: KerasModel): Promise<Sequential> {
    const key = JSON.stringify(config.layers);
    const there = this.built.get(key);
    if (there !== undefined) {
      this.built.delete(key);
      this.built.set(key, there);
      there.setWeights(weights);
      return there;
    }
    const [oldest] = this.built.keys();
    if (oldest !== undefined && this.built.size >= MOST_BUILT) {
      this.built.get(oldest)?.dispose();
      this.built.delete(oldest);
    }
    // Without compile settings: nothing is trained here.
    const made = await buildFromKeras(this.gpu, { config, weights }, { inputShape: this.x.shape.slice(1) });
    this.built.set(key, made);
    return made;
  }
}

/** Runs work with a predictor and gives its memory back. */
export async function withPredictor<T>(
  gpu: GpuDevice,
  x: Tensor,
  work: (predictor: Predictor) => Promise<T>,
): Promise<T> {
  const predictor = new Predictor(gpu, x);
  try {
    return await work(predictor);
  } finally {
    predictor.dispose();
  }
}
