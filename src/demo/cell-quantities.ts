/**
 * Every quantity of a cell at one step, forward and backward, declared once (keras-reference 1.1): formula, spoken words,
 * numbers, marked weights and lines of WGSL and tests are all made from these.
 */

import type { GateKey } from '../engine/index.ts';
import { call, type Formula, inWords, oneMinus, product, square, sum, symbol } from './cell-formula.ts';
import { CELL_SYMBOLS, type CellSymbol } from './cell-symbols.ts';
import type { MatrixName } from './draw/heatmap-layout.ts';
import { msg, str } from './words.ts';

export type Direction = 'forward' | 'backward';

/** Where a line of WGSL stands: its function, and how the line begins. */
export interface CodePlace {
  readonly fn: string;
  readonly starts: string;
}

/** Weights that lead into the gate that is taken apart, or from its unit into every gate of every unit. */
type WeightUse = 'into-gate' | 'from-unit';

export interface Quantity {
  /** Unique in its direction. */
  readonly key: string;
  /** Its own symbol; null for an intermediate value that is only written as its formula. */
  readonly result: CellSymbol | null;
  readonly formula: Formula<CellSymbol>;
  /** Whether the kernel keeps it, so that its value can stand beside the one in double precision. */
  readonly isStored: boolean;
  readonly code: readonly CodePlace[];
  /** Which weights of each matrix it is about; none where left out. */
  readonly weights?: Readonly<Partial<Record<MatrixName, WeightUse>>>;
}

const INTO_GATE = { kernel: 'into-gate', bias: 'into-gate', recurrent_kernel: 'into-gate' } as const;
const cellForward = (starts: string): CodePlace => ({ fn: 'cell_forward', starts });
const cellBackward = (starts: string): CodePlace => ({ fn: 'cell_backward', starts });
const PHI = cellBackward('let phi_c =');

/** In the order in which they are computed. */
export function forwardQuantities(gate: GateKey): readonly Quantity[] {
  return [
    {
      key: 'z',
      result: `z-${gate}`,
      formula: sum<CellSymbol>(`inputs-${gate}`, `bias-${gate}`, `outputs-${gate}`),
      isStored: false,
      code: [{ fn: 'add_product', starts: 'z.z' }],
      weights: INTO_GATE,
    },
    {
      key: 'gate',
      result: `gate-${gate}`,
      formula: call<CellSymbol>(gate === 'c' ? 'tanh' : 'sigma', `z-${gate}`),
      isStored: true,
      code: [cellForward(`let ${CELL_SYMBOLS[`gate-${gate}`].code} =`)],
    },
    CELL_STATE,
    {
      key: 'tanh',
      result: null,
      formula: call<CellSymbol>('tanh', 'c'),
      isStored: false,
      code: [cellForward('let h =')],
    },
    CELL_OUTPUT,
  ];
}

export const CELL_STATE: Quantity = {
  key: 'c',
  result: 'c',
  formula: sum<CellSymbol>(product('gate-f', 'c-prev'), product('gate-i', 'gate-c')),
  isStored: true,
  code: [cellForward('let c =')],
};

export const CELL_OUTPUT: Quantity = {
  key: 'h',
  result: 'h',
  formula: product<CellSymbol>('gate-o', call('tanh', 'c')),
  isStored: true,
  code: [cellForward('let h =')],
};

/** What reaches h and c: in registers of the kernel, kept by none. */
const INCOMING: readonly Quantity[] = [
  {
    key: 'next',
    result: 'next',
    formula: symbol<CellSymbol>('next-products'),
    isStored: false,
    code: ['return dh', '+ transpose('].map((starts) => ({ fn: 'add_transposed', starts })),
    weights: { recurrent_kernel: 'from-unit' },
  },
  {
    key: 'dh',
    result: 'dh',
    formula: sum<CellSymbol>('above', 'next'),
    isStored: false,
    code: ['var dh =', 'dh +='].map((starts) => ({ fn: 'retreat', starts })),
  },
  {
    key: 'dc',
    result: 'dc',
    formula: sum<CellSymbol>(
      product('dh', 'gate-o', oneMinus(square(call('tanh', 'c')))),
      product('dc-after', 'f-after'),
    ),
    isStored: false,
    // The last of them hands dc f on to the step before.
    code: [PHI, cellBackward('let dc ='), cellBackward('return CellGradient')],
  },
];

/** dz of each gate: the only ones the kernel writes. */
const GATE_GRADIENTS: Readonly<Record<GateKey, Quantity>> = {
  i: gateGradient('i', product<CellSymbol>('dc', 'gate-c', 'gate-i', oneMinus('gate-i'))),
  f: gateGradient('f', product<CellSymbol>('dc', 'c-prev', 'gate-f', oneMinus('gate-f'))),
  c: gateGradient('c', product<CellSymbol>('dc', 'gate-i', oneMinus(square('gate-c')))),
  o: gateGradient('o', product<CellSymbol>('dh', call('tanh', 'c'), 'gate-o', oneMinus('gate-o')), [PHI]),
};

function gateGradient(
  gate: GateKey,
  formula: Formula<CellSymbol>,
  before: readonly CodePlace[] = [],
): Quantity {
  const code = [...before, cellBackward(`let dz_${gate} =`)];
  return { key: `dz-${gate}`, result: `dz-${gate}`, formula, isStored: true, code };
}

/** In the order in which they are computed. */
export function backwardQuantities(gate: GateKey): readonly Quantity[] {
  return [
    ...INCOMING,
    GATE_GRADIENTS.i,
    GATE_GRADIENTS.f,
    GATE_GRADIENTS.c,
    GATE_GRADIENTS.o,
    {
      key: 'share',
      result: 'share',
      formula: product<CellSymbol>('operand', `dz-${gate}`),
      isStored: false,
      code: [{ fn: 'add', starts: 'return Sum(' }],
      weights: INTO_GATE,
    },
  ];
}

/** The sub-steps one walks through: of the gates' gradients the chosen gate's alone. */
export function walkOf(direction: Direction, gate: GateKey): readonly Quantity[] {
  return direction === 'forward'
    ? forwardQuantities(gate)
    : backwardQuantities(gate).filter(({ key }) => !key.startsWith('dz-') || key === `dz-${gate}`);
}

/** The formula as it is read out, in the pieces in which it is typeset: the left side, then each part of a sum. */
export function spokenPieces({ result, formula }: Quantity): readonly string[] {
  const words = (part: Formula<CellSymbol>): string => inWords(part, (name) => CELL_SYMBOLS[name].words);
  const left = result === null ? [] : [msg(str`${CELL_SYMBOLS[result].words} is`)];
  return [
    ...left,
    ...partsOf(formula).map((part, index) => (index === 0 ? words(part) : msg(str`plus ${words(part)}`))),
  ];
}

/** The whole of it. */
export function spoken(quantity: Quantity): string {
  return spokenPieces(quantity).join(' ');
}

/** The parts of a sum; anything else is one part. */
export function partsOf(formula: Formula<CellSymbol>): readonly Formula<CellSymbol>[] {
  return formula.kind === 'sum' ? formula.parts : [formula];
}
