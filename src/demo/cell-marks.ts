/**
 * The ways between a cell's formulas, the weights they use and the lines of WGSL that compute them, from any of the three to
 * the others; all of it read from the declarations in cell-quantities.ts.
 */
import { GATES, type GateKey } from '../engine/index.ts';
import { type CodeLine, computes } from './cell-code.ts';
import type { Quantity } from './cell-quantities.ts';
import type { CellPart } from './cell-symbols.ts';
import { MATRIX_OF, type Term } from './cell-terms.ts';
import type { Cell, MatrixName, MatrixPart } from './draw/heatmap-layout.ts';

const OPERAND_OF = { kernel: 'x', recurrent_kernel: 'h', bias: 'b' } as const;

/** One product of a sum, by where its weight lies. */
export type TermPlace = Pick<Term, 'operand' | 'row'>;

/** What is marked everywhere. */
export interface Mark {
  /** Keys of the quantities. */
  readonly keys: readonly string[];
  /** The one product of their sums; null for all of it. */
  readonly term: TermPlace | null;
  /** The one line of code it began from; null for all lines of the quantities. */
  readonly line: CodeLine | null;
}

/** The gate and unit that are taken apart. */
interface Taken {
  readonly gate: GateKey;
  readonly unit: number;
}

/** The weights of a matrix that a quantity uses, or of its sum the one product; null where it uses none of that matrix. */
export function partOf(
  { weights }: Quantity,
  name: MatrixName,
  { gate, unit }: Taken,
  term: TermPlace | null,
): MatrixPart | null {
  switch (weights?.[name]) {
    case undefined:
      return null;
    case 'from-unit':
      return { gate: null, row: unit, unit: null };
    case 'into-gate':
      if (term !== null && MATRIX_OF[term.operand] !== name) return null;
      return { gate: GATES.findIndex(({ key }) => key === gate), row: term?.row ?? null, unit };
  }
}

/** Whose a marked weight is: its operand's where it stands in the sum of a gate, nobody's where it hands a gradient back. */
export function partOfWeights({ weights }: Quantity, name: MatrixName): CellPart | null {
  return weights?.[name] === 'into-gate' ? OPERAND_OF[name] : null;
}

/** What uses a weight; null where nothing of this gate and unit does. */
export function markOfWeight(
  quantities: readonly Quantity[],
  name: MatrixName,
  cell: Cell,
  taken: Taken,
): Mark | null {
  const using = quantities.filter((one) => isIn(partOf(one, name, taken, null), cell));
  if (using.length === 0) return null;
  const isTerm = using.some(({ weights }) => weights?.[name] === 'into-gate');
  return {
    keys: using.map(({ key }) => key),
    term: isTerm ? { operand: OPERAND_OF[name], row: cell.row } : null,
    line: null,
  };
}

/** What a line of code computes. */
export function markOfLine(quantities: readonly Quantity[], line: CodeLine): Mark {
  const keys = quantities.filter((one) => computes(line, one)).map(({ key }) => key);
  return { keys, term: null, line };
}

/** Whether a line is marked. */
export function isLit(line: CodeLine, mark: Mark | null, quantities: readonly Quantity[]): boolean {
  if (mark === null || mark.line !== null) return mark?.line === line;
  return quantities.some((one) => mark.keys.includes(one.key) && computes(line, one));
}

function isIn(part: MatrixPart | null, { gate, row, unit }: Cell): boolean {
  const fits = (wanted: number | null, own: number): boolean => wanted === null || wanted === own;
  return part !== null && fits(part.gate, gate) && fits(part.row, row) && fits(part.unit, unit);
}
