/** Arguments of a verb to checked values. node:util cuts them up; every refusal is one sentence with what was received. */
import { parseArgs } from 'node:util';
import { GatewiseError } from '../engine/index.ts';
import {
  type Option,
  type OptionTable,
  type OptionValues,
  optionName,
  type PositionalTable,
} from './option.ts';
import { nearest } from './suggest.ts';
import { quote } from './text.ts';

/** Values of options and positionals, all under their names. */
export type Values<T extends OptionTable, P extends PositionalTable> = OptionValues<T> & {
  readonly [K in keyof P]: string;
};

/**
 * @param verb its name, for the sentences
 * @param positionals what stands without a name, in order
 * @throws GatewiseError 'bad-input' for the first argument that cannot be used
 */
export function parseOptions<T extends OptionTable, P extends PositionalTable = Record<never, never>>(
  table: T,
  args: readonly string[],
  verb: string,
  positionals?: P,
): Values<T, P> {
  const options = new Map(Object.entries(table).map(([key, option]) => [optionName(key), { key, option }]));
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      [...options].map(([name, { option }]) => [
        name,
        { type: option.placeholder === null ? ('boolean' as const) : ('string' as const) },
      ]),
    ),
    strict: false, // its own refusals are of several sentences and name neither range nor default
    allowPositionals: true,
    tokens: true,
  });

  const given = new Map<string, string>();
  const values: Record<string, unknown> = {};
  for (const [key, { initial }] of Object.entries(table)) values[key] = initial;
  const places = Object.entries(positionals ?? {});
  let filled = 0;
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      const [key] = places[filled++] ?? [];
      if (key === undefined) throw tooMany(token.value, verb, positionals ?? {});
      if (token.value.trim() === '') throw noName(token.value, verb, positionals ?? {});
      values[key] = token.value;
      continue;
    }
    const known = token.rawName.startsWith('--') ? options.get(token.name) : undefined;
    if (known === undefined) throw unknownOption(token.rawName, [...options.keys()], verb);
    const { value, inlineValue } = token;
    const text = value ?? '';
    const before = given.get(token.name);
    if (before !== undefined) {
      const both = text === '' ? '' : ` (${before} and ${text})`;
      throw refusal(`Option ${token.rawName} is given twice${both}, expected once.`);
    }
    given.set(token.name, text);
    values[known.key] = readValue(known.option, token.rawName, value, inlineValue === true);
  }
  const missing = places.slice(filled).map(([, { placeholder }]) => placeholder);
  if (missing.length > 0) {
    throw refusal(
      `gatewise ${verb} needs ${missing.join(' and ')}: gatewise ${usage(verb, positionals ?? {})}. gatewise ${verb} --help tells more.`,
    );
  }
  return values as Values<T, P>;
}

/** Which options stand among the arguments, whatever their values; for arguments that parseOptions has taken. */
export function givenOptions<T extends OptionTable>(
  table: T,
  args: readonly string[],
): ReadonlySet<keyof T & string> {
  const names = new Set(args.map((arg) => arg.split('=')[0]));
  return new Set(Object.keys(table).filter((key) => names.has(`--${optionName(key)}`)));
}

/** `compare A B`: a verb with what stands after it. */
export function usage(verb: string, positionals: PositionalTable): string {
  return [verb, ...Object.values(positionals).map(({ placeholder }) => placeholder)].join(' ');
}

function tooMany(given: string, verb: string, positionals: PositionalTable): Error {
  const names = Object.keys(positionals);
  if (names.length === 0)
    return refusal(`${quote(given)} stands alone, but gatewise ${verb} takes options only.`);
  return refusal(
    `${quote(given)} is one name too many: gatewise ${usage(verb, positionals)} takes ${names.length} and options.`,
  );
}

function noName(given: string, verb: string, positionals: PositionalTable): Error {
  return refusal(`${quote(given)} is no name of a file: gatewise ${usage(verb, positionals)}.`);
}

function readValue(
  option: Option<unknown>,
  name: string,
  given: string | undefined,
  isInline: boolean,
): unknown {
  if (option.placeholder === null) {
    if (given === undefined) return option.read('');
    throw refusal(`Option ${name} takes no value, received ${quote(given)}.`);
  }
  // "--out --json" has forgotten the value; a value that begins so can be written --out=--json.
  if (given === undefined || (given.startsWith('--') && !isInline)) {
    throw refusal(`Option ${name} has no value, expected ${option.expected}.`);
  }
  const value = option.read(given);
  if (value === undefined) throw refusal(`${name} is ${quote(given)}, expected ${option.expected}.`);
  const fault = option.fault?.(given) ?? null;
  if (fault !== null) throw refusal(`${name} is ${quote(given)}: ${fault}`);
  return value;
}

function unknownOption(rawName: string, names: readonly string[], verb: string): Error {
  const typed = rawName.replace(/^-+/, '');
  const near = nearest(typed, names);
  const advice = near === null ? `gatewise ${verb} --help lists them.` : `Did you mean --${near}?`;
  return refusal(`There is no option ${rawName} of gatewise ${verb}. ${advice}`);
}

function refusal(sentence: string): Error {
  return new GatewiseError('bad-input', sentence);
}
