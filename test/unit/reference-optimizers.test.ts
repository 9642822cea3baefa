import { describe, expect, it } from 'vitest';
import {
  applyGradients,
  clipGradients,
  createOptimizerState,
  type OptimizerSpec,
} from '../../src/engine/reference/index.ts';
import { expectClose } from './reference-support.ts';

describe('reference optimizers', () => {
  it('Adam adds epsilon to the uncorrected square root', () => {
    const weights = [Float64Array.of(1)];
    const state = createOptimizerState({ kind: 'adam', learningRate: 0.1, epsilon: 0.5 }, weights);

    applyGradients(state, weights, [[2]]);

    // m = 0.2, v = 0.004, alpha = 0.1 sqrt(0.001) / 0.1
    expectClose('weight', weights[0] ?? [], [1 - (Math.sqrt(0.001) * 0.2) / (Math.sqrt(0.004) + 0.5)]);
  });

  it('SGD: plain, momentum and Nesterov over two steps', () => {
    const run = (momentum: number, nesterov: boolean): number => {
      const weights = [Float64Array.of(1)];
      const state = createOptimizerState({ kind: 'sgd', learningRate: 0.1, momentum, nesterov }, weights);
      applyGradients(state, weights, [[2]]);
      applyGradients(state, weights, [[4]]);
      return weights[0]?.[0] as number;
    };

    // steps 0.2 and 0.4; momentum 0.5: m = -0.2, then -0.1 - 0.4 = -0.5
    expectClose('plain', [run(0, false), run(0, true)], [0.4, 0.4]);
    expectClose('momentum', [run(0.5, false)], [1 - 0.2 - 0.5]);
    expectClose('nesterov', [run(0.5, true)], [1 - (0.1 + 0.2) - (0.25 + 0.4)]);
  });

  it('weight decay takes its share of every weight before the update', () => {
    const run = (spec: OptimizerSpec): number[] => {
      const weights = [Float64Array.of(2), Float64Array.of(-3)];
      applyGradients(createOptimizerState(spec, weights), weights, [[2], [0]]);
      return weights.map((weight) => weight[0] as number);
    };

    const rate = { learningRate: 0.1, weightDecay: 0.5 };
    expectClose('sgd', run({ kind: 'sgd', ...rate }), [2 * 0.95 - 0.2, -3 * 0.95]);
    const [plain = 0] = run({ kind: 'adam', learningRate: 0.1 });
    expectClose('adamw', run({ kind: 'adamw', ...rate }), [plain - 2 * 0.05, -3 * 0.95]);
    expectClose('adamw, its own decay', run({ kind: 'adamw', learningRate: 0.1 }), [
      plain - 2 * 0.0004,
      -3 * 0.9996,
    ]);
  });

  it('RMSprop adds epsilon under the root; centered and with momentum over two steps', () => {
    const run = (momentum: number, centered: boolean): number => {
      const weights = [Float64Array.of(1)];
      const settings = { learningRate: 0.1, rho: 0.5, epsilon: 0.25, momentum, centered };
      const state = createOptimizerState({ kind: 'rmsprop', ...settings }, weights);
      applyGradients(state, weights, [[2]]);
      applyGradients(state, weights, [[4]]);
      return weights[0]?.[0] as number;
    };

    // v = 2, then 9; a = 1, then 2.5
    const [first, second] = [0.2 / Math.sqrt(2.25), 0.4 / Math.sqrt(9.25)];
    expectClose('plain', [run(0, false)], [1 - first - second]);
    expectClose('momentum', [run(0.5, false)], [1 - first - (0.5 * first + second)]);
    expectClose('centered', [run(0, true)], [1 - 0.2 / Math.sqrt(1.25) - 0.4 / Math.sqrt(3)]);
  });

  it('amsgrad divides by the largest v so far', () => {
    const run = (amsgrad: boolean): number => {
      const weights = [Float64Array.of(1)];
      const state = createOptimizerState({ kind: 'adam', learningRate: 0.1, beta2: 0.5, amsgrad }, weights);
      applyGradients(state, weights, [[4]]);
      applyGradients(state, weights, [[0]]);
      return weights[0]?.[0] as number;
    };

    // v = 8, then 4; m = 0.4, then 0.36; the second step's factor is 0.1 sqrt(0.75) / 0.19
    const step = (v: number): number => (0.1 * Math.sqrt(0.75) * 0.36) / 0.19 / (Math.sqrt(v) + 1e-7);
    expectClose('difference', [run(true) - run(false)], [step(4) - step(8)]);
  });

  it('what is left out has the Keras default', () => {
    const step = (spec: OptimizerSpec): Float64Array[] => {
      const weights = [Float64Array.of(1, -2)];
      const state = createOptimizerState(spec, weights);
      applyGradients(state, weights, [[0.3, 1e-6]]);
      applyGradients(state, weights, [[-0.1, 1e-6]]);
      return weights;
    };

    const adam = { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
    expect(step({ kind: 'adam' })).toEqual(step({ kind: 'adam', ...adam }));
    expect(step({ kind: 'adamw' })).toEqual(step({ kind: 'adam', ...adam, weightDecay: 0.004 }));
    expect(step({ kind: 'rmsprop' })).toEqual(
      step({ kind: 'rmsprop', learningRate: 0.001, rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false }),
    );
    expect(step({ kind: 'sgd' })).toEqual(
      step({ kind: 'sgd', learningRate: 0.01, momentum: 0, nesterov: false }),
    );
  });

  it('clipnorm scales each gradient, globalClipnorm all by one factor, and short ones are left alone', () => {
    const gradients = [[3, 4], [0.3], [0, 0]];

    const each = clipGradients(gradients, { clipnorm: 1 });
    const all = clipGradients([[3], [4]], { globalClipnorm: 1 });

    expectClose(
      'per variable',
      [...(each[0] ?? []), ...(each[1] ?? []), ...(each[2] ?? [])],
      [0.6, 0.8, 0.3, 0, 0],
    );
    expectClose('global', [all[0]?.[0] as number, all[1]?.[0] as number], [0.6, 0.8]);
    expectClose('global, short', clipGradients([[0.3]], { globalClipnorm: 1 })[0] ?? [], [0.3]);
    expectClose('global, zero', clipGradients([[0, 0]], { globalClipnorm: 1 })[0] ?? [], [0, 0]);
    expectClose('no clipping', clipGradients([[30]], {})[0] ?? [], [30]);
  });

  it('a gradient without end is not made to look sound by clipping', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(clipGradients([[bad, 1]], { clipnorm: 1 })[0]?.[0]).toBeNaN();
      expect(clipGradients([[bad], [1]], { globalClipnorm: 1 })[1]?.[0]).toBeNaN();
    }
  });

  it('both ways of clipping, or lists that do not match, are refused', () => {
    const weights = [Float64Array.of(1, 2)];
    const state = createOptimizerState({ kind: 'adam' }, weights);

    expect(() => createOptimizerState({ kind: 'sgd', clipnorm: 1, globalClipnorm: 2 }, weights)).toThrow(
      /Only one of/,
    );
    expect(() => applyGradients(state, weights, [])).toThrow(/Received 0 gradients for 1 weights/);
    expect(() => applyGradients(state, weights, [[1]])).toThrow(/Gradient 0 has 1 values, expected 2/);
    expect(() => applyGradients(createOptimizerState({ kind: 'adam' }, [[1]]), weights, [[1, 2]])).toThrow(
      /Optimizer slot m 0 has 1 values/,
    );
    expect(state.iterations).toBe(0);
  });
});
