/** The words of the lag lab: its methods, and how the rows of a window are called by their lag. */
import { formatPlural } from '../format.ts';
import { msg, str } from '../words.ts';
import type { LagMethod } from './lag-protocol.ts';

/** Lag 1 is the newest row of a window, which the page labels t: `t` for lag 1, `t−2` for lag 3. */
export function lagLabel(lag: number): string {
  return lag === 1 ? 't' : `t\u2212${lag - 1}`;
}

/** The methods of the lag lab: those of LagMethod, and one that reads the forget gates alone. */
export type LagChoice = LagMethod | 'half-life';

export interface LagMethodWords {
  readonly method: LagChoice;
  readonly name: string;
  readonly help: string;
  /** What a bar is, for the axis and the reading. */
  readonly measure: string;
}

/** In the order in which they are offered: from what a slope says to what a change of the data says. */
export const lagMethods = (): readonly LagMethodWords[] => [
  {
    method: 'sensitivity',
    name: msg('Sensitivity'),
    help: msg(
      'How steeply the forecast follows a small change of the input there: the mean size of its gradient.',
    ),
    measure: msg('per standard deviation of the input'),
  },
  {
    method: 'gradient-input',
    name: msg('Gradient \u00d7 input'),
    help: msg(
      'The gradient times the input. Beware: inputs are centred, so it is 0 on an average day even where the input matters.',
    ),
    measure: msg('of the forecast'),
  },
  {
    method: 'integrated',
    name: msg('Integrated gradients'),
    help: msg(
      'The way from a baseline to the window in 64 small steps, each input credited with its part. The parts add up to the difference of the two forecasts.',
    ),
    measure: msg('of the forecast'),
  },
  {
    method: 'occlusion',
    name: msg('Occlusion'),
    help: msg(
      'The input there is set to its training mean in every window: how much larger does the error get?',
    ),
    measure: msg('more error'),
  },
  {
    method: 'permutation',
    name: msg('Permutation'),
    help: msg(
      'The input there is exchanged with that of other windows, ten times over: how much larger does the error get? Nothing else is taken apart.',
    ),
    measure: msg('more error'),
  },
  {
    method: 'half-life',
    name: msg('Memory half-life'),
    help: msg(
      'What half of the units still hold at least of each row, by their forget gates alone. Direct path only: information also travels through h.',
    ),
    measure: msg('of c still held'),
  },
];

export function methodWords(method: LagChoice): LagMethodWords {
  const words = lagMethods().find((one) => one.method === method);
  if (words === undefined) throw new Error(`There is no method ${method}.`);
  return words;
}

/** `40 seconds`, `3 minutes`. */
export function secondsWords(seconds: number): string {
  if (!(seconds > 1)) return msg('a second');
  return seconds < 90
    ? formatPlural(Math.round(seconds), 'second')
    : formatPlural(Math.round(seconds / 60), 'minute');
}

/** `t\u22122 of wind` */
export const placeWords = (lags: string, feature: string): string =>
  // By an id of its own: these few words are said elsewhere of other things.
  msg(str`${lags} of ${feature}`, { id: 'lag-place' });

/** What the bars are measured in. */
export const unitWords = (unit: string): string => (unit === '' ? msg('units of the target') : unit);
