/**
 * LSTM, GRU and SimpleRNN at inference in float64 with every option of Keras: reading backwards, masks, states carried
 * over, no bias. Plain loops over Keras' own weight layout; no backward pass (lstm.ts has that of the plain LSTM).
 *
 *   LSTM       i, f, o = s(x W + h U + b)   g = a(...)   c = f c + i g   h = o a(c)          columns i | f | c | o
 *   GRU        z, r = s(...)   h = z h + (1 - z) g                                           columns z | r | h
 *              g = a(x W + b0 + r (h U + b1)) with resetAfter, bias [2, 3H]; else a(x W + (r h) U + b), bias [3H]
 *   SimpleRNN  h = a(x W + h U + b)
 *
 * A masked step keeps h and c. It emits the previous output again, zeros before the first step that counts, or always
 * zeros with zeroOutputForMask (keras/src/backend/tensorflow/rnn.py).
 */
import { type ReferenceActivation, referenceActivation } from './activations.ts';
import { type Array64, type ArrayInput, checkLength, readSequenceShape } from './array64.ts';

export interface RecurrentOptions {
  readonly cell: 'lstm' | 'gru' | 'simple_rnn';
  /** H */
  readonly units: number;
  readonly activation: ReferenceActivation;
  readonly recurrentActivation: ReferenceActivation;
  readonly useBias: boolean;
  readonly returnSequences: boolean;
  readonly goBackwards: boolean;
  readonly stateful: boolean;
  readonly zeroOutputForMask: boolean;
  readonly resetAfter: boolean;
}

/** h and c (unused but in an LSTM) of every row, [B, H]. */
export interface RecurrentState {
  readonly h: Float64Array;
  readonly c: Float64Array;
}

export interface RecurrentRun {
  /** [B, T, H] or [B, H], in the order of processing. */
  readonly output: Array64;
  /** [B, T, H] each: i, f, candidate, o, c, h; z, r, candidate, h; h. States, also where a masked step emits zeros. */
  readonly traces: Readonly<Record<string, Float64Array>>;
  readonly state: RecurrentState;
}

const TRACES = {
  lstm: ['i', 'f', 'candidate', 'o', 'c', 'h'],
  gru: ['z', 'r', 'candidate', 'h'],
  simple_rnn: ['h'],
} as const;
const GATES = { lstm: 4, gru: 3, simple_rnn: 1 } as const;

/**
 * Runs a recurrent layer.
 * @param input [B, T, D]
 * @param weights kernel, recurrent kernel and, with useBias, bias
 * @param mask [B, T], 0 for a step that does not count; null: all count
 * @param before states to begin with; null: zeros
 */
export function recurrentForward(
  input: ArrayInput,
  weights: readonly ArrayLike<number>[],
  options: RecurrentOptions,
  mask: ArrayLike<number> | null,
  before: RecurrentState | null,
): RecurrentRun {
  const [batch, steps, features] = readSequenceShape('Recurrent input', input);
  const { cell, units, returnSequences, goBackwards, zeroOutputForMask } = options;
  const columns = GATES[cell] * units;
  const [kernel = [], recurrent = [], bias = new Float64Array(2 * columns)] = weights;
  checkLength('Recurrent kernel of the input', kernel, [features, columns]);
  checkLength('Recurrent kernel of the state', recurrent, [units, columns]);

  const h = Float64Array.from(before?.h ?? new Float64Array(batch * units));
  const c = Float64Array.from(before?.c ?? new Float64Array(batch * units));
  const sequence = new Float64Array(batch * steps * units);
  const kept = TRACES[cell].map(() => new Float64Array(batch * steps * units));
  for (let b = 0; b < batch; b++) {
    const ownH = h.subarray(b * units, (b + 1) * units);
    const ownC = c.subarray(b * units, (b + 1) * units);
    const emitted = new Float64Array(units);
    for (let s = 0; s < steps; s++) {
      const t = goBackwards ? steps - 1 - s : s;
      const x = (b * steps + t) * features;
      const xW = product(input.data, x, features, kernel, columns);
      const values = cellStep(options, xW, recurrent, bias, ownH, ownC);
      const counts = mask === null || mask[b * steps + t] !== 0;
      if (counts) {
        ownH.set(values.at(-1) as Float64Array);
        if (cell === 'lstm') ownC.set(values[4] as Float64Array);
        emitted.set(ownH);
      } else {
        values[values.length - 1] = Float64Array.from(ownH);
        if (cell === 'lstm') values[4] = Float64Array.from(ownC);
        if (zeroOutputForMask) emitted.fill(0);
      }
      const at = (b * steps + s) * units;
      sequence.set(emitted, at);
      values.forEach((value, k) => {
        kept[k]?.set(value, at);
      });
    }
  }
  const traces = Object.fromEntries(TRACES[cell].map((key, k) => [key, kept[k] as Float64Array]));
  const whole = { shape: [batch, steps, units], data: sequence };
  return { output: returnSequences ? whole : lastStep(whole), traces, state: { h, c } };
}

