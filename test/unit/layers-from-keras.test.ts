/** Layers of a model file made anew for other inputs: the settings stay, weights do not, what can't be trained is refused by name. */
import { describe, expect, it } from 'vitest';
import { layersFromKeras } from '../../src/engine/index.ts';
import { kerasLayer, sequentialConfig } from '../../src/engine/keras/index.ts';
import { sentenceOf } from './data-fixtures.ts';

const config = (...layers: readonly (readonly [string, Readonly<Record<string, unknown>>])[]) =>
  sequentialConfig(
    'model',
    [6, 3],
    layers.map(([className, settings], k) =>
      kerasLayer(className, { name: `${className}_${k}`, ...settings }),
    ),
  );

describe('layersFromKeras', () => {
  it('keeps every setting and takes windows of other features', () => {
    const layers = layersFromKeras(
      config(
        ['LSTM', { units: 5, return_sequences: true, recurrent_activation: 'hard_sigmoid' }],
        ['Dropout', { rate: 0.4 }],
        ['LSTM', { units: 4, use_bias: false, activation: 'relu' }],
        ['Dense', { units: 2, activation: 'tanh' }],
      ),
      [9, 4],
    );

    expect(layers.map((layer) => [layer.className, layer.getConfig()])).toMatchObject([
      ['LSTM', { units: 5, return_sequences: true, recurrent_activation: 'hard_sigmoid' }],
      ['Dropout', { rate: 0.4 }],
      ['LSTM', { units: 4, use_bias: false, activation: 'relu' }],
      ['Dense', { units: 2, activation: 'tanh' }],
    ]);
  });

  it.each([
    ['GRU', { units: 2 }, 'only predicts here, its gradients are not implemented'],
    ['LSTM', { units: 2, trainable: false }, 'is frozen (trainable is false)'],
    ['LSTM', { units: 2, dropout: 0.1 }, 'has dropout inside its recurrence, which is not implemented'],
  ])('refuses a %s with %j', (className, settings, reason) => {
    const model = config([className, settings], ['Dense', { units: 1 }]);

    expect(sentenceOf(() => layersFromKeras(model, [6, 4]))).toBe(
      `Layer "${className}_0" (${className}) can't be trained here: it ${reason}.`,
    );
  });
});
