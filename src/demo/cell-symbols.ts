/** The symbols of an LSTM cell's formulas: how each is typeset, said, called in the WGSL, and which part it belongs to. */

import { GATES, type GateKey } from '../engine/index.ts';
import { GATE_LETTERS } from './gate-letters.ts';
import { msg, str } from './words.ts';

/** `inputs` is the sum of x W over the features, `outputs` that of h U over the units. */
export type CellSymbol =
  | `${'inputs' | 'bias' | 'outputs' | 'z' | 'gate' | 'dz'}-${GateKey}`
  | 'c-prev'
  | 'c'
  | 'h'
  | 'above'
  | 'next'
  | 'next-products'
  | 'dh'
  | 'dc'
  | 'dc-after'
  | 'f-after'
  | 'operand'
  | 'share';

/**
 * What has one colour and one letter wherever it stands: the three that a gate's sum is made of (inputs times W, last outputs times
 * U, the bias) and what belongs to each gate.
 */
export type CellPart = 'x' | 'h' | 'b' | GateKey;

/** A letter or a sign, with what stands below it. */
export interface Atom {
  readonly base: string;
  readonly sub?: readonly string[];
}

interface SymbolForms {
  readonly math: readonly Atom[];
  /** As it is read out. */
  readonly words: string;
  /** Its identifier in the lines of WGSL that compute with it; null where it has none. */
  readonly code: string | null;
  readonly part: CellPart | null;
}

const BEFORE = ['t', '\u2212', '1'];
const AFTER = ['t', '+', '1'];

function gateForms(key: GateKey): readonly (readonly [CellSymbol, SymbolForms])[] {
  const letter = GATE_LETTERS[key];
  const said = (): string => (key === 'c' ? msg('the candidate') : key);
  const code = key === 'c' ? 'candidate' : key;
  const math = (...atoms: Atom[]): readonly Atom[] => atoms;
  return [
    [
      `inputs-${key}`,
      {
        math: math(
          { base: '\u2211', sub: ['k'] },
          { base: 'x', sub: ['k'] },
          { base: 'W', sub: ['k', letter] },
        ),
        get words() {
          return msg(str`the sum of x times W of ${said()}`);
        },
        code: 'a',
        part: 'x',
      },
    ],
    [
      `bias-${key}`,
      {
        math: math({ base: 'b', sub: [letter] }),
        get words() {
          return msg(str`the bias of ${said()}`);
        },
        code: 'a',
        part: 'b',
      },
    ],
    [
      `outputs-${key}`,
      {
        math: math(
          { base: '\u2211', sub: ['j'] },
          { base: 'h', sub: ['j', ',', ...BEFORE] },
          { base: 'U', sub: ['j', letter] },
        ),
        get words() {
          return msg(str`the sum of h of the step before times U of ${said()}`);
        },
        code: 'a',
        part: 'h',
      },
    ],
    [
      `z-${key}`,
      {
        math: math({ base: 'z', sub: [letter] }),
        get words() {
          return msg(str`z of ${said()}`);
        },
        code: 'z',
        part: key,
      },
    ],
    [
      `gate-${key}`,
      {
        math: math({ base: letter }),
        get words() {
          return said();
        },
        code,
        part: key,
      },
    ],
    [
      `dz-${key}`,
      {
        math: math({ base: 'dz', sub: [letter] }),
        get words() {
          return msg(str`d z of ${said()}`);
        },
        code: `dz_${key}`,
        part: key,
      },
    ],
  ];
}

const OTHERS: readonly (readonly [CellSymbol, SymbolForms])[] = [
  [
    'c-prev',
    {
      math: [{ base: 'c', sub: BEFORE }],
      get words() {
        return msg('c of the step before');
      },
      code: 'c_prev',
      part: null,
    },
  ],
  ['c', { math: [{ base: 'c' }], words: 'c', code: 'c', part: null }],
  ['h', { math: [{ base: 'h' }], words: 'h', code: 'h', part: null }],
  [
    'above',
    {
      math: [{ base: 'dh', sub: ['above'] }],
      get words() {
        return msg('d h from the layer above');
      },
      code: 'gradient_four',
      part: null,
    },
  ],
  [
    'next',
    {
      math: [{ base: 'dh', sub: ['next'] }],
      get words() {
        return msg('d h from the next step');
      },
      code: 'dh_recurrent',
      part: null,
    },
  ],
  [
    'next-products',
    {
      math: [{ base: '\u2211' }, { base: 'dz', sub: AFTER }, { base: 'U' }],
      get words() {
        return msg('the sum of d z of the next step times this unit\u2019s row of U');
      },
      code: 'dz',
      part: null,
    },
  ],
  ['dh', { math: [{ base: 'dh' }], words: 'd h', code: 'dh', part: null }],
  ['dc', { math: [{ base: 'dc' }], words: 'd c', code: 'dc', part: null }],
  [
    'dc-after',
    {
      math: [{ base: 'dc', sub: AFTER }],
      get words() {
        return msg('d c of the next step');
      },
      code: 'dc',
      part: null,
    },
  ],
  [
    'f-after',
    {
      math: [{ base: 'f', sub: AFTER }],
      get words() {
        return msg('f of the next step');
      },
      code: 'f',
      part: 'f',
    },
  ],
  [
    'operand',
    {
      math: [{ base: 'a' }],
      get words() {
        return msg('what the weight multiplied');
      },
      code: 'a',
      part: null,
    },
  ],
  [
    'share',
    {
      math: [{ base: 'dW', sub: ['t'] }],
      get words() {
        return msg('this step\u2019s share of d W');
      },
      code: null,
      part: null,
    },
  ],
];

export const CELL_SYMBOLS = Object.fromEntries([
  ...GATES.flatMap(({ key }) => gateForms(key)),
  ...OTHERS,
]) as Readonly<Record<CellSymbol, SymbolForms>>;

/** The letter that stands for a part. */
export function partLetter(part: CellPart): string {
  return part === 'x' || part === 'h' || part === 'b' ? part : GATE_LETTERS[part];
}
