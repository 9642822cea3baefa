/**
 * One LSTM layer in float64: forward, and backward through time. Plain loops, one row of the batch after the other.
 * Weights are in Keras 2 and 3 layout: kernel W [D, 4H], recurrent kernel U [H, 4H], bias b [4H], column blocks i | f | c | o.
 *
 *   z  = x_t W + h_{t-1} U + b            i = s(z_i)   f = s(z_f)   g = a(z_c)   o = s(z_o)
 *   c_t = f c_{t-1} + i g                 h_t = o a(c_t)
 *
 * s is the recurrent activation, a the activation (used twice). Backward, with dh the whole gradient of h_t:
 *
 *   dz_o = dh a(c_t) s'(z_o)              dc = dc_from_t+1 + dh o a'(c_t)
 *   dz_i = dc g s'(z_i)                   dz_f = dc c_{t-1} s'(z_f)         dz_c = dc i a'(z_c)
 *   dh_{t-1} += dz U^T                    dc_{t-1} = dc f                   dx_t = dz W^T
 *   dW += x_t^T dz                        dU += h_{t-1}^T dz                db += dz
 */
import { type ReferenceActivation, referenceActivation } from './activations.ts';
import { type ArrayInput, checkCount, checkLength, readSequenceShape } from './array64.ts';

/** Position of each gate's column block. Stated here because the reference imports nothing; a test compares it with core/gates.ts. */
export const REFERENCE_GATE_COLUMNS = { i: 0, f: 1, c: 2, o: 3 } as const;

/** Weights of an LSTM in Keras layout. */
export interface LstmWeights {
  /** W [D, 4H] */
  readonly kernel: ArrayLike<number>;
  /** U [H, 4H] */
  readonly recurrentKernel: ArrayLike<number>;
  /** b [4H], or null for a layer without bias. */
  readonly bias: ArrayLike<number> | null;
}

export interface LstmOptions {
  /** H */
  readonly units: number;
  /** Of the candidate and of the cell's output; 'tanh' unless given. */
  readonly activation?: ReferenceActivation;
  /** Of the gates i, f, o; 'sigmoid' unless given. */
  readonly recurrentActivation?: ReferenceActivation;
  /** State before the first step, [B, H]; zeros unless given. */
  readonly h0?: ArrayLike<number>;
  /** Cell state before the first step, [B, H]; zeros unless given. */
  readonly c0?: ArrayLike<number>;
}

/** Everything a forward pass computed. Flat, row-major. */
export interface LstmTrace {
  readonly batch: number;
  readonly timeSteps: number;
  readonly features: number;
  readonly units: number;
  readonly activation: ReferenceActivation;
  readonly recurrentActivation: ReferenceActivation;
  /** Pre-activations [B, T, 4H], columns i | f | c | o. */
  readonly z: Float64Array;
  /** Input gate [B, T, H]. */
  readonly i: Float64Array;
  /** Forget gate [B, T, H]. */
  readonly f: Float64Array;
  /** Candidate g = a(z_c) [B, T, H]. */
  readonly candidate: Float64Array;
  /** Output gate [B, T, H]. */
  readonly o: Float64Array;
  /** Cell state after each step [B, T, H]. */
  readonly c: Float64Array;
  /** Emitted output of each step [B, T, H]. */
  readonly h: Float64Array;
  /** State before the first step [B, H]. */
  readonly h0: Float64Array;
  /** Cell state before the first step [B, H]. */
  readonly c0: Float64Array;
}

/** Gradients of an LSTM. Flat, row-major. */
export interface LstmGradients {
  /** [B, T, D] */
  readonly dx: Float64Array;
  /** [D, 4H], summed over batch and time. */
  readonly dKernel: Float64Array;
  /** [H, 4H], summed over batch and time. */
  readonly dRecurrentKernel: Float64Array;
  /** [4H], summed over batch and time; null for a layer without bias. */
  readonly dBias: Float64Array | null;
  /** Gradient of the pre-activations [B, T, 4H], columns i | f | c | o. */
  readonly dz: Float64Array;
  /** Whole gradient of each h, from above and from step t + 1, [B, T, H]. */
  readonly dh: Float64Array;
  /** Whole gradient of each cell state [B, T, H]. */
  readonly dc: Float64Array;
  /** [B, H] */
  readonly dh0: Float64Array;
  /** [B, H] */
  readonly dc0: Float64Array;
}

