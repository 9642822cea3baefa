/**
 * Sums over windows that ridge regression needs, without ever writing the windows out. Neighbouring windows overlap, so
 * the sum of products of step k+1 and step l+1 is that of k and l with a few rows added at one end and taken off at the
 * other: O(rows F^2 L) in place of O(rows F^2 L^2). For 35,064 rows x 48 steps x 16 inputs that is 0.3 s, not 12.
 * Long series still take seconds, so the sums are generators that yield every few milliseconds: whoever trains on the
 * same thread goes on in between.
 */

/** Work to be done a piece at a time: `yield` comes between two pieces. */
export type InPieces<T> = Generator<void, T>;

/** Does all of the work at once. */
export function finish<T>(work: InPieces<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** Multiplications between two yields, about 5 ms. */
const PIECE_PRODUCTS = 4_000_000;

/** Windows as ridge sees them: step k of the window that starts at p is row p + base + k * step. */
export interface LaggedWindows {
  /** [rows, F] row-major. */
  readonly series: Float32Array;
  readonly features: number;
  /** [windows], first rows, ascending. */
  readonly starts: Uint32Array;
  /** Steps used of each window. */
  readonly lags: number;
  readonly base: number;
  readonly step: number;
}

/**
 * Sum over windows of x x^T.
 * @returns [n, n] row-major, n = lags * F, input (k, a) at k * F + a; both triangles filled
 */
export function* gramMatrix(windows: LaggedWindows): InPieces<Float64Array> {
  const { features, lags, step } = windows;
  const size = lags * features;
  const gram = new Float64Array(size * size);
  for (const [first, last] of contiguousRuns(windows.starts)) {
    const count = last - first + 1;
    const byShift = lags * (count + lags * step);
    const byPair = (count * lags * lags) / 2;
    for (let distance = 0; distance < lags; distance++) {
      if (byShift < byPair) yield* addDiagonalByShift(gram, windows, distance, first, last);
      else yield* addDiagonalByPair(gram, windows, distance, first, last);
    }
  }
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) gram[i * size + j] = gram[j * size + i] as number;
  }
  return gram;
}

/** Runs of starts without a hole, as first and last start. */
function contiguousRuns(starts: Uint32Array): [first: number, last: number][] {
  const runs: [number, number][] = [];
  for (const start of starts) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] === start - 1) run[1] = start;
    else runs.push([start, start]);
  }
  return runs;
}

/** Blocks (0, d), (1, d+1), ... of the Gram matrix: the first by its sum, each next one from the one before. */
function* addDiagonalByShift(
  gram: Float64Array,
  windows: LaggedWindows,
  distance: number,
  first: number,
  last: number,
): InPieces<void> {
  const { features, lags, base, step } = windows;
  const block = new Float64Array(features * features);
  yield* addProducts(block, windows, base + first, base + last, distance, 1);
  for (let k = 0; k + distance < lags; k++) {
    addBlock(gram, block, k, k + distance, features, lags);
    if (k + distance + 1 === lags) return; // the rows below would lie behind the last window
    const row = base + k * step;
    yield* addProducts(block, windows, row + last + 1, row + last + step, distance, 1);
    yield* addProducts(block, windows, row + first, row + first + step - 1, distance, -1);
  }
}

/** The same blocks, each by its own sum: cheaper for a run shorter than a window, and the check of the other. */
function* addDiagonalByPair(
  gram: Float64Array,
  windows: LaggedWindows,
  distance: number,
  first: number,
  last: number,
): InPieces<void> {
  const { features, lags, base, step } = windows;
  for (let k = 0; k + distance < lags; k++) {
    const block = new Float64Array(features * features);
    const row = base + k * step;
    yield* addProducts(block, windows, row + first, row + last, distance, 1);
    addBlock(gram, block, k, k + distance, features, lags);
  }
}

