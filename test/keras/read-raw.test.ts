import { describe, expect, it } from 'vitest';
import { readZip } from '../../src/engine/keras/bytes/zip-read.ts';
import type { NamedFile } from '../../src/engine/keras/raw-file.ts';
import { readRaw } from '../../src/engine/keras/read-raw.ts';
import { arraysOf } from './fuzz-cases.ts';
import { genuineFiles, h5Variants, sharedFiles } from './genuine-files.ts';
import { madeH5 } from './made-h5.ts';
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

describe('uncommon layouts of Keras', () => {
  it('joins long lists of names that were split into several attributes', async () => {
    const bytes = await madeH5((file) => {
      const layer = file.create_group('a');
      file.create_group('b').create_attribute('weight_names', new Float64Array(0), [0], '<d');
      file.create_attribute('layer_names0', ['a'], [1], 'S4');
      file.create_attribute('layer_names1', ['b'], [1]);
      layer.create_attribute('weight_names0', ['k:0', 'r:0'], [2], 'S8');
      layer.create_attribute('weight_names1', ['b:0'], [1], 'S8');
      ['b:0', 'k:0', 'r:0'].forEach((name, i) => {
        layer.create_dataset({ name, data: Float32Array.of(i), shape: [1], dtype: '<f' });
      });
    });

    const { weights, source } = await readRaw(bytes, { fileName: 'x' });

    expect(source.holds).toBe('weights');
    expect(weights.kind === 'by-layer' && weights.layers.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(
      weights.kind === 'by-layer' && weights.layers[0]?.arrays.map(({ path, data }) => [path, data[0]]),
    ).toEqual([
      ['a/k:0', 1],
      ['a/r:0', 2],
      ['a/b:0', 0],
    ]);
  });

  it('takes backslashes for slashes, and the word that tf.keras 2.13 had for layers', async () => {
    const one = { data: Float32Array.of(1.5), shape: [1], dtype: '<f' };
    const windows = await madeH5((file) => {
      file.create_group('layers\\dense\\vars').create_dataset({ name: '0', ...one });
    });
    const older = await madeH5((file) => {
      for (const path of ['_layer_checkpoint_dependencies', 'dense', 'vars'].map((_, i, all) =>
        all.slice(0, i + 1).join('/'),
      ))
        file.create_group(path);
      file.create_dataset({ name: '_layer_checkpoint_dependencies/dense/vars/0', ...one });
    });

    for (const bytes of [windows, older]) {
      const raw = await readRaw(bytes, { fileName: 'x' });
      expect(arraysOf(raw).map(({ path }) => path)).toEqual(['layers/dense/vars/0']);
    }
  });

  it('refuses files whose lists and arrays do not belong together, by name', async () => {
    const one = { data: Float32Array.of(1.5), shape: [1], dtype: '<f' };
    const lost = await madeH5((file) => {
      file.create_attribute('layer_names', ['a'], [1], 'S4');
      file.create_group('a').create_attribute('weight_names', ['k:0'], [1], 'S4');
    });
    const gap = await madeH5((file) => {
      const vars = file.create_group('vars');
      vars.create_dataset({ name: '0', ...one });
      vars.create_dataset({ name: '2', ...one });
    });
    const stray = await madeH5((file) => {
      file.create_group('vars').create_dataset({ name: '0', ...one });
      file.create_dataset({ name: 'stray', ...one });
    });

    await expect(readRaw(lost, { fileName: 'x' })).rejects.toThrow('the array "k:0" of layer "a" is missing');
    await expect(readRaw(gap, { fileName: 'x' })).rejects.toThrow('the array number 1 of "" is missing');
    await expect(readRaw(stray, { fileName: 'x' })).rejects.toThrow('arrays outside of vars groups');
  });
});
