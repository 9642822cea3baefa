/**
 * Models trained by the engine, written as Keras files with our predictions beside them: tools/keras/check_live.py lets
 * real Keras load them, predict, and train on (.ci/run). What is checked here is that the files could be written.
 */
import { afterAll, describe, expect, it } from 'vitest';
import {
  activation,
  adam,
  adamw,
  buildFromKeras,
  dense,
  dropout,
  huber,
  type Layer,
  type Loss,
  type LossName,
  lstm,
  type Optimizer,
  requestGpu,
  rmsprop,
  Sequential,
  sgd,
} from '../../src/engine/index.ts';
import { forKeras3 } from '../../src/engine/keras/keras3/for-keras3.ts';
import { nodeGpu, releaseNodeGpu } from '../harness/node-gpu.ts';
import { emptyLiveFolder, writeLiveFiles } from '../keras/live-files.ts';
import { randomModelOf } from '../keras/random-models.ts';
import { randomNumbers } from './support.ts';

interface Live {
  readonly name: string;
  readonly layers: Layer[];
  readonly inputShape: [number, number];
  readonly outputs: number;
  readonly optimizer: Optimizer;
  readonly loss?: LossName | Loss;
}

const MODELS: Live[] = [
  {
    name: 'origin-question',
    layers: [lstm({ units: 32 }), dense({ units: 5 }), activation('linear')],
    inputShape: [14, 5],
    outputs: 5,
    optimizer: adam(),
  },
  {
    name: 'stacked-dropout',
    layers: [
      lstm({ units: 9, returnSequences: true }),
      dropout({ rate: 0.2 }),
      lstm({ units: 7 }),
      dense({ units: 3, activation: 'tanh' }),
      dense({ units: 1 }),
    ],
    inputShape: [11, 4],
    outputs: 1,
    optimizer: sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true, globalClipnorm: 1 }),
  },
  {
    name: 'other-activations',
    layers: [
      lstm({ units: 6, activation: 'softsign', recurrentActivation: 'hard_sigmoid', unitForgetBias: false }),
      dense({ units: 2, useBias: false }),
    ],
    inputShape: [7, 3],
    outputs: 2,
    optimizer: adam({ learningRate: 0.003, beta1: 0.8, clipnorm: 0.5 }),
  },
  {
    name: 'relu-no-bias',
    layers: [lstm({ units: 5, activation: 'relu', useBias: false }), dense({ units: 1 })],
    inputShape: [9, 2],
    outputs: 1,
    optimizer: sgd(),
  },
  {
    name: 'adamw-huber',
    layers: [lstm({ units: 6 }), dense({ units: 2 })],
    inputShape: [8, 3],
    outputs: 2,
    optimizer: adamw({ weightDecay: 0.05, amsgrad: true }),
    loss: huber({ delta: 0.5 }),
  },
  {
    name: 'rmsprop-huber',
    layers: [lstm({ units: 4 }), dense({ units: 1 })],
    inputShape: [5, 2],
    outputs: 1,
    optimizer: rmsprop({ momentum: 0.6, centered: true, weightDecay: 0.01 }),
    loss: 'huber',
  },
];

afterAll(releaseNodeGpu);

describe('models of the engine as Keras files', () => {
  const folder = emptyLiveFolder('engine');

  it.each(MODELS)(
    '$name is trained, predicted and written',
    async ({ name, layers, inputShape, outputs, optimizer, loss = 'mse' }) => {
      const gpu = await requestGpu({ gpu: await nodeGpu() });
      const model = new Sequential(layers, { seed: 4 }).compile({ optimizer, loss });
      await model.build(gpu, { inputShape });
      const count = 20;
      const x = {
        shape: [count, ...inputShape],
        data: randomNumbers(count * inputShape[0] * inputShape[1], 6),
      };
      const y = { shape: [count, outputs], data: randomNumbers(count * outputs, 7) };
      await model.fit({ x, y }, { epochs: 3, batchSize: 8 });

      const predicted = await model.predict(x);
      await writeLiveFiles(folder, name, await model.toExport(), x, predicted);
      model.dispose();
      gpu.dispose();

      expect(predicted.data.some((value) => Math.abs(value) > 1e-3)).toBe(true);
    },
  );
});

describe('models of every layer and option as Keras files', () => {
  const folder = emptyLiveFolder('random');
  const seeds = Array.from({ length: 30 }, (_, i) => i + 1);

  it.each(seeds)('number %d is predicted as it is and written as Keras 3 takes it', async (seed) => {
    const gpu = await requestGpu({ gpu: await nodeGpu() });
    // Outputs that are all alike, zeros above all, would prove nothing; huge ones would hide behind the tolerance.
    let isTelling = false;
    for (let attempt = 0; !isTelling && attempt < 10; attempt++) {
      const { model, x } = randomModelOf(seed, attempt);
      const built = await buildFromKeras(gpu, model, { inputShape: x.shape.slice(1) });
      const predicted = await built.predict(x);
      built.dispose();
      const [least, most] = [Math.min(...predicted.data), Math.max(...predicted.data)];
      isTelling = most - least > 1e-3 && Math.max(most, -least) < 100;
      // hard_sigmoid of Keras 2 is rewritten: what was predicted with it must come out of the other model too.
      if (isTelling) await writeLiveFiles(folder, `random-${seed}`, forKeras3(model).model, x, predicted);
    }
    gpu.dispose();

    expect(isTelling).toBe(true);
  });
});
