/**
 * Kinds of options. A verb declares its options as a table of these; from the one table come parsing (parse-options.ts),
 * the types of the values, the refusals and the help (help.ts).
 */

export interface Option<V> {
  /** What stands for the value in the help (`FILE`); null for a flag, which takes none. */
  readonly placeholder: string | null;
  /** A phrase for the help. */
  readonly help: string;
  /** Second half of "--units is "many", expected ...". */
  readonly expected: string;
  /** The value when the option is not given, and how the help writes it; null: nothing to write. */
  readonly initial: V;
  readonly initialText: string | null;
  /** The value of a text, undefined when it is none. */
  readonly read: (text: string) => V | undefined;
  /** A sentence on a text that can be read and still makes no sense, null when it does. */
  readonly fault?: (text: string) => string | null;
}

/** Options by the camelCase of their names: `batchSize` is --batch-size. */
export type OptionTable = Readonly<Record<string, Option<unknown>>>;

export type OptionValues<T extends OptionTable> = {
  readonly [K in keyof T]: T[K] extends Option<infer V> ? V : never;
};

/** A value that stands without an option's name, such as the file a verb works on; every one must be given. */
export interface Positional {
  /** What stands for it in the help: `FILE`. */
  readonly placeholder: string;
  /** A phrase for the help. */
  readonly help: string;
}

/** Positionals in the order they stand in; their names are those of the values. */
export type PositionalTable = Readonly<Record<string, Positional>>;

/** An option that is there or not. */
export function flag(help: string): Option<boolean> {
  return {
    placeholder: null,
    help,
    expected: 'no value',
    initial: false,
    initialText: null,
    read: () => true,
  };
}

/** An option that says nothing when it is not given: its value then comes from elsewhere. */
export function optional<V>(option: Option<V>): Option<V | null> {
  return { ...option, initial: null, initialText: null };
}

/** Any text but an empty one, taken as it is; null when not given. */
export function text(placeholder: string, help: string, expected: string): Option<string | null> {
  return {
    placeholder,
    help,
    expected,
    initial: null,
    initialText: null,
    read: (given) => (given.trim() === '' ? undefined : given),
  };
}

interface Range<V> {
  readonly least: number;
  readonly most: number;
  readonly initial: V;
  readonly help: string;
}

/** A whole number of a range. */
export function wholeNumber<V extends number | null>({
  least,
  most,
  initial,
  help,
}: Range<V>): Option<number | V> {
  return {
    placeholder: 'N',
    help,
    expected: `a whole number from ${least} to ${most.toLocaleString('en-US')}`,
    initial,
    initialText: initial === null ? null : String(initial),
    read: (given) => within(/^[+-]?\d+$/, given, least, most),
  };
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A number above 0. */
export function positiveNumber<V extends number | null>(range: Omit<Range<V>, 'least'>): Option<number | V> {
  const { most, initial, help } = range;
  return {
    placeholder: 'X',
    help,
    expected: `a number above 0, at most ${most.toLocaleString('en-US')}`,
    initial,
    initialText: initial === null ? null : String(initial),
    read: (given) => within(DECIMAL, given, Number.MIN_VALUE, most),
  };
}

/** A number from 0 on. */
export function zeroOrMore<V extends number | null>(range: Omit<Range<V>, 'least'>): Option<number | V> {
  return {
    ...positiveNumber(range),
    expected: `a number from 0 to ${range.most.toLocaleString('en-US')}`,
    read: (given) => within(DECIMAL, given, 0, range.most),
  };
}

/** One of a few words. */
export function oneOf<const W extends string>(words: readonly [W, ...W[]], help: string): Option<W> {
  const [initial] = words;
  return {
    placeholder: words.join('|'),
    help,
    expected: `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`,
    initial,
    initialText: initial,
    read: (given) => words.find((word) => word === given.trim().toLowerCase()),
  };
}

/** What a sum of decimal fractions may be off by, as part of the total. */
const SUM_TOLERANCE = 1e-9;

/** Numbers above 0, separated by commas, as many as `initial` has and with the sum `total`. */
export function shares(initial: readonly number[], total: number, help: string): Option<readonly number[]> {
  const example = initial.join(',');
  return {
    placeholder: 'A,B,C'.slice(0, 2 * initial.length - 1),
    help,
    expected: `${initial.length} numbers above 0 with commas between, such as ${example}`,
    initial,
    initialText: example,
    read: (given) => {
      const numbers = numbersOf(given);
      const isGood = numbers.length === initial.length && numbers.every((n) => Number.isFinite(n) && n > 0);
      return isGood ? numbers : undefined;
    },
    fault: (given) => {
      const sum = numbersOf(given).reduce((before, share) => before + share, 0);
      if (Math.abs(sum - total) <= SUM_TOLERANCE * total) return null;
      return `the shares must add up to ${total}, received ${Number(sum.toPrecision(12))}.`;
    },
  };
}

function numbersOf(list: string): number[] {
  return list.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
}

/** The option's name as it is typed, without the dashes. */
export function optionName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Options by name for a sentence: `--x, --key and --y`. */
export function optionList(keys: readonly string[]): string {
  const names = keys.map((key) => `--${optionName(key)}`);
  return names.join(', ').replace(/, (?=[^,]*$)/, ' and ');
}

function within(pattern: RegExp, given: string, least: number, most: number): number | undefined {
  const number = pattern.test(given.trim()) ? Number(given) : Number.NaN;
  return number >= least && number <= most ? number : undefined;
}
