/** The number of every symbol of a cell at one step: what the kernels wrote, and in float64 what they only held. */
import { cellGradients } from '../engine/explain/index.ts';
import { GATES, type GateKey } from '../engine/index.ts';
import { evaluate } from './cell-formula.ts';
import { CELL_OUTPUT, CELL_STATE } from './cell-quantities.ts';
import { CELL_SYMBOLS, type CellSymbol } from './cell-symbols.ts';
import { gateTerms, largestFirst, shareTerms, sumOf, type Term } from './cell-terms.ts';
import type { TraceReport, WindowGradients } from './protocol.ts';

export type CellValues = Readonly<Record<CellSymbol, number>>;
type Reckoned = ReturnType<typeof cellGradients>;

/** A cell: a unit at a time step, and the gate taken apart. */
export interface CellPlace {
  readonly step: number;
  readonly unit: number;
  readonly gate: GateKey;
}

/** dh and dc of every step and unit, in float64 from what the kernels wrote. */
export function reckon(trace: TraceReport, { dz, above }: WindowGradients): Reckoned {
  const { steps, units, c, weights } = trace;
  const { f, o } = trace.gates;
  return cellGradients({ steps, units, dz, above, f, o, c, recurrentKernel: weights.recurrent_kernel });
}

/** Symbols of the forward step; those of the backward step are not known. */
export function forwardValues(trace: TraceReport, { step, unit }: CellPlace): CellValues {
  const at = step * trace.units + unit;
  const values = Object.fromEntries(GATES.flatMap(({ key }) => gateValues(trace, key, step, unit)));
  return {
    ...UNKNOWN,
    ...values,
    'c-prev': step > 0 ? (trace.c[at - trace.units] ?? Number.NaN) : 0,
    c: trace.c[at] ?? Number.NaN,
    h: trace.h[at] ?? Number.NaN,
  };
}

/** Symbols of both. */
export function backwardValues(
  trace: TraceReport,
  gradients: WindowGradients,
  reckoned: Reckoned,
  place: CellPlace,
): CellValues {
  const { step, unit, gate } = place;
  const at = step * trace.units + unit;
  const after = at + trace.units;
  const hasAfter = step < trace.steps - 1;
  const of = (values: ArrayLike<number>, index = at): number => values[index] ?? Number.NaN;
  const largest = largestFirst(shareTerms(trace, gradients, gate, step, unit))[0];
  return {
    ...forwardValues(trace, place),
    'dz-i': of(gradients.dz.i),
    'dz-f': of(gradients.dz.f),
    'dz-c': of(gradients.dz.c),
    'dz-o': of(gradients.dz.o),
    above: of(reckoned.dhAbove),
    next: of(reckoned.dhNext),
    'next-products': of(reckoned.dhNext),
    dh: of(reckoned.dh),
    dc: of(reckoned.dc),
    'dc-after': hasAfter ? of(reckoned.dc, after) : 0,
    'f-after': hasAfter ? of(trace.gates.f, after) : 0,
    operand: largest?.value ?? Number.NaN,
    share: largest?.product ?? Number.NaN,
  };
}

/** c and h of this step alone, were its gates these. */
export function whatIf(
  values: CellValues,
  gates: Readonly<Record<GateKey, number>>,
): { readonly c: number; readonly h: number } {
  const { i, f, c: candidate, o } = gates;
  const changed = { ...values, 'gate-i': i, 'gate-f': f, 'gate-c': candidate, 'gate-o': o };
  const c = evaluate(CELL_STATE.formula, changed);
  return { c, h: evaluate(CELL_OUTPUT.formula, { ...changed, c }) };
}

function gateValues(
  trace: TraceReport,
  key: GateKey,
  step: number,
  unit: number,
): readonly (readonly [CellSymbol, number])[] {
  const terms = gateTerms(trace, key, step, unit);
  const part = (operand: Term['operand']): number => sumOf(terms.filter((term) => term.operand === operand));
  return [
    [`inputs-${key}`, part('x')],
    [`bias-${key}`, part('b')],
    [`outputs-${key}`, part('h')],
    [`z-${key}`, sumOf(terms)],
    [`gate-${key}`, trace.gates[key][step * trace.units + unit] ?? Number.NaN],
  ];
}

const UNKNOWN = Object.fromEntries(Object.keys(CELL_SYMBOLS).map((name) => [name, Number.NaN])) as CellValues;
