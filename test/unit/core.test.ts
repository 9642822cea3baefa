/** Seeded numbers, initializers with Keras' formulas, the parameter layout, the summary table. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type InitializerName, initialValues } from '../../src/engine/core/initializers.ts';
import { seededRandom } from '../../src/engine/core/random.ts';
import { activation, dense, dropout, lstm } from '../../src/engine/index.ts';
import { configOf } from '../../src/engine/models/config.ts';
import {
  initialParameters,
  layoutOf,
  packParameters,
  unpackParameters,
} from '../../src/engine/models/parameters.ts';
import { summaryTable } from '../../src/engine/models/summary.ts';

const statistics = (values: Float32Array) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return { mean, deviation, largest: values.reduce((max, value) => Math.max(max, Math.abs(value)), 0) };
};

describe('seeded random', () => {
  it('gives the same numbers for the same seed and stream, others for others', () => {
    const draw = (seed: number, stream?: number) =>
      Array.from({ length: 5 }, seededRandom(seed, stream).uint32);

    expect(draw(1)).toEqual(draw(1));
    expect(new Set([draw(1), draw(2), draw(1, 1), draw(2, 1), draw(-1), draw(0)].map(String)).size).toBe(6);
  });

  it('keeps its first numbers for ever: a change would change every seeded run', () => {
    expect(Array.from({ length: 3 }, seededRandom(42).uint32)).toEqual([3308293827, 1579791675, 2929259487]);
  });

  it('is uniform in [0, 1) and standard normal', () => {
    const random = seededRandom(5);
    const uniform = statistics(Float32Array.from({ length: 20000 }, random.next));
    const normal = statistics(Float32Array.from({ length: 20000 }, random.normal));

    expect(uniform.mean).toBeCloseTo(0.5, 1);
    expect(uniform.deviation).toBeCloseTo(Math.sqrt(1 / 12), 2);
    expect(normal.mean).toBeCloseTo(0, 1);
    expect(normal.deviation).toBeCloseTo(1, 1);
  });

  it('shuffles without losing an element', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 300 }), (seed, n) => {
        const order = seededRandom(seed).permutation(n);
        expect([...order].toSorted((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
    );
  });
});

describe('initializers', () => {
  const shape = [40, 160];
  it.each<[InitializerName, number, number]>([
    ['glorot_uniform', Math.sqrt(6 / 200) / Math.sqrt(3), Math.sqrt(6 / 200)],
    ['glorot_normal', Math.sqrt(2 / 200), (2 * Math.sqrt(2 / 200)) / 0.87962566103423978],
    ['he_uniform', Math.sqrt(6 / 40) / Math.sqrt(3), Math.sqrt(6 / 40)],
    ['he_normal', Math.sqrt(2 / 40), (2 * Math.sqrt(2 / 40)) / 0.87962566103423978],
    ['lecun_uniform', Math.sqrt(3 / 40) / Math.sqrt(3), Math.sqrt(3 / 40)],
    ['lecun_normal', Math.sqrt(1 / 40), (2 * Math.sqrt(1 / 40)) / 0.87962566103423978],
    ['random_uniform', 0.05 / Math.sqrt(3), 0.05],
    ['random_normal', 0.05, 0.4],
    ['truncated_normal', 0.05 * 0.87962566103423978, 0.1],
  ])('%s has Keras standard deviation and bound', (name, deviation, bound) => {
    const found = statistics(initialValues(name, shape, seededRandom(3)));

    expect(found.mean).toBeCloseTo(0, 1);
    expect(found.deviation / deviation).toBeCloseTo(1, 1);
    expect(found.largest).toBeLessThanOrEqual(bound * (1 + 1e-6));
  });

  it.each([
    [7, 28],
    [28, 7],
    [5, 5],
    [1, 4],
  ])('orthogonal (%i, %i) has orthonormal rows or columns', (rows, columns) => {
    const q = initialValues('orthogonal', [rows, columns], seededRandom(1));
    const at = (v: number, i: number): number =>
      q[rows <= columns ? v * columns + i : i * columns + v] as number;
    const count = Math.min(rows, columns);
    for (let a = 0; a < count; a++) {
      for (let b = 0; b < count; b++) {
        let dot = 0;
        for (let i = 0; i < Math.max(rows, columns); i++) dot += at(a, i) * at(b, i);
        expect(dot).toBeCloseTo(a === b ? 1 : 0, 5);
      }
    }
  });

  it('the forget quarter of an LSTM bias starts at 1 and replaces the bias initializer there', () => {
    const layout = layoutOf([lstm({ units: 3, biasInitializer: { constant: 0.5 } })], [2, 2]);
    const bias = unpackParameters(layout, initialParameters(layout, 1))[2];

    expect([...(bias?.data ?? [])]).toEqual([0.5, 0.5, 0.5, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
  });
});

describe('parameter layout', () => {
  it('brings tensors to the GPU layout and back unchanged, at any sizes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 5 }),
        (units, features, outputs) => {
          const layers = [
            lstm({ units, returnSequences: true }),
            lstm({ units: 3, useBias: false }),
            dense({ units: outputs }),
            dense({ units: 1 }),
          ];
          const layout = layoutOf(layers, [4, features]);
          const tensors = layout.weights.map(({ shape }, k) => ({
            shape: [...shape],
            data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => k * 1000 + i + 1),
          }));

          const flat = packParameters(layout, tensors);

          expect(unpackParameters(layout, flat)).toEqual(tensors);
          const used = flat.filter((value) => value !== 0).length;
          expect(used).toBe(tensors.reduce((sum, { data }) => sum + data.length, 0));
        },
      ),
    );
  });

  it('puts the gates of a unit side by side in the order i, f, c, o', () => {
    const layout = layoutOf([lstm({ units: 2 })], [3, 1]);
    const kernel = { shape: [1, 8], data: Float32Array.of(10, 11, 20, 21, 30, 31, 40, 41) };
    const rest = layout.weights
      .slice(1)
      .map(({ shape }) => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) }));

    expect([...packParameters(layout, [kernel, ...rest]).subarray(0, 8)]).toEqual([
      10, 20, 30, 40, 11, 21, 31, 41,
    ]);
  });

  it('names layers as Keras does and weights by path', () => {
    const layout = layoutOf(
      [lstm({ units: 2, returnSequences: true }), lstm({ units: 2 }), dense({ units: 1, name: 'head' })],
      [3, 1],
    );

    expect(layout.weights.map(({ path }) => path)).toEqual([
      'lstm/kernel',
      'lstm/recurrent_kernel',
      'lstm/bias',
      'lstm_1/kernel',
      'lstm_1/recurrent_kernel',
      'lstm_1/bias',
      'head/kernel',
      'head/bias',
    ]);
  });

  it('refuses what does not fit, naming shapes', () => {
    const layout = layoutOf([lstm({ units: 2 })], [3, 1]);

    expect(() => layoutOf([lstm({ units: 2 }), lstm({ units: 3 })], [3, 1])).toThrow(
      /lstm_1.*\[time, features\].*\[2\].*returnSequences/,
    );
    expect(() => packParameters(layout, [])).toThrow(/3 weight tensors.*received 0/);
    expect(() => layoutOf([dense({ units: 1, name: 'a' }), dense({ units: 1, name: 'a' })], [3])).toThrow(
      /"a"/,
    );
    expect(() => lstm({ units: 0 })).toThrow(/units.*received 0/);
    expect(() => dropout({ rate: 1 })).toThrow(/rate.*received 1/);
    expect(() => dense({ units: 1, name: '<img>' })).toThrow(/can't be used/);
  });
});

describe('summary and config', () => {
  const layout = layoutOf(
    [lstm({ units: 32 }), dropout({ rate: 0.5 }), dense({ units: 1 }), activation('linear')],
    [14, 6],
  );

  it('prints the table of Keras', () => {
    expect(summaryTable('weather', layout.layers)).toMatchInlineSnapshot(`
      "Model: "weather"
      ┌─────────────────────────┬──────────────┬─────────┐
      │ Layer (type)            │ Output Shape │ Param # │
      ├─────────────────────────┼──────────────┼─────────┤
      │ lstm (LSTM)             │ (None, 32)   │   4,992 │
      │ dropout (Dropout)       │ (None, 32)   │       0 │
      │ dense (Dense)           │ (None, 1)    │      33 │
      │ activation (Activation) │ (None, 1)    │       0 │
      └─────────────────────────┴──────────────┴─────────┘
       Total params: 5,025 (19.63 KB)
       Trainable params: 5,025 (19.63 KB)
       Non-trainable params: 0 (0.00 B)"
    `);
  });

  it('writes a Keras 3 config with an InputLayer', () => {
    expect(configOf('weather', layout)).toMatchObject({
      name: 'weather',
      build_input_shape: [null, 14, 6],
      layers: [
        { class_name: 'InputLayer', config: { batch_shape: [null, 14, 6] } },
        {
          class_name: 'LSTM',
          config: { name: 'lstm', units: 32, recurrent_activation: 'sigmoid', unit_forget_bias: true },
        },
        { class_name: 'Dropout', config: { rate: 0.5 } },
        { class_name: 'Dense', config: { name: 'dense', units: 1 } },
        { class_name: 'Activation', config: { activation: 'linear' } },
      ],
    });
  });
});
