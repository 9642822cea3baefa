import { describe, expect, it } from 'vitest';
import {
  computeLoss,
  createOptimizerState,
  describeLayer,
  meanAbsoluteError,
  type ReferenceActivation,
  type ReferenceLayer,
  type ReferenceLoss,
  ReferenceModel,
} from '../../src/engine/reference/index.ts';
import { centralDifferences, expectClose, randomArray, randomOf } from './reference-support.ts';

interface Case {
  readonly name: string;
  readonly layers: readonly ReferenceLayer[];
  readonly inputShape: readonly number[];
  readonly loss: ReferenceLoss;
}

const cases: Case[] = [
  {
    name: 'LSTM and Dense',
    layers: [
      { kind: 'lstm', units: 2 },
      { kind: 'dense', units: 1 },
    ],
    inputShape: [3, 4, 2],
    loss: 'mse',
  },
  {
    name: 'three stacked LSTMs',
    layers: [
      { kind: 'lstm', units: 2, returnSequences: true, activation: 'softsign' },
      { kind: 'lstm', units: 5, returnSequences: true, useBias: false },
      { kind: 'lstm', units: 1, recurrentActivation: 'tanh' },
    ],
    inputShape: [2, 3, 3],
    loss: 'mae',
  },
  {
    name: 'Dense before, on and after a sequence',
    layers: [
      { kind: 'dense', units: 3, activation: 'tanh' },
      { kind: 'lstm', units: 2, returnSequences: true },
      { kind: 'dense', units: 2, useBias: false, activation: 'sigmoid' },
      { kind: 'activation', activation: 'softsign' },
      { kind: 'dense', units: 2 },
    ],
    inputShape: [2, 5, 1],
    loss: 'mae',
  },
  {
    name: 'dropout between and behind',
    layers: [
      { kind: 'dropout' },
      { kind: 'lstm', units: 3, returnSequences: true },
      { kind: 'dropout' },
      { kind: 'lstm', units: 2 },
      { kind: 'dense', units: 2 },
    ],
    inputShape: [3, 3, 2],
    loss: 'mse',
  },
  {
    name: 'Huber, errors on both sides of delta',
    layers: [
      { kind: 'lstm', units: 3 },
      { kind: 'dense', units: 3 },
    ],
    inputShape: [4, 3, 2],
    loss: { name: 'huber', delta: 0.4 },
  },
];

function makeProblem({ layers, inputShape, loss }: Case, seed: number) {
  const random = randomOf(seed);
  const weights: Float64Array[] = [];
  let features = inputShape[inputShape.length - 1] as number;
  const inputFeatures = features;
  for (const layer of layers) {
    const { weightShapes, outputFeatures } = describeLayer(layer, features);
    weights.push(...weightShapes.map((shape) => randomArray(random, shape, 0.7).data));
    features = outputFeatures;
  }
  const model = new ReferenceModel(layers, inputFeatures, weights);
  const x = randomArray(random, inputShape);
  const { output, records } = model.forward(x);
  const y = randomArray(random, output.shape);
  const masks = records
    .filter((_, at) => layers[at]?.kind === 'dropout')
    .map(({ input }) => Float64Array.from(input.data, () => (random.next() < 0.3 ? 0 : 1 / 0.7)));
  return { model, x, y, masks, loss };
}

