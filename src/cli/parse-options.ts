/** Arguments of a verb to checked values. node:util cuts them up; every refusal is one sentence with what was received. */
import { parseArgs } from 'node:util';
import { GatewiseError } from '../engine/index.ts';
import { type Option, type OptionTable, type OptionValues, optionName } from './option.ts';
import { nearest } from './suggest.ts';
import { quote } from './text.ts';

/**
 * @param verb its name, for the sentences
 * @throws GatewiseError 'bad-input' for the first argument that cannot be used
 */
export function parseOptions<T extends OptionTable>(
  table: T,
  args: readonly string[],
  verb: string,
): OptionValues<T> {
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
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      throw refusal(`${quote(token.value)} stands alone, but gatewise ${verb} takes options only.`);
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
  return values as OptionValues<T>;
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
