/** Gauss's rule of numerical integration, for the straight paths of integrated gradients. */
import { badInput } from '../core/errors.ts';

export interface Quadrature {
  /** Ascending, between 0 and 1. */
  readonly nodes: Float64Array;
  /** Their sum is 1. */
  readonly weights: Float64Array;
}

/**
 * The rule for the mean of a function over [0, 1] that is exact for polynomials up to degree 2 steps - 1: nodes at the
 * zeros of the Legendre polynomial, found by Newton's method.
 * @throws GatewiseError for steps that are no whole number from 1 to 1024
 */
export function gaussLegendre(steps: number): Quadrature {
  if (!(Number.isInteger(steps) && steps >= 1 && steps <= 1024)) {
    throw badInput(`steps must be a whole number from 1 to 1024, received ${steps}.`);
  }
  const nodes = new Float64Array(steps);
  const weights = new Float64Array(steps);
  for (let k = 0; k < steps; k++) {
    let z = -Math.cos((Math.PI * (k + 0.75)) / (steps + 0.5));
    let slope = 1;
    for (let round = 0; round < 100; round++) {
      const [value, derivative] = legendre(steps, z);
      slope = derivative;
      const next = z - value / slope;
      if (Math.abs(next - z) < 1e-16) break;
      z = next;
    }
    nodes[k] = (1 + z) / 2;
    weights[k] = 1 / ((1 - z * z) * slope * slope);
  }
  return { nodes, weights };
}

/** Legendre's polynomial of a degree at z, and its derivative. */
function legendre(degree: number, z: number): [value: number, derivative: number] {
  let before = 1;
  let value = z;
  for (let k = 2; k <= degree; k++) {
    const next = ((2 * k - 1) * z * value - (k - 1) * before) / k;
    before = value;
    value = next;
  }
  return [value, (degree * (z * value - before)) / (z * z - 1)];
}