describe('reference model', () => {
  it.each(cases)('$name: every gradient is the central difference', (shape) => {
    const { model, x, y, masks, loss } = makeProblem(shape, 11);
    const value = (): number => computeLoss(loss, model.forward(x, { masks }).output.data, y.data).value;

    const result = model.lossAndGradients(x, y, loss, { masks });

    // Predictions and targets are far enough apart for mae's kink not to matter.
    const gap = Math.min(...result.output.data.map((p, at) => Math.abs(p - (y.data[at] as number))));
    expect(gap).toBeGreaterThan(1e-3);
    if (typeof loss === 'object') {
      const beyond = result.output.data.map((p, at) => Math.abs(p - (y.data[at] as number)) - loss.delta);
      expect(Math.min(...beyond)).toBeLessThan(-1e-3);
      expect(Math.max(...beyond)).toBeGreaterThan(1e-3);
    }
    expect(result.loss).toBe(value());
    expect(result.mae).toBe(meanAbsoluteError(result.output.data, y.data).value);
    const tolerance = { atol: 1e-10, rtol: 1e-8 };
    expectClose('dx', result.dx, centralDifferences(x.data, value), tolerance);
    model.weights.forEach((weight, at) => {
      expectClose(`weight ${at}`, result.gradients[at] ?? [], centralDifferences(weight, value), tolerance);
    });
    expect(result.gradients).toHaveLength(model.weights.length);
  });

  it.each(['tanh', 'sigmoid', 'softsign', 'hard_sigmoid_keras2'] satisfies ReferenceActivation[])(
    'Dense with %s after a Dense on rows without time: gradients are central differences',
    (activation) => {
      const layers: ReferenceLayer[] = [
        { kind: 'dense', units: 3, activation },
        { kind: 'dense', units: 2 },
      ];
      const { model, x, y } = makeProblem({ name: '', layers, inputShape: [3, 2], loss: 'mse' }, 4);
      const value = (): number => computeLoss('mse', model.forward(x).output.data, y.data).value;

      const { gradients } = model.lossAndGradients(x, y, 'mse');

      model.weights.forEach((weight, at) => {
        expectClose(`weight ${at}`, gradients[at] ?? [], centralDifferences(weight, value), {
          atol: 1e-10,
          rtol: 1e-8,
        });
      });
    },
  );

  it('Dense on a sequence is Dense on each of its steps', () => {
    const layers: ReferenceLayer[] = [{ kind: 'dense', units: 2, activation: 'tanh' }];
    const { model, x } = makeProblem({ name: '', layers, inputShape: [2, 3, 4], loss: 'mse' }, 9);

    const whole = model.predict(x);
    const rows = model.predict({ shape: [6, 4], data: x.data });

    expect(whole.shape).toEqual([2, 3, 2]);
    expect(rows.shape).toEqual([6, 2]);
    expect(whole.data).toEqual(rows.data);
  });

  it('predict gives every row what forward gives it alone, across its inner batches, from float32 too', () => {
    const shape = { ...(cases[0] as Case), inputShape: [513, 2, 2] };
    const { model, x } = makeProblem(shape, 2);
    const single = { shape: x.shape, data: Float32Array.from(x.data) };

    const { data, shape: outputShape } = model.predict(single);

    expect(outputShape).toEqual([513, 1]);
    for (const row of [0, 255, 256, 511, 512]) {
      const alone = model.forward({ shape: [1, 2, 2], data: single.data.subarray(row * 4, row * 4 + 4) });
      expect(data[row]).toBe(alone.output.data[0]);
    }
  });

  it('the gradient with respect to one output explains that output', () => {
    const { model, x } = makeProblem(cases[0] as Case, 6);
    const pass = model.forward(x);

    const { dx } = model.backward(pass, [0, 1, 0]);

    const slope = centralDifferences(x.data, () => model.forward(x).output.data[1] as number);
    expectClose('dx', dx, slope, { atol: 1e-10, rtol: 1e-8 });
    expect([...dx.slice(0, 8), ...dx.slice(16)]).toEqual(new Array(16).fill(0));
  });

  it('the mae gradient is 0 where the prediction is exact', () => {
    expect([...meanAbsoluteError([1, 2, 3, 4], [1, 3, 2, 4]).gradient]).toEqual([0, -0.25, 0.25, 0]);
  });

  it('an unknown loss is refused with the list of losses', () => {
    expect(() => computeLoss('log_cosh' as ReferenceLoss, [1], [2])).toThrow(
      /"log_cosh" is not known. Use one of: mse, mae, huber/,
    );
    expect(() => computeLoss('mse', [], [])).toThrow(/at least one prediction/);
    expect(() => computeLoss('mse', [1, 2], [2])).toThrow(/Target has 1 values, expected 2/);
  });

  it('training steps bring the loss down and report the loss before the step', () => {
    const { model, x, y, masks, loss } = makeProblem(cases[3] as Case, 13);
    const optimizer = createOptimizerState({ kind: 'adam', learningRate: 0.05 }, model.weights);
    const before = model.lossAndGradients(x, y, loss, { masks });

    const scores = Array.from({ length: 200 }, () => model.trainStep(x, y, loss, optimizer, { masks }));

    expect(scores[0]).toEqual({ loss: before.loss, mae: before.mae });
    expect(scores[199]?.loss).toBeLessThan(0.05 * before.loss);
    expect(optimizer.iterations).toBe(200);
  });

  it('weights are copied in, and refused as a whole when one does not fit', () => {
    const { model } = makeProblem(cases[0] as Case, 1);
    const values = model.weights.map((weight) => Float64Array.from(weight, () => 3));
    const before = model.weights.map((weight) => Float64Array.from(weight));

    expect(() => model.setWeights([...values.slice(0, 4), [1, 2]])).toThrow(
      /Weight 4 has 2 values, expected 1/,
    );
    expect(() => model.setWeights([])).toThrow(
      /Received 0 weights, expected 5 with shapes \[2, 8\], \[2, 8\], \[8\]/,
    );
    expect(model.weights).toEqual(before);
    model.setWeights(values);
    values[0]?.fill(7);
    expect(model.weights[0]?.[0]).toBe(3);
  });

  it('inputs, targets and masks that do not fit are refused with the shapes', () => {
    const { model, x, y } = makeProblem(cases[0] as Case, 1);

    expect(() => model.predict({ shape: [3, 8], data: x.data })).toThrow(
      /\[3, 8\], expected \[batch, ..., 2\]/,
    );
    expect(() => model.predict({ shape: [0, 4, 2], data: [] })).toThrow(/positive integer, received 0/);
    expect(() => model.predict({ shape: [3, 4, 2], data: [1] })).toThrow(/has 1 values, expected 24/);
    expect(() => model.lossAndGradients(x, { shape: [1, 3], data: y.data }, 'mse')).toThrow(
      /Target has shape \[1, 3\], expected \[3, 1\]/,
    );
    expect(model.lossAndGradients(x, { shape: [3], data: y.data }, 'mse').loss).toBe(
      model.lossAndGradients(x, y, 'mse').loss,
    );
    expect(() => model.forward(x, { masks: [x.data] })).toThrow(
      /Received 1 dropout masks, expected one for each of 0/,
    );
  });
});
