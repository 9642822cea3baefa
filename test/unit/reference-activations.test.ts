import { describe, expect, it } from 'vitest';
import { ACTIVATIONS } from '../../src/engine/core/activations.ts';
import { GATES, gateIndex } from '../../src/engine/core/gates.ts';
import {
  activationBackward,
  activationForward,
  applyMask,
  REFERENCE_ACTIVATIONS,
  REFERENCE_GATE_COLUMNS,
  type ReferenceActivation,
  referenceActivation,
} from '../../src/engine/reference/index.ts';
import { centralDifferences, distanceToKink, expectClose } from './reference-support.ts';

const names = Object.keys(REFERENCE_ACTIVATIONS) as ReferenceActivation[];

describe('reference activations', () => {
  it('are the activations the engine knows, and the gate columns are the engine gates', () => {
    expect([...names].sort()).toEqual([...ACTIVATIONS].sort());
    for (const { key } of GATES) expect(REFERENCE_GATE_COLUMNS[key]).toBe(gateIndex(key));
    expect(Object.keys(REFERENCE_GATE_COLUMNS)).toHaveLength(GATES.length);
  });

  it.each(names)('%s: the derivative is the slope, away from kinks', (name) => {
    const points = Float64Array.from({ length: 161 }, (_, at) => (at - 80) * 0.1 + 0.013);
    expect(distanceToKink(name, points)).toBeGreaterThan(1e-3);

    for (const point of points) {
      const cell = Float64Array.of(point);
      const slope = centralDifferences(cell, () => referenceActivation(name).value(cell[0] as number));
      expectClose(`${name}'(${point})`, [referenceActivation(name).derivative(point)], slope, {
        atol: 1e-10,
      });
    }
  });

  it.each(names)('%s: finite in, finite out, wherever the result is a float64; NaN stays NaN', (name) => {
    const { value, derivative } = referenceActivation(name);

    for (const x of [0, -0, 5e-324, 1e-300, 1e-16, 19, 37, 710, 746, 1e10, 1e154, 1e200, Number.MAX_VALUE]) {
      for (const signed of [x, -x]) {
        // e^x, and selu's 1.05 x, leave float64 where x is this large.
        const isExponential = name === 'exponential' && signed > 709.78;
        const isBeyond = isExponential || (name === 'selu' && signed === Number.MAX_VALUE);
        expect(Number.isFinite(value(signed)), `${name}(${signed}) = ${value(signed)}`).toBe(!isBeyond);
        expect(Number.isFinite(derivative(signed)), `${name}'(${signed})`).toBe(!isExponential);
      }
    }
    expect(value(Number.NaN)).toBeNaN();
  });

  it('tanh and sigmoid slopes do not vanish by cancellation where the value has saturated', () => {
    expectClose(
      'slopes at 20 and 40',
      [referenceActivation('tanh').derivative(20), referenceActivation('sigmoid').derivative(40)],
      [4 * Math.exp(-40), Math.exp(-40)],
      { atol: 0, rtol: 1e-12 },
    );
  });

  it('an unknown name is refused with the list of names', () => {
    expect(() => referenceActivation('swish')).toThrow(/"swish" is not known. Use one of: linear, tanh,/);
    expect(() => referenceActivation('toString')).toThrow(/not known/);
  });

  it('the activation layer and the dropout mask work element by element', () => {
    const z = [-1, 0.5, 2];

    expectClose('relu', activationForward(z, 'relu'), [0, 0.5, 2]);
    expectClose('relu gradient', activationBackward(z, 'relu', [10, 20, 30]), [0, 20, 30]);
    expectClose('mask', applyMask(z, [0, 2, 2]), [0, 1, 4]);
    expect(() => applyMask(z, [1, 1])).toThrow(/Dropout mask has 2 values, expected 3/);
  });
});
