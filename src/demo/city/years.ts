/** The years of "your city": whole ones the archive has, few enough to train on in a page. */
import { msg, str } from '../words.ts';

/** The archive begins here. */
export const FIRST_YEAR = 1940;
export const MOST_YEARS = 5;

/** The last year that is over. */
export function lastYear(now = new Date()): number {
  return now.getUTCFullYear() - 1;
}

/** Typed years as numbers, or one sentence. */
export function readYears(
  from: string,
  to: string,
  last: number,
): { readonly years: readonly [number, number] } | { readonly error: string } {
  const [first, final] = [from, to].map((text) => (/^\d{4}$/.test(text.trim()) ? Number(text) : Number.NaN));
  const received = msg(
    str`received \u201c${from.trim().slice(0, 12)}\u201d to \u201c${to.trim().slice(0, 12)}\u201d`,
  );
  if (first === undefined || final === undefined || !(first >= FIRST_YEAR && final <= last)) {
    return { error: msg(str`Years: expected two from ${FIRST_YEAR} to ${last}, ${received}.`) };
  }
  if (!(first <= final && final - first < MOST_YEARS)) {
    return {
      error: msg(str`Years: expected the first one first, and at most ${MOST_YEARS} of them, ${received}.`),
    };
  }
  return { years: [first, final] };
}