function checkWeights(weights: LstmWeights, features: number, units: number): void {
  const columns = 4 * units;
  checkLength('LSTM kernel', weights.kernel, [features, columns]);
  checkLength('LSTM recurrent kernel', weights.recurrentKernel, [units, columns]);
  if (weights.bias !== null) checkLength('LSTM bias', weights.bias, [columns]);
}

function readState(
  name: string,
  state: ArrayLike<number> | undefined,
  batch: number,
  units: number,
): Float64Array {
  if (state === undefined) return new Float64Array(batch * units);
  checkLength(name, state, [batch, units]);
  return Float64Array.from(state);
}

/** target[k] += sum over rows of vector[row] * matrix[row, k]; the matrix has target's width. */
function addVectorTimesMatrix(
  target: Float64Array,
  vector: ArrayLike<number>,
  vectorStart: number,
  rows: number,
  matrix: ArrayLike<number>,
): void {
  const width = target.length;
  for (let row = 0; row < rows; row++) {
    const factor = vector[vectorStart + row] as number;
    for (let k = 0; k < width; k++) {
      target[k] = (target[k] as number) + factor * (matrix[row * width + k] as number);
    }
  }
}

/**
 * Runs an LSTM over whole sequences and keeps every quantity.
 * @param x input [B, T, D]
 * @param weights Keras layout, see LstmWeights
 * @returns the trace; `h` holds the emitted outputs
 * @throws Error when x has not 3 dimensions, a length does not fit, or an activation is unknown
 */
export function lstmForward(x: ArrayInput, weights: LstmWeights, options: LstmOptions): LstmTrace {
  const [batch, timeSteps, features] = readSequenceShape('LSTM input', x);
  const units = checkCount('LSTM units', options.units);
  checkWeights(weights, features, units);
  const activation = options.activation ?? 'tanh';
  const recurrentActivation = options.recurrentActivation ?? 'sigmoid';
  const activate = referenceActivation(activation).value;
  const activateGate = referenceActivation(recurrentActivation).value;
  const size = batch * timeSteps * units;
  const trace: LstmTrace = {
    batch,
    timeSteps,
    features,
    units,
    activation,
    recurrentActivation,
    z: new Float64Array(4 * size),
    i: new Float64Array(size),
    f: new Float64Array(size),
    candidate: new Float64Array(size),
    o: new Float64Array(size),
    c: new Float64Array(size),
    h: new Float64Array(size),
    h0: readState('LSTM initial state h0', options.h0, batch, units),
    c0: readState('LSTM initial state c0', options.c0, batch, units),
  };
  const { i, f, c, o } = REFERENCE_GATE_COLUMNS;

  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < timeSteps; t++) {
      const step = b * timeSteps + t;
      const z = trace.z.subarray(step * 4 * units, (step + 1) * 4 * units);
      if (weights.bias !== null) z.set(weights.bias);
      addVectorTimesMatrix(z, x.data, step * features, features, weights.kernel);
      const previousH = t === 0 ? trace.h0 : trace.h;
      const previousC = t === 0 ? trace.c0 : trace.c;
      const previousStart = (t === 0 ? b : step - 1) * units;
      addVectorTimesMatrix(z, previousH, previousStart, units, weights.recurrentKernel);

      for (let u = 0; u < units; u++) {
        const at = step * units + u;
        const input = activateGate(z[i * units + u] as number);
        const forget = activateGate(z[f * units + u] as number);
        const candidate = activate(z[c * units + u] as number);
        const output = activateGate(z[o * units + u] as number);
        const cell = forget * (previousC[previousStart + u] as number) + input * candidate;
        trace.i[at] = input;
        trace.f[at] = forget;
        trace.candidate[at] = candidate;
        trace.o[at] = output;
        trace.c[at] = cell;
        trace.h[at] = output * activate(cell);
      }
    }
  }
  return trace;
}

/**
 * Backward through time over a whole trace.
 * @param trace of lstmForward with the same x and weights
 * @param x input [B, T, D]
 * @param dhAbove gradient of each emitted h, [B, T, H]; for the last output alone, zero at every step but the last
 * @throws Error when a length does not fit the trace
 */
