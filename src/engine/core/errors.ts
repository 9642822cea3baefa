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

/** Words with gaps and what stands in them, other such words too, so that a page can say them in another language. */
export interface Sentence {
  readonly strings: readonly string[];
  readonly values: readonly (string | number | Sentence)[];
}

/** Marks a template as words to be said whole: `` sentence`No column ${name}.` `` */
export function sentence(strings: TemplateStringsArray, ...values: Sentence['values']): Sentence {
  return { strings: [...strings], values };
}

/** The words in English. */
export function textOf(words: string | number | Sentence): string {
  return typeof words === 'object'
    ? String.raw({ raw: words.strings }, ...words.values.map(textOf))
    : String(words);
}

/** A failure with a code and a sentence made for the user. */
export class GatewiseError extends Error {
  override readonly name = 'GatewiseError';
  readonly code: ErrorCode;
  /** The message in its pieces; null where it was not given so. */
  readonly sentence: Sentence | null;

  constructor(code: ErrorCode, message: string | Sentence, options?: ErrorOptions) {
    super(textOf(message), options);
    this.code = code;
    this.sentence = typeof message === 'string' ? null : message;
  }
}

/** The caller gave something that cannot be used. */
export function badInput(message: string | Sentence): GatewiseError {
  return new GatewiseError('bad-input', message);
}

/** A shape as error messages write it: `[2, 3]`. */
export function formatShape(shape: readonly (number | null)[]): string {
  return `[${shape.map((size) => size ?? 'any').join(', ')}]`;
}
