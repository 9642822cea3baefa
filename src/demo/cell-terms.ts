/**
 * The arithmetic of one LSTM cell at one time step, taken apart: each product of a gate's sum, and what gates and states
 * become, in float64 from the numbers of a trace (keras-reference 1.1). Weights in Keras' layout, columns i | f | c | o.
 */
import { GATES, type GateKey } from '../engine/index.ts';
import type { TraceReport } from './protocol.ts';

/** One product of the sum z. */
export interface Term {
  /** Input x_t, the last output h_{t-1}, or the bias, whose value is 1. */
  readonly operand: 'x' | 'h' | 'b';
  /** Row of its matrix: the feature, or the unit h comes from. */
  readonly row: number;
  readonly value: number;
  readonly weight: number;
  readonly product: number;
}

/** A cell's numbers at one step. */
export interface CellNumbers {
  readonly cPrev: number;
  readonly gates: Readonly<Record<GateKey, number>>;
  readonly c: number;
  readonly h: number;
}

/** Every product of z of a gate, in the order of the sum: inputs, bias, last outputs. */
export function gateTerms(trace: TraceReport, gate: GateKey, step: number, unit: number): Term[] {
  const { features, units, x, h, weights } = trace;
  const column = GATES.findIndex(({ key }) => key === gate) * units + unit;
  const term = (operand: Term['operand'], row: number, value = 0, weight = 0): Term => ({
    operand,
    row,
    value,
    weight,
    product: value * weight,
  });
  const inputs = Array.from({ length: features }, (_, k) =>
    term('x', k, x[step * features + k], weights.kernel[k * 4 * units + column]),
  );
  const outputs = Array.from({ length: units }, (_, j) => {
    const last = step > 0 ? h[(step - 1) * units + j] : 0;
    return term('h', j, last, weights.recurrent_kernel[j * 4 * units + column]);
  });
  const bias = weights.bias[column];
  return [...inputs, ...(bias === undefined ? [] : [term('b', 0, 1, bias)]), ...outputs];
}

/** The sum of the products. */
export function sumOf(terms: readonly Term[]): number {
  return terms.reduce((sum, { product }) => sum + product, 0);
}

/** The terms with the largest first. */
export function largestFirst(terms: readonly Term[]): Term[] {
  return [...terms].sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
}

/** What a gate makes of its sum: tanh for the candidate, sigma for the others. */
function squeeze(gate: GateKey, z: number): number {
  return gate === 'c' ? Math.tanh(z) : 1 / (1 + Math.exp(-z));
}

/** The numbers the kernel wrote. */
export function kernelNumbers(trace: TraceReport, step: number, unit: number): CellNumbers {
  const at = step * trace.units + unit;
  const of = (values: Float32Array): number => values[at] ?? Number.NaN;
  const { i, f, c, o } = trace.gates;
  return {
    cPrev: step > 0 ? (trace.c[at - trace.units] ?? Number.NaN) : 0,
    gates: { i: of(i), f: of(f), c: of(c), o: of(o) },
    c: of(trace.c),
    h: of(trace.h),
  };
}

/** c = f c_prev + i candidate, h = o tanh(c). */
export function cellOf(cPrev: number, gates: CellNumbers['gates']): CellNumbers {
  const c = gates.f * cPrev + gates.i * gates.c;
  return { cPrev, gates, c, h: gates.o * Math.tanh(c) };
}

/** The same step in float64, from the weights, x_t, h_{t-1} and c_{t-1}. */
export function recompute(trace: TraceReport, step: number, unit: number): CellNumbers {
  const gate = (key: GateKey): number => squeeze(key, sumOf(gateTerms(trace, key, step, unit)));
  const gates = { i: gate('i'), f: gate('f'), c: gate('c'), o: gate('o') };
  return cellOf(kernelNumbers(trace, step, unit).cPrev, gates);
}