export function lstmBackward(
  trace: LstmTrace,
  x: ArrayInput,
  weights: LstmWeights,
  dhAbove: ArrayLike<number>,
): LstmGradients {
  const { batch, timeSteps, features, units } = trace;
  const columns = 4 * units;
  checkLength('LSTM input', x.data, [batch, timeSteps, features]);
  checkLength('LSTM output gradient dh', dhAbove, [batch, timeSteps, units]);
  checkWeights(weights, features, units);
  const dx = new Float64Array(batch * timeSteps * features);
  const dz = new Float64Array(batch * timeSteps * columns);
  const dh = Float64Array.from(dhAbove);
  const dc = new Float64Array(batch * timeSteps * units);
  const dKernel = new Float64Array(features * columns);
  const dRecurrentKernel = new Float64Array(units * columns);
  const dBias = new Float64Array(columns);
  // Carried from step t + 1 to step t; after the first step they are the gradients of the initial state.
  const dh0 = new Float64Array(batch * units);
  const dc0 = new Float64Array(batch * units);

  for (let b = 0; b < batch; b++) {
    const dhCarried = dh0.subarray(b * units, (b + 1) * units);
    const dcCarried = dc0.subarray(b * units, (b + 1) * units);
    for (let t = timeSteps - 1; t >= 0; t--) {
      const step = b * timeSteps + t;
      const previousStart = (t === 0 ? b : step - 1) * units;
      const dzStep = dz.subarray(step * columns, (step + 1) * columns);
      backwardStep(trace, step, t === 0 ? trace.c0 : trace.c, previousStart, {
        dh,
        dc,
        dhCarried,
        dcCarried,
        dzStep,
      });

      const dxStep = dx.subarray(step * features, (step + 1) * features);
      passBack(dxStep, dzStep, weights.kernel, dKernel, x.data, step * features);
      const previousH = t === 0 ? trace.h0 : trace.h;
      passBack(dhCarried, dzStep, weights.recurrentKernel, dRecurrentKernel, previousH, previousStart);
      for (let k = 0; k < columns; k++) dBias[k] = (dBias[k] as number) + (dzStep[k] as number);
    }
  }
  return { dx, dKernel, dRecurrentKernel, dBias: weights.bias === null ? null : dBias, dz, dh, dc, dh0, dc0 };
}

/** What backwardStep reads and writes: dh and dc of all steps, what step t + 1 carried here, dz of this step. */
interface BackwardState {
  readonly dh: Float64Array;
  readonly dc: Float64Array;
  readonly dhCarried: Float64Array;
  readonly dcCarried: Float64Array;
  readonly dzStep: Float64Array;
}

/**
 * Gradient of the gates and cell state of one step of one row: adds what was carried to dh, writes dc and dz [4H], and
 * carries dc on to step t - 1.
 */
function backwardStep(
  trace: LstmTrace,
  step: number,
  previousC: Float64Array,
  previousStart: number,
  { dh, dc: dcAll, dhCarried, dcCarried, dzStep }: BackwardState,
): void {
  const { units } = trace;
  const activation = referenceActivation(trace.activation);
  const gateDerivative = referenceActivation(trace.recurrentActivation).derivative;
  const { i, f, c, o } = REFERENCE_GATE_COLUMNS;
  const z = trace.z.subarray(step * 4 * units, (step + 1) * 4 * units);
  for (let u = 0; u < units; u++) {
    const at = step * units + u;
    const cell = trace.c[at] as number;
    const dhTotal = (dh[at] as number) + (dhCarried[u] as number);
    const dc = (dcCarried[u] as number) + dhTotal * (trace.o[at] as number) * activation.derivative(cell);
    dh[at] = dhTotal;
    dcAll[at] = dc;
    const previousCell = previousC[previousStart + u] as number;
    dzStep[i * units + u] = dc * (trace.candidate[at] as number) * gateDerivative(z[i * units + u] as number);
    dzStep[f * units + u] = dc * previousCell * gateDerivative(z[f * units + u] as number);
    dzStep[c * units + u] = dc * (trace.i[at] as number) * activation.derivative(z[c * units + u] as number);
    dzStep[o * units + u] = dhTotal * activation.value(cell) * gateDerivative(z[o * units + u] as number);
    dcCarried[u] = dc * (trace.f[at] as number);
  }
}

/** Through one product row: dInput = dz M^T (overwritten), dM += input^T dz. */
function passBack(
  dInput: Float64Array,
  dz: Float64Array,
  matrix: ArrayLike<number>,
  dMatrix: Float64Array,
  input: ArrayLike<number>,
  inputStart: number,
): void {
  const columns = dz.length;
  for (let row = 0; row < dInput.length; row++) {
    const value = input[inputStart + row] as number;
    let sum = 0;
    for (let k = 0; k < columns; k++) {
      const at = row * columns + k;
      const gradient = dz[k] as number;
      sum += gradient * (matrix[at] as number);
      dMatrix[at] = (dMatrix[at] as number) + value * gradient;
    }
    dInput[row] = sum;
  }
}
