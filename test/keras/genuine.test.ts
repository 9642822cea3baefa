/**
 * Every file that a real Keras from 1.0.8 to 3.15.1 has written (tools/keras/genuine_files.py): what is read from it
 * computes, in float64, what that very Keras predicted. The GPU is held against the same float64 in test/gpu.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { tensor } from '../../src/engine/core/tensor.ts';
import { readZip } from '../../src/engine/keras/bytes/zip-read.ts';
import { readModelFile, readNpy } from '../../src/engine/keras/index.ts';
import { assertClose } from '../harness/assert-close.ts';
import { predictFloat64 } from './float64.ts';

const FOLDER = fileURLToPath(new URL('../fixtures/keras/genuine/', import.meta.url));
const ARCHIVES = readdirSync(FOLDER).filter((name) => name.endsWith('.zip'));
const EXPECTED = [
  'keras-1.0.8.zip',
  'keras-1.2.2.zip',
  'keras-2.0.8.zip',
  'keras-2.2.4.zip',
  'keras-2.3.1.zip',
  'keras-3.15.1.zip',
  'tf.keras-2.12.0.zip',
  'tf.keras-2.15.1.zip',
];
/** Rows Keras predicted at a time, which the stateful models depend on. */
const BATCH = 2;

it('there are files of every generation', () => {
  expect(ARCHIVES.sort()).toEqual(EXPECTED);
});

describe.each(ARCHIVES)('files of %s', async (archive) => {
  const files = await readZip(readFileSync(FOLDER + archive), { fileName: archive, maxBytes: 2 ** 26 });
  const models = [...files.keys()].filter((name) => /\.(h5|keras)$/.test(name));
  const array = (name: string) => {
    const { shape, data } = readNpy(files.get(name) ?? new Uint8Array(), name);
    return tensor(shape, data as Float32Array);
  };

  it.each(models)('%s predicts what its Keras predicted', async (name) => {
    const stem = name.replace(/\.(h5|keras)$/, '');
    const x = array(`${stem}.x.npy`);
    const y = array(`${stem}.y.npy`);

    const { model } = await readModelFile(files.get(name) ?? new Uint8Array(), { fileName: name });
    const received = predictFloat64(model, x, BATCH);

    expect(received.shape).toEqual(y.shape);
    assertClose(received.data, y.data, { atol: 1e-5, rtol: 1e-5, label: name });
  });
});
