/**
 * Names of the activations and the numbers the shaders know them by (`ACTIVATION` overrides in src/shaders/lib/activations.wgsl).
 * hard_sigmoid means two different functions in Keras: clip(x/6 + 0.5, 0, 1) since Keras 3, clip(0.2x + 0.5, 0, 1) before
 * (keras-reference, trap 1). Both exist here under their own names.
 */
import { badInput } from './errors.ts';

/** Activation names, positions are the shader's codes. */
export const ACTIVATIONS = [
  'linear',
  'tanh',
  'sigmoid',
  'relu',
  'softsign',
  'hard_sigmoid',
  'hard_sigmoid_keras2',
  'softplus',
  'elu',
  'selu',
  'exponential',
] as const;

export type Activation = (typeof ACTIVATIONS)[number];

/**
 * The shader's code of an activation.
 * @throws GatewiseError for a name that does not exist, listing those that do
 */
export function activationCode(name: string): number {
  const code = (ACTIVATIONS as readonly string[]).indexOf(name);
  if (code < 0) throw badInput(`Activation "${name}" is not known. Use one of: ${ACTIVATIONS.join(', ')}.`);
  return code;
}
