/** The symbols of an LSTM cell's formulas: how each is typeset, said, and called in the WGSL. */
import { GATES, type GateKey } from '../engine/index.ts';

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
}

/** A gate's letter as it is printed; the candidate has a tilde, so that nobody takes it for c. */
export const GATE_LETTERS: Readonly<Record<GateKey, string>> = { i: 'i', f: 'f', c: 'c\u0303', o: 'o' };

const BEFORE = ['t', '\u2212', '1'];
const AFTER = ['t', '+', '1'];

function gateForms(key: GateKey): readonly (readonly [CellSymbol, SymbolForms])[] {
  const letter = GATE_LETTERS[key];
  const said = key === 'c' ? 'the candidate' : key;
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
        words: `the sum of x times W of ${said}`,
        code: 'a',
      },
    ],
    [`bias-${key}`, { math: math({ base: 'b', sub: [letter] }), words: `the bias of ${said}`, code: 'a' }],
    [
      `outputs-${key}`,
      {
        math: math(
          { base: '\u2211', sub: ['j'] },
          { base: 'h', sub: ['j', ',', ...BEFORE] },
          { base: 'U', sub: ['j', letter] },
        ),
        words: `the sum of h of the step before times U of ${said}`,
        code: 'a',
      },
    ],
    [`z-${key}`, { math: math({ base: 'z', sub: [letter] }), words: `z of ${said}`, code: 'z' }],
    [`gate-${key}`, { math: math({ base: letter }), words: said, code }],
    [`dz-${key}`, { math: math({ base: 'dz', sub: [letter] }), words: `d z of ${said}`, code: `dz_${key}` }],
  ];
}

const OTHERS: readonly (readonly [CellSymbol, SymbolForms])[] = [
  ['c-prev', { math: [{ base: 'c', sub: BEFORE }], words: 'c of the step before', code: 'c_prev' }],
  ['c', { math: [{ base: 'c' }], words: 'c', code: 'c' }],
  ['h', { math: [{ base: 'h' }], words: 'h', code: 'h' }],
  [
    'above',
    { math: [{ base: 'dh', sub: ['above'] }], words: 'd h from the layer above', code: 'gradient_four' },
  ],
  ['next', { math: [{ base: 'dh', sub: ['next'] }], words: 'd h from the next step', code: 'dh_recurrent' }],
  [
    'next-products',
    {
      math: [{ base: '\u2211' }, { base: 'dz', sub: AFTER }, { base: 'U' }],
      words: 'the sum of d z of the next step times this unit\u2019s row of U',
      code: 'dz',
    },
  ],
  ['dh', { math: [{ base: 'dh' }], words: 'd h', code: 'dh' }],
  ['dc', { math: [{ base: 'dc' }], words: 'd c', code: 'dc' }],
  ['dc-after', { math: [{ base: 'dc', sub: AFTER }], words: 'd c of the next step', code: 'dc' }],
  ['f-after', { math: [{ base: 'f', sub: AFTER }], words: 'f of the next step', code: 'f' }],
  ['operand', { math: [{ base: 'a' }], words: 'what the weight multiplied', code: 'a' }],
  ['share', { math: [{ base: 'dW', sub: ['t'] }], words: 'this step\u2019s share of d W', code: null }],
];

export const CELL_SYMBOLS = Object.fromEntries([
  ...GATES.flatMap(({ key }) => gateForms(key)),
  ...OTHERS,
]) as Readonly<Record<CellSymbol, SymbolForms>>;
