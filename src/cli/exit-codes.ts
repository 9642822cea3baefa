/** What the command tells the shell, the same for every verb. */
import type { ErrorCode } from '../engine/index.ts';

export const EXIT = {
  /** Done, and what was to be shown holds. */
  done: 0,
  /** Numbers differ. */
  differs: 1,
  /** An option, a file or its content cannot be used. */
  badInput: 2,
  /** No adapter, device lost, training diverged, or a fault of gatewise itself. */
  failed: 3,
  /** 128 + SIGINT. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The exit code of a failure. */
export function exitCodeOf(code: ErrorCode): ExitCode {
  if (code === 'bad-input') return EXIT.badInput;
  if (code === 'aborted') return EXIT.interrupted;
  return EXIT.failed;
}
