/**
 * A layer's config as its file has it, read by the names of every generation. Each key is asked for once, so that what
 * nobody asked for can be reported instead of being carried along.
 */
import { badInput } from '../../core/errors.ts';
import {
  isObject,
  type JsonObject,
  numberOf,
  own,
  ownString,
  shown,
  shownName,
} from '../bytes/untrusted-json.ts';
import type { ConfigContext } from './dialect.ts';

/** Keys without a meaning for what is computed, in any class. */
const INERT_KEYS = [
  'batch_input_shape',
  'batch_shape',
  'input_shape',
  'input_dim',
  'input_length',
  'input_dtype',
  'name',
  'trainable',
  'shared_object_id',
  'implementation',
  'consume_less',
  'use_cudnn',
  'rng_type',
  'enable_caching_device',
  'seed',
  'noise_shape',
  'lora_rank',
  'lora_alpha',
  'quantization_config',
  'autocast',
  'build_config',
];

export class OldConfig {
  /** e.g. `Layer "lstm_1" (LSTM)` */
  readonly owner: string;
  readonly context: ConfigContext;
  readonly className: string;
  private readonly config: JsonObject;
  private readonly unread: Set<string>;

  constructor(className: string, name: string, config: JsonObject, context: ConfigContext) {
    this.className = className;
    this.owner = `Layer "${shownName(name)}" (${shownName(className)})`;
    this.config = config;
    this.context = context;
    this.unread = new Set(Object.keys(config));
    this.ignore(...INERT_KEYS);
    this.checkDtype();
  }

  /** The value of the first of several names of one setting; undefined where it is absent or null. */
  take(...keys: readonly string[]): unknown {
    this.ignore(...keys);
    for (const key of keys) {
      const value = own(this.config, key);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  /** Keys that are known and change nothing here. */
  ignore(...keys: readonly string[]): void {
    for (const key of keys) this.unread.delete(key);
  }

  /** Whether a key is there, be it with null. */
  has(key: string): boolean {
    return Object.hasOwn(this.config, key);
  }

  /** Whether one of several names of a setting has a value that is not null. */
  hasValue(...keys: readonly string[]): boolean {
    return keys.some((key) => own(this.config, key) !== undefined);
  }

  boolean(initial: boolean, ...keys: readonly string[]): boolean {
    const value = this.take(...keys);
    if (value === undefined) return initial;
    if (typeof value === 'boolean') return value;
    if (value === 0 || value === 1) return value === 1;
    throw this.refusal(keys, value, 'true or false');
  }

  number(initial: number, ...keys: readonly string[]): number {
    const value = this.take(...keys);
    if (value === undefined) return initial;
    const number = numberOf(value);
    if (number !== undefined) return number;
    throw this.refusal(keys, value, 'a number');
  }

  /** @throws GatewiseError unless there is a whole number of 1 or more */
  integer(...keys: readonly string[]): number {
    const value = numberOf(this.take(...keys));
    if (value !== undefined && Number.isInteger(value) && value >= 1 && value < 2 ** 24) return value;
    throw this.refusal(keys, this.take(...keys), 'a whole number of 1 or more');
  }

  refusal(keys: readonly string[], value: unknown, expected: string): Error {
    return badInput(
      `${this.owner}: "${keys[0]}" is ${value === undefined ? 'missing' : shown(value)}, expected ${expected}. Check the model's config.`,
    );
  }

  note(sentence: string): void {
    this.context.notes.push(`${this.owner}: ${sentence}`);
  }

  /** Says what nobody asked for; null, false and empty values say nothing. */
  reportUnread(): void {
    const left = [...this.unread].filter((key) => {
      const value = own(this.config, key);
      return value !== undefined && value !== false && !(isObject(value) && Object.keys(value).length === 0);
    });
    if (left.length === 0) return;
    const listed = left.slice(0, 5).map((key) => `${shownName(key)} = ${shown(this.config[key])}`);
    this.note(
      `settings that are not known here were left out: ${listed.join(', ')}${left.length > 5 ? ', ...' : ''}.`,
    );
  }

  /** All is computed in float32 here; a file that wants something else is told so. */
  private checkDtype(): void {
    const value = this.take('dtype', 'dtype_policy');
    const name = typeof value === 'string' ? value : ownString(own(value, 'config'), 'name');
    if (value === undefined || name === 'float32') return;
    if (/quantized|int8|int4|float8/i.test(`${ownString(value, 'class_name') ?? ''} ${name ?? ''}`)) {
      throw badInput(
        `${this.owner}: its weights are quantized (${shown(name ?? value)}), which is not understood. Save the model before it is quantized.`,
      );
    }
    const sentence = `Layers of the file have the dtype ${shown(name ?? value)}; here all is computed in float32.`;
    if (!this.context.notes.includes(sentence)) this.context.notes.push(sentence);
  }
}
