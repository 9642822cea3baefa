/** A loss of any generation by the full name that Keras 3 loads from files (keras-reference 2.6), or as an object. */

import { isObject, own, ownString, shown } from '../bytes/untrusted-json.ts';
import { LOSS_NAMES } from '../keras3/keras3-keys.ts';
import type { KerasObject } from '../model/keras-model.ts';
import { snakeWord } from '../model/snake-word.ts';
import type { ConfigContext } from './dialect.ts';

/** Settings of a loss object that say what its plain name says. */
const PLAIN: Readonly<Record<string, readonly unknown[]>> = {
  reduction: ['auto', 'sum_over_batch_size', 'mean', null],
  from_logits: [false],
  label_smoothing: [0],
  axis: [-1],
  ignore_class: [null],
  dtype: [null, 'float32'],
};

/** @returns undefined where it is none */
export function upgradeLoss(value: unknown, context: ConfigContext): string | KerasObject | undefined {
  const one = onlyEntry(value);
  if (typeof one === 'string') return named(one, context);
  const className = ownString(one, 'class_name');
  const config = own(one, 'config');
  if (className === undefined) return undefined;
  if (typeof config === 'string') return named(config, context);
  const wrapped = own(config, 'fn');
  if (wrapped !== undefined && !isKnown(fullName(className))) return upgradeLoss(wrapped, context);
  const settings = isObject(config) ? config : {};
  const name = named(className, context);
  const kept: Record<string, unknown> = {};
  for (const key of Object.keys(settings)) {
    const setting = settings[key];
    const isPlain = Object.hasOwn(PLAIN, key) && PLAIN[key]?.includes(setting);
    if (key === 'name' || key === 'fn' || isPlain || isPolicy(setting)) continue;
    if (['delta', 'reduction', 'from_logits', 'label_smoothing', 'axis', 'ignore_class'].includes(key)) {
      kept[key] = setting;
    }
  }
  if (name === 'huber' && kept.delta === undefined) {
    context.notes.push("The loss is Huber's, with no delta in the file; 1.0 is used.");
  }
  if (Object.keys(kept).length === 0 || !isKnown(name)) return name;
  const full = { name, reduction: 'sum_over_batch_size', ...kept };
  const plainClass = className.split(/[.>]/).at(-1) ?? className;
  return { module: 'keras.losses', class_name: plainClass, config: full, registered_name: null };
}

function isPolicy(value: unknown): boolean {
  return ownString(value, 'class_name') === 'DTypePolicy';
}

/** A model of one output may have its loss in a list or under the output's name. */
function onlyEntry(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 1 ? value[0] : undefined;
  if (isObject(value) && ownString(value, 'class_name') === undefined) {
    const entries = Object.values(value);
    return entries.length === 1 ? entries[0] : undefined;
  }
  return value;
}

function named(given: string, context: ConfigContext): string {
  const name = fullName(given);
  if (isKnown(name)) return name;
  context.notes.push(`The loss ${shown(given)} is not known here.`);
  return given;
}

function fullName(given: string): string {
  const word = snakeWord(given);
  return LOSS_NAMES.get(word) ?? word;
}

function isKnown(name: string): boolean {
  return LOSS_NAMES.has(name);
}
