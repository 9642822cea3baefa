/** Planted faults are found and called by their names, with the float64 reference as the predictor. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/engine/core/random.ts';
import type { Tensor } from '../../src/engine/core/tensor.ts';
import type { KerasModel } from '../../src/engine/keras/index.ts';
import { fromOrder, gateOrders } from '../../src/engine/keras/model/gate-orders.ts';
import {
  type Cell,
  cellsOf,
  changeCells,
  changeSettings,
  fromTransposed,
  transposeBlocks,
} from '../../src/engine/keras/prove/change-model.ts';
import { diagnose } from '../../src/engine/keras/prove/diagnose.ts';
import { compareTensors } from '../../src/engine/keras/prove/differences.ts';
import { findGateOrder } from '../../src/engine/keras/prove/find-gate-order.ts';
import { predictFloat64 } from './float64.ts';
import { type NamedLayer, randomModel } from './support.ts';

const TOLERANCE = 1e-5;

const STACK: readonly NamedLayer[] = [
  { kind: 'lstm', units: 5, name: 'lstm', returnSequences: true },
  { kind: 'lstm', units: 4, name: 'lstm_1' },
  { kind: 'dense', units: 2, name: 'dense' },
];

function input(batch: number, steps: number, features: number): Tensor {
  const random = seededRandom(99);
  return {
    shape: [batch, steps, features],
    data: Float32Array.from({ length: batch * steps * features }, () => random.normal()),
  };
}

const x = input(3, 6, 3);
const predict = async (model: KerasModel): Promise<Tensor> => predictFloat64(model, x);
const diagnosed = async (faulty: KerasModel, right: KerasModel) =>
  diagnose(faulty, predict, await predict(right), TOLERANCE);

const models: readonly (readonly [string, KerasModel])[] = [
  ['one LSTM', randomModel({ inputShape: [6, 3], seed: 4 })],
  ['a stack', randomModel({ inputShape: [6, 3], seed: 5, layers: STACK })],
];

const swapped = (model: KerasModel, cells: readonly Cell[] = cellsOf(model)): KerasModel =>
  fromOrder(model, cells, 'icfo'); // a swap undoes itself
const transposed = (model: KerasModel): KerasModel =>
  changeCells(model, cellsOf(model), (part, { data }, { settings }) =>
    part === 'recurrent_kernel' ? transposeBlocks(data, settings.units) : null,
  );
const layersOf = (model: KerasModel): string[] => cellsOf(model).map(({ layer }) => layer);
const withGates = (model: KerasModel, name: string): KerasModel =>
  changeSettings(model, layersOf(model), { recurrent_activation: name });

describe.each(models)('diagnose, with %s', (_, right) => {
  it('names a swap of the f and c blocks as Keras 1 order', async () => {
    const { verdict, findings } = await diagnosed(swapped(right), right);

    expect(verdict).toBe('gates stored as i, c, f, o: the f and c blocks are swapped (the order of Keras 1)');
    expect(findings[0]?.maxAbs).toBe(0);
    expect(findings[1]?.maxAbs).toBeGreaterThan(1e-3);
  });

  it.each([
    ['hard_sigmoid', 'hard_sigmoid_keras2', /Keras 3: .*expected hard_sigmoid \(Keras 1 and 2: /],
    ['hard_sigmoid_keras2', 'hard_sigmoid', /Keras 1 and 2: .*expected hard_sigmoid \(Keras 3: /],
    ['sigmoid', 'hard_sigmoid_keras2', /use sigmoid, expected hard_sigmoid \(Keras 1 and 2: /],
  ])('names %s where %s belongs', async (given, belongs, sentence) => {
    const { verdict } = await diagnosed(withGates(right, given), withGates(right, belongs));

    expect(verdict).toMatch(sentence);
  });

  it('names a transposed recurrent kernel, and one of a single gate', async () => {
    const one = changeCells(right, cellsOf(right), (part, { data }, { settings }) =>
      part === 'recurrent_kernel' ? transposeBlocks(data, settings.units, [2]) : null,
    );

    expect((await diagnosed(transposed(right), right)).verdict).toBe(
      'the recurrent kernel is stored transposed',
    );
    expect((await diagnosed(one, right)).verdict).toBe('the recurrent kernel of gate c is stored transposed');
  });

  it("names PyTorch's layout, a doubled bias, and a setting", async () => {
    const torch = changeCells(right, cellsOf(right), (part, { data, shape }) =>
      part === 'bias' ? null : fromTransposed(data, shape[1] ?? 1),
    );
    const doubled = changeCells(right, cellsOf(right), (part, { data }) =>
      part === 'bias' ? data.map((value) => 2 * value) : null,
    );
    const backwards = changeSettings(right, layersOf(right), { go_backwards: true });

    expect((await diagnosed(torch, right)).verdict).toContain('[4H, D] and [4H, H] as in PyTorch');
    expect((await diagnosed(doubled, right)).verdict).toBe('the bias is added twice');
    expect((await diagnosed(backwards, right)).verdict).toBe('go_backwards was to be off');
  });

  it('names two faults that come together', async () => {
    const faulty = withGates(swapped(right), 'hard_sigmoid');

    const { verdict } = await diagnosed(faulty, withGates(right, 'hard_sigmoid_keras2'));

    expect(verdict).toContain('the f and c blocks are swapped');
    expect(verdict).toContain('expected hard_sigmoid (Keras 1 and 2: ');
  });

  it('names nothing where no cause fits', async () => {
    const right2: KerasModel = {
      ...right,
      weights: right.weights.map((w) => ({ ...w, data: w.data.map((v) => v + 0.01) })),
    };

    const { verdict, findings } = await diagnosed(right, right2);

    expect(verdict).toBeNull();
    expect(findings).toEqual([]);
  });

  it('finds the order of the gates, the hard_sigmoid and the transposes', async () => {
    const keras2 = withGates(right, 'hard_sigmoid_keras2');
    const expected = await predict(keras2);
    const find = (faulty: KerasModel) => findGateOrder(faulty, predict, expected, TOLERANCE);

    const asIs = await find(keras2);
    const swap = await find(transposed(swapped(withGates(right, 'hard_sigmoid'))));

    expect(asIs.best).toMatchObject({ order: 'ifco', hardSigmoid: 'keras2', maxAbs: 0 });
    expect(asIs.best).not.toHaveProperty('transposed');
    expect(swap.best).toMatchObject({
      order: 'icfo',
      hardSigmoid: 'keras2',
      transposed: ['i', 'f', 'c', 'o'],
      fits: true,
    });
    expect(swap.all).toHaveLength(24 * 3 * 2);
    expect(swap.all[1]?.maxAbs).toBeGreaterThan(1e-3);
  });
});

describe('diagnose', () => {
  const [, right] = models[1] ?? [];
  if (right === undefined) throw new Error('The stack is missing.');

  it('names the layer whose blocks are swapped', async () => {
    const cell = cellsOf(right).slice(1);

    const { verdict } = await diagnosed(swapped(right, cell), right);

    expect(verdict).toContain('the f and c blocks are swapped');
    expect(verdict).toContain('in layer "lstm_1"');
  });

  it('compares no outputs of another shape', async () => {
    const layers: readonly NamedLayer[] = [{ kind: 'lstm', units: 4, name: 'lstm', returnSequences: true }];
    const sequences = randomModel({ inputShape: [6, 3], layers });
    const lastStep = changeSettings(sequences, ['lstm'], { return_sequences: false });

    const { verdict } = await diagnosed(sequences, lastStep);

    expect(verdict).toBe('return_sequences of "lstm" is on, expected the last step only');
  });

  it('lists what explains most of the difference, where nothing fits', async () => {
    const nearly = (model: KerasModel): KerasModel => ({
      ...model,
      weights: model.weights.map((weight) => ({ ...weight, data: weight.data.map((v) => v * 1.0005) })),
    });

    const { verdict, findings } = await diagnosed(swapped(right), nearly(right));

    expect(verdict).toBeNull();
    expect(findings[0]?.what).toContain('the f and c blocks are swapped');
    const unchanged = compareTensors(await predict(swapped(right)), await predict(nearly(right)), TOLERANCE);
    expect(findings.at(-1)?.maxAbs).toBeLessThan(unchanged.maxAbs / 10);
  });

  it('asks after biases that are as training begins, where nothing fits', async () => {
    const biases = (change: (path: string, at: number, size: number) => number | null): KerasModel => ({
      ...right,
      weights: right.weights.map((weight) =>
        weight.name === 'bias'
          ? { ...weight, data: weight.data.map((v, at) => change(weight.path, at, weight.data.length) ?? v) }
          : weight,
      ),
    });
    const start = biases((path, at, size) => {
      if (path === 'lstm/bias') return 0;
      return path === 'lstm_1/bias' ? Number(at >= size / 4 && at < size / 2) : null;
    });

    expect((await diagnosed(start, right)).clues).toEqual([
      'The bias of "lstm" is 0 everywhere: was it left out?',
      'The bias of "lstm_1" is 1 for the forget gate and 0 elsewhere, as training begins: was it left out?',
    ]);
    const almost = biases((_, at) => (at === 0 ? 1e-6 : 0));
    expect((await diagnosed(almost, right)).clues).toEqual([]);
    expect((await diagnosed(swapped(right), right)).clues).toEqual([]);
  });

  it('tries single transposes where no order fits', async () => {
    const faulty = changeCells(right, cellsOf(right), (part, { data }, { settings }) =>
      part === 'recurrent_kernel' ? transposeBlocks(data, settings.units, [1]) : null,
    );

    const { best, all } = await findGateOrder(faulty, predict, await predict(right), TOLERANCE);

    expect(best).toMatchObject({ order: 'ifco', hardSigmoid: null, transposed: ['f'], maxAbs: 0 });
    expect(all).toHaveLength(24 * 3 * 16);
  });

  it('has every order once', () => {
    expect(new Set(gateOrders()).size).toBe(24);
    expect(gateOrders()[0]).toBe('ifco');
  });
});
