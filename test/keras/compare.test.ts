/** Models side by side: per tensor, per gate, per setting; and gates against given ones. */
import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../src/engine/core/tensor.ts';
import {
  compareGates,
  compareModels,
  compareTensors,
  type KerasModel,
} from '../../src/engine/keras/index.ts';
import { forKeras3 } from '../../src/engine/keras/keras3/for-keras3.ts';
import { fromOrder } from '../../src/engine/keras/model/gate-orders.ts';
import { cellsOf, changeSettings, transposeBlocks } from '../../src/engine/keras/prove/change-model.ts';
import { type NamedLayer, randomModel } from './support.ts';

const H = 5;
const model = randomModel({ seed: 3, inputShape: [4, 3] });

function withValue(path: string, at: number, value: number): KerasModel {
  const weights = model.weights.map((weight) => {
    const data = weight.data.slice();
    if (weight.path === path) data[at] = value;
    return { ...weight, data };
  });
  return { ...model, weights };
}

const row = (result: ReturnType<typeof compareModels>, path: string, gate?: string) =>
  result.tensors.find((one) => one.path === path && one.gate === gate);

describe('compareModels', () => {
  it('finds a model equal to itself, with a row per tensor and gate', () => {
    const result = compareModels(model, model);

    expect(result).toMatchObject({ equal: true, config: [], notes: [] });
    expect(result.tensors.map(({ path, gate }) => (gate ? `${path} ${gate}` : path))).toEqual([
      ...['lstm/kernel', 'lstm/recurrent_kernel', 'lstm/bias'].flatMap((path) => [
        path,
        ...['i', 'f', 'c', 'o'].map((gate) => `${path} ${gate}`),
      ]),
      'dense/kernel',
      'dense/bias',
    ]);
  });

  it('finds one changed value, its gate and its index in the whole tensor', () => {
    const at = 2 * 4 * H + 3 * H + 1; // row 2, gate o, unit 1
    const before = model.weights[1]?.data[at] ?? 0;

    const result = compareModels(withValue('lstm/recurrent_kernel', at, before + 0.25), model);

    expect(result.equal).toBe(false);
    expect(row(result, 'lstm/recurrent_kernel')?.maxAbs).toBeCloseTo(0.25, 6);
    expect(row(result, 'lstm/recurrent_kernel', 'o')?.worst).toMatchObject({ index: [2, 3 * H + 1] });
    expect(row(result, 'lstm/recurrent_kernel', 'o')?.maxRel).toBeCloseTo(0.25 / Math.abs(before), 4);
    expect(row(result, 'lstm/recurrent_kernel', 'o')?.agreesWithin).toBeCloseTo(
      0.25 / (1 + Math.abs(before)),
      6,
    );
    expect(row(result, 'lstm/recurrent_kernel', 'f')).toMatchObject({ maxAbs: 0, agreesWithin: 0 });
    expect(row(result, 'lstm/kernel')?.maxAbs).toBe(0);
  });

  it('calls NaN different from everything, itself included', () => {
    const broken = withValue('dense/bias', 1, Number.NaN);

    const result = compareModels(broken, broken);

    expect(result.equal).toBe(false);
    expect(row(result, 'dense/bias')).toMatchObject({ maxAbs: Number.POSITIVE_INFINITY });
    expect(row(result, 'dense/bias')?.worst?.index).toEqual([1]);
  });

  it('shows a swap of the f and c blocks in these two gates only', () => {
    const result = compareModels(fromOrder(model, cellsOf(model), 'icfo'), model);

    const differing = result.tensors.filter(({ gate, maxAbs }) => gate !== undefined && maxAbs > 0);
    expect([...new Set(differing.map(({ gate }) => gate))]).toEqual(['f', 'c']);
    expect(result.causes).toEqual([
      'In A, if B is right: gates stored as i, c, f, o: the f and c blocks are swapped (the order of Keras 1).',
    ]);
  });

  it('shows a transposed recurrent kernel in that tensor only', () => {
    const weights = model.weights.map((weight) =>
      weight.name === 'recurrent_kernel' ? { ...weight, data: transposeBlocks(weight.data, H) } : weight,
    );

    const result = compareModels({ ...model, weights }, model);

    const differing = result.tensors.filter(({ maxAbs }) => maxAbs > 0).map(({ path }) => path);
    expect([...new Set(differing)]).toEqual(['lstm/recurrent_kernel']);
    expect(result.causes).toEqual(["A's recurrent kernel is B's transposed."]);
  });

  it('names settings that differ in the words of Keras', () => {
    const other = changeSettings(model, ['lstm'], { recurrent_activation: 'hard_sigmoid_keras2' });

    const result = compareModels(model, other);

    expect(result.equal).toBe(false);
    expect(result.config).toEqual([
      'lstm: recurrent_activation is sigmoid in A, hard_sigmoid (Keras 1 and 2: clip(0.2x + 0.5)) in B',
    ]);
  });

  it('names a hard_sigmoid of another generation, and its weights rewritten for Keras 3', () => {
    const old = changeSettings(model, ['lstm'], { recurrent_activation: 'hard_sigmoid_keras2' });
    const wrong = changeSettings(model, ['lstm'], { recurrent_activation: 'hard_sigmoid' });

    const result = compareModels(wrong, old);
    const rewritten = compareModels(old, forKeras3(old).model);

    expect(result.config.join()).toMatch(/hard_sigmoid \(Keras 3: .*in A, hard_sigmoid \(Keras 1 and 2/);
    expect(result.causes).toEqual([]);
    expect(rewritten.equal).toBe(false);
    expect(rewritten.causes[0]).toMatch(/^B is A as Keras 3 needs it/);
  });

  it('explains one fault beside another difference, and nothing that no fault explains', () => {
    const trained = withValue('dense/kernel', 3, 2);
    const faulty = fromOrder(trained, cellsOf(model), 'iofc');

    expect(compareModels(faulty, model).causes).toEqual(['In A, if B is right: gates stored as i, c, o, f.']);
    expect(compareModels(trained, model).causes).toEqual([]);
  });

  it('calls other shapes and missing layers differences', () => {
    const layers: readonly NamedLayer[] = [{ kind: 'lstm', units: 4, name: 'lstm' }];

    const result = compareModels(model, randomModel({ layers, inputShape: [4, 3] }));

    expect(result.equal).toBe(false);
    expect(result.config).toContain('lstm: units is 5 in A, 4 in B');
    expect(result.config).toContain('lstm/kernel: shape [3, 20] in A, [3, 16] in B');
    expect(result.config).toContain('"dense" (Dense) is only in A');
    expect(result.tensors).toEqual([]);
  });

  it('tells other names in a note, not as a difference', () => {
    const layers: readonly NamedLayer[] = [
      { kind: 'lstm', units: 5, name: 'memory' },
      { kind: 'dense', units: 2, name: 'dense' },
    ];

    const result = compareModels(model, randomModel({ seed: 3, inputShape: [4, 3], layers }));

    expect(result).toMatchObject({ equal: true, notes: ['Layer "lstm" of A is called "memory" in B.'] });
  });
});

describe('compareTensors', () => {
  const pair = (a: number[], b: number[]) =>
    compareTensors(
      { shape: [1, a.length], data: Float32Array.from(a) },
      { shape: [1, b.length], data: Float32Array.from(b) },
      1e-5,
    );

  it('allows tolerance * (1 + |b|)', () => {
    expect(pair([1000.005], [1000]).holds).toBe(true);
    expect(pair([1000.02], [1000]).holds).toBe(false);
    expect(pair([0.00002], [0]).holds).toBe(false);
  });

  it('tells the largest and mean difference and where', () => {
    const { maxAbs, meanAbs, worst } = pair([1, 2.5, 3], [1, 2, 3.25]);

    expect({ maxAbs, meanAbs }).toEqual({ maxAbs: 0.5, meanAbs: 0.25 });
    expect(worst).toEqual({ index: [0, 1], expected: 2, received: 2.5 });
  });

  it('holds NaN equal to nothing and an infinity equal to itself', () => {
    expect(pair([Number.NaN], [Number.NaN])).toMatchObject({ holds: false, maxAbs: Infinity });
    expect(pair([1], [Number.NaN]).holds).toBe(false);
    expect(pair([Infinity], [Infinity]).holds).toBe(true);
    expect(pair([1], [Infinity]).holds).toBe(false);
  });
});

describe('what was trained with', () => {
  const compiled = (optimizer: object, loss: object | string, iterations = 7): KerasModel =>
    randomModel({
      seed: 3,
      inputShape: [4, 3],
      iterations,
      compile: {
        optimizer: {
          module: 'keras.optimizers',
          class_name: 'Adam',
          config: { name: 'adam', learning_rate: 0.001, beta_1: 0.9, epsilon: 1e-7, ...optimizer },
          registered_name: null,
        },
        loss:
          typeof loss === 'string'
            ? loss
            : { module: 'keras.losses', class_name: 'Huber', config: { ...loss }, registered_name: null },
        metrics: [],
      },
    });
  const mse = 'mean_squared_error';

  it('is equal to itself, whatever the optimizer is called', () => {
    const result = compareModels(compiled({}, mse), compiled({ name: 'adam_1', clipnorm: null }, mse));

    expect(result).toMatchObject({ equal: true, config: [], notes: [] });
  });

  it.each([
    [{ beta_1: 0.8 }, {}, 'optimizer beta_1: 0.9 in A, 0.8 in B'],
    [{ epsilon: 1e-8 }, {}, 'optimizer epsilon: 1e-7 in A, 1e-8 in B'],
    [{ clipnorm: 2 }, {}, 'optimizer clipnorm: the default in A, 2 in B'],
    [{}, { delta: 2 }, 'loss delta: 1 in A, 2 in B'],
    [
      { learning_rate: { class_name: 'CosineDecay', config: { decay_steps: 9 } } },
      {},
      'learning rate: 0.001 in A, CosineDecay {"decay_steps":9} in B',
    ],
  ])('differs by %o %o', (optimizer, loss, sentence) => {
    const result = compareModels(compiled({}, { delta: 1 }), compiled(optimizer, { delta: 1, ...loss }));

    expect(result).toMatchObject({ equal: false, config: [sentence] });
  });

  it('is told by its steps, its rate and its slots', () => {
    const a = compiled({}, mse);
    const state = a.optimizerState ?? expect.fail('no state');
    const slots = state.slots.map(({ name, tensors }) => ({
      name,
      tensors: tensors.map(({ shape, data }, i) => ({
        shape,
        data: name === 'v' && i === 2 ? data.with(3, 5) : data,
      })),
    }));

    const moved = { ...a, optimizerState: { ...state, iterations: 8, learningRate: 0.5, slots } };

    expect(compareModels(a, moved)).toMatchObject({
      equal: true,
      notes: [
        'The optimizer has taken 7 steps in A, 8 in B.',
        `The optimizer's rate stands at ${state.learningRate} in A, 0.5 in B.`,
        "The optimizer's v differs in 1 of its 5 tensors.",
      ],
    });
  });
});

describe('compareGates', () => {
  const trace = (): Map<string, Tensor> =>
    new Map(
      ['lstm', 'lstm_1'].flatMap((layer, l) =>
        ['i', 'f', 'candidate', 'o', 'c', 'h'].map((part, p) => [
          `${layer}/${part}`,
          { shape: [2, 3, 4], data: Float32Array.from({ length: 24 }, (_, at) => Math.sin(l + 5 * p + at)) },
        ]),
      ),
    );
  const change = (traces: Map<string, Tensor>, key: string, [b, t, unit]: [number, number, number]) => {
    const data = traces.get(key)?.data;
    if (data) data[(b * 3 + t) * 4 + unit] = 7;
  };

  it('finds the first divergence by layer, step, gate and unit', () => {
    const received = trace();
    change(received, 'lstm_1/i', [0, 0, 0]);
    change(received, 'lstm/i', [0, 2, 0]);
    change(received, 'lstm/c', [0, 1, 0]);
    change(received, 'lstm/candidate', [1, 1, 3]);
    change(received, 'lstm/candidate', [0, 2, 0]);

    const { holds, firstDivergence, layers } = compareGates(received, trace(), 1e-5);

    expect(holds).toBe(false);
    expect(firstDivergence).toMatchObject({
      layer: 'lstm',
      gate: 'candidate',
      t: 1,
      unit: 3,
      row: 1,
      received: 7,
    });
    expect(layers).toHaveLength(12);
    expect(layers.filter((one) => !one.holds).map(({ path }) => path)).toEqual([
      'lstm/i',
      'lstm/candidate',
      'lstm/c',
      'lstm_1/i',
    ]);
  });

  it('finds the first gate of a GRU in the order a step computes them', () => {
    const gru = (): Map<string, Tensor> =>
      new Map(
        ['h', 'candidate', 'r', 'z', 'other'].map((part, p) => [
          `gru/${part}`,
          { shape: [2, 3, 4], data: Float32Array.from({ length: 24 }, (_, at) => Math.sin(5 * p + at)) },
        ]),
      );
    const firstOf = (...parts: string[]) => {
      const received = gru();
      for (const part of parts) change(received, `gru/${part}`, [0, 1, 2]);
      return compareGates(received, gru(), 1e-5).firstDivergence?.gate;
    };

    expect(firstOf('other', 'h', 'candidate', 'r', 'z')).toBe('z');
    expect(firstOf('other', 'h', 'candidate', 'r')).toBe('r');
    expect(firstOf('other', 'h', 'candidate')).toBe('candidate');
    expect(firstOf('other', 'h')).toBe('h');
    expect(firstOf('other')).toBe('other');
  });

  it('refuses a comparison with nothing', () => {
    expect(() => compareGates(trace(), new Map(), 1e-5)).toThrow(/hold no arrays: expected some of lstm\/i/);
  });

  it('compares the keys that are given and refuses others', () => {
    const some = new Map([...trace()].slice(0, 2));

    expect(compareGates(trace(), some, 1e-5)).toMatchObject({ holds: true, firstDivergence: null });
    expect(() => compareGates(some, trace(), 1e-5)).toThrow(/"lstm\/candidate", which this model has not/);
  });
});
