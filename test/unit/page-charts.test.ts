/** The words of a time axis: as few as tell a tick from its neighbours. */
import { describe, expect, it } from 'vitest';
import { dateTick } from '../../src/demo/charts/frame.ts';

const DAY = 86_400_000;

describe('a tick of a time axis', () => {
  it.each([
    ['2015-03-14T06:00:00Z', DAY / 4, '06:00'],
    ['2015-03-14T00:00:00Z', DAY / 4, '14 Mar'],
    ['2015-03-14T00:00:00Z', 7 * DAY, '14 Mar'],
    ['2015-04-01T00:00:00Z', 30 * DAY, 'Apr'],
    ['2015-01-01T00:00:00Z', 30 * DAY, '2015'],
    ['2015-07-01T00:00:00Z', 365 * DAY, '2015'],
  ])('%s with %d ms between ticks is %s', (date, spacing, words) => {
    expect(dateTick(new Date(date), spacing)).toBe(words);
  });
});
