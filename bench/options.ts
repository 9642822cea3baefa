/** The words after `npm run bench --`. */
import { parseArgs } from 'node:util';
import { CONFIG_NAMES, type ConfigName, DEFAULT_CONFIGS } from './configs.ts';
import { AXES, type Axis } from './growth/axes.ts';
import { CONTENDERS, type ContenderName } from './protocol.ts';

/** What is measured: 'compare' unless one of the other words is given. */
export const MODES = ['compare', 'plan', 'kernels', 'growth', 'ort', 'data-path'] as const;
export type Mode = (typeof MODES)[number];

/** Which adapter runs the engines: the browser's software one, the browser's GPU, or whatever Node finds. */
export type Where = 'browser' | 'browser-gpu' | 'node';

export interface Options {
  readonly mode: Mode;
  readonly where: Where;
  readonly configs: readonly ConfigName[];
  readonly contenders: readonly ContenderName[];
  /** What --growth varies. */
  readonly axes: readonly Axis[];
  /** The most rounds of a config; null: what suits it. */
  readonly rounds: number | null;
  /** Where to write everything measured, as JSON. */
  readonly json: string | null;
  /** Write the sections of bench/RESULTS.md that were measured. */
  readonly record: boolean;
}

export const USAGE = `npm run bench -- [--configs ${CONFIG_NAMES.join(',')}] [--contenders ${CONTENDERS.join(',')}] [--rounds N] [--browser-gpu | --node] [--plan | --kernels | --growth [${AXES.join(' ')}] | --ort | --data-path] [--json FILE] [--record]`;

/** @returns a sentence where the words make no sense */
export function parseOptions(args: readonly string[]): Options | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      strict: true,
      allowPositionals: true,
      options: {
        configs: { type: 'string' },
        contenders: { type: 'string' },
        rounds: { type: 'string' },
        json: { type: 'string' },
        record: { type: 'boolean', default: false },
        node: { type: 'boolean', default: false },
        'browser-gpu': { type: 'boolean', default: false },
        plan: { type: 'boolean', default: false },
        kernels: { type: 'boolean', default: false },
        growth: { type: 'boolean', default: false },
        ort: { type: 'boolean', default: false },
        'data-path': { type: 'boolean', default: false },
      },
    });
    const modes = MODES.filter((mode) => mode !== 'compare' && values[mode]);
    if (modes.length > 1) throw new Error(`One run measures one thing, received --${modes.join(' and --')}.`);
    if (values.node && values['browser-gpu']) {
      throw new Error('--node runs without a browser, received --browser-gpu with it: give one of them.');
    }
    if (positionals.length > 0 && !values.growth) {
      throw new Error(`Only --growth takes words without dashes, received "${positionals.join(' ')}".`);
    }
    const axes = positionals.length > 0 ? listOf('--growth', positionals.join(), AXES) : null;
    if (values.ort && values.node)
      throw new Error('--ort compares engines in a browser, received --node with it.');
    const contenders = listOf('--contenders', values.contenders, CONTENDERS);
    if (values.node && contenders?.some((name) => name !== 'gatewise')) {
      throw new Error(`--node runs gatewise alone, received --contenders ${values.contenders}.`);
    }
    return {
      mode: modes[0] ?? 'compare',
      where: values.node ? 'node' : values['browser-gpu'] ? 'browser-gpu' : 'browser',
      configs: listOf('--configs', values.configs, CONFIG_NAMES) ?? DEFAULT_CONFIGS,
      contenders: contenders ?? (values.node ? ['gatewise'] : CONTENDERS),
      axes: axes ?? AXES,
      rounds: values.rounds === undefined ? null : countOf('--rounds', values.rounds),
      json: values.json ?? null,
      record: values.record,
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `${reason} Usage: ${USAGE}`;
  }
}

/** @returns the names in their own order, each once; null where none were given */
function listOf<T extends string>(word: string, text: string | undefined, known: readonly T[]): T[] | null {
  if (text === undefined) return null;
  const given = text.split(',').map((name) => name.trim());
  const strange = given.find((name) => !known.some((other) => other === name));
  if (strange !== undefined) {
    throw new Error(`${word} takes ${known.join(', ')} with commas between, received "${strange}".`);
  }
  return known.filter((name) => given.includes(name));
}

function countOf(word: string, text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new Error(`${word} must be a whole number of 1 or more, received "${text}".`);
}

/** The command as RESULTS.md tells it: where a copy of the figures was put on this machine is nobody's affair. */
export function commandOf(args: readonly string[]): string {
  const kept = args.filter(
    (word, k) => word !== '--json' && !word.startsWith('--json=') && args[k - 1] !== '--json',
  );
  return ['npm run bench --', ...kept].join(' ');
}
