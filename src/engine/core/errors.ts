/**
 * The one error type of the engine. Its message is the whole sentence a user is shown: what happened with the
 * received values, what was expected, how to fix it. The page and the command print the message, never a stack.
 */

/** What kind of failure it was; the command maps these to exit codes, the page to advice. */
export type ErrorCode =
  | 'bad-input'
  | 'no-webgpu'
  | 'insecure-page'
  | 'no-adapter'
  | 'device-refused'
  | 'device-lost'
  | 'gpu-error'
  | 'diverged'
  | 'aborted'
  | 'internal';

/** A failure with a code and a sentence made for the user. */
export class GatewiseError extends Error {
  override readonly name = 'GatewiseError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The caller gave something that cannot be used. */
export function badInput(message: string): GatewiseError {
  return new GatewiseError('bad-input', message);
}

/** A shape as error messages write it: `[2, 3]`. */
export function formatShape(shape: readonly (number | null)[]): string {
  return `[${shape.map((size) => size ?? 'any').join(', ')}]`;
}