/** block[a, b] += sign * x[row, a] * x[row + distance * step, b], summed over rows from..to. */
function* addProducts(
  block: Float64Array,
  windows: LaggedWindows,
  from: number,
  to: number,
  distance: number,
  sign: 1 | -1,
): InPieces<void> {
  const { series, features, step } = windows;
  const pieceRows = Math.max(4, Math.floor(PIECE_PRODUCTS / features ** 2));
  for (let row = from; row <= to; row += pieceRows) {
    if (row > from) yield;
    const end = Math.min(to + 1, row + pieceRows);
    addPieceOfProducts(block, series, features, row, end, distance * step, sign);
  }
}

/** Four rows at a time: the block is then loaded and stored once for four products. */
function addPieceOfProducts(
  block: Float64Array,
  series: Float32Array,
  features: number,
  from: number,
  end: number,
  shift: number,
  sign: 1 | -1,
): void {
  let row = from;
  for (; row + 4 <= end; row += 4) {
    const left = row * features;
    const right = (row + shift) * features;
    for (let a = 0; a < features; a++) {
      const x0 = sign * (series[left + a] as number);
      const x1 = sign * (series[left + features + a] as number);
      const x2 = sign * (series[left + 2 * features + a] as number);
      const x3 = sign * (series[left + 3 * features + a] as number);
      const at = a * features;
      for (let b = 0; b < features; b++) {
        const y = right + b;
        block[at + b] =
          (block[at + b] as number) +
          x0 * (series[y] as number) +
          x1 * (series[y + features] as number) +
          x2 * (series[y + 2 * features] as number) +
          x3 * (series[y + 3 * features] as number);
      }
    }
  }
  for (; row < end; row++) {
    for (let a = 0; a < features; a++) {
      const x = sign * (series[row * features + a] as number);
      for (let b = 0; b < features; b++) {
        const y = series[(row + shift) * features + b] as number;
        block[a * features + b] = (block[a * features + b] as number) + x * y;
      }
    }
  }
}

function addBlock(
  gram: Float64Array,
  block: Float64Array,
  k: number,
  l: number,
  features: number,
  lags: number,
): void {
  const size = lags * features;
  for (let a = 0; a < features; a++) {
    const at = (k * features + a) * size + l * features;
    for (let b = 0; b < features; b++)
      gram[at + b] = (gram[at + b] as number) + (block[a * features + b] as number);
  }
}

/**
 * Sums over windows of x and of x y^T.
 * @param targets [rows, K] row-major
 * @param targetRows [windows]
 * @returns inputs [n], products [n, K] row-major
 */
export function* inputSums(
  windows: LaggedWindows,
  targets: Float32Array,
  targetRows: Uint32Array,
  targetCount: number,
): InPieces<{ inputs: Float64Array; products: Float64Array }> {
  const { series, features, starts, lags, base, step } = windows;
  const size = lags * features;
  const inputs = new Float64Array(size);
  const products = new Float64Array(size * targetCount);
  const pieceWindows = windowsOfPiece(size, targetCount);
  for (let i = 0; i < starts.length; i++) {
    if (i > 0 && i % pieceWindows === 0) yield;
    const target = (targetRows[i] as number) * targetCount;
    for (let k = 0, input = 0; k < lags; k++) {
      const row = ((starts[i] as number) + base + k * step) * features;
      for (let a = 0; a < features; a++, input++) {
        const value = series[row + a] as number;
        inputs[input] = (inputs[input] as number) + value;
        const at = input * targetCount;
        for (let t = 0; t < targetCount; t++) {
          products[at + t] = (products[at + t] as number) + value * (targets[target + t] as number);
        }
      }
    }
  }
  return { inputs, products };
}

/** Windows between two yields, for work that goes over all inputs and targets of each. */
export function windowsOfPiece(inputs: number, targets: number): number {
  return Math.max(1, Math.floor(PIECE_PRODUCTS / (inputs * (1 + targets))));
}
