/**
 * The gradients of h and c that an LSTM's backward kernels keep in registers and never store, reckoned in float64 from
 * what they do store: dz of every gate (lstm_backward), the gates, the cell states and U (keras-reference 1.1).
 *
 *   dh_t = above_t + dz_{t+1} . U^T        dc_t = dc_{t+1} f_{t+1} + dh_t o_t (1 - tanh(c_t)^2)
 *
 * They are exact to the rounding of those float32 numbers, and are no kernel's own. tanh and sigmoid only.
 */
import { badInput } from '../core/errors.ts';
import { GATES, type GateKey } from '../core/gates.ts';

/** One window's numbers, the oldest time step first. Flat, row-major. */
export interface CellGradientInput {
  /** T, H */
  readonly steps: number;
  readonly units: number;
  /** dz of each gate, [T, H]. */
  readonly dz: Readonly<Record<GateKey, ArrayLike<number>>>;
  /** Gradient of h from the layer above, [T, H] of every step or [H] of the last alone. */
  readonly above: ArrayLike<number>;
  /** Forget and output gates and cell states, [T, H]. */
  readonly f: ArrayLike<number>;
  readonly o: ArrayLike<number>;
  readonly c: ArrayLike<number>;
  /** U in Keras' layout, [H, 4H]. */
  readonly recurrentKernel: ArrayLike<number>;
}

/** All [T, H]. */
export interface CellGradients {
  /** From the layer above, zero where nothing comes. */
  readonly dhAbove: Float64Array;
  /** From the step after: dz_{t+1} . U^T, zero at the last. */
  readonly dhNext: Float64Array;
  /** Their sum. */
  readonly dh: Float64Array;
  /** From the step after: dc_{t+1} f_{t+1}, zero at the last. */
  readonly dcNext: Float64Array;
  readonly dc: Float64Array;
}

/** @throws GatewiseError where `above` is of neither shape */
export function cellGradients(input: CellGradientInput): CellGradients {
  const { steps, units, dz, above, f, o, c, recurrentKernel } = input;
  const size = steps * units;
  if (above.length !== size && above.length !== units) {
    throw badInput(
      `The gradient from above has ${above.length} values; it needs ${size} (every step) or ${units} (the last alone). Take it from traceGradients().`,
    );
  }
  const result: CellGradients = {
    dhAbove: new Float64Array(size),
    dhNext: new Float64Array(size),
    dh: new Float64Array(size),
    dcNext: new Float64Array(size),
    dc: new Float64Array(size),
  };
  result.dhAbove.set(Array.from(above), size - above.length);
  for (let t = steps - 1; t >= 0; t--) {
    for (let u = 0; u < units; u++) {
      const at = t * units + u;
      if (t < steps - 1) {
        result.dhNext[at] = fromNextStep(dz, recurrentKernel, (t + 1) * units, u, units);
        result.dcNext[at] = (result.dc[at + units] as number) * (f[at + units] as number);
      }
      const dh = (result.dhAbove[at] as number) + (result.dhNext[at] as number);
      result.dh[at] = dh;
      result.dc[at] =
        (result.dcNext[at] as number) + dh * (o[at] as number) * (1 - Math.tanh(c[at] as number) ** 2);
    }
  }
  return result;
}

/** Row `unit` of U times dz of the step that begins at `next`. */
function fromNextStep(
  dz: CellGradientInput['dz'],
  recurrentKernel: ArrayLike<number>,
  next: number,
  unit: number,
  units: number,
): number {
  const row = unit * GATES.length * units;
  let sum = 0;
  GATES.forEach(({ key }, gate) => {
    for (let j = 0; j < units; j++) {
      sum += (dz[key][next + j] as number) * (recurrentKernel[row + gate * units + j] as number);
    }
  });
  return sum;
}
