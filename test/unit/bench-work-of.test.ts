/** bench/kernels/work-of.ts: formulas against plain loops that count as they go. */
import { describe, expect, it } from 'vitest';
import { type ModelSizes, trainingFlops, workOf } from '../../bench/kernels/work-of.ts';

const SIZES: ModelSizes = { members: 1, batch: 3, steps: 5, features: 2, units: 4, outputs: 6 };
const FLOAT = 4;

/** Runs `body` with each index below each of the sizes. */
function loop(sizes: readonly number[], body: () => void): void {
  const [size, ...rest] = sizes;
  if (size === undefined) body();
  for (let k = 0; k < (size ?? 0); k++) loop(rest, body);
}

describe('the work of a kernel', () => {
  const { batch, steps, features, units, outputs } = SIZES;

  it('is, of lstm_forward, four gates of products with x and h, and the cell', () => {
    let flops = 0;
    loop([batch, steps, units], () => {
      loop([4, features + units], () => {
        flops += 2;
      });
      flops += 4 + 5 + 3 + 1; // biases, activations, c, h
    });

    expect(workOf('lstm_forward', SIZES, 'training')?.flops).toBe(flops);
    expect(workOf('lstm_step_forward', SIZES, 'training')).toEqual(workOf('lstm_forward', SIZES, 'training'));
  });

  it('is, of lstm_backward, dz times the recurrent kernel at every step, and the cell backwards', () => {
    let flops = 0;
    loop([batch, steps, units], () => {
      loop([4 * units], () => {
        flops += 2;
      });
      flops += 1 + 5 + 4 * 4 + 1; // tanh c, dc, four gates, dc of the step before
    });

    expect(workOf('lstm_backward', SIZES, 'training')?.flops).toBe(flops);
  });

  it('is, of the weight gradients, an outer product per row', () => {
    let lstm = 0;
    loop([batch * steps, features + units + 1, 4 * units], () => {
      lstm += 2;
    });
    let dense = 0;
    loop([batch, units + 1, outputs], () => {
      dense += 2;
    });

    expect(workOf('lstm_weight_gradient', SIZES, 'training')?.flops).toBe(lstm);
    expect(workOf('dense_weight_gradient', SIZES, 'training')?.flops).toBe(dense);
  });

  it('moves what a prediction needs, without the gates that only training keeps', () => {
    const weights = (features + units + 1) * 4 * units;
    const x = batch * steps * features;
    const read = x + weights;

    expect(workOf('lstm_forward', SIZES, 'predict')?.bytes).toBe((read + batch * units) * FLOAT);
    expect(workOf('lstm_forward', SIZES, 'training')?.bytes).toBe((read + 6 * batch * steps * units) * FLOAT);
  });

  it('moves seven floats per parameter in Adam: the gradient, and w, m and v both ways', () => {
    const parameters = (features + units + 1) * 4 * units + (units + 1) * outputs;

    expect(workOf('adam', SIZES, 'training')?.bytes).toBe(7 * parameters * FLOAT);
  });

  it('grows with the members', () => {
    const one = workOf('lstm_forward', SIZES, 'training');
    const eight = workOf('lstm_forward', { ...SIZES, members: 8 }, 'training');

    expect(eight).toEqual({ flops: 8 * (one?.flops ?? 0), bytes: 8 * (one?.bytes ?? 0) });
    expect(trainingFlops({ ...SIZES, members: 8 })).toBe(8 * trainingFlops(SIZES));
  });

  it('is not known of a kernel without a formula', () => {
    expect(workOf('lstm_sideways', SIZES, 'training')).toBeNull();
    expect(workOf('toString', SIZES, 'training')).toBeNull();
  });
});

it('a training step is three products of about the same size', () => {
  const sizes = { members: 1, batch: 64, steps: 48, features: 14, units: 128, outputs: 14 };
  const product = 2 * 64 * 48 * (14 + 128) * 4 * 128;

  expect(trainingFlops(sizes) / product).toBeGreaterThan(2.8);
  expect(trainingFlops(sizes) / product).toBeLessThan(3.1);
});
