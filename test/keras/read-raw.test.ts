import { describe, expect, it } from 'vitest';
import type { NamedFile } from '../../src/engine/keras/raw-file.ts';
import { readRaw } from '../../src/engine/keras/read-raw.ts';
import { readZip } from '../../src/engine/keras/zip-read.ts';
import { arraysOf } from './fuzz-cases.ts';
import { genuineFiles, h5Variants, sharedFiles } from './genuine-files.ts';
import { bits, readH5 } from './support.ts';

/** The HDF5 bytes of a file: its own, or those inside a .keras. */
async function h5Of({ name, bytes }: NamedFile): Promise<Uint8Array> {
  if (bytes[0] !== 0x50) return bytes;
  const entries = await readZip(bytes, { fileName: name, maxBytes: 2 ** 26 });
  return entries.get('model.weights.h5') ?? new Uint8Array(0);
}

describe('genuine files of Keras', () => {
  it('open to the very arrays that libhdf5 reads, none left out', async () => {
    const files = [...(await genuineFiles()), ...sharedFiles()];
    expect(files.length).toBeGreaterThan(200);

    for (const file of files) {
      const raw = await readRaw(file.bytes, { fileName: file.name });
      const { datasets } = await readH5(await h5Of(file));

      const arrays = arraysOf(raw);
      expect(arrays.length, file.name).toBeGreaterThan(0);
      const weights = [...datasets.keys()].filter((path) => !path.startsWith('optimizer_weights/'));
      const own = arrays.filter(({ path }) => !path.startsWith('optimizer_weights/'));
      expect(own.map(({ path }) => path).sort(), file.name).toEqual(
        weights.map((path) => path.replace(/^_layer_checkpoint_dependencies/, 'layers')).sort(),
      );
      for (const { path, shape, data } of arrays) {
        const dataset =
          datasets.get(path) ?? datasets.get(path.replace(/^layers/, '_layer_checkpoint_dependencies'));
        const value = dataset?.value;
        const expected =
          value instanceof Float32Array
            ? value
            : Float32Array.from(typeof value === 'object' ? (value as number[]) : [value as number], Number);
        expect(shape, `${file.name} ${path}`).toEqual(dataset?.shape ?? []);
        expect(bits(data), `${file.name} ${path}`).toEqual(bits(expected));
      }
    }
  });

  it('say which Keras wrote them', async () => {
    const expected: Readonly<Record<string, string>> = {
      'keras-1': 'keras1',
      'keras-2': 'keras2',
      'keras-3': 'keras3',
      'tf.kera': 'tf.keras',
    };

    for (const { name, bytes } of await genuineFiles()) {
      const { source } = await readRaw(bytes, { fileName: name });
      expect(`${name} ${source.generation}`).toBe(`${name} ${expected[name.slice(0, 7)]}`);
      expect(source.container, name).toBe(bytes[0] === 0x50 ? 'keras' : 'hdf5');
      expect(source.holds, name).toBe('model');
    }
  });
});

describe('HDF5 as h5py can write it too', () => {
  it('gives the same numbers whatever the type, byte order, packing and version of the format', async () => {
    const variants = await h5Variants();
    expect(variants.length).toBe(18);

    for (const { name, bytes, values } of variants) {
      const raw = await readRaw(bytes, { fileName: name });
      const arrays = arraysOf(raw);
      expect(arrays.length, name).toBe(
        name.startsWith('many-groups') ? 300 : name === 'many-arrays.h5' ? 120 : 1,
      );
      for (const { path, shape, data } of arrays) {
        expect(shape, `${name} ${path}`).toEqual([7, 12]);
        expect(bits(data), `${name} ${path}`).toEqual(bits(values));
      }
      expect(raw.notes.length, name).toBe(name.includes('float64') ? 1 : 0);
    }
  });

  it('keeps variables in the order of their numbers', async () => {
    const many = (await h5Variants()).find(({ name }) => name === 'many-arrays.h5');

    const raw = await readRaw(many?.bytes ?? new Uint8Array(0), { fileName: 'many-arrays.h5' });

    expect(arraysOf(raw).map(({ path }) => path)).toEqual(
      Array.from({ length: 120 }, (_, i) => `layers/dense_0/vars/${i}`),
    );
  });
});
