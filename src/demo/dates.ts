/** Dates in the language that is chosen, in UTC. */
import { msg } from './words.ts';

/** @returns what writes a date, ms since 1970 */
export function dateWriter(options: Intl.DateTimeFormatOptions): (date: number | Date) => string {
  const writers = new Map<string, Intl.DateTimeFormat>();
  return (date) => {
    // Stands in the table as any word: which dates a language has.
    const locale = msg('en-GB');
    const writer = writers.get(locale) ?? new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' });
    writers.set(locale, writer);
    return writer.format(date);
  };
}
