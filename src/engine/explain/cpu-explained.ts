/**
 * LSTM(H) -> Dense(1) -> linear as methods ask it, without a GPU: by the float64 reference, in pieces between other tasks of
 * its thread. Numbers are handed out as float32, as kernels do.
 */
import type { Tensor } from '../core/tensor.ts';
import type { Layer } from '../layers/layer.ts';
import type { PlaceChange } from '../models/changed-windows.ts';
import type { InputData } from '../models/inference.ts';
import type { CpuForecaster } from './cpu-forecaster.ts';
import type { ExplainedModel } from './explained-model.ts';
import { cutWindows } from './window-rows.ts';

/** Windows at once of predictChanges(), so that what is kept of them stays small. */
const MOST_CHANGED = 128;

export class CpuExplained implements ExplainedModel {
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[] = [1];
  readonly members = 1;
  readonly changedWindowsAtMost = MOST_CHANGED;
  readonly layers: Layer[];
  readonly turn: () => Promise<void>;
  readonly #forecaster: CpuForecaster;
  readonly #rows: number;

  /**
   * @param inputShape of one window, [T, D]
   * @param rows windows that are worked on in one go
   * @param turn called between two pieces; an error of it ends the work
   */
  constructor(
    forecaster: CpuForecaster,
    inputShape: readonly [number, number],
    rows: number,
    turn: () => Promise<void>,
  ) {
    this.#forecaster = forecaster;
    this.inputShape = inputShape;
    this.#rows = rows;
    this.turn = turn;
    this.layers = forecaster.layers;
  }

  async predictMembers(data: InputData): Promise<Tensor[]> {
    const windows = windowsOf(data);
    const result = new Float32Array(windows.count);
    await this.#inPieces(windows.count, 1, (first, count) => {
      result.set(this.#forecaster.predict(windows.cut(first, count)), first);
    });
    return [{ shape: [windows.count, 1], data: result }];
  }

  async predictChanges(data: InputData, changes: readonly PlaceChange[]): Promise<Tensor[]> {
    const { count, cut } = windowsOf(data);
    const result = new Float32Array(changes.length * count);
    const from = this.#forecaster.changing(cut(0, count));
    const rows = Math.max(1, Math.floor(this.#rows / count));
    for (let k = 0; k < changes.length; k++) {
      if (k % rows === 0) await this.turn();
      result.set(from(changes[k] as PlaceChange), k * count);
    }
    return [{ shape: [changes.length, count, 1], data: result }];
  }

  async inputGradientsMembers(data: InputData): Promise<Tensor[]> {
    const { count, cut } = windowsOf(data);
    const [steps = 0, features = 0] = this.inputShape;
    const result = new Float32Array(count * steps * features);
    await this.#inPieces(count, 3, (first, size) => {
      result.set(this.#forecaster.inputGradients(cut(first, size)), first * steps * features);
    });
    return [{ shape: [count, steps, features], data: result }];
  }

  async getWeights(): Promise<Tensor[]> {
    return this.#forecaster.getWeights();
  }

  /** @param passes forward passes that a window's work takes as long as */
  async #inPieces(count: number, passes: number, work: (first: number, size: number) => void): Promise<void> {
    const rows = Math.max(1, Math.floor(this.#rows / passes));
    for (let first = 0; first < count; first += rows) {
      await this.turn();
      work(first, Math.min(rows, count - first));
    }
  }
}

function windowsOf(data: InputData): { readonly count: number; cut(first: number, count: number): Tensor } {
  if ('kind' in data) {
    return { count: data.starts.length, cut: (first, count) => cutWindows(data, first, count) };
  }
  const [all = 0, ...window] = data.shape;
  const size = data.data.length / all;
  return {
    count: all,
    cut: (first, count) => ({
      shape: [count, ...window],
      data: data.data.subarray(first * size, (first + count) * size),
    }),
  };
}
