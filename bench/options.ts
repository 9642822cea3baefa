/** The words after `npm run bench --`. */
import { parseArgs } from 'node:util';

export interface Options {
  readonly rounds: number;
  /** Where to write everything measured, as JSON. */
  readonly json: string | null;
  /** Write bench/RESULTS.md. */
  readonly record: boolean;
  /** Time each kernel of gatewise's training step too. */
  readonly kernels: boolean;
}

export const USAGE = 'npm run bench -- [--rounds N] [--kernels] [--json FILE] [--record]';
const DEFAULT_ROUNDS = 15;

/** @returns a sentence where the words make no sense */
export function parseOptions(args: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      strict: true,
      options: {
        rounds: { type: 'string' },
        json: { type: 'string' },
        record: { type: 'boolean' },
        kernels: { type: 'boolean' },
      },
    });
    const rounds = values.rounds === undefined ? DEFAULT_ROUNDS : Number(values.rounds);
    if (!(Number.isInteger(rounds) && rounds >= 1)) {
      return `--rounds must be a whole number of 1 or more, received "${values.rounds}". Usage: ${USAGE}`;
    }
    return {
      rounds,
      json: values.json ?? null,
      record: values.record === true,
      kernels: values.kernels === true,
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `${reason} Usage: ${USAGE}`;
  }
}
