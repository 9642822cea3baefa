/** From what a method says to bars: sizes, signed means or shares, of the whole test part or of one window; and its CSV. */

import { formatChangeIn, formatWeight } from '../format.ts';
import { msg, str } from '../words.ts';
import type { LagReport } from './lag-protocol.ts';
import { type LagChoice, lagLabel, placeWords } from './lag-words.ts';

/** Of the page's own question: is t\u22125 used? */
const ASKED_LAG = 6;

/** Bars to be drawn: of each lag, a value for each input. */
export interface LagTable {
  readonly method: LagChoice;
  readonly steps: number;
  readonly features: readonly string[];
  /** [steps, D], lag 1 first. */
  readonly values: Float64Array;
}

/** As it is, with its sign, or as a share of all bars' sizes together. */
export type LagDisplay = 'size' | 'signed' | 'share';

type Barred = Pick<LagReport, 'method' | 'steps' | 'features' | 'values' | 'signed' | 'each'>;

/**
 * @param window index among the test windows; null for the whole test part
 */
export function tableOf(report: Barred, display: LagDisplay, window: number | null): LagTable {
  const { method, steps, features } = report;
  const own = window === null ? null : windowValues(report, window);
  const sizes = own === null ? report.values : own.map(Math.abs);
  const signed = own ?? report.signed;
  if (display === 'signed' && signed !== null) return { method, steps, features, values: signed };
  if (display === 'share') return { method, steps, features, values: sharesOf(sizes) };
  return { method, steps, features, values: sizes };
}

/** The integrated gradients of one window, signed, lag 1 first. */
function windowValues({ each, steps, features }: Barred, window: number): Float64Array | null {
  const at = each?.indices.indexOf(window) ?? -1;
  if (each === null || at < 0) return null;
  const width = features.length;
  const from = at * steps * width;
  return Float64Array.from({ length: steps * width }, (_, place) => {
    const lag = Math.floor(place / width) + 1;
    return each.samples[from + (steps - lag) * width + (place % width)] as number;
  });
}

/** Of the sum of the sizes; all 0 where there is nothing to share. */
function sharesOf(values: Float64Array): Float64Array {
  const all = values.reduce((sum, value) => sum + Math.abs(value), 0);
  return values.map((value) => (all === 0 ? 0 : value / all));
}

export interface Place {
  readonly lag: number;
  /** Index among the inputs. */
  readonly feature: number;
  readonly value: number;
}

/** The places by size, the largest first. */
export function largestPlaces({ values, features }: Pick<LagTable, 'values' | 'features'>): Place[] {
  return [...values]
    .map((value, at) => ({
      lag: Math.floor(at / features.length) + 1,
      feature: at % features.length,
      value,
    }))
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
}

/** `Permuting t of x costs 0.98` and so on: what is done at a place, and what it gives, as the beginning of a sentence. */
function opening(method: LagChoice, where: string, value: string): string {
  switch (method) {
    case 'permutation':
      return msg(str`Permuting ${where} costs ${value}`);
    case 'occlusion':
      return msg(str`Setting ${where} to its mean costs ${value}`);
    case 'sensitivity':
      return msg(str`The forecast moves by ${value} for one standard deviation of ${where}`);
    case 'half-life':
      return msg(str`Half of the units hold at least ${value} of ${where}`);
    default:
      return msg(str`The part credited to ${where} is ${value}`);
  }
}

/** What a bar is, in words: its value as displayed. */
export function barWords(method: LagChoice, value: number, unit: string, display: LagDisplay): string {
  const isShare = display === 'share' || method === 'half-life';
  return isShare ? `${formatWeight(100 * value)}\u00a0%` : formatChangeIn(value, unit);
}

/** Where a change of the data costs less than nothing. */
const isGain = (method: LagChoice, display: LagDisplay, value: number): boolean =>
  (method === 'permutation' || method === 'occlusion') && display === 'size' && value < 0;

/** The same for a sentence: two digits of what is small are enough there. */
function shortWords(method: LagChoice, value: number, unit: string, display: LagDisplay): string {
  return barWords(method, Math.abs(value) < 0.095 ? Number(value.toPrecision(2)) : value, unit, display);
}

/**
 * The largest bar, and beside it the largest at the lag people ask about, t−5, or the oldest of a shorter window.
 * @param band null where no study says what is nothing; in the values' unit
 */
export function readingOfLags(
  table: LagTable,
  unit: string,
  display: LagDisplay,
  band: { readonly low: number; readonly high: number } | null,
): string {
  const { method, features, steps } = table;
  const places = largestPlaces(table);
  const [first] = places;
  if (first === undefined || first.value === 0) return msg('All bars are 0.');
  const words = (value: number): string => shortWords(method, value, unit, display);
  const isOne = method === 'half-life';
  const at = lagLabel(first.lag);
  const where = isOne ? at : placeWords(at, features[first.feature] ?? '');
  const start = isGain(method, display, first.value)
    ? msg(str`Without the true values of ${where} the error is smaller by ${words(-first.value)}`)
    : opening(method, where, words(first.value));
  const most = display === 'share' && !isOne ? msg(str`${start} of all bars together`) : start;
  const asked = Math.min(ASKED_LAG, steps);
  const other = places.find(({ lag }) => lag === asked);
  if (steps === 1 || other === undefined) return msg(str`${most}.`);
  const whose = isOne || features.length === 1 ? '' : msg(str`, that of ${features[other.feature] ?? ''}`);
  const isInside = band !== null && other.value >= band.low && other.value <= band.high;
  const inside =
    band === null || display === 'share'
      ? ''
      : isInside
        ? msg(', inside the null band')
        : msg(', outside the null band');
  const rest = `${words(other.value)}${whose}${inside}`;
  // Bars are compared by size, and a number below 0 is not the largest of all.
  const there =
    other.value < 0
      ? msg(str`at ${lagLabel(asked)} the largest in size is ${rest}`)
      : msg(str`at ${lagLabel(asked)} the largest is ${rest}`);
  return first.value < 0
    ? msg(str`${most}, the most of all in size; ${there}.`)
    : msg(str`${most}, the most of all; ${there}.`);
}
