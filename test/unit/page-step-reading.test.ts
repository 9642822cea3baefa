/** The one sentence about which time steps taught the weights. */
import { describe, expect, it } from 'vitest';
import { readingOf } from '../../src/demo/step-reading.ts';

const DAY = 86_400_000;
const reading = (norms: readonly number[], stepMs: number | null = DAY): string =>
  readingOf(
    norms.map((whole) => ({ whole })),
    stepMs,
  ).replaceAll('\u00a0', ' ');

describe('which steps taught the weights', () => {
  it('names the fewest of the newest steps that hold more than half, and how much they hold', () => {
    expect(reading([1, 1, 1, 2, 5])).toBe('Most of the gradient comes from the last 2 days of 5: 70 %.');
    expect(reading([1, 2, 7], 3_600_000)).toBe('Most of the gradient comes from the last hour of 3: 70 %.');
    expect(reading([1, 1, 2, 2], null)).toBe('Most of the gradient comes from the last 2 rows of 4: 67 %.');
  });

  it('says so where most came from the oldest, where there is one step, and where nothing changes', () => {
    expect(reading([6, 1, 1])).toBe(
      'It takes all 3 days to make up more than half of the gradient: most comes from the oldest.',
    );
    expect(reading([3])).toBe('The window has one day: all of the gradient comes from it.');
    expect(reading([0, 0])).toBe('Nothing would change: the gradient is 0.');
  });
});
