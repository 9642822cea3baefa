import { describe, expect, it } from 'vitest';
import {
  createOptimizerState,
  type ReferenceLayer,
  ReferenceModel,
} from '../../src/engine/reference/index.ts';
import { type FixtureTensor, loadTrainingFixture } from './fixture.ts';

/** Keras computes in float32, the reference in float64: over 100 steps they drift apart by 5e-7 (measured by the maker). */
const DRIFT = 1e-5;

const fixture = loadTrainingFixture();

function relativeL2(received: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    difference += ((received[i] as number) - (expected[i] as number)) ** 2;
    norm += (expected[i] as number) ** 2;
  }
  return Math.sqrt(difference / norm);
}

describe('100 steps of training in Keras', () => {
  it('cover every optimizer with every loss, their variants, both kinds of clipping and two LSTMs', () => {
    const names = fixture.cases.map((one) => one.name);
    for (const optimizer of ['sgd', 'adam', 'adamw', 'rmsprop']) {
      for (const loss of ['mse', 'mae', 'huber']) {
        expect(
          names.filter((name) => name.startsWith(`${optimizer}-`) && name.endsWith(loss)),
          `${optimizer}, ${loss}`,
        ).not.toEqual([]);
      }
    }
    expect(names).toEqual(
      expect.arrayContaining([
        'sgd-plain-mse',
        'sgd-nesterov-mse',
        'sgd-global-clipnorm-mse',
        'adam-stacked-mse',
        'adam-clipnorm-mse',
        'adam-global-clipnorm-mse',
        'adam-amsgrad-huber',
        'rmsprop-momentum-mse',
        'rmsprop-centered-huber',
      ]),
    );
    expect(fixture.sizes).toEqual({ batches: 10, B: 8, T: 6, D: 3, K: 2 });
  });

  it.each(fixture.cases)('$name: the float64 reference takes the same way', (one) => {
    const lstms = Array.from({ length: one.lstmLayers }, (_, i): ReferenceLayer => {
      return { kind: 'lstm', units: fixture.units, returnSequences: i < one.lstmLayers - 1 };
    });
    const weights = one.start.map((weight) => weight.data);
    const model = new ReferenceModel(
      [...lstms, { kind: 'dense', units: fixture.sizes.K }],
      fixture.sizes.D,
      weights,
    );
    const state = createOptimizerState({ ...one.optimizer, float32Settings: true }, model.weights);

    for (let step = 0; step < fixture.steps; step++) {
      const { x, y } = fixture.batch(step);
      const { loss } = model.trainStep(x, y, one.loss, state);
      const expected = one.losses[step] as number;
      expect(Math.abs(loss - expected), `loss of step ${step}`).toBeLessThan(DRIFT * expected);
    }

    expect(state.iterations).toBe(fixture.steps);
    one.end.forEach((end, i) => {
      expect(relativeL2(model.weights[i] ?? [], end.data)).toBeLessThan(DRIFT);
    });
    if (!one.slots) return;
    expect(state.slots.map((slot) => slot.name)).toEqual(one.slots.map((slot) => slot.name));
    one.slots.forEach(({ tensors }, s) => {
      tensors.forEach((expected: FixtureTensor, i) => {
        expect(relativeL2(state.slots[s]?.tensors[i] ?? [], expected.data)).toBeLessThan(10 * DRIFT);
      });
    });
  });
});
