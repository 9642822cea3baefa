/** What inspectModel tells of a model: shapes, gates, ranges, clues, and what looks wrong. */
import { describe, expect, it } from 'vitest';
import { adamConfig, inspectModel, type KerasModel, type ModelFile } from '../../src/engine/keras/index.ts';
import { randomModel } from './support.ts';

const H = 5;

function fileOf(model: KerasModel): ModelFile {
  return {
    source: {
      fileName: 'm.keras',
      container: 'keras',
      holds: 'model',
      generation: 'keras3',
      kerasVersion: '3.15.1',
      backend: null,
    },
    model,
    stored: [{ path: 'layers/lstm/cell/vars/0', dtype: '<f4', shape: [3, 20] }],
    notes: ['A note.'],
  };
}

/** The model with each quarter of the LSTM's bias at a value of its own. */
function withBias(model: KerasModel, quarters: readonly number[]): KerasModel {
  const weights = model.weights.map((weight) =>
    weight.path === 'lstm/bias'
      ? { ...weight, data: weight.data.map((_, at) => quarters[Math.floor(at / H)] ?? 0) }
      : weight,
  );
  return { ...model, weights };
}

const model = randomModel({ seed: 8, inputShape: [4, 3] });

describe('inspectModel', () => {
  it('tells layers, shapes and parameters', () => {
    const result = inspectModel(fileOf(model));

    expect(result).toMatchObject({
      inputShape: [null, 4, 3],
      parameters: 3 * 20 + 5 * 20 + 20 + 10 + 2,
      trainableParameters: 192,
      compile: null,
      optimizer: null,
      notes: ['A note.'],
      warnings: [],
    });
    expect(result.layers.map(({ name, input, output }) => ({ name, input, output }))).toEqual([
      { name: 'lstm', input: [4, 3], output: [5] },
      { name: 'dense', input: [5], output: [2] },
    ]);
    expect(result.layers[0]?.settings).toMatchObject({ units: 5, recurrent_activation: 'sigmoid' });
  });

  it('cuts the gates i, f, c, o out of each tensor with their own ranges', () => {
    const [kernel, , bias] = inspectModel(fileOf(model)).layers[0]?.tensors ?? [];
    const data = model.weights[0]?.data ?? new Float32Array();
    const forget = [0, 1, 2].flatMap((row) => [...data.subarray(row * 20 + H, row * 20 + 2 * H)]);

    expect(kernel?.gates.map(({ gate, slice }) => `${gate} ${slice}`)).toEqual([
      'i kernel[:, 0:5]',
      'f kernel[:, 5:10]',
      'c kernel[:, 10:15]',
      'o kernel[:, 15:20]',
    ]);
    expect(bias?.gates[1]?.slice).toBe('bias[5:10]');
    expect(kernel?.gates[1]?.norm).toBeCloseTo(Math.hypot(...forget), 6);
    expect(kernel?.gates[1]?.min).toBe(Math.min(...forget));
    expect(kernel?.gates[1]?.max).toBe(Math.max(...forget));
  });

  it.each([
    [[0, 1, 0, 0], /second quarter is 1 everywhere: the forget gate as unit_forget_bias/],
    [[0.1, 1.2, -0.1, 0], /second quarter is the largest on average \(1.200\)/],
    [[0, 0, 1, 0], /third quarter is 1 everywhere, where the order i, f, c, o has the candidate gate/],
    [[0.9, 1, 0.95, 0.8], /second quarter is 1 everywhere/],
    [[1, 1, 0, 0], /no quarter stands out/],
    [[0, 0.1, 0, 0.2], /no quarter stands out/],
  ])('reads the clue of the biases %j', (quarters, sentence) => {
    const { forgetBias } = inspectModel(fileOf(withBias(model, quarters)));

    expect(forgetBias).toHaveLength(1);
    expect(forgetBias[0]).toMatch(sentence);
  });

  it('counts NaN, infinite and implausible values and leaves them out of the range', () => {
    const weights = model.weights.map((weight) => {
      const data = weight.data.slice();
      if (weight.path === 'lstm/kernel') data.set([Number.NaN, Number.NaN, Infinity, 3e30], H);
      return { ...weight, data };
    });

    const result = inspectModel(fileOf({ ...model, weights }));

    expect(result.warnings).toEqual(['lstm/kernel holds 2 NaN, 1 infinite, 1 beyond 1e6 of its values.']);
    expect(result.layers[0]?.tensors[0]?.gates[1]).toMatchObject({ nan: 2, infinite: 1, implausible: 1 });
    expect(result.layers[0]?.tensors[0]?.gates[0]).toMatchObject({ nan: 0, infinite: 0, implausible: 0 });
  });

  it('tells compile settings and where the optimizer stands', () => {
    const optimizerConfig = adamConfig({ learningRate: 0.002 });
    const compiled = randomModel({
      compile: { optimizer: optimizerConfig, loss: 'mean_squared_error', metrics: [] },
      iterations: 12,
    });

    const { compile, optimizer } = inspectModel(fileOf(compiled));

    expect(compile?.optimizer.class_name).toBe('Adam');
    expect(optimizer).toMatchObject({ iterations: 12, slots: ['m', 'v'] });
  });
});
