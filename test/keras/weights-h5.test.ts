import { describe, expect, it } from 'vitest';
import {
  adamConfig,
  type KerasModel,
  lossName,
  sgdConfig,
  writeWeightsH5,
} from '../../src/engine/keras/index.ts';
import { bits, type NamedLayer, randomModel, readH5 } from './support.ts';

const ADAM = { optimizer: adamConfig(), loss: lossName('mse'), metrics: ['mae'] };
const STACKED: readonly NamedLayer[] = [
  { kind: 'lstm', units: 3, returnSequences: true, name: 'encoder' },
  { kind: 'dropout', name: 'dropout' },
  { kind: 'lstm', units: 2, useBias: false, name: 'decoder' },
  { kind: 'dense', units: 1, name: 'dense' },
  { kind: 'dense', units: 2, name: 'head' },
  { kind: 'activation', activation: 'linear', name: 'activation' },
];

describe('model.weights.h5', () => {
  it('holds every variable at the path Keras 3 looks for, by class and not by name', async () => {
    const { datasets, names } = await readH5(
      await writeWeightsH5(randomModel({ name: 'm', layers: STACKED })),
    );

    expect([...datasets].map(([path, { shape }]) => `${path} [${shape}]`).sort()).toEqual([
      'layers/dense/vars/0 [2,1]',
      'layers/dense/vars/1 [1]',
      'layers/dense_1/vars/0 [1,2]',
      'layers/dense_1/vars/1 [2]',
      'layers/lstm/cell/vars/0 [3,12]',
      'layers/lstm/cell/vars/1 [3,12]',
      'layers/lstm/cell/vars/2 [12]',
      'layers/lstm_1/cell/vars/0 [3,8]',
      'layers/lstm_1/cell/vars/1 [2,8]',
    ]);
    expect(Object.fromEntries([...names].filter(([, name]) => name !== undefined))).toEqual({
      vars: 'm',
      'layers/activation/vars': 'activation',
      'layers/dense/vars': 'dense',
      'layers/dense_1/vars': 'head',
      'layers/dropout/vars': 'dropout',
      'layers/lstm/cell/vars': 'lstm_cell',
      'layers/lstm/vars': 'encoder',
      'layers/lstm_1/cell/vars': 'lstm_cell',
      'layers/lstm_1/vars': 'decoder',
    });
  });

  it('keeps every bit: kernel in 0, recurrent kernel in 1, bias in 2', async () => {
    const model = randomModel();
    // Units 5, inputs 3: with as many inputs as units, shapes alone could not tell a swap.
    const square = randomModel({ inputShape: [4, 5], seed: 2 });

    for (const one of [model, square]) {
      const { datasets } = await readH5(await writeWeightsH5(one));
      const paths = [
        'lstm/cell/vars/0',
        'lstm/cell/vars/1',
        'lstm/cell/vars/2',
        'dense/vars/0',
        'dense/vars/1',
      ];
      paths.forEach((path, i) => {
        const value = datasets.get(`layers/${path}`)?.value as Float32Array;
        expect(bits(value)).toEqual(bits(one.weights[i]?.data ?? new Float32Array(0)));
      });
    }
  });

  it("holds iteration, learning rate and Adam's moments interleaved", async () => {
    const model = randomModel({ compile: ADAM, iterations: 123 });

    const { datasets, names } = await readH5(await writeWeightsH5(model));

    expect(names.get('optimizer/vars')).toBe('adam');
    expect(datasets.get('optimizer/vars/0')).toEqual({ shape: [], value: 123n });
    expect(datasets.get('optimizer/vars/1')).toEqual({ shape: [], value: Math.fround(0.001) });
    model.weights.forEach((weight, i) => {
      model.optimizerState?.slots.forEach(({ tensors }, s) => {
        const found = datasets.get(`optimizer/vars/${2 + 2 * i + s}`);
        expect(found?.shape).toEqual(weight.shape);
        expect(bits(found?.value as Float32Array)).toEqual(bits(tensors[i]?.data ?? new Float32Array(0)));
      });
    });
    expect(datasets.has('optimizer/vars/12')).toBe(false);
  });

  it.each([
    [0, 2],
    [0.9, 7],
  ])('holds what SGD with momentum %d keeps', async (momentum, count) => {
    const model = randomModel({ compile: { ...ADAM, optimizer: sgdConfig({ momentum }) } });

    const { datasets } = await readH5(await writeWeightsH5(model));

    expect([...datasets.keys()].filter((path) => path.startsWith('optimizer/')).length).toBe(count);
  });

  it('writes no optimizer for a model that is not compiled', async () => {
    const { names } = await readH5(await writeWeightsH5(randomModel()));

    expect(names.has('optimizer')).toBe(false);
  });

  it('writes the same bytes a second later', async () => {
    const model = randomModel({ compile: ADAM });
    const first = await writeWeightsH5(model);
    await new Promise((resolve) => setTimeout(resolve, 1100));

    expect(await writeWeightsH5(model)).toEqual(first);
  });

  it('is not misled by weights that look like a time stamp', async () => {
    const model = randomModel();
    const stamp = Uint32Array.of(0x00080012, 0, 1, Math.floor(Date.now() / 1000) - 100);
    model.weights[0]?.data.set(new Float32Array(stamp.buffer));

    const { datasets } = await readH5(await writeWeightsH5(model));

    expect(bits(datasets.get('layers/lstm/cell/vars/0')?.value as Float32Array).slice(0, 4)).toEqual([
      ...stamp,
    ]);
  });

  it('writes two models at once without mixing them', async () => {
    const models = [randomModel({ seed: 5 }), randomModel({ seed: 6 })];

    const files = await Promise.all(models.map(writeWeightsH5));

    expect(files[0]).toEqual(await writeWeightsH5(models[0] as KerasModel));
    expect(files[1]).toEqual(await writeWeightsH5(models[1] as KerasModel));
  });
});

