/** The model that answers methods without a GPU: its gradients and changed windows against a network written out anew. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/engine/core/random.ts';
import { sizeOf } from '../../src/engine/core/tensor.ts';
import { CpuExplained, CpuForecaster } from '../../src/engine/explain/index.ts';
import { BumpedWindow } from '../e2e/bumped-lstm.ts';

const [UNITS, STEPS, FEATURES, COUNT] = [4, 6, 3, 11];
const PLACES = STEPS * FEATURES;
const random = seededRandom(17, 1);
const numbers = (count: number): Float32Array =>
  Float32Array.from({ length: count }, () => 0.6 * random.normal());
const weights = [[FEATURES, 4 * UNITS], [UNITS, 4 * UNITS], [4 * UNITS], [UNITS, 1], [1]].map((shape) => ({
  shape,
  data: numbers(sizeOf(shape)),
}));
const x = { shape: [COUNT, STEPS, FEATURES], data: numbers(COUNT * PLACES) };
const own = weights.map(({ data }) => data);
const windowOf = (n: number): Float64Array => Float64Array.from(x.data.slice(n * PLACES, (n + 1) * PLACES));
const says = (window: ArrayLike<number>): number => new BumpedWindow(own, window, 0).forecast();

describe('a model without a GPU, as methods ask it', () => {
  const forecaster = new CpuForecaster(UNITS, FEATURES, weights);
  const model = new CpuExplained(forecaster, [STEPS, FEATURES], 4, async () => {});

  it('forecasts, in pieces', async () => {
    const [y] = await model.predictMembers(x);
    expect(y?.shape).toEqual([COUNT, 1]);
    for (let n = 0; n < COUNT; n++) expect(y?.data[n]).toBeCloseTo(says(windowOf(n)), 6);
  });

  it('has the slopes at every place of every window that central differences have', async () => {
    const [slopes] = await model.inputGradientsMembers(x);
    for (let n = 0; n < COUNT; n++) {
      for (let place = 0; place < PLACES; place++) {
        const [up, down] = [1e-4, -1e-4].map((by) => {
          const moved = windowOf(n);
          moved[place] = (moved[place] as number) + by;
          return says(moved);
        }) as [number, number];
        expect(slopes?.data[n * PLACES + place]).toBeCloseTo((up - down) / 2e-4, 6);
      }
    }
  });

  it('forecasts windows with one place changed as if they were written out', async () => {
    const changes = Array.from({ length: PLACES }, (_, place) => ({
      step: Math.floor(place / FEATURES),
      feature: place % FEATURES,
      values: numbers(COUNT),
    }));
    const [y] = await model.predictChanges(x, changes);
    expect(y?.shape).toEqual([PLACES, COUNT, 1]);
    changes.forEach(({ values }, place) => {
      for (let n = 0; n < COUNT; n++) {
        const changed = windowOf(n);
        changed[place] = values[n] as number;
        expect(y?.data[place * COUNT + n]).toBeCloseTo(says(changed), 6);
      }
    });
  });

  it('ends between two pieces when it is told to', async () => {
    let turns = 0;
    const stopped = new CpuExplained(forecaster, [STEPS, FEATURES], 4, async () => {
      turns += 1;
      if (turns === 2) throw new Error('stopped');
    });
    await expect(stopped.predictMembers(x)).rejects.toThrow('stopped');
    expect(turns).toBe(2);
  });

  it('begins from a seed with 1 in the forget gate\u2019s bias and 0 in the others', () => {
    const [kernel, , bias] = forecaster.freshWeights(3);
    const limit = Math.sqrt(6 / (FEATURES + 4 * UNITS));
    expect(Math.max(...(kernel?.data ?? []).map(Math.abs))).toBeLessThanOrEqual(limit);
    expect(Array.from(bias?.data ?? [])).toEqual(
      Array.from({ length: 4 * UNITS }, (_, k) => (Math.floor(k / UNITS) === 1 ? 1 : 0)),
    );
    expect(forecaster.freshWeights(4)[0]?.data).not.toEqual(kernel?.data);
  });
});
