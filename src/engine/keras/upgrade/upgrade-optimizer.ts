/** An optimizer of any generation in the words and with the defaults of Keras 3 (keras-reference 2.1, 4.2). */

import { isObject, type JsonObject, numberOf, own, ownString, shown } from '../bytes/untrusted-json.ts';
import type { KerasObject } from '../model/keras-model.ts';
import type { ConfigContext } from './dialect.ts';

type Json = Record<string, unknown>;

const CLASSES = [
  'SGD',
  'Adam',
  'AdamW',
  'RMSprop',
  'Adagrad',
  'Adadelta',
  'Adamax',
  'Nadam',
  'Ftrl',
  'Lion',
  'Adafactor',
];
const RATES: Readonly<Record<string, number>> = { SGD: 0.01, Adam: 0.001, AdamW: 0.001, RMSprop: 0.001 };

/** @returns undefined where it is none */
export function upgradeOptimizer(value: unknown, context: ConfigContext): KerasObject | undefined {
  const given = typeof value === 'string' ? value : ownString(value, 'class_name');
  const settings = own(value, 'config');
  if (given === undefined) return undefined;
  const plain = (given.split(/[.>]/).at(-1) ?? given).toLowerCase();
  // TF.js has its momentum in a class of its own.
  const className = plain === 'momentum' ? 'SGD' : CLASSES.find((name) => name.toLowerCase() === plain);
  const config = isObject(settings) ? settings : {};
  const scaled = own(config, 'inner_optimizer') ?? own(config, 'optimizer');
  if (/^lossscaleoptimizer/.test(plain) && scaled !== undefined) {
    context.notes.push(
      'The optimizer scales its loss for float16; here all is float32, and the optimizer inside is taken.',
    );
    return upgradeOptimizer(scaled, context);
  }
  if (className === undefined || !Object.hasOwn(RATES, className)) {
    context.notes.push(`Nothing is trained here with the optimizer ${shown(className ?? given)}.`);
    return optimizer(className ?? given, foreign(config, className, context));
  }
  const rule = ruleOf(className, config, context);
  const name = ownString(config, 'name') ?? className.toLowerCase();
  return optimizer(className, {
    name,
    learning_rate: learningRate(config, RATES[className] ?? 0.001, context),
    ...rule,
    ...shared(className, config, context),
  });
}

function optimizer(className: string, config: JsonObject): KerasObject {
  return { module: 'keras.optimizers', class_name: className, config, registered_name: null };
}

/** Settings of an optimizer that only Keras computes: those of all optimizers in its words, the rest as it stands. */
function foreign(config: JsonObject, className: string | undefined, context: ConfigContext): Json {
  const { lr, learningRate: camel, ...rest } = config;
  const rate = own(config, 'learning_rate') ?? lr ?? camel;
  const named = rate === undefined ? rest : { ...rest, learning_rate: learningRate(config, 0.001, context) };
  if (className === undefined) return named;
  const { decay: _, clipnorm: __, ...kept } = named;
  return { ...kept, ...shared(className, config, context) };
}

/** A number, or a schedule as Keras 3 wraps it. */
function learningRate(config: JsonObject, initial: number, context: ConfigContext): unknown {
  const keys = ['learning_rate', 'lr', 'learningRate'];
  const value = keys.map((key) => own(config, key)).find((one) => one !== undefined);
  const className = ownString(value, 'class_name');
  const settings = own(value, 'config');
  if (className === undefined || !isObject(settings) || numberOf(value) !== undefined) {
    return numberAt(config, keys, context) ?? initial;
  }
  return {
    module: 'keras.optimizers.schedules',
    class_name: className,
    config: settings,
    registered_name: null,
  };
}

/** The first of several names of a setting that has a value; what is no number is said and not taken. */
function numberAt(config: JsonObject, keys: readonly string[], { notes }: ConfigContext): number | undefined {
  const key = keys.find((one) => own(config, one) !== undefined);
  if (key === undefined) return undefined;
  const value = numberOf(own(config, key));
  if (value === undefined) {
    notes.push(
      `The optimizer's ${key} is ${shown(own(config, key))}, no number; the default of Keras 3 is taken.`,
    );
  }
  return value;
}

function ruleOf(className: string, config: JsonObject, context: ConfigContext): Json {
  const { dialect, notes } = context;
  const number = (initial: number, ...keys: string[]) => numberAt(config, keys, context) ?? initial;
  const epsilon = number(dialect === 'keras1' ? 1e-8 : 1e-7, 'epsilon');
  switch (className) {
    case 'SGD': {
      return { momentum: number(0, 'momentum'), nesterov: own(config, 'nesterov') === true };
    }
    case 'RMSprop': {
      const momentum = number(0, 'momentum');
      if (hasEpsilonOutside(config, momentum, context)) {
        notes.push(
          'This generation of Keras adds epsilon to the root in RMSprop, Keras 3 under the root; training goes on a little differently.',
        );
      }
      const rho = dialect === 'tfjs' ? number(0.9, 'rho', 'decay') : number(0.9, 'rho');
      return { rho, momentum, epsilon, centered: own(config, 'centered') === true };
    }
    default: {
      const amsgrad = own(config, 'amsgrad') === true ? { amsgrad: true } : {};
      return {
        beta_1: number(0.9, 'beta_1', 'beta1'),
        beta_2: number(0.999, 'beta_2', 'beta2'),
        epsilon,
        ...amsgrad,
      };
    }
  }
}

/** sqrt(v) + epsilon; the optimizers of tf.keras before 2.11 do so without momentum, and later as `legacy` ones. */
function hasEpsilonOutside(config: JsonObject, momentum: number, context: ConfigContext): boolean {
  const { dialect, kerasVersion } = context;
  if (dialect !== 'tf.keras') return dialect === 'keras1' || dialect === 'keras2';
  const isLegacy = own(config, 'is_legacy_optimizer') === true || !/^2\.1[1-9]/.test(kerasVersion ?? '');
  return isLegacy && momentum === 0;
}

/** What every optimizer of Keras 3 takes, where it is set. */
function shared(className: string, config: JsonObject, context: ConfigContext): Json {
  const { dialect, notes } = context;
  const kept: Json = {};
  for (const key of [
    'weight_decay',
    'clipnorm',
    'global_clipnorm',
    'clipvalue',
    'loss_scale_factor',
    'gradient_accumulation_steps',
  ]) {
    const value = numberAt(config, [key], context);
    if (value !== undefined) kept[key] = value;
  }
  if (className === 'AdamW' && kept.weight_decay === undefined) kept.weight_decay = 0.004;
  if (kept.clipnorm !== undefined && (dialect === 'keras1' || dialect === 'keras2')) {
    notes.push(
      'clipnorm of this generation of Keras is the norm of all gradients together, which Keras 3 calls global_clipnorm.',
    );
    kept.global_clipnorm = kept.clipnorm;
    delete kept.clipnorm;
  }
  if (own(config, 'use_ema') === true) {
    kept.use_ema = true;
    for (const key of ['ema_momentum', 'ema_overwrite_frequency']) {
      const value = numberOf(own(config, key));
      if (value !== undefined) kept[key] = value;
    }
  }
  const decay = dialect === 'tfjs' ? undefined : numberOf(own(config, 'decay'));
  if (decay !== undefined && decay !== 0) {
    kept.decay = decay;
    notes.push(
      `The optimizer's rate falls by its decay ${decay} (rate / (1 + decay * step)); Keras 3 has no such setting and keeps the rate.`,
    );
  }
  return kept;
}
