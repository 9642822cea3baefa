/** Small helpers for the sentences of this folder: every message quotes what was received and counts in one way. */
import { type Sentence, sentence, textOf } from '../core/errors.ts';

/** The longest piece of a file that a sentence repeats, in characters. */
const LONGEST_QUOTE = 60;
/** How many names a list shows before it says how many more there are. */
const LONGEST_LIST = 20;

/** A value of a file in quotes, control characters escaped, cut where it is long. */
export function quote(value: string): string {
  const cut = value.length > LONGEST_QUOTE ? `${value.slice(0, LONGEST_QUOTE)}...` : value;
  return JSON.stringify(cut);
}

/** Names in quotes, separated by commas. */
export const quoteAll = (values: readonly string[]): string => textOf(listed(values));

/** The same in its pieces. */
export function listed(values: readonly string[]): Sentence {
  const shown = values.slice(0, LONGEST_LIST).map(quote).join(', ');
  const more = values.length - LONGEST_LIST;
  return more > 0 ? sentence`${shown} and ${formatCount(more)} more` : joined([shown], '');
}

/** Words side by side. */
export function joined(words: Sentence['values'], separator: string): Sentence {
  return { strings: ['', ...words.slice(1).map(() => separator), ''], values: words };
}

/** A whole number with thousands separated: `420,551`. */
export function formatCount(value: number): string {
  return value.toLocaleString('en-US');
}

/** A count with its noun: `1 row`, `2 rows`. */
export const plural = (value: number, noun: string): string => textOf(counted(value, noun));

/** The same in its pieces. */
export function counted(value: number, noun: string): Sentence {
  return { strings: ['', ` ${noun}${value === 1 ? '' : 's'}`], values: [formatCount(value)] };
}
