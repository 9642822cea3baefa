/**
 * Models with random weights and the float64 reference's predictions, written for the live check: what Keras is asked to
 * load and to confirm. The check itself needs Python and runs in .ci/run.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { seededRandom } from '../../src/engine/core/random.ts';
import { adamConfig, lossName, sgdConfig } from '../../src/engine/keras/index.ts';
import { emptyLiveFolder, writeLiveFiles } from './live-files.ts';
import { type ModelOptions, type NamedLayer, randomModel, referencePrediction } from './support.ts';

interface LiveModel extends ModelOptions {
  readonly inputShape: readonly [number, number];
  readonly layers: readonly NamedLayer[];
}

const mse = { loss: lossName('mse'), metrics: ['mae'] };
const mae = { loss: lossName('mae'), metrics: [] };

const MODELS: Readonly<Record<string, LiveModel>> = {
  'adam-32': {
    inputShape: [14, 9],
    layers: [
      { kind: 'lstm', units: 32, name: 'lstm' },
      { kind: 'dense', units: 1, name: 'dense' },
      { kind: 'activation', activation: 'linear', name: 'activation' },
    ],
    compile: { ...mse, optimizer: adamConfig({ learningRate: 0.002 }) },
    iterations: 123_456,
    recipe: { columns: ['temp_max', 'wind'], seed: 3 },
  },
  'stacked-dropout-sgd-nesterov-global-clip': {
    inputShape: [6, 2],
    layers: [
      { kind: 'lstm', units: 7, returnSequences: true, name: 'encoder' },
      { kind: 'dropout', name: 'dropout' },
      { kind: 'lstm', units: 5, name: 'decoder' },
      { kind: 'dense', units: 4, activation: 'relu', name: 'hidden' },
      { kind: 'dense', units: 3, name: 'head' },
    ],
    compile: { ...mae, optimizer: sgdConfig({ momentum: 0.9, nesterov: true, globalClipnorm: 1 }) },
    iterations: 40,
  },
  'no-bias-hard-sigmoid-sgd-whole-numbers': {
    inputShape: [5, 4],
    layers: [
      { kind: 'lstm', units: 3, useBias: false, recurrentActivation: 'hard_sigmoid', name: 'lstm' },
      { kind: 'dense', units: 2, useBias: false, name: 'dense' },
    ],
    compile: { ...mae, optimizer: sgdConfig({ learningRate: 1, momentum: 0, clipnorm: 1 }) },
    iterations: 0,
  },
  'square-sequences-not-compiled': {
    name: 'Weather-2.0_x',
    inputShape: [9, 4],
    layers: [
      { kind: 'lstm', units: 4, returnSequences: true, activation: 'softsign', name: 'lstm' },
      { kind: 'lstm', units: 4, returnSequences: true, name: 'lstm_1' },
      { kind: 'dense', units: 4, activation: 'sigmoid', name: 'dense' },
    ],
  },
  'one-by-one-adam-clip': {
    inputShape: [1, 1],
    layers: [
      { kind: 'lstm', units: 1, name: 'lstm' },
      { kind: 'dense', units: 1, name: 'dense' },
    ],
    compile: { ...mse, optimizer: adamConfig({ learningRate: 1, clipnorm: 1 }) },
    iterations: 1,
  },
};

const FOLDER = emptyLiveFolder('reference');

it.each(Object.entries(MODELS))('writes %s for Keras to check', async (name, options) => {
  const model = randomModel({ ...options, seed: 100 + name.length });
  const [T, D] = options.inputShape;
  const random = seededRandom(7);
  const x = { shape: [6, T, D], data: Float32Array.from({ length: 6 * T * D }, () => random.normal()) };

  await writeLiveFiles(FOLDER, name, model, x, referencePrediction(model, options.layers, x));

  for (const suffix of ['.keras', '.weights.h5', '.npz', '.x.npy', '.y.npy']) {
    expect(existsSync(join(FOLDER, name + suffix))).toBe(true);
  }
  expect(existsSync(join(FOLDER, `${name}.optimizer.npz`))).toBe(options.compile !== undefined);
});
