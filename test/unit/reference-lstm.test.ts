import { describe, expect, it } from 'vitest';
import {
  type Array64,
  type LstmTrace,
  lstmBackward,
  lstmForward,
  type ReferenceActivation,
  referenceActivation,
} from '../../src/engine/reference/index.ts';
import {
  centralDifferences,
  distanceToKink,
  expectClose,
  randomArray,
  randomOf,
} from './reference-support.ts';

interface Case {
  readonly batch: number;
  readonly timeSteps: number;
  readonly features: number;
  readonly units: number;
  readonly activation: ReferenceActivation;
  readonly recurrentActivation: ReferenceActivation;
  readonly useBias: boolean;
}

const sizes = [
  { batch: 1, timeSteps: 1, features: 1, units: 1 },
  { batch: 1, timeSteps: 5, features: 3, units: 2 },
  { batch: 2, timeSteps: 3, features: 1, units: 5 },
  { batch: 3, timeSteps: 4, features: 2, units: 1 },
  { batch: 3, timeSteps: 2, features: 3, units: 5 },
];
const functions: [ReferenceActivation, ReferenceActivation][] = [
  ['tanh', 'sigmoid'],
  ['softsign', 'hard_sigmoid'],
  ['relu', 'hard_sigmoid_keras2'],
  ['linear', 'tanh'],
  ['sigmoid', 'softsign'],
  ['hard_sigmoid', 'relu'],
  ['hard_sigmoid_keras2', 'linear'],
];
const cases: Case[] = functions.flatMap(([activation, recurrentActivation], at) =>
  sizes.map((size, index) => ({
    ...size,
    activation,
    recurrentActivation,
    useBias: (at + index) % 3 !== 2,
  })),
);

function makeProblem(shape: Case, seed: number) {
  const random = randomOf(seed);
  const { batch, timeSteps, features, units } = shape;
  const x: Array64 = randomArray(random, [batch, timeSteps, features]);
  const kernel = randomArray(random, [features, 4 * units], 0.8).data;
  const recurrentKernel = randomArray(random, [units, 4 * units], 0.6).data;
  const bias = shape.useBias ? randomArray(random, [4 * units], 0.8).data : null;
  const h0 = randomArray(random, [batch, units]).data;
  const c0 = randomArray(random, [batch, units]).data;
  const dh = randomArray(random, [batch, timeSteps, units]).data;
  const weights = { kernel, recurrentKernel, bias };
  const run = (): LstmTrace => lstmForward(x, weights, { ...shape, h0, c0 });
  return { x, weights, h0, c0, dh, run };
}

function isAwayFromKinks(trace: LstmTrace): boolean {
  const { activation, recurrentActivation, z, c } = trace;
  const nearest = Math.min(
    distanceToKink(activation, z),
    distanceToKink(recurrentActivation, z),
    distanceToKink(activation, c),
  );
  return nearest > 2e-3;
}

/** The first seeded problem whose pre-activations and cells stay away from every kink. */
function makeSmoothProblem(shape: Case) {
  for (let seed = 1; seed < 500; seed++) {
    const problem = makeProblem(shape, seed);
    if (isAwayFromKinks(problem.run())) return problem;
  }
  throw new Error('No seed below 500 stays away from the kinks. Use smaller sizes.');
}

