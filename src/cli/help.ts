/** Help texts, made from the same tables that parse. */
import { type Option, type OptionTable, optionName, type PositionalTable } from './option.ts';
import { usage } from './parse-options.ts';
import { wrap } from './text.ts';
import type { VerbSpec } from './verb.ts';

const WIDTH = 100;

/** The help of one verb. */
export function verbHelp<T extends OptionTable, P extends PositionalTable>(spec: VerbSpec<T, P>): string {
  const { name, summary, groups, options, examples, notes } = spec;
  const positionals: PositionalTable = spec.positionals ?? {};
  const heads = Object.fromEntries(Object.entries(options).map(([key, option]) => [key, head(key, option)]));
  const column = 4 + Math.max(...Object.values(heads).map((text) => text.length));
  const lines = [`Usage: gatewise ${usage(name, positionals)} [options]`, '', ...wrap(summary, WIDTH)];
  if (Object.keys(positionals).length > 0) lines.push('');
  for (const { placeholder, help } of Object.values(positionals)) {
    lines.push(...entry(`  ${placeholder}`, help, column));
  }
  for (const [title, keys] of Object.entries(groups)) {
    lines.push('', `${title}:`);
    for (const key of keys) {
      const option = options[key];
      if (option !== undefined) lines.push(...entry(`  ${heads[key] ?? ''}`, description(option), column));
    }
  }
  lines.push('', 'Examples:');
  for (const [line, meaning] of examples) lines.push(`  ${line}`, `      ${meaning}`);
  for (const note of notes) lines.push('', ...wrap(note, WIDTH));
  return `${lines.join('\n')}\n`;
}

/** The help of the command. */
export function commandHelp(verbs: Readonly<Record<string, { readonly summary: string }>>): string {
  const names = Object.keys(verbs);
  const column = 4 + Math.max(...names.map((name) => name.length));
  const lines = [
    'Usage: gatewise VERB [options]',
    '',
    'Keras-style LSTM weather forecasters, trained on WebGPU.',
    '',
    'Verbs:',
    ...Object.entries(verbs).flatMap(([name, { summary }]) => entry(`  ${name}`, summary, column)),
    '',
    'Options:',
    ...entry('  --help', 'this text; gatewise VERB --help tells the options of a verb', 13),
    ...entry('  --version', 'the version of gatewise', 13),
    '',
    'Exit codes: 0 done, 1 numbers differ, 2 bad input, 3 no adapter, device lost or training diverged,',
    '130 interrupted.',
  ];
  return `${lines.join('\n')}\n`;
}

function head(key: string, { placeholder }: Option<unknown>): string {
  return `--${optionName(key)}${placeholder === null ? '' : ` ${placeholder}`}`;
}

function description({ help, initialText }: Option<unknown>): string {
  return initialText === null ? help : `${help} (${initialText})`;
}

/** Name in one column, text in the next. */
function entry(name: string, text: string, column: number): string[] {
  const lines = wrap(text, WIDTH - column);
  return lines.map((line, i) => (i === 0 ? name : '').padEnd(column) + line);
}
