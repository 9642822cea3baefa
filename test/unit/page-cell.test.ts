/** One cell taken apart: its products, gates and states against the float64 reference, and its lines of WGSL. */
import { describe, expect, it } from 'vitest';
import { CELL_CODE, computes, type Quantity } from '../../src/demo/cell-code.ts';
import {
  cellOf,
  gateTerms,
  kernelNumbers,
  largestFirst,
  recompute,
  sumOf,
} from '../../src/demo/cell-terms.ts';
import type { TraceReport } from '../../src/demo/protocol.ts';
import { seededRandom } from '../../src/engine/core/random.ts';
import { GATES } from '../../src/engine/index.ts';
import { lstmForward } from '../../src/engine/reference/index.ts';

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
const reference = lstmForward(
  { data: x, shape: [1, steps, features] },
  { kernel: weights.kernel, recurrentKernel: weights.recurrent_kernel, bias: weights.bias },
  { units },
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

describe('one cell taken apart', () => {
  it('has products that add up to z of the reference, for every gate, step and unit', () => {
    for (const [g, { key }] of GATES.entries()) {
      for (let t = 0; t < steps; t++) {
        for (let u = 0; u < units; u++) {
          const terms = gateTerms(trace, key, t, u);
          expect(terms).toHaveLength(features + 1 + units);
          expect(sumOf(terms)).toBeCloseTo(reference.z[(t * 4 + g) * units + u] as number, 6);
        }
      }
    }
  });

  it('gives the reference\u2019s gates and states when computed anew', () => {
    for (let t = 0; t < steps; t++) {
      const own = recompute(trace, t, 2);
      const kernel = kernelNumbers(trace, t, 2);
      for (const { key } of GATES) expect(own.gates[key]).toBeCloseTo(kernel.gates[key], 6);
      expect(own.c).toBeCloseTo(reference.c[t * units + 2] as number, 6);
      expect(own.h).toBeCloseTo(reference.h[t * units + 2] as number, 6);
    }
  });

  it('shows the largest products first and loses none', () => {
    const terms = gateTerms(trace, 'f', 3, 1);
    const sizes = largestFirst(terms).map(({ product }) => Math.abs(product));
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    expect(sumOf(largestFirst(terms))).toBeCloseTo(sumOf(terms), 12);
  });

  it('keeps its memory unchanged with f = 1 and i = 0', () => {
    expect(cellOf(0.37, { i: 0, f: 1, c: 0.9, o: 0.5 }).c).toBe(0.37);
  });

  it.each([
    ['z', 4],
    ['i', 1],
    ['f', 1],
    ['candidate', 1],
    ['o', 1],
    ['c', 1],
    ['h', 1],
  ] as const)('marks the lines of WGSL that compute %s', (quantity: Quantity, count) => {
    expect(CELL_CODE.filter((line) => computes(line, quantity))).toHaveLength(count);
  });
});