describe('a model whose parts do not fit', () => {
  const model = randomModel({ compile: ADAM });
  const [kernel, recurrent, bias, denseKernel, denseBias] = model.weights as [
    KerasModel['weights'][number],
    ...KerasModel['weights'][number][],
  ];
  const state = model.optimizerState as NonNullable<KerasModel['optimizerState']>;
  const rest = [bias, denseKernel, denseBias] as KerasModel['weights'][number][];

  it.each<[string, Partial<KerasModel>, string]>([
    [
      'kernels swapped',
      { weights: [recurrent as typeof kernel, kernel, ...rest] },
      'needs the variables kernel [3, 20]',
    ],
    [
      'a bias missing',
      { weights: model.weights.filter((weight) => weight !== bias) },
      'bias [20], received kernel',
    ],
    ['no weights', { weights: [] }, 'received none. Build the model'],
    [
      'layers out of order',
      { weights: [...rest.slice(1), kernel, recurrent as typeof kernel, ...rest.slice(0, 1)] },
      'do not follow the layers',
    ],
    [
      'a weight of no layer',
      { weights: [...model.weights, { ...kernel, layer: 'ghost' }] },
      'weights that no layer takes: ',
    ],
    [
      'too few values',
      { weights: [{ ...kernel, data: new Float32Array(3) }, ...model.weights.slice(1)] },
      'but 3 values',
    ],
    [
      'slots of another optimizer',
      { optimizerState: { ...state, slots: [] } },
      'Adam keeps the slots m, v, received none',
    ],
    [
      'a slot too short',
      {
        optimizerState: {
          ...state,
          slots: state.slots.map((slot) => ({ ...slot, tensors: slot.tensors.slice(1) })),
        },
      },
      'Slot "m"',
    ],
    ['half a step', { optimizerState: { ...state, iterations: 1.5 } }, 'step count is 1.5'],
  ])('is refused: %s', async (_, change, message) => {
    await expect(writeWeightsH5({ ...model, ...change })).rejects.toThrow(message);
    await expect(writeWeightsH5({ ...model, ...change })).rejects.toHaveProperty('code', 'bad-input');
  });

  it('is refused: two layers of one name, a layer that cannot be written, a state without compile settings', async () => {
    const twice = randomModel({
      layers: [
        { kind: 'activation', activation: 'tanh', name: 'a' },
        { kind: 'activation', activation: 'tanh', name: 'a' },
      ],
    });
    const gru = {
      ...model,
      config: {
        ...model.config,
        layers: model.config.layers.map((layer) =>
          layer.class_name === 'LSTM' ? { ...layer, class_name: 'GRU' } : layer,
        ),
      },
    };
    const { compile: _, ...uncompiled } = model;

    await expect(writeWeightsH5(twice)).rejects.toThrow('Two layers of the model have the name "a"');
    await expect(writeWeightsH5(gru)).rejects.toThrow(
      'Layer "lstm" (GRU) needs the variables kernel [3, 15]',
    );
    await expect(writeWeightsH5(uncompiled)).rejects.toThrow('no compile settings');
  });
});
