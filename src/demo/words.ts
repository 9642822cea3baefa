/**
 * The page's words. Each sentence is written in English where it is used, wrapped by msg(); xliff/zh-CN.xlf holds it beside its
 * Chinese. Sentences that are made without a page, by the session or a reader of model files, are told(): they travel as they
 * are, and the page says them, always in the language that is chosen now. Errors of the engine stand in the table where
 * engine-words.ts and its neighbours list them; what else the engine itself says stays English.
 */
import { msg as translated } from '@lit/localize';

export { str } from '@lit/localize';

/** A sentence with gaps, as `str` makes it; it can be cloned. */
interface Gapped {
  readonly strTag: true;
  readonly strings: readonly string[];
  readonly values: readonly unknown[];
}

/** A sentence to be said by the page. */
export type Told = string | Gapped;

/** Marks a function as one whose sentences belong into the table (lit-localize looks for it). */
interface Tabled {
  _LIT_LOCALIZE_MSG_?: never;
}

let onRead = (): void => undefined;

/** Has `read` called whenever words are asked for, so that what was drawn with them can follow the language. */
export function followWords(read: () => void): void {
  onRead = read;
}

/** The words in the language that is chosen. */
export const msg = ((template: string, options?: { readonly id?: string }) => {
  onRead();
  return translate(template, options);
}) as typeof translated;

/** Words that the page will say. */
export const told = ((template) => template) as ((template: Told) => Told) & Tabled;

/** Says what was told. */
export function say(words: Told): string {
  onRead();
  return typeof words === 'string'
    ? translate(words)
    : translate({ ...words, values: words.values.map(within) });
}

/** The English of what was told. */
export function english(words: Told): string {
  if (typeof words === 'string') return words;
  const { strings, values } = words;
  return strings.map((part, at) => (at === 0 ? part : `${valueWords(values[at - 1])}${part}`)).join('');
}

// Not one of the functions whose sentences are looked for: what it says stands in the table from msg() and told(). Looked up at
// each call, since the library puts another in its place once languages are set up.
const translate = (words: Told, options?: { readonly id?: string }): string =>
  (translated as (words: Told, options?: { readonly id?: string }) => string)(words, options);

const within = (value: unknown): unknown => (isGapped(value) ? say(value) : value);
const valueWords = (value: unknown): string => (isGapped(value) ? english(value) : String(value));

function isGapped(value: unknown): value is Gapped {
  return typeof value === 'object' && value !== null && 'strTag' in value;
}
