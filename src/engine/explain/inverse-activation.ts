/** What an activation has to be given to have a value, a mean of what it had: also at the ends of its range. */
import type { Activation } from '../core/activations.ts';

/**
 * z at which an activation has a value, in float32. A value outside its range, which a mean passes by rounding, counts as
 * the end of it.
 */
export function inverseActivation(activation: Activation, value: number): number {
  const { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY, inverse } = INVERSES[activation];
  const z = inverse(Math.max(least, Math.min(most, value)));
  if (Number.isFinite(z)) return z;
  return Math.sign(z) * (activation === 'softsign' ? SOFTSIGN_FAR : FAR);
}

/** Where an activation that comes near its end exponentially has it, but for 1e-17. */
const FAR = 40;
/** The same of one that comes near it as 1 / z does. */
const SOFTSIGN_FAR = 2 ** 26;

const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

interface Inverse {
  /** Of its range, where it has an end. */
  readonly least?: number;
  readonly most?: number;
  readonly inverse: (value: number) => number;
}

const INVERSES: Readonly<Record<Activation, Inverse>> = {
  linear: { inverse: (y) => y },
  tanh: { least: -1, most: 1, inverse: (y) => Math.atanh(y) },
  sigmoid: { least: 0, most: 1, inverse: (y) => Math.log(y / (1 - y)) },
  relu: { least: 0, inverse: (y) => y },
  softsign: { least: -1, most: 1, inverse: (y) => y / (1 - Math.abs(y)) },
  hard_sigmoid: { least: 0, most: 1, inverse: (y) => 6 * (y - 0.5) },
  hard_sigmoid_keras2: { least: 0, most: 1, inverse: (y) => 5 * (y - 0.5) },
  // ln(exp(y) - 1), which would overflow from y = 710.
  softplus: { least: 0, inverse: (y) => y + Math.log(-Math.expm1(-y)) },
  elu: { least: -1, inverse: (y) => (y >= 0 ? y : Math.log1p(y)) },
  selu: {
    least: -SELU_SCALE * SELU_ALPHA,
    inverse: (y) => (y >= 0 ? y / SELU_SCALE : Math.log1p(y / (SELU_SCALE * SELU_ALPHA))),
  },
  exponential: { least: 0, inverse: (y) => Math.log(y) },
};
