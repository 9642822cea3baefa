/**
 * Who taught the weights: the gradient of an LSTM's weights is a sum over time steps, and this takes the sum apart.
 *
 *   dW = sum_t x_t^T dz_t        dU = sum_t h_{t-1}^T dz_t        db = sum_t dz_t        (each also over the batch)
 *
 * In float64, from dz as lstm_backward left it. Norms of parts do not add up to the norm of the sum: steps may pull
 * against each other.
 */
import { GATES, type GateKey } from '../core/gates.ts';

/** A batch of windows as an LSTM saw them. Flat, row-major, the oldest time step first. */
export interface TracedLstm {
  /** B, T, D, H */
  readonly batch: number;
  readonly steps: number;
  readonly features: number;
  readonly units: number;
  readonly hasBias: boolean;
  /** [B, T, D] */
  readonly x: ArrayLike<number>;
  /** [B, T, H] */
  readonly h: ArrayLike<number>;
  /** dz of each gate, [B, T, H], of the loss that training lowers: its mean over the batch. */
  readonly dz: Readonly<Record<GateKey, ArrayLike<number>>>;
}

/** One gradient of an LSTM's weights, in Keras' layout. */
export interface LstmWeightGradient {
  /** [D, 4H] */
  readonly kernel: Float64Array;
  /** [H, 4H] */
  readonly recurrentKernel: Float64Array;
  /** [4H]; empty without bias */
  readonly bias: Float64Array;
}

/** Frobenius norms of one step's share. */
export interface StepGradient {
  /** Of a gate's columns of all three arrays. */
  readonly gates: Readonly<Record<GateKey, number>>;
  readonly kernel: number;
  readonly recurrentKernel: number;
  readonly bias: number;
  /** Of all of it. */
  readonly whole: number;
}

export interface GradientByStep {
  /** [T], the oldest first. */
  readonly steps: readonly StepGradient[];
  /** The sum of the shares. */
  readonly total: LstmWeightGradient;
  /** Norms of the sum. */
  readonly totalNorms: StepGradient;
}

/** Each step's share, and their sum. */
export function gradientByStep(trace: TracedLstm): GradientByStep {
  const total = emptyGradient(trace);
  const steps = Array.from({ length: trace.steps }, (_, t) => {
    const share = shareOfStep(trace, t);
    add(total.kernel, share.kernel);
    add(total.recurrentKernel, share.recurrentKernel);
    add(total.bias, share.bias);
    return normsOf(share, trace.units);
  });
  return { steps, total, totalNorms: normsOf(total, trace.units) };
}

/**
 * How few of the newest steps hold more than half of what all steps' norms add up to.
 * @returns their number and what share they hold; null where all norms are 0
 */
export function mostFromNewest(
  norms: readonly number[],
): { readonly count: number; readonly share: number } | null {
  const sum = norms.reduce((total, norm) => total + norm, 0);
  if (!(sum > 0)) return null;
  let held = 0;
  for (let count = 1; count <= norms.length; count++) {
    held += norms[norms.length - count] as number;
    if (held > sum / 2) return { count, share: held / sum };
  }
  return { count: norms.length, share: 1 };
}

function emptyGradient({ features, units, hasBias }: TracedLstm): LstmWeightGradient {
  const columns = GATES.length * units;
  return {
    kernel: new Float64Array(features * columns),
    recurrentKernel: new Float64Array(units * columns),
    bias: new Float64Array(hasBias ? columns : 0),
  };
}

/** What step t adds to each weight's gradient. */
function shareOfStep(trace: TracedLstm, t: number): LstmWeightGradient {
  const { batch, steps, features, units, x, h, dz } = trace;
  const share = emptyGradient(trace);
  const columns = new Float64Array(GATES.length * units);
  for (let b = 0; b < batch; b++) {
    const row = b * steps + t;
    GATES.forEach(({ key }, gate) => {
      for (let u = 0; u < units; u++) columns[gate * units + u] = dz[key][row * units + u] as number;
    });
    addProducts(share.kernel, x, row * features, columns);
    if (t > 0) addProducts(share.recurrentKernel, h, (row - 1) * units, columns);
    if (trace.hasBias) add(share.bias, columns);
  }
  return share;
}

/** target [K, M] += column of K values, from `first`, times the row. */
function addProducts(
  target: Float64Array,
  values: ArrayLike<number>,
  first: number,
  row: Float64Array,
): void {
  const width = row.length;
  for (let k = 0; k * width < target.length; k++) {
    const value = values[first + k] as number;
    for (let m = 0; m < width; m++) {
      target[k * width + m] = (target[k * width + m] as number) + value * (row[m] as number);
    }
  }
}

function add(target: Float64Array, values: Float64Array): void {
  for (let at = 0; at < target.length; at++) target[at] = (target[at] as number) + (values[at] as number);
}

function normsOf({ kernel, recurrentKernel, bias }: LstmWeightGradient, units: number): StepGradient {
  const arrays = [kernel, recurrentKernel, bias].map((array) => squaresByGate(array, units));
  const [ofKernel = [], ofRecurrent = [], ofBias = []] = arrays;
  const gate = (key: GateKey): number => {
    const at = GATES.findIndex((one) => one.key === key);
    return Math.sqrt(sum(arrays.map((squares) => squares[at] ?? 0)));
  };
  return {
    gates: { i: gate('i'), f: gate('f'), c: gate('c'), o: gate('o') },
    kernel: Math.sqrt(sum(ofKernel)),
    recurrentKernel: Math.sqrt(sum(ofRecurrent)),
    bias: Math.sqrt(sum(ofBias)),
    whole: Math.sqrt(sum(arrays.flat())),
  };
}

/** Sum of squares of each gate's columns. */
function squaresByGate(array: Float64Array, units: number): number[] {
  const squares = GATES.map(() => 0);
  array.forEach((value, at) => {
    const gate = Math.floor(at / units) % GATES.length;
    squares[gate] = (squares[gate] as number) + value * value;
  });
  return squares;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
