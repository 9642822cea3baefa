/**
 * Initializers, regularizers and constraints of a layer in the words of Keras 3. They do not change what a trained layer
 * computes; they are kept so that a file written here trains on in Keras as before. What Keras 3 has no word for is left
 * out with a note.
 */

import { isObject, numberOf, own, ownString, shown } from '../bytes/untrusted-json.ts';
import type { OldConfig } from './old-config.ts';

/** Classes of initializers by the name Keras 3 has for them, and the settings each takes. */
const INITIALIZERS: Readonly<Record<string, readonly string[]>> = {
  Zeros: [],
  Ones: [],
  Constant: ['value'],
  RandomNormal: ['mean', 'stddev', 'seed'],
  RandomUniform: ['minval', 'maxval', 'seed'],
  TruncatedNormal: ['mean', 'stddev', 'seed'],
  VarianceScaling: ['scale', 'mode', 'distribution', 'seed'],
  Orthogonal: ['gain', 'seed'],
  GlorotUniform: ['seed'],
  GlorotNormal: ['seed'],
  HeUniform: ['seed'],
  HeNormal: ['seed'],
  LecunUniform: ['seed'],
  LecunNormal: ['seed'],
  Identity: ['gain'],
};

const INITIALIZER_NAMES: Readonly<Record<string, string>> = {
  zero: 'Zeros',
  one: 'Ones',
  uniform: 'RandomUniform',
  normal: 'RandomNormal',
  identityinitializer: 'Identity',
};

/** Regularizers and constraints: Keras 3's class by Keras 1's and 2's, and names of the settings, old names after new. */
const REGULARIZERS: Readonly<Record<string, string>> = {
  l1: 'L1',
  l2: 'L2',
  l1l2: 'L1L2',
  l1_l2: 'L1L2',
  weightregularizer: 'L1L2',
  l1l2regularizer: 'L1L2',
  activityregularizer: 'L1L2',
};
const CONSTRAINTS: Readonly<Record<string, readonly [string, readonly (readonly string[])[]]>> = {
  maxnorm: ['MaxNorm', [['max_value', 'm'], ['axis']]],
  nonneg: ['NonNeg', []],
  unitnorm: ['UnitNorm', [['axis']]],
  minmaxnorm: ['MinMaxNorm', [['min_value', 'low'], ['max_value', 'high'], ['rate'], ['axis']]],
};

type Json = Record<string, unknown>;

/** One key of a config to be; empty where there is nothing to say. */
export function initializer(old: OldConfig, key: string, ...oldKeys: readonly string[]): Json {
  const value = old.take(key, ...oldKeys);
  if (value === undefined) return {};
  const given = typeof value === 'string' ? value : ownString(value, 'class_name');
  const className = given === undefined ? undefined : initializerClass(given);
  if (className === undefined) {
    old.note(`its ${key} ${shown(value)} has no counterpart in Keras 3 and was left out.`);
    return {};
  }
  const config: Json = {};
  for (const name of INITIALIZERS[className] ?? []) {
    const setting = own(own(value, 'config'), name);
    if (typeof setting === 'string') config[name] = setting === 'normal' ? 'truncated_normal' : setting;
    else if (numberOf(setting) !== undefined) config[name] = numberOf(setting);
  }
  return { [key]: kerasPart('keras.initializers', className, config) };
}

function initializerClass(given: string): string | undefined {
  const plain = (given.split(/[.>]/).at(-1) ?? '').replaceAll('_', '').toLowerCase();
  const short = Object.hasOwn(INITIALIZER_NAMES, plain) ? INITIALIZER_NAMES[plain] : undefined;
  return short ?? Object.keys(INITIALIZERS).find((name) => name.toLowerCase() === plain);
}

export function regularizer(old: OldConfig, key: string, ...oldKeys: readonly string[]): Json {
  const value = old.take(key, ...oldKeys);
  if (value === undefined) return {};
  const given =
    typeof value === 'string' ? value : (ownString(value, 'class_name') ?? ownString(value, 'name'));
  const plain = given?.toLowerCase() ?? '';
  const className = Object.hasOwn(REGULARIZERS, plain) ? REGULARIZERS[plain] : undefined;
  if (className === undefined) {
    old.note(`its ${key} ${shown(value)} has no counterpart in Keras 3 and was left out.`);
    return {};
  }
  const settings = isObject(own(value, 'config')) ? own(value, 'config') : value;
  const config: Json = {};
  for (const name of ['l1', 'l2']) {
    const factor = numberOf(own(settings, name));
    if (className.includes(name.toUpperCase()) && factor !== undefined) config[name] = factor;
  }
  return { [key]: kerasPart('keras.regularizers', className, config) };
}

export function constraint(old: OldConfig, key: string, ...oldKeys: readonly string[]): Json {
  const value = old.take(key, ...oldKeys);
  if (value === undefined) return {};
  const given =
    typeof value === 'string' ? value : (ownString(value, 'class_name') ?? ownString(value, 'name'));
  const plain = given?.replaceAll('_', '').toLowerCase() ?? '';
  const found = Object.hasOwn(CONSTRAINTS, plain) ? CONSTRAINTS[plain] : undefined;
  if (found === undefined) {
    old.note(`its ${key} ${shown(value)} has no counterpart in Keras 3 and was left out.`);
    return {};
  }
  const settings = isObject(own(value, 'config')) ? own(value, 'config') : value;
  const config: Json = {};
  for (const [name = '', ...older] of found[1]) {
    const setting = [name, ...older]
      .map((one) => numberOf(own(settings, one)))
      .find((one) => one !== undefined);
    if (setting !== undefined) config[name] = setting;
  }
  return { [key]: kerasPart('keras.constraints', found[0], config) };
}

function kerasPart(module: string, className: string, config: Json): Json {
  return { module, class_name: className, config, registered_name: null };
}
