/**
 * A tolerance that the visitor sets: two numbers a and b agree where |a - b| <= X * (1 + |b|), as for the command's
 * --tolerance. What was typed is checked before it counts.
 */
import { type Signal, signal } from '@preact/signals-core';
import { str, type Told, told } from '../words.ts';

/** That of the command. */
const FIRST_TOLERANCE = 1e-5;
const MOST = 1e9;
/** Letters of what was typed that a sentence repeats. */
const MOST_REPEATED = 20;

/** `1e-5`, `0.01` */
export function formatTolerance(value: number): string {
  return value > 0 && value < 0.001 ? value.toExponential() : String(value);
}

type ReadTolerance = { readonly value: number } | { readonly fault: Told };

/** A tolerance out of what was typed, or the sentence that says why it is none. */
function readTolerance(text: string): ReadTolerance {
  const typed = text.trim().replace(',', '.');
  const value = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(typed) ? Number(typed) : Number.NaN;
  if (value >= 0 && value <= MOST) return { value };
  const received = typed === '' ? told('nothing') : `\u201c${typed.slice(0, MOST_REPEATED)}\u201d`;
  return {
    fault: told(
      str`A tolerance is a number from 0 to 1,000,000,000, such as 1e-5; received ${received}. Type one and set it again.`,
    ),
  };
}

/** A tolerance in force, and what is wrong with the one typed last. */
export class Tolerance {
  /** Of its field and its message. */
  readonly id: string;
  readonly #value: Signal<number> = signal(FIRST_TOLERANCE);
  readonly #fault: Signal<Told | null> = signal(null);

  constructor(id: string) {
    this.id = id;
  }

  get value(): number {
    return this.#value.value;
  }

  get fault(): Told | null {
    return this.#fault.value;
  }

  /** @returns whether it is one; where it is not, the one before stays in force */
  set(text: string): boolean {
    const read = readTolerance(text);
    this.#fault.value = 'fault' in read ? read.fault : null;
    if ('value' in read) this.#value.value = read.value;
    return 'value' in read;
  }
}
