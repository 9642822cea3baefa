/** What the gates say of memory and likeness: half-lives against their closed form, the nearest patterns against plain loops. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/engine/core/random.ts';
import { halfLife, meanForget, nearestPatterns, survival } from '../../src/engine/explain/index.ts';

describe('the half-life of a memory', () => {
  it('is ln 0.5 / ln f where the forget gate stands still, over any number of steps', () => {
    for (const f of [0.01, 0.5, 0.9, 0.999]) {
      for (const steps of [1, 2, 14, 300]) {
        const gates = new Float64Array(steps).fill(f);

        expect(halfLife(gates)).toBeCloseTo(Math.log(0.5) / Math.log(f), 9);
        expect(meanForget(gates)).toBeCloseTo(f, 12);
      }
    }
    expect(halfLife([0.5, 0.5])).toBeCloseTo(1, 12);
  });

  it('is that of the constant gate with the same product where gates vary', () => {
    const gates = [0.9, 0.2, 1, 0.75];
    const product = 0.9 * 0.2 * 1 * 0.75;

    expect(meanForget(gates) ** 4).toBeCloseTo(product, 12);
    expect(0.5 ** (4 / halfLife(gates))).toBeCloseTo(product, 12);
  });

  it('has no end where every gate is 1, and is 0 where one is 0', () => {
    expect(halfLife([1, 1, 1])).toBe(Number.POSITIVE_INFINITY);
    expect(halfLife([1, 0, 1])).toBe(0);
  });

  it('refuses what is no gate, with its step', () => {
    for (const [gates, step] of [
      [[0.5, 1.5], 1],
      [[-0.1], 0],
      [[0.2, 0.3, Number.NaN], 2],
    ] as const) {
      expect(() => halfLife(gates)).toThrow(`received ${gates[step]} at step ${step}`);
      expect(() => survival(gates)).toThrow('between 0 and 1');
    }
    expect(() => meanForget([])).toThrow('received none');
  });
});

describe('what is left of a memory', () => {
  it('is the product of the forget gates after each step', () => {
    expect([...survival([0.3, 0.5, 0.8])]).toEqual([0.5 * 0.8, 0.8, 1]);
    expect([...survival([0.3])]).toEqual([1]);
    expect([...survival([])]).toEqual([]);
  });

  it('is f to the power of the lag for a gate that stands still', () => {
    const left = survival(new Float64Array(20).fill(0.93));

    left.forEach((share, step) => {
      expect(share).toBeCloseTo(0.93 ** (19 - step), 12);
    });
  });
});

describe('the nearest patterns', () => {
  it('are those of a plain sort by distance, for any patterns', () => {
    const random = seededRandom(5, 1);
    for (let round = 0; round < 20; round++) {
      const [rows, width] = [2 + round, 1 + (round % 7)];
      const patterns = Float64Array.from({ length: rows * width }, () => random.next());
      const of = round % rows;
      const distance = (row: number): number => {
        const differences = Array.from(
          { length: width },
          (_, k) => (patterns[row * width + k] ?? 0) - (patterns[of * width + k] ?? 0),
        );
        return Math.hypot(...differences) / Math.sqrt(width);
      };
      const expected = Array.from({ length: rows }, (_, row) => row)
        .filter((row) => row !== of)
        .sort((a, b) => distance(a) - distance(b))
        .slice(0, 5);

      const nearest = nearestPatterns(patterns, width, of, 5);

      expect(nearest.map(({ index }) => index)).toEqual(expected);
      for (const found of nearest) expect(found.distance).toBeCloseTo(distance(found.index), 12);
    }
  });

  it('leave the row itself out, but not its equals, lower rows first', () => {
    const patterns = [1, 2, 9, 9, 1, 2, 1, 2];

    expect(nearestPatterns(patterns, 2, 2, 3).map(({ index, distance }) => [index, distance])).toEqual([
      [0, 0],
      [3, 0],
      [1, Math.sqrt((64 + 49) / 2)],
    ]);
    expect(nearestPatterns([1, 2], 2, 0, 5)).toEqual([]);
  });

  it('never come in more than asked for, nor out of order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 60 }),
        fc.nat({ max: 8 }),
        (values, most) => {
          const found = nearestPatterns(values, 1, 0, most);
          expect(found).toHaveLength(Math.min(most, values.length - 1));
          found.slice(1).forEach(({ distance }, k) => {
            expect(distance).toBeGreaterThanOrEqual(found[k]?.distance ?? 0);
          });
        },
      ),
    );
  });

  it('refuse rows that do not fit, a row that is not there, and what is not finite', () => {
    expect(() => nearestPatterns([1, 2, 3], 2, 0, 5)).toThrow('no whole rows of width 2');
    expect(() => nearestPatterns([1, 2], 0, 0, 5)).toThrow('no whole rows of width 0');
    expect(() => nearestPatterns([1, 2], 1, 2, 5)).toThrow('no row 2 among 2');
    expect(() => nearestPatterns([1, Number.NaN], 1, 0, 5)).toThrow('Pattern 1 is no finite distance');
  });
});
