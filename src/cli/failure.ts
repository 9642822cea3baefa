/** What went wrong as one sentence on stderr and an exit code; never a stack trace, unless GATEWISE_DEBUG=1 asks for it. */
import { GatewiseError } from '../engine/index.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import type { Output } from './output.ts';

/** Thrown where the launcher has another driver to try; nothing is said, it starts us again. */
export class TryNextDriver extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super('no adapter with this driver');
    this.exitCode = exitCode;
  }
}

/** Tells the user. @returns the exit code */
export function reportFailure(error: unknown, output: Output): number {
  if (error instanceof TryNextDriver) return error.exitCode;
  const isKnown = error instanceof GatewiseError;
  const message = error instanceof Error ? error.message : String(error);
  const sentence = isKnown
    ? message
    : `gatewise failed (${message}). This is a fault of gatewise: please report it, with what GATEWISE_DEBUG=1 shows.`;
  output.say(sentence.replace(/\s*\n\s*/g, ' '));
  if (process.env.GATEWISE_DEBUG === '1' && error instanceof Error) {
    output.say(error.stack ?? '');
    if (error.cause instanceof Error) output.say(error.cause.stack ?? '');
  }
  return isKnown ? exitCodeOf(error.code) : EXIT.failed;
}
