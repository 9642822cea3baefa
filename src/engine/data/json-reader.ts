/**
 * Fields out of JSON of unknown origin, one by one and checked. Nothing is copied by key, so a "__proto__" in a file is
 * an unknown field like any other; `end` refuses fields that were never asked for.
 */
import { badInput } from '../core/errors.ts';

/** Longest list of names or numbers: 1,000 columns, each wind speed as two, and the season. */
const MOST_ITEMS = 4096;
const LONGEST_TEXT = 400;

/** The error for one field. */
export function field(path: string, received: unknown, expected: string): Error {
  const text = received === undefined ? 'nothing' : (JSON.stringify(received) ?? typeof received);
  return badInput(
    `${path}: received ${text.length > 80 ? `${text.slice(0, 80)}...` : text}, expected ${expected}. The file was not written by gatewise, or is damaged.`,
  );
}

export class JsonReader {
  private readonly path: string;
  private readonly fields: ReadonlyMap<string, unknown>;
  private readonly seen = new Set<string>();

  /** @param path what messages call the object */
  constructor(path: string, value: unknown) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw field(path, value, 'an object');
    this.path = path;
    this.fields = new Map(Object.entries(value));
  }

  exact<const V extends string | number>(key: string, expected: V): V {
    const value = this.take(key);
    if (value === expected) return expected;
    throw field(this.at(key), value, JSON.stringify(expected));
  }

  text(key: string): string {
    return this.asText(key, this.take(key));
  }

  integer(key: string): number {
    const value = this.take(key);
    if (Number.isSafeInteger(value)) return value as number;
    throw field(this.at(key), value, 'a whole number');
  }

  count(key: string): number {
    const value = this.take(key);
    if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number;
    throw field(this.at(key), value, 'a whole number, at least 1');
  }

  countOrNull(key: string): number | null {
    if (this.fields.get(key) === null) {
      this.seen.add(key);
      return null;
    }
    return this.count(key);
  }

  /** Distinct names. */
  names(key: string, least = 1): string[] {
    const names = this.list(key).map((value) => this.asText(key, value));
    if (names.length < least) throw field(this.at(key), names, `at least ${least}`);
    if (new Set(names).size < names.length) throw field(this.at(key), names, 'no name twice');
    return names;
  }

  numbers(key: string, length: number): number[] {
    const values = this.list(key);
    if (values.length !== length || !values.every((value) => Number.isFinite(value))) {
      throw field(this.at(key), values, `${length} finite numbers`);
    }
    return values as number[];
  }

  positiveNumbers(key: string, length: number): number[] {
    const values = this.numbers(key, length);
    if (values.some((value) => value <= 0)) throw field(this.at(key), values, `${length} numbers above 0`);
    return values;
  }

  object(key: string): JsonReader {
    return new JsonReader(this.at(key), this.take(key));
  }

  objects(key: string): JsonReader[] {
    return this.list(key).map((value, i) => new JsonReader(`${this.at(key)}[${i}]`, value));
  }

  /** All fields, each a text, number, truth value or null. */
  scalars(): Record<string, string | number | boolean | null> {
    const result: Record<string, string | number | boolean | null> = Object.create(null);
    for (const [key, value] of this.fields) {
      if (key === '__proto__') throw field(this.at(key), value, 'no such field');
      result[key] = this.asScalar(key, this.take(key));
    }
    return { ...result };
  }

  /** @throws GatewiseError for a field that was not read */
  end(): void {
    for (const key of this.fields.keys()) {
      if (!this.seen.has(key)) throw field(this.at(key), this.fields.get(key), 'no such field');
    }
  }

  private take(key: string): unknown {
    this.seen.add(key);
    return this.fields.get(key);
  }

  private at(key: string): string {
    return this.path.endsWith('.json') ? `${this.path}: ${key}` : `${this.path}.${key}`;
  }

  private list(key: string): unknown[] {
    const value = this.take(key);
    if (Array.isArray(value) && value.length <= MOST_ITEMS) return value;
    throw field(this.at(key), value, `a list of at most ${MOST_ITEMS}`);
  }

  private asText(key: string, value: unknown): string {
    if (typeof value === 'string' && value !== '' && value.length <= LONGEST_TEXT) return value;
    throw field(this.at(key), value, `a text of 1 to ${LONGEST_TEXT} characters`);
  }

  private asScalar(key: string, value: unknown): string | number | boolean | null {
    if (value === null || typeof value === 'boolean' || Number.isFinite(value))
      return value as boolean | number | null;
    return this.asText(key, value);
  }
}
