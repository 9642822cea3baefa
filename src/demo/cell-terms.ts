/**
 * The products an LSTM cell sums at one time step: those of a gate's z forward, and those that are added to the weights'
 * gradients backward. In float64 from the numbers of a trace; weights in Keras' layout, columns i | f | c | o.
 */

import { GATES, type GateKey } from '../engine/index.ts';
import type { MatrixName } from './draw/heatmap-layout.ts';
import type { TraceReport, WindowGradients } from './protocol.ts';
import { msg, str } from './words.ts';

/** One product. */
export interface Term {
  /** Input x_t, the last output h_{t-1}, or the bias, whose value is 1. */
  readonly operand: 'x' | 'h' | 'b';
  /** Row of its matrix: the feature, or the unit h comes from. */
  readonly row: number;
  readonly value: number;
  /** The weight; backward, dz of the gate. */
  readonly factor: number;
  readonly product: number;
  /** Backward: the gradient of that weight over all steps. */
  readonly whole?: number;
}

/** The array a product's weight lies in. */
export const MATRIX_OF: Readonly<Record<Term['operand'], MatrixName>> = {
  x: 'kernel',
  h: 'recurrent_kernel',
  b: 'bias',
};

/** What a product's value is, in words. */
export function termName(
  { operand, row }: Pick<Term, 'operand' | 'row'>,
  features: readonly string[],
): string {
  return {
    x: features[row] ?? String(row),
    h: msg(str`h of unit ${row}, one step before`),
    b: 'bias',
  }[operand];
}

/** Every product of z of a gate, in the order of the sum: inputs, bias, last outputs. */
export function gateTerms(trace: TraceReport, gate: GateKey, step: number, unit: number): Term[] {
  return operands(trace, step).map(({ operand, row, value }) => {
    const factor = weightAt(trace.weights[MATRIX_OF[operand]], trace.units, gate, row, unit);
    return { operand, row, value, factor, product: value * factor };
  });
}

/** What this step adds to the gradient of each weight of a gate of a unit. */
export function shareTerms(
  trace: TraceReport,
  { dz, whole }: WindowGradients,
  gate: GateKey,
  step: number,
  unit: number,
): Term[] {
  const factor = dz[gate][step * trace.units + unit] ?? Number.NaN;
  return operands(trace, step).map(({ operand, row, value }) => ({
    operand,
    row,
    value,
    factor,
    product: value * factor,
    whole: weightAt(whole[MATRIX_OF[operand]], trace.units, gate, row, unit),
  }));
}

/** The sum of the products. */
export function sumOf(terms: readonly Term[]): number {
  return terms.reduce((sum, { product }) => sum + product, 0);
}

/** The terms with the largest first. */
export function largestFirst(terms: readonly Term[]): Term[] {
  return [...terms].sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
}

/** What is multiplied at a step, whatever the gate. */
function operands(
  { features, units, x, h, weights }: TraceReport,
  step: number,
): Pick<Term, 'operand' | 'row' | 'value'>[] {
  const inputs = Array.from({ length: features }, (_, row) => ({
    operand: 'x' as const,
    row,
    value: x[step * features + row] ?? Number.NaN,
  }));
  const outputs = Array.from({ length: units }, (_, row) => ({
    operand: 'h' as const,
    row,
    value: step > 0 ? (h[(step - 1) * units + row] ?? Number.NaN) : 0,
  }));
  const hasBias = weights.bias.length > 0;
  return [...inputs, ...(hasBias ? [{ operand: 'b' as const, row: 0, value: 1 }] : []), ...outputs];
}

function weightAt(matrix: Float32Array, units: number, gate: GateKey, row: number, unit: number): number {
  const column = GATES.findIndex(({ key }) => key === gate) * units + unit;
  return matrix[row * GATES.length * units + column] ?? Number.NaN;
}
