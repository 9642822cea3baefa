/** Small helpers for the sentences of this folder: every message quotes what was received and counts in one way. */

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
export function quoteAll(values: readonly string[]): string {
  const shown = values.slice(0, LONGEST_LIST).map(quote).join(', ');
  return values.length > LONGEST_LIST
    ? `${shown} and ${formatCount(values.length - LONGEST_LIST)} more`
    : shown;
}

/** A whole number with thousands separated: `420,551`. */
export function formatCount(value: number): string {
  return value.toLocaleString('en-US');
}

/** A count with its noun: `1 row`, `2 rows`. */
export function plural(value: number, noun: string): string {
  return `${formatCount(value)} ${noun}${value === 1 ? '' : 's'}`;
}
