/** The rule of the lag lab at each of its borders, the null band it goes by, and the sentences printed with it. */
import { describe, expect, it } from 'vitest';
import { EMPTY_BAND, united, widened } from '../../src/engine/explain/null-band.ts';
import {
  CORRELATION_NOTE,
  type Evidence,
  FEWEST_REPEATS,
  isInside,
  SMALLEST_SHARE,
  VERDICT_RULE,
  verdictOf,
} from '../../src/engine/explain/verdict.ts';

const BAND = { low: -0.02, high: 0.05 };

/** Two seeds, well inside the band, quieter than the shadow column. */
const QUIET: Evidence = {
  effects: [0.01, 0.03],
  wholeWindow: [1, 1],
  sensitivity: [0.1, 0.1],
  shadowSensitivity: [0.2, 0.2],
  band: BAND,
};

describe('the null band', () => {
  it('is empty at first: nothing lies inside it', () => {
    expect(isInside(0, 0, EMPTY_BAND)).toBe(false);
  });

  it('reaches from the smallest to the largest effect, whichever came first', () => {
    expect(widened(EMPTY_BAND, [0.4])).toEqual({ low: 0.4, high: 0.4 });
    expect(widened(EMPTY_BAND, [0.4, -0.1, 0.2])).toEqual({ low: -0.1, high: 0.4 });
  });

  it('only ever grows', () => {
    expect(widened(BAND, [0, 0.01])).toEqual(BAND);
    expect(widened(BAND, [0.06])).toEqual({ low: -0.02, high: 0.06 });
    expect(widened(BAND, new Float64Array([-0.03]))).toEqual({ low: -0.03, high: 0.05 });
  });
});

describe('the null band of several networks', () => {
  it('holds those of all of them', () => {
    expect(united(BAND, { low: -0.01, high: 0.3 })).toEqual({ low: -0.02, high: 0.3 });
    expect(united(EMPTY_BAND, BAND)).toEqual(BAND);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('refuses %d', (effect) => {
    expect(() => widened(BAND, [0.01, effect])).toThrow(`made of finite numbers, received ${effect}`);
  });
});

describe('inside or outside', () => {
  it.each([
    [0.05, true],
    [0.05 + 1e-12, false],
    [-0.02, true],
    [-0.02 - 1e-12, false],
  ])('an effect of %d with the band from -0.02 to 0.05: inside is %s', (effect, expected) => {
    expect(isInside(effect, 0, BAND)).toBe(expected);
  });

  it.each([
    [0.0999, true],
    [0.1, false],
    [-0.0999, true],
    [-0.1, false],
  ])('an effect of %d where permuting the whole window adds 10: inside is %s', (effect, expected) => {
    expect(SMALLEST_SHARE).toBe(0.01);
    expect(isInside(effect, 10, BAND)).toBe(expected);
  });

  it('a window whose permutation adds nothing makes no effect small', () => {
    expect(isInside(0.06, -5, BAND)).toBe(false);
  });
});

describe('the verdict', () => {
  it('is "not used" where every seed is inside the band and their mean below the shadow column', () => {
    expect(verdictOf(QUIET)).toBe('not used');
  });

  it.each([
    ['equals', 0.3],
    ['exceeds', 0.31],
  ])('cannot tell where the sensitivity, as a mean, %s that of the shadow column', (_, own) => {
    expect(verdictOf({ ...QUIET, sensitivity: [0.1, own] })).toBe('cannot tell');
  });

  it('lets one seed be livelier than its shadow column where the mean over the seeds is not', () => {
    const uneven = { ...QUIET, shadowSensitivity: [0.05, 0.5] };
    expect(verdictOf({ ...uneven, sensitivity: [0.06, 0.06] })).toBe('not used');
    expect(verdictOf({ ...uneven, sensitivity: [0.04, 0.6] })).toBe('cannot tell');
  });

  it('is "used" where every seed is outside, however small the sensitivity', () => {
    expect(verdictOf({ ...QUIET, effects: [0.06, 0.7], sensitivity: [0, 0] })).toBe('used');
  });

  it('is "used" also where permuting makes every forecast better than the band explains', () => {
    expect(verdictOf({ ...QUIET, effects: [-0.03, 0.7] })).toBe('used');
  });

  it('cannot tell where one seed is outside and one inside', () => {
    expect(verdictOf({ ...QUIET, effects: [0.01, 0.7] })).toBe('cannot tell');
  });

  it('takes an effect outside the band for inside where it is under 1 % of the whole window, seed by seed', () => {
    const effects = [0.06, 0.06];
    expect(verdictOf({ ...QUIET, effects, wholeWindow: [6.1, 6.1] })).toBe('not used');
    expect(verdictOf({ ...QUIET, effects, wholeWindow: [6.1, 5.9] })).toBe('cannot tell');
    expect(verdictOf({ ...QUIET, effects, wholeWindow: [5.9, 5.9] })).toBe('used');
  });

  it('cannot tell where a number is not finite, though every comparison with NaN is false', () => {
    const used = { ...QUIET, effects: [0.6, 0.7] };
    expect(verdictOf(used)).toBe('used');
    for (const none of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(verdictOf({ ...used, effects: [0.6, none] })).toBe('cannot tell');
      expect(verdictOf({ ...used, wholeWindow: [1, none] })).toBe('cannot tell');
      expect(verdictOf({ ...used, band: { low: -0.02, high: none } })).toBe('cannot tell');
      expect(verdictOf({ ...used, band: { low: none, high: 0.05 } })).toBe('cannot tell');
      expect(verdictOf({ ...QUIET, shadowSensitivity: [0.2, none] })).toBe('cannot tell');
    }
    expect(verdictOf({ ...used, band: EMPTY_BAND })).toBe('cannot tell');
  });

  it('cannot tell without a seed', () => {
    expect(verdictOf({ ...QUIET, effects: [], sensitivity: [], wholeWindow: [] })).toBe('cannot tell');
  });
});

describe('the sentences', () => {
  it('name the share the rule goes by, and what no verdict says', () => {
    expect(VERDICT_RULE).toContain(`under ${SMALLEST_SHARE * 100} % of what permuting the whole window adds`);
    expect(VERDICT_RULE).toContain(`at least ${FEWEST_REPEATS} permutations of each place`);
    expect(CORRELATION_NOTE).toContain(
      '"the network does not use t\u22125" is not "t\u22125 carries no information"',
    );
  });
});
