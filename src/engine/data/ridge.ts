/**
 * Ridge regression from the scaled window (every step, every input, and an intercept) to the scaled target: the best
 * straight line, which a network has to beat. The penalty is chosen on the validation part, never on the test part.
 */
import { choleskyFactor, choleskySolve } from './cholesky.ts';
import { gramMatrix, type InPieces, inputSums, type LaggedWindows, windowsOfPiece } from './gram.ts';
import type { WindowDataset } from './windows.ts';

export interface RidgeModel {
  /** [n, K] row-major; input (k, a) at k * F + a. */
  readonly weights: Float64Array;
  /** [K]. */
  readonly intercept: Float64Array;
  /** [K], penalty per training window. */
  readonly lambda: readonly number[];
  /** 1: every step of the window is an input; s: every s-th, counted back from the last. */
  readonly lagStep: number;
}

/** Penalty over the number of training windows; inputs are standardised, so these go from almost none to nearly all. */
const LAMBDAS = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10] as const;
/** More inputs than this make seven factors slower than a few seconds; steps of long windows are thinned out. */
const MOST_INPUTS = 1024;
/** Multiplications in the sums over windows, a few seconds. */
const MOST_PRODUCTS = 3e9;
/** Validation windows looked at to choose the penalty, evenly spread. */
const MOST_VALIDATION_WINDOWS = 20_000;

export function* fitRidge(train: WindowDataset, validation: WindowDataset): InPieces<RidgeModel> {
  const { targetCount } = train;
  const lagStep = chooseLagStep(train);
  const windows = laggedWindows(train, train.starts, lagStep);
  const size = windows.lags * train.features;
  const { gram, products, inputMean, targetMean } = yield* centredSums(windows, train);

  const chosen = thinned(validation);
  const weights = new Float64Array(size * targetCount);
  const intercept = new Float64Array(targetCount);
  const lambda = new Array<number>(targetCount).fill(Number.NaN);
  const best = new Float64Array(targetCount).fill(Number.POSITIVE_INFINITY);
  for (const candidate of LAMBDAS) {
    yield;
    const factor = choleskyFactor(gram, size, candidate * train.starts.length);
    const tried = new Float64Array(size * targetCount);
    const triedIntercept = new Float64Array(targetCount);
    for (let t = 0; t < targetCount; t++) {
      const column = choleskySolve(factor, size, columnOf(products, t, targetCount));
      let offset = targetMean[t] as number;
      for (let i = 0; i < size; i++) {
        tried[i * targetCount + t] = column[i] as number;
        offset -= (column[i] as number) * (inputMean[i] as number);
      }
      triedIntercept[t] = offset;
    }
    const errors = yield* absoluteErrors(
      { weights: tried, intercept: triedIntercept, lambda, lagStep },
      chosen,
    );
    for (let t = 0; t < targetCount; t++) {
      if (!((errors[t] as number) < (best[t] as number))) continue;
      best[t] = errors[t] as number;
      lambda[t] = candidate;
      intercept[t] = triedIntercept[t] as number;
      for (let at = t; at < tried.length; at += targetCount) weights[at] = tried[at] as number;
    }
  }
  return { weights, intercept, lambda, lagStep };
}

/** Forecasts [windows, K], scaled. */
export function* predictRidge(model: RidgeModel, part: WindowDataset): InPieces<Float64Array> {
  const { weights, intercept, lagStep } = model;
  const { features, targetCount } = part;
  const { series, starts, lags, base, step } = laggedWindows(part, part.starts, lagStep);
  const result = new Float64Array(starts.length * targetCount);
  const pieceWindows = windowsOfPiece(lags * features, targetCount);
  for (let i = 0; i < starts.length; i++) {
    if (i > 0 && i % pieceWindows === 0) yield;
    const out = i * targetCount;
    for (let t = 0; t < targetCount; t++) result[out + t] = intercept[t] as number;
    for (let k = 0, input = 0; k < lags; k++) {
      const row = ((starts[i] as number) + base + k * step) * features;
      for (let a = 0; a < features; a++, input++) {
        const value = series[row + a] as number;
        for (let t = 0; t < targetCount; t++) {
          result[out + t] =
            (result[out + t] as number) + value * (weights[input * targetCount + t] as number);
        }
      }
    }
  }
  return result;
}

/** The smallest thinning of steps that keeps the work within the limits; the last step always stays. */
export function chooseLagStep({ window, features, targetCount, starts }: WindowDataset): number {
  for (let lagStep = 1; lagStep < window; lagStep++) {
    const size = lagsOf(window, lagStep) * features;
    if (size <= MOST_INPUTS && starts.length * size * (features + targetCount) <= MOST_PRODUCTS)
      return lagStep;
  }
  return window;
}

function lagsOf(window: number, lagStep: number): number {
  return Math.floor((window - 1) / lagStep) + 1;
}

function laggedWindows(part: WindowDataset, starts: Uint32Array, lagStep: number): LaggedWindows {
  const { series, features, window, samplingRate } = part;
  const lags = lagsOf(window, lagStep);
  const step = lagStep * samplingRate;
  const base = (window - 1) * samplingRate - (lags - 1) * step;
  return { series, features, starts, lags, base, step };
}

/** The sums about the means: the intercept then drops out of the system and is not penalised. */
function* centredSums(
  windows: LaggedWindows,
  train: WindowDataset,
): InPieces<{
  gram: Float64Array;
  products: Float64Array;
  inputMean: Float64Array;
  targetMean: Float64Array;
}> {
  const { targets, targetRows, targetCount } = train;
  const count = targetRows.length;
  const gram = yield* gramMatrix(windows);
  const { inputs, products } = yield* inputSums(windows, targets, targetRows, targetCount);
  const size = inputs.length;
  const inputMean = inputs.map((sum) => sum / count);
  const targetMean = new Float64Array(targetCount);
  for (const row of targetRows) {
    for (let t = 0; t < targetCount; t++) {
      targetMean[t] = (targetMean[t] as number) + (targets[row * targetCount + t] as number) / count;
    }
  }
  for (let i = 0; i < size; i++) {
    const weighted = count * (inputMean[i] as number);
    for (let j = 0; j < size; j++) {
      gram[i * size + j] = (gram[i * size + j] as number) - weighted * (inputMean[j] as number);
    }
    for (let t = 0; t < targetCount; t++) {
      const at = i * targetCount + t;
      products[at] = (products[at] as number) - weighted * (targetMean[t] as number);
    }
  }
  return { gram, products, inputMean, targetMean };
}

function columnOf(values: Float64Array, column: number, columns: number): Float64Array {
  return Float64Array.from(
    { length: values.length / columns },
    (_, i) => values[i * columns + column] as number,
  );
}

function thinned(part: WindowDataset): WindowDataset {
  const every = Math.ceil(part.starts.length / MOST_VALIDATION_WINDOWS);
  const keep = (_: number, i: number): boolean => i % every === 0;
  return { ...part, starts: part.starts.filter(keep), targetRows: part.targetRows.filter(keep) };
}

function* absoluteErrors(model: RidgeModel, part: WindowDataset): InPieces<Float64Array> {
  const { targets, targetRows, targetCount } = part;
  const predicted = yield* predictRidge(model, part);
  const errors = new Float64Array(targetCount);
  for (const [i, row] of targetRows.entries()) {
    for (let t = 0; t < targetCount; t++) {
      const error = (predicted[i * targetCount + t] as number) - (targets[row * targetCount + t] as number);
      errors[t] = (errors[t] as number) + Math.abs(error);
    }
  }
  return errors;
}
