/** The weights and batches of a configuration: drawn from a seed, so that every frame and Node have the same numbers. */
import { seededRandom } from '../src/engine/core/random.ts';
import type { Tensor } from '../src/engine/core/tensor.ts';
import type { Config } from './protocol.ts';

/** Rows of the series the windows are cut from. */
const SERIES_ROWS = 5000;
const SEED = 2019;

export interface Work {
  /** [N, T, F], N = batches * B */
  readonly x: Tensor;
  /** [N, F]: the row after the window */
  readonly y: Tensor;
  /** Keras' order and layout, gates i, f, c, o: kernel [F, 4H], recurrent [H, 4H], bias [4H], kernel [H, F], bias [F]. */
  readonly weights: readonly Tensor[];
}

export function createWork(config: Config): Work {
  return { ...createBatches(config), weights: createWeights(config) };
}

/** Samples of `count` batches from batch `first`, without copying. */
export function sliceBatches(
  { x, y }: Pick<Work, 'x' | 'y'>,
  { batch, steps, features }: Config,
  first: number,
  count: number,
): Pick<Work, 'x' | 'y'> {
  const [from, to] = [first * batch, (first + count) * batch];
  const window = steps * features;
  return {
    x: { shape: [to - from, steps, features], data: x.data.subarray(from * window, to * window) },
    y: { shape: [to - from, features], data: y.data.subarray(from * features, to * features) },
  };
}

/** Windows of waves of different length with noise, scaled to about [-1, 1]. */
function createBatches({ batch, batches, steps, features }: Config): Pick<Work, 'x' | 'y'> {
  const random = seededRandom(SEED, 1);
  const series = Float32Array.from({ length: SERIES_ROWS * features }, (_, at) => {
    const feature = at % features;
    const hour = (at - feature) / features;
    return 0.8 * Math.sin((2 * Math.PI * hour) / (12 * (feature + 1)) + feature) + 0.2 * random.normal();
  });
  const count = batch * batches;
  const x = new Float32Array(count * steps * features);
  const y = new Float32Array(count * features);
  for (let k = 0; k < count; k++) {
    const start = Math.floor(random.next() * (SERIES_ROWS - steps));
    const end = start + steps;
    x.set(series.subarray(start * features, end * features), k * steps * features);
    y.set(series.subarray(end * features, (end + 1) * features), k * features);
  }
  return { x: { shape: [count, steps, features], data: x }, y: { shape: [count, features], data: y } };
}

/** Glorot uniform matrices, forget bias 1. */
function createWeights({ features, units }: Config): Tensor[] {
  const random = seededRandom(SEED, 2);
  const matrix = (rows: number, columns: number): Tensor => {
    const limit = Math.sqrt(6 / (rows + columns));
    const data = Float32Array.from({ length: rows * columns }, () => limit * (2 * random.next() - 1));
    return { shape: [rows, columns], data };
  };
  return [
    matrix(features, 4 * units),
    matrix(units, 4 * units),
    { shape: [4 * units], data: new Float32Array(4 * units).fill(1, units, 2 * units) },
    matrix(units, features),
    { shape: [features], data: new Float32Array(features) },
  ];
}
