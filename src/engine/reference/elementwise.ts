/**
 * Layers without weights in float64: an activation, and dropout with a mask that is passed in (so that the reference
 * and a kernel can be given the same mask; the reference draws no random numbers).
 */
import { type ReferenceActivation, referenceActivation } from './activations.ts';
import { checkLength } from './array64.ts';

/**
 * a(z), element by element.
 * @param z pre-activations, any shape
 */
export function activationForward(z: ArrayLike<number>, activation: ReferenceActivation): Float64Array {
  const { value } = referenceActivation(activation);
  return Float64Array.from(z, value);
}

/**
 * dz = dy a'(z), element by element.
 * @param z pre-activations of the forward pass
 * @param dy gradient of a(z), as long as z
 * @throws Error when the lengths differ
 */
export function activationBackward(
  z: ArrayLike<number>,
  activation: ReferenceActivation,
  dy: ArrayLike<number>,
): Float64Array {
  checkLength('Activation gradient', dy, [z.length]);
  const { derivative } = referenceActivation(activation);
  return Float64Array.from(dy, (gradient, at) => gradient * derivative(z[at] as number));
}

/**
 * Dropout, forward and backward alike: values times mask.
 * @param values x going forward, the gradient of the output going backward
 * @param mask as long as values; inverted dropout as in Keras: 0 for a dropped entry, 1 / (1 - rate) for a kept one
 * @throws Error when the lengths differ
 */
export function applyMask(values: ArrayLike<number>, mask: ArrayLike<number>): Float64Array {
  checkLength('Dropout mask', mask, [values.length]);
  return Float64Array.from(values, (value, at) => value * (mask[at] as number));
}
