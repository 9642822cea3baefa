/**
 * The command `gatewise`: finds the verb, runs it, turns failures into sentences and exit codes. Started by
 * bin/gatewise.mjs, which has set what the GPU driver needs. Verbs are loaded when they are called.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { version } from '../../package.json';
import { GatewiseError } from '../engine/index.ts';
import { EXIT } from './exit-codes.ts';
import { reportFailure } from './failure.ts';
import { commandHelp } from './help.ts';
import { openOutput } from './output.ts';
import { nearest } from './suggest.ts';
import { quote } from './text.ts';
import type { Surroundings, Verb } from './verb.ts';

interface VerbEntry {
  readonly summary: string;
  readonly load: () => Promise<Verb>;
}

const VERBS: Readonly<Record<string, VerbEntry>> = {
  train: {
    summary: 'train a forecaster on a weather series and hold it against plain forecasts',
    load: async () => (await import('./train.ts')).train,
  },
  inspect: {
    summary: 'tell what a model file is: layers, tensors, gates, settings',
    load: async () => (await import('./inspect.ts')).inspect,
  },
  predict: {
    summary: 'outputs of a model of any file for the inputs of an array',
    load: async () => (await import('./predict.ts')).predict,
  },
  verify: {
    summary: "hold a model's outputs against expected ones, and say why they differ",
    load: async () => (await import('./verify.ts')).verify,
  },
  explain: {
    summary: 'tell which rows back, of which column, a forecaster goes by, and how sure that is',
    load: async () => (await import('./explain.ts')).explain,
  },
  compare: {
    summary: 'hold two model files against each other, per tensor and per gate',
    load: async () => (await import('./compare.ts')).compare,
  },
  convert: {
    summary: 'write a model file in another format',
    load: async () => (await import('./convert.ts')).convert,
  },
  'gate-order': {
    summary: 'find the order of the gates, the hard_sigmoid and the transposes that fit expected outputs',
    load: async () => (await import('./gate-order.ts')).gateOrder,
  },
};

const HELP = ['--help', '-h'];

const output = openOutput();
const surroundings: Surroundings = {
  output,
  // The build puts the command into dist/cli, the series into dist/data.
  dataFolder: join(dirname(fileURLToPath(import.meta.url)), '..', 'data'),
};

// Of promises that nobody awaits, too: they end here as well.
process.on('uncaughtException', (error) => process.exit(reportFailure(error, output)));
process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => reportFailure(error, output));

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
  const [first, ...rest] = args[0] === 'help' ? [...args.slice(1), '--help'] : args;
  if (first === undefined) {
    output.say(commandHelp(VERBS).trimEnd());
    return EXIT.badInput;
  }
  if (HELP.includes(first)) {
    output.print(commandHelp(VERBS));
    return EXIT.done;
  }
  if (first === '--version') {
    output.print(`${version}\n`);
    return EXIT.done;
  }
  const entry = Object.hasOwn(VERBS, first) ? VERBS[first] : undefined;
  if (entry === undefined) throw unknownVerb(first);
  const verb = await entry.load();
  if (rest.some((arg) => HELP.includes(arg))) {
    output.print(verb.help());
    return EXIT.done;
  }
  return verb.run(rest, surroundings);
}

function unknownVerb(typed: string): Error {
  const names = Object.keys(VERBS);
  const near = nearest(typed, names);
  const advice = near === null ? `Expected one of: ${names.join(', ')}.` : `Did you mean ${near}?`;
  return new GatewiseError('bad-input', `There is no verb ${quote(typed)} of gatewise. ${advice}`);
}
