/** How many windows go through a model at a time: by what is kept of each, so that memory stays bounded for any shape. */
import { describe, expect, it } from 'vitest';
import { traceRows } from '../../src/engine/explain/trace-rows.ts';
import { kerasLayer } from '../../src/engine/keras/index.ts';
import { dense } from '../../src/engine/layers/dense.ts';
import { lstm } from '../../src/engine/layers/lstm.ts';
import { gradientBatch } from '../../src/engine/models/input-gradients.ts';
import { layoutOf } from '../../src/engine/models/parameters.ts';

describe('rows that go backward together', () => {
  const rowsOf = (units: number, steps: number, features: number, members = 1): number =>
    gradientBatch(layoutOf([lstm({ units }), dense({ units: 1 })], [steps, features]), members, 1000);

  it('are 128 at most, and as many as are asked for', () => {
    expect(rowsOf(4, 10, 3)).toBe(128);
    expect(gradientBatch(layoutOf([dense({ units: 1 })], [3]), 1, 7)).toBe(7);
  });

  it.each([
    ['gates', 512, 100, 3],
    ['inputs', 4, 100, 5000],
  ])('keep within 64 MiB what is widest: %s', (_, units, steps, features) => {
    const rows = rowsOf(units, steps, features);
    const widest = steps * Math.max(4 * units, features);
    expect(rows * widest).toBeLessThanOrEqual(2 ** 24);
    expect((rows + 1) * widest).toBeGreaterThan(2 ** 24);
    expect(rowsOf(units, steps, features, 4)).toBe(Math.floor(2 ** 24 / (4 * widest)));
  });
});

describe('what a trace keeps', () => {
  const layer = (className: string, units: number) => kerasLayer(className, { units });
  const dropout = kerasLayer('Dropout', { rate: 0.1 });
  const input = kerasLayer('InputLayer', { batch_shape: [null, 5, 3] });

  it('is six arrays of each LSTM, in rows of the input', () => {
    expect(traceRows([layer('LSTM', 512), layer('Dense', 900)], 3)).toBe(1024);
    expect(traceRows([input, dropout, layer('LSTM', 4), layer('LSTM', 6)], 7)).toBe(9);
    expect(traceRows([layer('LSTM', 2)], 100)).toBe(1);
  });

  it('is four arrays of each GRU, one of each SimpleRNN, and those of both directions', () => {
    const both = (className: string, units: number, config = {}) =>
      kerasLayer('Bidirectional', { layer: layer(className, units), ...config });
    expect(traceRows([layer('GRU', 512)], 2)).toBe(1024);
    expect(traceRows([layer('SimpleRNN', 5), layer('GRU', 3), layer('LSTM', 2)], 1)).toBe(5 + 12 + 12);
    expect(traceRows([both('LSTM', 8), both('GRU', 2)], 1)).toBe(2 * 48 + 2 * 8);
    expect(traceRows([both('LSTM', 8, { backward_layer: layer('GRU', 8) })], 1)).toBe(48 + 32);
  });
});
