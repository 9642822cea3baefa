/**
 * Sums over windows that ridge regression needs, without ever writing the windows out. Neighbouring windows overlap, so
 * the sum of products of step k+1 and step l+1 is that of k and l with a few rows added at one end and taken off at the
 * other: O(rows F^2 L) in place of O(rows F^2 L^2). For 35,064 rows x 48 steps x 16 inputs that is 0.3 s, not 12.
 */

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
export function gramMatrix(windows: LaggedWindows): Float64Array {
  const { features, lags, step } = windows;
  const size = lags * features;
  const gram = new Float64Array(size * size);
  for (const [first, last] of contiguousRuns(windows.starts)) {
    const count = last - first + 1;
    const byShift = lags * (count + lags * step);
    const byPair = (count * lags * lags) / 2;
    for (let distance = 0; distance < lags; distance++) {
      if (byShift < byPair) addDiagonalByShift(gram, windows, distance, first, last);
      else addDiagonalByPair(gram, windows, distance, first, last);
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
function addDiagonalByShift(
  gram: Float64Array,
  windows: LaggedWindows,
  distance: number,
  first: number,
  last: number,
): void {
  const { features, lags, base, step } = windows;
  const block = new Float64Array(features * features);
  addProducts(block, windows, base + first, base + last, distance, 1);
  for (let k = 0; k + distance < lags; k++) {
    addBlock(gram, block, k, k + distance, features, lags);
    if (k + distance + 1 === lags) return; // the rows below would lie behind the last window
    const row = base + k * step;
    addProducts(block, windows, row + last + 1, row + last + step, distance, 1);
    addProducts(block, windows, row + first, row + first + step - 1, distance, -1);
  }
}

/** The same blocks, each by its own sum: cheaper for a run shorter than a window, and the check of the other. */
function addDiagonalByPair(
  gram: Float64Array,
  windows: LaggedWindows,
  distance: number,
  first: number,
  last: number,
): void {
  const { features, lags, base, step } = windows;
  for (let k = 0; k + distance < lags; k++) {
    const block = new Float64Array(features * features);
    const row = base + k * step;
    addProducts(block, windows, row + first, row + last, distance, 1);
    addBlock(gram, block, k, k + distance, features, lags);
  }
}

/** block[a, b] += sign * x[row, a] * x[row + distance * step, b], summed over rows from..to. */
function addProducts(
  block: Float64Array,
  windows: LaggedWindows,
  from: number,
  to: number,
  distance: number,
  sign: 1 | -1,
): void {
  const { series, features, step } = windows;
  for (let row = from; row <= to; row++) {
    const left = row * features;
    const right = (row + distance * step) * features;
    for (let a = 0; a < features; a++) {
      const value = sign * (series[left + a] as number);
      const at = a * features;
      for (let b = 0; b < features; b++) {
        block[at + b] = (block[at + b] as number) + value * (series[right + b] as number);
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
export function inputSums(
  windows: LaggedWindows,
  targets: Float32Array,
  targetRows: Uint32Array,
  targetCount: number,
): { inputs: Float64Array; products: Float64Array } {
  const { series, features, starts, lags, base, step } = windows;
  const size = lags * features;
  const inputs = new Float64Array(size);
  const products = new Float64Array(size * targetCount);
  for (let i = 0; i < starts.length; i++) {
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