/** [i, f, candidate, o, c, h], [z, r, candidate, h] or [h] after one step, from x W of all columns. */
function cellStep(
  { cell, units, activation, recurrentActivation, resetAfter }: RecurrentOptions,
  xW: Float64Array,
  recurrent: ArrayLike<number>,
  bias: ArrayLike<number>,
  h: Float64Array,
  c: Float64Array,
): Float64Array[] {
  const columns = GATES[cell] * units;
  const phi = referenceActivation(activation).value;
  const sigma = referenceActivation(recurrentActivation).value;
  const xWb = xW.map((value, k) => value + (bias[k] as number));
  const hU = product(h, 0, units, recurrent, columns);
  const gate = (k: number, f: (z: number) => number): Float64Array =>
    Float64Array.from({ length: units }, (_, u) =>
      f((xWb[k * units + u] as number) + (hU[k * units + u] as number)),
    );
  if (cell === 'simple_rnn') return [gate(0, phi)];
  if (cell === 'lstm') {
    const [i, f, candidate, o] = [gate(0, sigma), gate(1, sigma), gate(2, phi), gate(3, sigma)];
    const newC = c.map((old, u) => at(f, u) * old + at(i, u) * at(candidate, u));
    return [i, f, candidate, o, newC, newC.map((value, u) => at(o, u) * phi(value))];
  }
  const [z, r] = [
    Float64Array.from({ length: units }, (_, u) => sigma(at(xWb, u) + at(hU, u) + secondBias(u))),
    Float64Array.from({ length: units }, (_, u) =>
      sigma(at(xWb, units + u) + at(hU, units + u) + secondBias(units + u)),
    ),
  ];
  const resetU = product(
    h.map((value, u) => at(r, u) * value),
    0,
    units,
    recurrent,
    columns,
  );
  const candidate = z.map((_, u) => {
    const k = 2 * units + u;
    const state = resetAfter ? at(r, u) * (at(hU, k) + secondBias(k)) : at(resetU, k);
    return phi(at(xWb, k) + state);
  });
  return [z, r, candidate, h.map((old, u) => at(z, u) * old + (1 - at(z, u)) * at(candidate, u))];

  function secondBias(k: number): number {
    return resetAfter ? (bias[columns + k] as number) : 0;
  }
}

/** The last time step of [B, T, H]. */
function lastStep({ shape, data }: Array64): Array64 {
  const [batch = 0, steps = 0, units = 0] = shape;
  const last = new Float64Array(batch * units);
  for (let b = 0; b < batch; b++) {
    const end = (b + 1) * steps * units;
    last.set(data.subarray(end - units, end), b * units);
  }
  return { shape: [batch, units], data: last };
}

/** row [rows] times matrix [rows, columns]; the row begins at `start`. */
function product(
  row: ArrayLike<number>,
  start: number,
  rows: number,
  matrix: ArrayLike<number>,
  columns: number,
): Float64Array {
  const result = new Float64Array(columns);
  for (let k = 0; k < rows; k++) {
    const value = row[start + k] as number;
    for (let j = 0; j < columns; j++) result[j] = at(result, j) + value * (matrix[k * columns + j] as number);
  }
  return result;
}

function at(values: Float64Array, index: number): number {
  return values[index] as number;
}
