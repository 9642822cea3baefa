/** What a gate is held by: activations undone, in the middle of their range, at its ends and a rounding beyond them. */
import { describe, expect, it } from 'vitest';
import { ACTIVATIONS, type Activation } from '../../src/engine/core/activations.ts';
import { inverseActivation } from '../../src/engine/explain/inverse-activation.ts';
import { REFERENCE_ACTIVATIONS } from '../../src/engine/reference/index.ts';

const held = (activation: Activation, value: number): number =>
  Math.fround(REFERENCE_ACTIVATIONS[activation].value(Math.fround(inverseActivation(activation, value))));

describe('an activation undone', () => {
  it.each(ACTIVATIONS)('is what it was: %s', (activation) => {
    for (const z of [-2, -0.7, 0.3, 1, 2.4]) {
      const value = REFERENCE_ACTIVATIONS[activation].value(z);
      expect(held(activation, value)).toBeCloseTo(value, 5);
    }
  });

  const ENDS: readonly (readonly [Activation, number, number])[] = [
    ['tanh', 1, 1],
    ['tanh', -1, -1],
    ['sigmoid', 1, 1],
    ['sigmoid', 0, -1],
    ['softsign', 1, 1],
    ['softsign', -1, -1],
    ['hard_sigmoid', 1, 1],
    ['hard_sigmoid', 0, -1],
    ['hard_sigmoid_keras2', 1, 1],
    ['hard_sigmoid_keras2', 0, -1],
    ['relu', 0, -1],
    ['softplus', 0, -1],
    ['elu', -1, -1],
    ['selu', -1.0507009873554805 * 1.6732632423543772, -1],
    ['exponential', 0, -1],
  ];

  it.each(ENDS)('%s stays at its end %d, and a rounding beyond it', (activation, end, outwards) => {
    expect(held(activation, end)).toBeCloseTo(end, 6);
    expect(held(activation, end + outwards * 1e-12)).toBeCloseTo(end, 6);
  });

  it.each([
    ['linear', 5000],
    ['relu', 5000],
    ['softplus', 5000],
    ['elu', 5000],
    ['selu', 5000],
  ] as const)('%s has no upper end: %d', (activation, value) => {
    expect(held(activation, value)).toBeCloseTo(value, 2);
  });
});
