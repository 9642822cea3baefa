/** One cell taken apart: every declared quantity against the float64 reference, and the lines of WGSL it lights. */
import { describe, expect, it } from 'vitest';
import { CELL_CODE, codePieces, computes } from '../../src/demo/cell-code.ts';
import { evaluate, symbolsOf } from '../../src/demo/cell-formula.ts';
import { isLit, markOfLine, markOfWeight, partOf, partOfWeights } from '../../src/demo/cell-marks.ts';
import {
  backwardQuantities,
  type Direction,
  forwardQuantities,
  type Quantity,
  spoken,
  walkOf,
} from '../../src/demo/cell-quantities.ts';
import { CELL_SYMBOLS, type CellPart, type CellSymbol, partLetter } from '../../src/demo/cell-symbols.ts';
import { gateTerms, largestFirst, MATRIX_OF, shareTerms, sumOf } from '../../src/demo/cell-terms.ts';
import {
  backwardValues,
  type CellPlace,
  type CellValues,
  forwardValues,
  reckon,
  whatIf,
} from '../../src/demo/cell-values.ts';
import {
  type Cell,
  cellRectangle,
  layOutMatrix,
  type MatrixName,
  partRectangles,
} from '../../src/demo/draw/heatmap-layout.ts';
import type { TraceReport, WindowGradients } from '../../src/demo/protocol.ts';
import { seededRandom } from '../../src/engine/core/random.ts';
import { GATES, type GateKey } from '../../src/engine/index.ts';
import { lstmBackward, lstmForward } from '../../src/engine/reference/index.ts';

const [steps, features, units] = [5, 3, 6];
const random = seededRandom(7, 1);
const draw = (count: number): Float32Array =>
  Float32Array.from({ length: count }, () => 2 * random.next() - 1);
const weights = {
  kernel: draw(features * 4 * units),
  recurrent_kernel: draw(units * 4 * units),
  bias: draw(4 * units),
};
const x = draw(steps * features);
const input = { data: x, shape: [1, steps, features] };
const own = { kernel: weights.kernel, recurrentKernel: weights.recurrent_kernel, bias: weights.bias };
const reference = lstmForward(input, own, { units });
const above = draw(units);
const backward = lstmBackward(
  reference,
  input,
  own,
  Float32Array.of(...new Float32Array((steps - 1) * units), ...above),
);
/** Only what draws looks there. */
const place = { steps, units, offset: 0, stepStride: units, unitStride: 1 };
const trace: TraceReport = {
  window: 0,
  epoch: 0,
  fingerprint: '',
  steps,
  features,
  units,
  activation: 'tanh',
  recurrentActivation: 'sigmoid',
  dates: null,
  places: { i: place, f: place, candidate: place, o: place, c: place, h: place },
  x,
  gates: {
    i: Float32Array.from(reference.i),
    f: Float32Array.from(reference.f),
    c: Float32Array.from(reference.candidate),
    o: Float32Array.from(reference.o),
  },
  c: Float32Array.from(reference.c),
  h: Float32Array.from(reference.h),
  weights,
};

const gradients: WindowGradients = {
  dz: { i: gateOf(0), f: gateOf(1), c: gateOf(2), o: gateOf(3) },
  above,
  whole: {
    kernel: Float32Array.from(backward.dKernel),
    recurrent_kernel: Float32Array.from(backward.dRecurrentKernel),
    bias: Float32Array.from(backward.dBias ?? []),
  },
};
const reckoned = reckon(trace, gradients);

function gateOf(gate: number): Float32Array {
  return Float32Array.from(
    { length: steps * units },
    (_, at) => backward.dz[(Math.floor(at / units) * 4 + gate) * units + (at % units)] as number,
  );
}

/** The reference's number of a quantity. */
function expected({ key }: Quantity, gate: GateKey, at: number): number {
  const { i, f, candidate, o, c, h, z } = reference;
  const index = GATES.findIndex((one) => one.key === gate);
  const gates = { i, f, c: candidate, o };
  const whole: Record<string, ArrayLike<number>> = {
    c,
    h,
    dh: backward.dh,
    dc: backward.dc,
    'dz-i': gateOf(0),
    'dz-f': gateOf(1),
    'dz-c': gateOf(2),
    'dz-o': gateOf(3),
    gate: gates[gate],
  };
  const [step, unit] = [Math.floor(at / units), at % units];
  if (key === 'z') return z[(step * 4 + index) * units + unit] as number;
  if (key === 'tanh') return Math.tanh(c[at] as number);
  if (key === 'next') return (backward.dh[at] as number) - (step === steps - 1 ? (above[unit] as number) : 0);
  return whole[key]?.[at] ?? Number.NaN;
}

