/**
 * Activation functions and their derivatives in float64, as Keras defines them (keras/src/activations/activations.py).
 * Every function is finite wherever its result is a float64, and hands NaN on. "hard_sigmoid" means two functions: Keras 3's
 * clip(x/6 + 0.5, 0, 1), and clip(0.2x + 0.5, 0, 1) of Keras 1 and 2; both are here.
 *
 * Derivatives are of the pre-activation x, not of the value, so that nothing is lost where the value saturates.
 * At a kink they are TensorFlow's, which is what Keras trains with (test/fixtures/reference holds its answers):
 *   relu 0 at x = 0;  selu the scale at x = 0;  hard_sigmoid 0 at x = -3 and 3 (relu6);  hard_sigmoid_keras2 0.2 at x = -2.5 and 2.5 (clip).
 */

/** An activation by its Keras name. */
export type ReferenceActivation =
  | 'linear'
  | 'tanh'
  | 'sigmoid'
  | 'relu'
  | 'softsign'
  | 'hard_sigmoid'
  | 'hard_sigmoid_keras2'
  | 'softplus'
  | 'elu'
  | 'selu'
  | 'exponential';

/** An activation: its value and its derivative at the pre-activation x. */
export interface ActivationFunction {
  readonly value: (x: number) => number;
  readonly derivative: (x: number) => number;
}

// Only exp of negative numbers is taken: it may underflow to 0 but never overflows.
function sigmoid(x: number): number {
  const e = Math.exp(-Math.abs(x));
  return x < 0 ? e / (1 + e) : 1 / (1 + e);
}

function sigmoidDerivative(x: number): number {
  const e = Math.exp(-Math.abs(x));
  return e / ((1 + e) * (1 + e));
}

// 1 - tanh(x)^2 would cancel to 0 from |x| = 19 on; sech(x)^2 = 4e / (1 + e)^2 with e = exp(-2|x|) does not.
function tanhDerivative(x: number): number {
  const e = Math.exp(-2 * Math.abs(x));
  return (4 * e) / ((1 + e) * (1 + e));
}

function softsignDerivative(x: number): number {
  const inverse = 1 / (1 + Math.abs(x));
  return inverse * inverse;
}

// Klambauer et al. 2017, as Keras writes them.
const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

const clipToUnit = (y: number): number => Math.min(1, Math.max(0, y));

/** Every activation by name. */
export const REFERENCE_ACTIVATIONS: Readonly<Record<ReferenceActivation, ActivationFunction>> = {
  linear: { value: (x) => x, derivative: () => 1 },
  tanh: { value: Math.tanh, derivative: tanhDerivative },
  sigmoid: { value: sigmoid, derivative: sigmoidDerivative },
  relu: { value: (x) => Math.max(x, 0), derivative: (x) => (x > 0 ? 1 : 0) },
  softsign: { value: (x) => x / (1 + Math.abs(x)), derivative: softsignDerivative },
  hard_sigmoid: {
    value: (x) => clipToUnit((x + 3) / 6),
    derivative: (x) => (Math.abs(x) < 3 ? 1 / 6 : 0),
  },
  hard_sigmoid_keras2: {
    value: (x) => clipToUnit(0.2 * x + 0.5),
    derivative: (x) => (Math.abs(x) <= 2.5 ? 0.2 : 0),
  },
  softplus: {
    value: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    derivative: sigmoid,
  },
  elu: {
    value: (x) => (x > 0 ? x : Math.expm1(x)),
    derivative: (x) => (x > 0 ? 1 : Math.exp(x)),
  },
  selu: {
    value: (x) => SELU_SCALE * (x > 0 ? x : SELU_ALPHA * Math.expm1(x)),
    derivative: (x) => SELU_SCALE * (x >= 0 ? 1 : SELU_ALPHA * Math.exp(x)),
  },
  exponential: { value: Math.exp, derivative: Math.exp },
};

/**
 * The activation of a name.
 * @throws Error for a name that does not exist, listing those that do
 */
export function referenceActivation(name: string): ActivationFunction {
  const found = Object.hasOwn(REFERENCE_ACTIVATIONS, name)
    ? REFERENCE_ACTIVATIONS[name as ReferenceActivation]
    : undefined;
  if (found === undefined) {
    throw new Error(
      `Activation "${name}" is not known. Use one of: ${Object.keys(REFERENCE_ACTIVATIONS).join(', ')}.`,
    );
  }
  return found;
}
