/** An LSTM's gradient taken apart by time step, and dh and dc reckoned from dz, against the float64 reference. */
import { describe, expect, it } from 'vitest';
import { GATES, type GateKey } from '../../src/engine/core/gates.ts';
import { cellGradients, gradientByStep, mostFromNewest } from '../../src/engine/explain/index.ts';
import { lstmBackward, lstmForward } from '../../src/engine/reference/index.ts';
import { relativeL2 } from '../harness/assert-close.ts';
import { randomArray, randomOf } from './reference-support.ts';

function problem(batch: number, steps: number, features: number, units: number, hasBias = true) {
  const random = randomOf(batch * 100 + steps);
  const x = randomArray(random, [batch, steps, features]);
  const weights = {
    kernel: randomArray(random, [features, 4 * units]).data,
    recurrentKernel: randomArray(random, [units, 4 * units]).data,
    bias: hasBias ? randomArray(random, [4 * units]).data : null,
  };
  const above = randomArray(random, [batch, steps, units]).data;
  const forward = lstmForward(x, weights, { units });
  const backward = lstmBackward(forward, x, weights, above);
  const gate = (index: number): Float64Array =>
    Float64Array.from(
      { length: batch * steps * units },
      (_, at) => backward.dz[(Math.floor(at / units) * 4 + index) * units + (at % units)] as number,
    );
  const dz: Record<GateKey, Float64Array> = { i: gate(0), f: gate(1), c: gate(2), o: gate(3) };
  const traced = { batch, steps, features, units, hasBias, x: x.data, h: forward.h, dz };
  return { x, weights, above, forward, backward, traced };
}

describe('the gradient by time step', () => {
  it.each([
    [1, 1, 1, 1],
    [1, 14, 6, 5],
    [3, 4, 2, 7],
    [5, 1, 3, 2],
  ])('adds up to the whole one: B %d T %d D %d H %d', (...sizes) => {
    const { traced, backward } = problem(...sizes);

    const { total } = gradientByStep(traced);

    expect(relativeL2(total.kernel, backward.dKernel)).toBeLessThan(1e-12);
    expect(relativeL2(total.recurrentKernel, backward.dRecurrentKernel)).toBeLessThan(1e-12);
    expect(relativeL2(total.bias, backward.dBias ?? [])).toBeLessThan(1e-12);
  });

  it('gives each step the products of its own rows alone', () => {
    const { traced, forward, backward, x } = problem(2, 3, 2, 4);
    const { steps } = gradientByStep(traced);
    steps.forEach(({ whole, gates, kernel, recurrentKernel, bias }, t) => {
      const rows = [t, 3 + t].map((row) => ({
        operands: [
          ...x.data.subarray(row * 2, row * 2 + 2),
          ...(t === 0 ? [0, 0, 0, 0] : forward.h.subarray((row - 1) * 4, row * 4)),
          1,
        ],
        dz: backward.dz.subarray(row * 16, row * 16 + 16),
      }));
      const products = Array.from({ length: 7 * 16 }, (_, at) =>
        rows.reduce(
          (sum, { operands, dz }) =>
            sum + (operands[Math.floor(at / 16)] as number) * (dz[at % 16] as number),
          0,
        ),
      );
      expect(whole).toBeCloseTo(Math.hypot(...products), 10);
      expect(Math.hypot(...GATES.map(({ key }) => gates[key]))).toBeCloseTo(whole, 10);
      expect(kernel).toBeCloseTo(Math.hypot(...products.slice(0, 2 * 16)), 10);
      expect(recurrentKernel).toBeCloseTo(Math.hypot(...products.slice(2 * 16, 6 * 16)), 10);
      expect(bias).toBeCloseTo(Math.hypot(...products.slice(6 * 16)), 10);
    });
  });

  it('has the gate that carries it, and nothing for a bias that is not there', () => {
    const { traced } = problem(2, 3, 2, 4, false);
    const none = new Float64Array(2 * 3 * 4);
    const { steps, total } = gradientByStep({ ...traced, dz: { ...traced.dz, i: none, c: none, o: none } });
    expect(total.bias).toHaveLength(0);
    for (const { gates, bias, whole } of steps) {
      expect([gates.i, gates.c, gates.o, bias]).toEqual([0, 0, 0, 0]);
      expect(gates.f).toBe(whole);
    }
    expect((steps[1]?.whole ?? 0) > 0).toBe(true);
  });

  it('says how few of the newest steps hold more than half', () => {
    expect(mostFromNewest([1, 1, 1, 2, 5])).toEqual({ count: 2, share: 0.7 });
    expect(mostFromNewest([6, 1, 1])).toEqual({ count: 3, share: 1 });
    expect(mostFromNewest([3])).toEqual({ count: 1, share: 1 });
    expect(mostFromNewest([0, 0])).toBeNull();
    expect(mostFromNewest([])).toBeNull();
  });
});

describe('dh and dc', () => {
  it.each([
    [1, 1, 1],
    [6, 2, 5],
    [14, 6, 32],
  ])('reckoned from dz are the reference\u2019s: T %d D %d H %d', (steps, features, units) => {
    const { traced, above, weights, forward, backward } = problem(1, steps, features, units);
    const { f, o, c } = forward;
    const given = { steps, units, dz: traced.dz, f, o, c, recurrentKernel: weights.recurrentKernel };

    const reckoned = cellGradients({ ...given, above });

    expect(relativeL2(reckoned.dh, backward.dh)).toBeLessThan(1e-12);
    expect(relativeL2(reckoned.dc, backward.dc)).toBeLessThan(1e-12);
  });

  it('take a gradient from above for the last step alone, and refuse other lengths', () => {
    const { traced, weights, x } = problem(1, 4, 2, 3);
    const forward = lstmForward(x, weights, { units: 3 });
    const last = [0.5, -1, 2];
    const spread = Float64Array.of(...new Array(9).fill(0), ...last);
    const backward = lstmBackward(forward, x, weights, spread);
    const gate = (index: number): Float64Array =>
      Float64Array.from(
        { length: 12 },
        (_, at) => backward.dz[(Math.floor(at / 3) * 4 + index) * 3 + (at % 3)] as number,
      );
    const { f, o, c } = forward;
    const dz = { i: gate(0), f: gate(1), c: gate(2), o: gate(3) };
    const given = { steps: 4, units: 3, dz, f, o, c, recurrentKernel: weights.recurrentKernel };

    expect(relativeL2(cellGradients({ ...given, above: last }).dh, backward.dh)).toBeLessThan(1e-12);
    expect(() => cellGradients({ ...given, dz: traced.dz, above: [1, 2] })).toThrow(
      'The gradient from above has 2 values; it needs 12 (every step) or 3 (the last alone).',
    );
  });
});
