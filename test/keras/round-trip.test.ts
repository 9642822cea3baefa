/** Random models of every layer through our own writers and readers: every bit of every weight comes back. */
import { expect, it } from 'vitest';
import { type KerasModel, kerasLayer, readModelFile, writeModelFile } from '../../src/engine/keras/index.ts';
import { forKeras3 } from '../../src/engine/keras/keras3/for-keras3.ts';
import { randomModelOf } from './random-models.ts';
import { bits, randomModel } from './support.ts';

const SEEDS = Array.from({ length: 30 }, (_, i) => i + 1);

function expectSame(received: KerasModel, expected: KerasModel): void {
  expect(received.weights.map(({ path, shape }) => `${path} ${shape}`)).toEqual(
    expected.weights.map(({ path, shape }) => `${path} ${shape}`),
  );
  received.weights.forEach(({ data }, i) => {
    expect(bits(data)).toEqual(bits(expected.weights[i]?.data ?? new Float32Array(0)));
  });
}

it.each(['keras', 'h5', 'weights.h5'] as const)(
  'the step count comes back exactly from %s',
  async (format) => {
    // One more than float32 can count to.
    const iterations = 16_777_217;
    const optimizer = kerasLayer('Adam', { learning_rate: 0.001 });
    const compile = { optimizer, loss: 'mean_squared_error', metrics: [] };
    const model = randomModel({ compile, iterations });
    const bytesOf = async (of: 'keras' | 'h5' | 'weights.h5') =>
      (await writeModelFile(model, of)).files[0]?.bytes ?? new Uint8Array(0);
    const architecture = format === 'weights.h5' ? { name: 'a.keras', bytes: await bytesOf('keras') } : null;

    const read = await readModelFile(await bytesOf(format), {
      fileName: format,
      ...(architecture ? { architecture } : {}),
    });

    expect(read.model.optimizerState?.iterations).toBe(iterations);
  },
);

it.each(SEEDS)('random model %d comes back from .keras, .h5 and .weights.h5', async (seed) => {
  const { model } = randomModelOf(seed);
  const fitting = forKeras3(model).model;

  for (const format of ['keras', 'h5'] as const) {
    const { files } = await writeModelFile(model, format);
    const { model: read } = await readModelFile(files[0]?.bytes ?? new Uint8Array(0), { fileName: format });

    expectSame(read, fitting);
    expect(read.config.layers.map((layer) => [layer.class_name, layer.config.name])).toEqual(
      fitting.config.layers.map((layer) => [layer.class_name, layer.config.name]),
    );
  }
  const [archive, weights] = await Promise.all([
    writeModelFile(model, 'keras'),
    writeModelFile(model, 'weights.h5'),
  ]);
  const { model: read } = await readModelFile(weights.files[0]?.bytes ?? new Uint8Array(0), {
    fileName: 'w',
    architecture: { name: 'a', bytes: archive.files[0]?.bytes ?? new Uint8Array(0) },
  });
  // The architecture may have a Rescaling more; it has no weights. These weights are as they were.
  expectSame(read, model);
});
