/**
 * The float64 reference against real Keras 3 (test/fixtures/reference/keras.json).
 * To make the file again: python tools/keras/make_reference_fixtures.py
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  createOptimizerState,
  lstmBackward,
  lstmForward,
  type OptimizerSpec,
  type ReferenceActivation,
  type ReferenceLayer,
  type ReferenceLoss,
  ReferenceModel,
  referenceActivation,
} from '../../src/engine/reference/index.ts';
import { expectClose } from './reference-support.ts';

interface Packed {
  readonly shape: number[];
  readonly data: number[];
}

interface ModelCase {
  readonly layers: ReferenceLayer[];
  readonly shape: number[];
  readonly loss: ReferenceLoss;
  readonly x: Packed;
  readonly y: Packed;
  readonly weights: Packed[];
  readonly output: Packed;
  readonly lossValue: number;
  readonly gradients: Packed[];
  readonly dx: Packed;
}

interface OptimizerRun {
  readonly spec: OptimizerSpec;
  readonly dtype: 'float64' | 'float32';
  readonly losses: number[];
  readonly weights: Packed[];
  readonly slots: Packed[][];
}

interface Fixture {
  readonly steps: number;
  readonly activations: {
    readonly x: number[];
    readonly functions: Record<ReferenceActivation, { value: number[]; derivative: number[] }>;
  };
  readonly states: Record<
    | 'x'
    | 'h0'
    | 'c0'
    | 'dh'
    | 'kernel'
    | 'recurrentKernel'
    | 'bias'
    | 'h'
    | 'dx'
    | 'dh0'
    | 'dc0'
    | 'dKernel'
    | 'dRecurrentKernel'
    | 'dBias',
    Packed
  >;
  readonly models: Record<string, ModelCase>;
  readonly optimizers: OptimizerRun[];
}

const path = new URL('../fixtures/reference/keras.json', import.meta.url);
const fixture = JSON.parse(readFileSync(path, 'utf8')) as Fixture;
const runs = fixture.optimizers.map((run) => ({
  ...run,
  name: `${JSON.stringify(run.spec)} in ${run.dtype}`,
}));

function modelOf(modelCase: ModelCase): ReferenceModel {
  const features = modelCase.shape[modelCase.shape.length - 1] as number;
  return new ReferenceModel(
    modelCase.layers,
    features,
    modelCase.weights.map(({ data }) => data),
  );
}

function train(spec: OptimizerSpec): {
  model: ReferenceModel;
  losses: number[];
  slots: readonly (readonly Float64Array[])[];
} {
  const trained = fixture.models['one LSTM'] as ModelCase;
  const model = modelOf(trained);
  const state = createOptimizerState(spec, model.weights);
  const losses = Array.from(
    { length: fixture.steps },
    () => model.trainStep(trained.x, trained.y, trained.loss, state).loss,
  );
  return { model, losses, slots: state.slots.map(({ tensors }) => tensors) };
}

/** |a - b| / |b| over all weights together. */
function relativeDistance(actual: readonly ArrayLike<number>[], expected: readonly Packed[]): number {
  let difference = 0;
  let size = 0;
  expected.forEach(({ data }, index) => {
    data.forEach((value, at) => {
      difference += ((actual[index]?.[at] as number) - value) ** 2;
      size += value ** 2;
    });
  });
  return Math.sqrt(difference / size);
}

describe('reference against Keras 3', () => {
  it.each(Object.entries(fixture.activations.functions))(
    '%s: value and derivative, kinks included',
    (name, expected) => {
      const { value, derivative } = referenceActivation(name);

      expectClose(name, fixture.activations.x.map(value), expected.value, { atol: 1e-16, rtol: 1e-14 });
      // TensorFlow's slope of tanh and sigmoid cancels where the value saturates: 1e-16 is all it knows there.
      expectClose(`${name}'`, fixture.activations.x.map(derivative), expected.derivative, {
        atol: 3e-16,
        rtol: 1e-14,
      });
    },
  );

  it('an LSTM with an initial state: outputs and every gradient', () => {
    const { x, h0, c0, dh, kernel, recurrentKernel, bias, ...expected } = fixture.states;
    const weights = { kernel: kernel.data, recurrentKernel: recurrentKernel.data, bias: bias.data };

    const trace = lstmForward(x, weights, { units: 4, h0: h0.data, c0: c0.data });
    const gradients = lstmBackward(trace, x, weights, dh.data);

    expectClose('h', trace.h, expected.h.data);
    for (const name of ['dx', 'dh0', 'dc0', 'dKernel', 'dRecurrentKernel', 'dBias'] as const) {
      expectClose(name, gradients[name] ?? [], expected[name].data);
    }
  });

  it.each(Object.entries(fixture.models))('%s: output, loss and every gradient', (_, expected) => {
    const model = modelOf(expected);

    const result = model.lossAndGradients(expected.x, expected.y, expected.loss);

    expect(model.weightShapes).toEqual(expected.weights.map(({ shape }) => shape));
    expect(result.output.shape).toEqual(expected.output.shape);
    expectClose('output', result.output.data, expected.output.data);
    expectClose('loss', [result.loss], [expected.lossValue]);
    expectClose('dx', result.dx, expected.dx.data);
    expect(result.gradients).toHaveLength(expected.gradients.length);
    expected.gradients.forEach(({ data }, at) => {
      expectClose(`gradient ${at}`, result.gradients[at] ?? [], data);
    });
  });

  it.each(runs.filter(({ dtype }) => dtype === 'float64'))(
    '20 steps of $name',
    ({ spec, losses, weights, slots }) => {
      const found = train(spec);

      expectClose('losses', found.losses, losses, { rtol: 1e-10 });
      weights.forEach(({ data }, at) => {
        expectClose(`weight ${at}`, found.model.weights[at] ?? [], data, { rtol: 1e-9, atol: 1e-11 });
      });
      expect(found.slots).toHaveLength(slots.length);
      slots.forEach((tensors, slot) => {
        tensors.forEach(({ data }, at) => {
          expectClose(`slot ${slot} ${at}`, found.slots[slot]?.[at] ?? [], data, { rtol: 1e-9, atol: 1e-11 });
        });
      });
    },
  );

  it('the clipped runs of the fixture really were clipped', () => {
    for (const run of runs) {
      const { clipnorm, globalClipnorm, ...rest } = run.spec;
      if (clipnorm === undefined && globalClipnorm === undefined) continue;
      expect(relativeDistance(train(rest).model.weights, run.weights), run.name).toBeGreaterThan(1e-3);
    }
  });

  it('Adam for float32 weights is further away without float32Settings', () => {
    for (const { spec, weights, dtype } of runs) {
      if (dtype === 'float64' || spec.kind !== 'adam') continue;
      expect(relativeDistance(train(spec).model.weights, weights)).toBeGreaterThan(4e-6);
    }
  });

  it.each(runs.filter(({ dtype }) => dtype === 'float32'))('20 steps of $name', ({ spec, weights }) => {
    const { model } = train({ ...spec, float32Settings: true });

    // Measured 3.9e-7 for Adam (float32 gradients and moments), 3e-8 for SGD.
    expect(relativeDistance(model.weights, weights)).toBeLessThan(1e-6);
  });
});