const everywhere = GATES.flatMap(({ key: gate }) =>
  Array.from({ length: steps * units }, (_, at) => ({
    gate,
    at,
    step: Math.floor(at / units),
    unit: at % units,
  })),
);

describe('one cell taken apart', () => {
  it('has formulas that give the reference\u2019s numbers forward, for every gate, step and unit', () => {
    for (const { gate, at, step, unit } of everywhere) {
      const values = forwardValues(trace, { gate, step, unit });
      for (const quantity of forwardQuantities(gate)) {
        const exact = evaluate(quantity.formula, values);
        expect(exact, `${quantity.key} at ${at}`).toBeCloseTo(expected(quantity, gate, at), 6);
        if (quantity.isStored) expect(values[quantity.result ?? 'c']).toBeCloseTo(exact, 6);
      }
    }
  });

  it('has formulas that give the reference\u2019s numbers backward, for every gate, step and unit', () => {
    for (const { gate, at, step, unit } of everywhere) {
      const values = backwardValues(trace, gradients, reckoned, { gate, step, unit });
      for (const quantity of backwardQuantities(gate)) {
        if (quantity.key === 'share') continue;
        const exact = evaluate(quantity.formula, values);
        expect(exact, `${quantity.key} at ${at}`).toBeCloseTo(expected(quantity, gate, at), 6);
        if (quantity.isStored) expect(values[quantity.result ?? 'c']).toBeCloseTo(exact, 6);
      }
    }
  });

  it('has products that add up to z, the largest first, and loses none', () => {
    for (const { gate, step, unit } of everywhere) {
      const terms = gateTerms(trace, gate, step, unit);
      const sorted = largestFirst(terms).map(({ product }) => Math.abs(product));
      expect(terms).toHaveLength(features + 1 + units);
      expect(sumOf(terms)).toBeCloseTo(forwardValues(trace, { gate, step, unit })[`z-${gate}`], 12);
      expect(sorted).toEqual([...sorted].sort((a, b) => b - a));
    }
  });

  it('has shares that add up over the steps to the whole gradient of each weight', () => {
    for (const { key: gate } of GATES) {
      for (let unit = 0; unit < units; unit++) {
        const all = Array.from({ length: steps }, (_, step) =>
          shareTerms(trace, gradients, gate, step, unit),
        );
        all[0]?.forEach(({ whole }, n) => {
          const total = all.reduce((sum, terms) => sum + (terms[n]?.product ?? Number.NaN), 0);
          expect(total).toBeCloseTo(whole ?? Number.NaN, 5);
        });
      }
    }
  });

  it('shows the largest share as the number of its formula', () => {
    const place = { gate: 'o', step: 2, unit: 1 } as const;
    const values = backwardValues(trace, gradients, reckoned, place);
    const share = backwardQuantities('o').find(({ key }) => key === 'share');
    const most = Math.max(...shareTerms(trace, gradients, 'o', 2, 1).map(({ product }) => Math.abs(product)));
    expect(Math.abs(evaluate((share as Quantity).formula, values))).toBe(most);
  });

  it('keeps its memory unchanged with f = 1 and i = 0', () => {
    const values = { ...forwardValues(trace, { gate: 'f', step: 3, unit: 2 }), 'c-prev': 0.37 };
    const { c, h } = whatIf(values, { i: 0, f: 1, c: 0.9, o: 0.5 });
    expect(c).toBe(0.37);
    expect(h).toBe(0.5 * Math.tanh(0.37));
  });

  const lit: readonly [Direction, GateKey, string, readonly string[]][] = [
    ...GATES.map(({ key }): [Direction, GateKey, string, readonly string[]] => [
      'forward',
      key,
      'z',
      [0, 1, 2, 3].map((n) => `z.z${n} + mat4x4f(w.w0[${n}], w.w1[${n}], w.w2[${n}], w.w3[${n}]) * a,`),
    ]),
    ['forward', 'i', 'gate', ['let i = activate(RECURRENT_ACTIVATION, z[0]);']],
    ['forward', 'f', 'gate', ['let f = activate(RECURRENT_ACTIVATION, z[1]);']],
    ['forward', 'c', 'gate', ['let candidate = activate(ACTIVATION, z[2]);']],
    ['forward', 'o', 'gate', ['let o = activate(RECURRENT_ACTIVATION, z[3]);']],
    ['forward', 'f', 'c', ['let c = f * c_prev + i * candidate;']],
    ['forward', 'f', 'tanh', ['let h = o * activate(ACTIVATION, c);']],
    ['forward', 'f', 'h', ['let h = o * activate(ACTIVATION, c);']],
    [
      'backward',
      'f',
      'next',
      [
        'return dh',
        ...[0, 1, 2, 3].map(
          (n) =>
            `+ transpose(mat4x4f(u.w0[${n}], u.w1[${n}], u.w2[${n}], u.w3[${n}])) * mat4x4f(dz.r0[${n}], dz.r1[${n}], dz.r2[${n}], dz.r3[${n}])${n === 3 ? ';' : ''}`,
        ),
      ],
    ],
    [
      'backward',
      'f',
      'dh',
      [
        'var dh = dh_recurrent;',
        'dh += gradient_four(sample * STEPS + t, four);',
        'dh += gradient_four(sample, four);',
      ],
    ],
    [
      'backward',
      'f',
      'dc',
      [
        'let phi_c = activate(ACTIVATION, c);',
        'let dc = dc_next + dh * o * activation_slope(ACTIVATION, phi_c);',
        'return CellGradient(mat4x4f(dz_i, dz_f, dz_c, dz_o), dc * f);',
      ],
    ],
    ['backward', 'f', 'dz-i', ['let dz_i = dc * candidate * activation_slope(RECURRENT_ACTIVATION, i);']],
    ['backward', 'f', 'dz-f', ['let dz_f = dc * c_prev * activation_slope(RECURRENT_ACTIVATION, f);']],
    ['backward', 'f', 'dz-c', ['let dz_c = dc * i * activation_slope(ACTIVATION, candidate);']],
    [
      'backward',
      'f',
      'dz-o',
      [
        'let phi_c = activate(ACTIVATION, c);',
        'let dz_o = dh * phi_c * activation_slope(RECURRENT_ACTIVATION, o);',
      ],
    ],
    ['backward', 'f', 'share', ['return Sum(s.u0 + y0 * a, s.u1 + y1 * a, s.u2 + y2 * a, s.u3 + y3 * a);']],
  ];

  it.each(lit)(
    'lights exactly the lines of WGSL that compute it: %s, gate %s, %s',
    (way, gate, key, lines) => {
      const all = way === 'forward' ? forwardQuantities(gate) : backwardQuantities(gate);
      const quantity = all.find((one) => one.key === key) as Quantity;
      const marked = CELL_CODE[way].flat().filter((line) => computes(line, quantity));
      expect(marked.map(({ text }) => text.trim())).toEqual(lines);
    },
  );

  it('has every quantity in that list', () => {
    const declared = [
      ...forwardQuantities('f').map(({ key }) => `forward ${key}`),
      ...backwardQuantities('f').map(({ key }) => `backward ${key}`),
    ];
    expect([...new Set(lit.map(([way, , key]) => `${way} ${key}`))]).toEqual(declared);
  });

  /** What a sum over weights comes to directly, whatever else of the cell it goes on to. */
  const sums = (gate: GateKey): CellSymbol[] => [
    `inputs-${gate}`,
    `bias-${gate}`,
    `outputs-${gate}`,
    'next-products',
  ];
  const MATRICES = ['kernel', 'recurrent_kernel', 'bias'] as const;
  const quantitiesOf = (way: Direction, gate: GateKey): readonly Quantity[] =>
    way === 'forward' ? forwardQuantities(gate) : backwardQuantities(gate);
  /** A cell of a matrix by its place in Keras' array. */
  const cellAt = (at: number): Cell => ({
    gate: Math.floor(at / units) % 4,
    row: Math.floor(at / (4 * units)),
    unit: at % units,
  });

  /** The weights on which the number of a quantity depends, found by changing one after the other. */
  function usedBy(way: Direction, quantity: Quantity, taken: CellPlace, name: MatrixName): number[] {
    const valuesWith = (own: TraceReport['weights']): CellValues => {
      const changed = { ...trace, weights: own };
      return way === 'forward'
        ? forwardValues(changed, taken)
        : backwardValues(changed, gradients, reckon(changed, gradients), taken);
    };
    const values = valuesWith(weights);
    const before = evaluate(quantity.formula, values);
    return [...weights[name].keys()].filter((at) => {
      const other = weights[name].slice();
      other[at] = (other[at] as number) + 1;
      const moved = valuesWith({ ...weights, [name]: other });
      const own = Object.fromEntries(sums(taken.gate).map((one) => [one, moved[one]]));
      return evaluate(quantity.formula, { ...values, ...own }) !== before;
    });
  }

  const declared = (['forward', 'backward'] as const).flatMap((way) =>
    GATES.flatMap(({ key: gate }) =>
      quantitiesOf(way, gate).map(({ key }): [Direction, GateKey, string] => [way, gate, key]),
    ),
  );

  it.each(declared)(
    'marks exactly the weights it goes by, and from each of them back: %s, gate %s, %s',
    (way, gate, key) => {
      const taken = { gate, step: 2, unit: 1 };
      const all = quantitiesOf(way, gate);
      const quantity = all.find((one) => one.key === key) as Quantity;
      for (const name of MATRICES) {
        const layout = layOutMatrix(
          { path: '', name, rows: weights[name].length / (4 * units), units, offset: 0, rowStride: 0 },
          { width: 400, across: 4, labelHeight: 20, gap: 8 },
        );
        const part = partOf(quantity, name, taken, null);
        const marked = part === null ? [] : partRectangles(layout, part);
        const isUnder = (at: number): boolean => {
          const [x, y, width, height] = cellRectangle(layout, cellAt(at));
          const [middle, level] = [x + width / 2, y + height / 2];
          return marked.some(
            ([left, top, w, h]) => middle > left && middle < left + w && level > top && level < top + h,
          );
        };
        const area = marked.reduce((sum, [, , width, height]) => sum + width * height, 0);
        const [, , width, height] = cellRectangle(layout, cellAt(0));
        // A share is of the gradient of a weight, not of its value: its products are those of z.
        const z = forwardQuantities(gate)[0] as Quantity;
        const used = key === 'share' ? usedBy('forward', z, taken, name) : usedBy(way, quantity, taken, name);

        expect([...weights[name].keys()].filter(isUnder), name).toEqual(used);
        expect(area / (width * height)).toBeCloseTo(used.length, 6);
        for (const at of weights[name].keys()) {
          const back = markOfWeight(all, name, cellAt(at), taken);
          expect(back?.keys.includes(key) ?? false, `${name} ${at}`).toBe(used.includes(at));
        }
      }
    },
  );

  it.each(declared.filter(([, , key]) => key === 'z' || key === 'share'))(
    'marks for each product its one weight, and for that weight the product: %s, gate %s, %s',
    (way, gate, key) => {
      const taken = { gate, step: 2, unit: 1 };
      const all = quantitiesOf(way, gate);
      const quantity = all.find((one) => one.key === key) as Quantity;
      for (const { operand, row, factor } of gateTerms(trace, gate, taken.step, taken.unit)) {
        const term = { operand, row };
        const parts = MATRICES.map((name) => partOf(quantity, name, taken, term));
        const name = MATRICES.find((_, n) => parts[n] !== null) as MatrixName;
        expect(parts.filter((part) => part !== null)).toHaveLength(1);
        const cell = parts.find((part) => part !== null) as Cell;
        expect(weights[name][(cell.row * 4 + cell.gate) * units + cell.unit]).toBe(factor);
        expect(markOfWeight(all, name, cell, taken)?.term).toEqual(term);
      }
    },
  );

  it.each(['forward', 'backward'] as const)(
    'goes from each line of code, %s, to all it computes, and lights that line alone',
    (way) => {
      for (const { key: gate } of GATES) {
        const all = quantitiesOf(way, gate);
        const lines = CELL_CODE[way].flat();
        for (const line of lines) {
          const mark = markOfLine(all, line);
          const wanted = all.filter((one) => computes(line, one)).map(({ key }) => key);
          expect(mark.keys).toEqual(wanted);
          expect(lines.filter((one) => isLit(one, mark, all))).toEqual([line]);
          for (const key of wanted)
            expect(isLit(line, { keys: [key], term: null, line: null }, all)).toBe(true);
        }
      }
    },
  );

  it.each(GATES.map(({ key }) => key))('names in the lit lines of %s every symbol of the formula', (gate) => {
    for (const way of ['forward', 'backward'] as const) {
      const all = way === 'forward' ? forwardQuantities(gate) : backwardQuantities(gate);
      for (const quantity of all.filter(({ key }) => key !== 'share')) {
        const code = CELL_CODE[way].flat().filter((line) => computes(line, quantity));
        const names = new Set(code.flatMap(({ text }) => text.match(/[a-z]\w*/g) ?? []));
        for (const name of symbolsOf(quantity.formula)) {
          expect([...names], `${quantity.key}: ${name}`).toContain(CELL_SYMBOLS[name].code);
        }
      }
    }
  });

  const PARTS: readonly CellPart[] = ['x', 'h', 'b', 'i', 'f', 'c', 'o'];

  it('has a letter for each part that no other has', () => {
    expect(new Set(PARTS.map(partLetter)).size).toBe(PARTS.length);
    expect(new Set(Object.values(CELL_SYMBOLS).map(({ part }) => part))).toEqual(new Set([...PARTS, null]));
  });

  it.each(GATES.map(({ key }) => key))(
    'gives a weight of %s the part of the symbol whose sum it moves, and a handed back gradient none',
    (gate) => {
      const [z] = forwardQuantities(gate) as [Quantity];
      for (const { operand } of gateTerms(trace, gate, 2, 1)) {
        const name = MATRIX_OF[operand];
        const before = forwardValues(trace, { gate, step: 2, unit: 1 });
        const changed = { ...trace, weights: { ...weights, [name]: weights[name].map((one) => one + 1) } };
        const after = forwardValues(changed, { gate, step: 2, unit: 1 });
        const moved = symbolsOf(z.formula).filter((one) => after[one] !== before[one]);
        expect(moved.map((one) => CELL_SYMBOLS[one].part)).toEqual([partOfWeights(z, name)]);
      }
      const next = backwardQuantities(gate).find(({ key }) => key === 'next') as Quantity;
      expect(partOfWeights(next, 'recurrent_kernel')).toBeNull();
    },
  );

  it('finds the parts of the identifiers of a line, and loses no letter of it', () => {
    const all = Object.values(CELL_CODE).flat(2);
    const partsIn = (starts: string): unknown[] =>
      codePieces(all.find(({ text }) => text.trim().startsWith(starts)) ?? { fn: '', text: '' })
        .filter(({ parts }) => parts.length > 0)
        .map(({ text, parts }) => [text, parts.join('')]);

    for (const line of all)
      expect(
        codePieces(line)
          .map(({ text }) => text)
          .join(''),
      ).toBe(line.text);
    expect(partsIn('let c =')).toEqual([
      ['f', 'f'],
      ['i', 'i'],
      ['candidate', 'c'],
    ]);
    expect(partsIn('z.z0')).toEqual([
      ['z', 'ifco'],
      ['a', 'xbh'],
    ]);
    expect(partsIn('let dz_o =')).toEqual([
      ['dz_o', 'o'],
      ['o', 'o'],
    ]);
  });

  it('is walked in the order of the computation, with the chosen gate\u2019s gradient alone', () => {
    expect(walkOf('forward', 'i').map(({ key }) => key)).toEqual(['z', 'gate', 'c', 'tanh', 'h']);
    expect(walkOf('backward', 'o').map(({ key }) => key)).toEqual(['next', 'dh', 'dc', 'dz-o', 'share']);
  });

  it('is read out in words', () => {
    const [, gate, c, , h] = forwardQuantities('c').map(spoken);
    const dc = backwardQuantities('f').find(({ key }) => key === 'dc') as Quantity;
    expect([gate, c, h]).toEqual([
      'the candidate is tanh of z of the candidate',
      'c is f times c of the step before plus i times the candidate',
      'h is o times tanh of c',
    ]);
    expect(spoken(dc)).toBe(
      'd c is d h times o times (1 minus tanh of c squared) plus d c of the next step times f of the next step',
    );
  });
});
