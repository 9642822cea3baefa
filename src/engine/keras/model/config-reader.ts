/** Typed values out of a layer's config, each refused in one sentence when it is of another kind. */
import { badInput } from '../../core/errors.ts';

/** A layer's config with its name for messages. Unknown keys are nobody's business here. */
export class ConfigReader {
  private readonly owner: string;
  private readonly config: Readonly<Record<string, unknown>>;

  /** @param owner e.g. `Layer "lstm" (LSTM)` */
  constructor(owner: string, config: Readonly<Record<string, unknown>>) {
    this.owner = owner;
    this.config = config;
  }

  /** The value of a key, undefined when it is absent or null. */
  get(key: string): unknown {
    return Object.hasOwn(this.config, key) ? (this.config[key] ?? undefined) : undefined;
  }

  /** @throws GatewiseError unless the value is an integer of `least` or more (and below 2^24) */
  integer(key: string, least = 1): number {
    const value = this.get(key);
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value < 2 ** 24)
      return value;
    throw this.refusal(key, `a whole number of ${least} or more`);
  }

  /** @throws GatewiseError unless the value is a number that float32 can hold, or absent */
  number(key: string, initial: number): number {
    const value = this.get(key);
    if (value === undefined) return initial;
    // What is computed in float32 takes its settings as float32: 1e39 would be infinite there.
    if (typeof value === 'number' && Number.isFinite(Math.fround(value))) return value;
    throw this.refusal(key, 'a number between -3.4028235e38 and 3.4028235e38, the largest of float32');
  }

  /** @throws GatewiseError unless the value is true, false or absent */
  boolean(key: string, initial: boolean): boolean {
    const value = this.get(key);
    if (value === undefined) return initial;
    if (typeof value === 'boolean') return value;
    throw this.refusal(key, 'true or false');
  }

  /** @throws GatewiseError unless the value is one of the words or absent */
  oneOf<const W extends string>(key: string, words: readonly W[], initial: W): W {
    const value = this.get(key);
    if (value === undefined) return initial;
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    throw this.refusal(key, `one of ${words.join(', ')}`);
  }

  /** @throws GatewiseError unless the value is an array of integers */
  integers(key: string): readonly number[] {
    const value = this.get(key);
    if (Array.isArray(value) && value.every((one) => Number.isInteger(one))) return value;
    throw this.refusal(key, 'a list of whole numbers');
  }

  refusal(key: string, expected: string): Error {
    const received = JSON.stringify(this.get(key))?.slice(0, 80) ?? 'nothing';
    return badInput(
      `${this.owner}: "${key}" is ${received}, expected ${expected}. Check the model's config.`,
    );
  }
}
