/** Places of a window that share a verdict, in words. */
import type { LagFinding, Verdict } from '../../engine/explain/index.ts';
import { formatCount, listed } from '../format.ts';
import { msg, str } from '../words.ts';
import { lagLabel, placeWords } from './lag-words.ts';

/** In the order in which they are told. */
export const VERDICTS: readonly Verdict[] = ['used', 'cannot tell', 'not used'];

/** `12 places: t and t−1 of temp_max; t of wind`; many rows in a row as `t−3 to t−9`. */
export function placesWords(
  places: readonly Pick<LagFinding, 'lag' | 'feature'>[],
  features: readonly string[],
): string {
  if (places.length === 0) return msg('no place');
  const parts = features.flatMap((name) => {
    const lags = places.filter(({ feature }) => feature === name).map(({ lag }) => lag);
    return lags.length === 0 ? [] : [placeWords(listed(runs(lags)), name)];
  });
  const all = parts.reduce((before, part) => msg(str`${before}; ${part}`));
  return places.length === 1
    ? msg(str`1 place: ${all}`)
    : msg(str`${formatCount(places.length)} places: ${all}`);
}

/** Lags that follow each other as one. @param lags rising */
function runs(lags: readonly number[]): string[] {
  const spans: [number, number][] = [];
  for (const lag of lags) {
    const last = spans.at(-1);
    if (last !== undefined && last[1] === lag - 1) last[1] = lag;
    else spans.push([lag, lag]);
  }
  return spans.map(([from, to]) => {
    if (from === to) return lagLabel(from);
    const [first, last] = [lagLabel(from), lagLabel(to)];
    return to === from + 1
      ? msg(str`${first} and ${last}`, { id: 'lag-pair' })
      : msg(str`${first} to ${last}`);
  });
}
