import { describe, expect, it } from 'vitest';
import { fewerThanChance } from '../../src/demo/members-promise.ts';
import { seededRandom } from '../../src/engine/core/random.ts';
import { countInside, intervalHalfWidth } from '../../src/engine/index.ts';

describe('intervals of a forecast', () => {
  it('reach to the error of the rank that split conformal prediction names', () => {
    const observed = [3, -1, 4, -1, -5, 9, -2, 6, 5];
    const predicted = new Float64Array(9);
    // ceil(10 x 0.8) = 8th, ceil(10 x 0.5) = 5th of 1 1 2 3 4 5 5 6 9
    expect(intervalHalfWidth(predicted, observed, 0.8)).toBe(6);
    expect(intervalHalfWidth(predicted, observed, 0.5)).toBe(4);
    expect(intervalHalfWidth(predicted, observed, 0.9)).toBe(9);
    expect(countInside(predicted, observed, 4)).toBe(5);
    expect(countInside(predicted, observed, 3.999)).toBe(4);
  });

  it('hold the share they promise on errors like those they were made of', () => {
    const random = seededRandom(7);
    const draw = (): number => random.normal() + (random.next() < 0.1 ? 5 * random.normal() : 0);
    let inside = 0;
    const rounds = 400;
    for (let round = 0; round < rounds; round++) {
      const seen = Float64Array.from({ length: 60 }, draw);
      const halfWidth = intervalHalfWidth(new Float64Array(60), seen, 0.9);
      inside += countInside(new Float64Array(50), Float64Array.from({ length: 50 }, draw), halfWidth) / 50;
    }
    // Exactly 55 / 61 in the mean; its standard error here is about 0.003.
    expect(Math.abs(inside / rounds - 55 / 61)).toBeLessThan(0.01);
  });

  it('are blamed for too few inside only beyond two standard deviations of a binomial count', () => {
    // 293 x 0.9 = 263.7, two standard deviations 10.27; 100 x 0.9 = 90, two are 6.
    expect([263, 254, 253].map((inside) => fewerThanChance(inside, 293, 0.9))).toEqual([false, false, true]);
    expect([84, 83].map((inside) => fewerThanChance(inside, 100, 0.9))).toEqual([false, true]);
  });

  it('say what is missing', () => {
    const few = new Float64Array(8);
    expect(() => intervalHalfWidth(few, few, 0.9)).toThrow(
      '8 errors are too few for an interval that holds 90 % of what is to come: expected at least 9.',
    );
    expect(() => intervalHalfWidth(few, few, 1)).toThrow('is 1, expected a number between 0 and 1');
    expect(() => intervalHalfWidth(few, [1], 0.5)).toThrow('Received 8 forecasts for 1 observations');
    const bad = Float64Array.from({ length: 20 }, (_, n) => (n === 3 ? Number.NaN : 0));
    expect(() => intervalHalfWidth(bad, new Float64Array(20), 0.5)).toThrow('must be finite');
    expect(() => countInside([1], few, 0.5)).toThrow('Received 1 forecasts for 8 observations');
  });
});
