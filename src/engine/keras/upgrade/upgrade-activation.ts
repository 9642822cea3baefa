/**
 * An activation as any generation writes it (a name, a dotted name, an object) in the words of this folder. hard_sigmoid
 * before Keras 3 is clip(0.2x + 0.5, 0, 1) and gets its own name (keras-reference 1.2). Python code is never run.
 */
import { ACTIVATIONS } from '../../core/activations.ts';
import { badInput } from '../../core/errors.ts';
import { isObject, type JsonObject, own, ownString, shown } from '../bytes/untrusted-json.ts';
import { noteAssumption } from './dialect.ts';
import type { OldConfig } from './old-config.ts';

/** A name, or a layer that has to follow because the activation has settings of its own. */
export type UpgradedActivation =
  | { readonly name: string }
  | { readonly className: string; readonly config: JsonObject };

const SAME_AS: Readonly<Record<string, string>> = {
  softmax_v2: 'softmax',
  relu_v2: 'relu',
  leaky_relu_v2: 'leaky_relu',
  swish: 'silu',
  identity: 'linear',
};

/** Activations that are layers here: class and settings by name. */
const AS_LAYER: Readonly<Record<string, { className: string; config: JsonObject }>> = {
  relu6: { className: 'ReLU', config: { max_value: 6 } },
  leaky_relu: { className: 'LeakyReLU', config: { negative_slope: 0.2 } },
  elu: { className: 'ELU', config: { alpha: 1 } },
};

const LAYER_CLASSES = ['ReLU', 'LeakyReLU', 'ELU', 'ThresholdedReLU', 'Softmax'];

/** @param initial what the writer's generation takes when the config says nothing */
export function upgradeActivation(
  old: OldConfig,
  initial: string,
  ...keys: readonly string[]
): UpgradedActivation {
  const value = old.take(...keys);
  if (value === undefined) {
    // Keras means linear by null; TF.js writes null where nothing was given.
    const isNull = keys.some((key) => old.has(key)) && old.context.dialect !== 'tfjs';
    return { name: isNull ? 'linear' : initial };
  }
  const key = keys[0] ?? 'activation';
  const className = ownString(value, 'class_name');
  const config = own(value, 'config');
  if (className !== undefined && LAYER_CLASSES.includes(className)) {
    return { className, config: isObject(config) ? config : {} };
  }
  const name = nameOf(value);
  if (name === undefined || /lambda/i.test(name)) {
    throw badInput(
      `${old.owner}: its ${key} is Python code (${shown(name ?? value)}), which gatewise never runs. Replace it by a named activation before saving.`,
    );
  }
  const asLayer = Object.hasOwn(AS_LAYER, name) ? AS_LAYER[name] : undefined;
  const known: readonly string[] = ACTIVATIONS;
  if (name === 'hard_sigmoid') noteAssumption(old.context);
  if (name === 'hard_sigmoid' && old.context.dialect !== 'keras3') return { name: 'hard_sigmoid_keras2' };
  if (known.includes(name) || name === 'softmax') return { name };
  if (asLayer !== undefined) return asLayer;
  throw badInput(
    `${old.owner} of a file of ${old.context.writer}: the ${key} ${shown(name)} is not known. Known are ${ACTIVATIONS.join(', ')}, softmax. Replace it before saving.`,
  );
}

/** The same where only a name will do: inside a recurrent layer. */
export function upgradeActivationName(old: OldConfig, initial: string, ...keys: readonly string[]): string {
  const found = upgradeActivation(old, initial, ...keys);
  if ('name' in found) return found.name;
  throw badInput(
    `${old.owner}: its ${keys[0] ?? 'activation'} is ${found.className}, which is not understood inside a recurrent layer. Known are ${ACTIVATIONS.join(', ')}.`,
  );
}

function nameOf(value: unknown): string | undefined {
  if (typeof value === 'string') return normalName(value);
  const config = own(value, 'config');
  const className = ownString(value, 'class_name');
  if (className === 'Activation') return nameOf(own(config, 'activation'));
  if (typeof config === 'string') return normalName(config);
  const isNamed = className !== undefined && className !== 'function' && className !== '__lambda__';
  return isNamed ? normalName(className) : undefined;
}

/** `keras.activations.relu` is relu, TF.js's class name hardSigmoid is hard_sigmoid. */
function normalName(text: string): string {
  const last = text.replace(/^.*[.>](?=\w+$)/, '');
  const snake = last.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
  return Object.hasOwn(SAME_AS, snake) ? (SAME_AS[snake] ?? snake) : snake;
}