describe('reference LSTM', () => {
  it.each(cases)(
    'every gradient is the central difference: B $batch T $timeSteps D $features H $units $activation $recurrentActivation bias $useBias',
    (shape) => {
      const { x, weights, h0, c0, dh, run } = makeSmoothProblem(shape);
      const total = (): number => run().h.reduce((sum, value, at) => sum + value * (dh[at] as number), 0);

      const gradients = lstmBackward(run(), x, weights, dh);

      const tolerance = { atol: 1e-9, rtol: 1e-8 };
      const check = (name: string, actual: Float64Array, values: Float64Array): void =>
        expectClose(name, actual, centralDifferences(values, total), tolerance);
      check('dx', gradients.dx, x.data);
      check('dKernel', gradients.dKernel, weights.kernel);
      check('dRecurrentKernel', gradients.dRecurrentKernel, weights.recurrentKernel);
      check('dh0', gradients.dh0, h0);
      check('dc0', gradients.dc0, c0);
      if (weights.bias === null) expect(gradients.dBias).toBeNull();
      else check('dBias', gradients.dBias ?? new Float64Array(), weights.bias);
    },
  );

  it('dz is the gradient of the pre-activations: with one step it gives the bias gradient row by row', () => {
    const { x, weights, dh, run } = makeProblem({ ...(cases[0] as Case), batch: 3, units: 2 }, 7);

    const { dz, dBias } = lstmBackward(run(), x, weights, dh);

    const sums = Float64Array.from({ length: 8 }, (_, k) =>
      [0, 1, 2].reduce((sum, b) => sum + (dz[b * 8 + k] as number), 0),
    );
    expectClose('sum of dz', sums, dBias ?? []);
  });

  it('dh and dc of a step are what the steps after it give back for the state they begin from', () => {
    const shape = { ...(cases[1] as Case), batch: 1, units: 2, timeSteps: 5, features: 3, useBias: true };
    const { x, weights, dh: above, run } = makeProblem(shape, 9);
    const trace = run();

    const { dh, dc } = lstmBackward(trace, x, weights, above);

    for (let t = 0; t < 4; t++) {
      const [state, rest] = [t * 2, (t + 1) * 2];
      const tail = { shape: [1, 4 - t, 3], data: x.data.slice((t + 1) * 3) };
      const [h0, c0] = [trace.h.slice(state, rest), trace.c.slice(state, rest)];
      const after = lstmForward(tail, weights, { ...shape, h0, c0 });
      const { dh0, dc0 } = lstmBackward(after, tail, weights, above.slice(rest));
      const { derivative } = referenceActivation(shape.activation);
      const expected = [0, 1].map((u) => {
        const whole = (above[state + u] as number) + (dh0[u] as number);
        const own = whole * (trace.o[state + u] as number) * derivative(trace.c[state + u] as number);
        return [whole, (dc0[u] as number) + own] as const;
      });
      expectClose(
        `dh at ${t}`,
        dh.slice(state, rest),
        expected.map(([h]) => h),
      );
      expectClose(
        `dc at ${t}`,
        dc.slice(state, rest),
        expected.map(([, c]) => c),
      );
    }
  });

  it('a step sees no later input, and a row no other row', () => {
    const { x, run } = makeProblem({ ...(cases[1] as Case), batch: 2, useBias: true }, 3);
    const before = run().h;
    const [, timeSteps, features] = x.shape as [number, number, number];

    // Last step of row 0.
    x.data[(timeSteps - 1) * features] = 9;
    const after = run().h;

    const units = before.length / (2 * timeSteps);
    const changed = [...before.keys()].filter((at) => before[at] !== after[at]);
    expect(changed).toEqual(Array.from({ length: units }, (_, u) => (timeSteps - 1) * units + u));
  });

  it('without initial states they are zeros, and defaults are tanh and sigmoid', () => {
    const shape = { ...(cases[1] as Case), useBias: true };
    const { x, weights } = makeProblem(shape, 5);
    const zeros = new Float64Array(shape.batch * shape.units);

    const plain = lstmForward(x, weights, { units: shape.units });
    const explicit = lstmForward(x, weights, { ...shape, h0: zeros, c0: zeros });

    expect(plain).toEqual(explicit);
  });

  it('one unit by hand: every gate from its own column', () => {
    const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));
    const x = { shape: [1, 1, 1], data: [2] };
    const weights = {
      kernel: [0.1, 0.2, 0.3, 0.4],
      recurrentKernel: [1, 2, 3, 4],
      bias: [0.5, 0.6, 0.7, 0.8],
    };

    const trace = lstmForward(x, weights, { units: 1, h0: [0.25], c0: [-0.5] });

    const i = sigmoid(0.2 + 0.25 + 0.5);
    const f = sigmoid(0.4 + 0.5 + 0.6);
    const g = Math.tanh(0.6 + 0.75 + 0.7);
    const o = sigmoid(0.8 + 1 + 0.8);
    const c = f * -0.5 + i * g;
    const found = [trace.i, trace.f, trace.candidate, trace.o, trace.c, trace.h].map(
      (array) => array[0] as number,
    );
    expectClose('i, f, g, o, c, h', found, [i, f, g, o, c, o * Math.tanh(c)]);
  });

  it('what does not fit is refused with the shapes', () => {
    const { x, weights } = makeProblem(cases[1] as Case, 5);

    expect(() => lstmForward({ shape: [5, 3], data: x.data }, weights, { units: 2 })).toThrow(
      /expected \[batch, time, features\] with 3 dimensions, received \[5, 3\]/,
    );
    expect(() => lstmForward(x, weights, { units: 3 })).toThrow(
      /kernel has 24 values, expected 36 for shape \[3, 12\]/,
    );
    expect(() => lstmForward(x, weights, { units: 0 })).toThrow(
      /LSTM units must be a positive integer, received 0/,
    );
    expect(() => lstmForward(x, weights, { units: 2, h0: [1] })).toThrow(/h0 has 1 values, expected 2/);
    expect(() => lstmBackward(lstmForward(x, weights, { units: 2 }), x, weights, [1])).toThrow(
      /dh has 1 values/,
    );
  });
});
