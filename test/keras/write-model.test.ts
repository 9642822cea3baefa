/** What is said beside a file that is written: what its format cannot hold, and what Keras will say of it. */
import { describe, expect, it } from 'vitest';
import { adamConfig, kerasLayer, lossName, writeModelFile } from '../../src/engine/keras/index.ts';
import { randomModel } from './support.ts';

const compile = { optimizer: adamConfig(), loss: lossName('mse'), metrics: [] };

describe('notes of writeModelFile', () => {
  it.each([
    ['weights.h5', 'LSTM', 'recurrent_activation'],
    ['npz', 'LSTM', 'recurrent_activation'],
    ['keras1', 'LSTM', 'recurrent_activation'],
    ['json', 'LSTM', 'recurrent_activation'],
    ['safetensors', 'Dense', 'activation'],
  ] as const)(
    'say of %s that bare weights belong to the hard_sigmoid of Keras 1 and 2, where they do',
    async (format, className, key) => {
      const model = randomModel();
      const layers = model.config.layers.map((layer) =>
        layer.class_name === className
          ? kerasLayer(className, { ...layer.config, [key]: 'hard_sigmoid_keras2' })
          : layer,
      );
      const old = { ...model, config: { ...model.config, layers } };

      const { notes } = await writeModelFile(old, format);

      expect(notes.join()).toMatch(/clip\(0\.2x \+ 0\.5, 0, 1\).*Keras 3 means/);
      expect((await writeModelFile(model, format)).notes).toEqual([]);
    },
  );

  it('say that Keras will warn where .keras has compile settings and no state', async () => {
    const { optimizerState, ...fresh } = randomModel({ compile });

    expect((await writeModelFile(fresh, 'keras')).notes.join()).toMatch(/Keras will warn.*expected/);
    expect(optimizerState).toBeDefined();
    expect(
      (await writeModelFile({ ...fresh, ...(optimizerState && { optimizerState }) }, 'keras')).notes,
    ).toEqual([]);
  });
});
