/** Small files that would take much time or memory: many nodes, packed zeros, one shard over and over. */
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { checkDecoded } from '../../src/engine/keras/bytes/decoded.ts';
import { MessageWriter } from '../../src/engine/keras/onnx/protobuf.ts';
import { readTfjs } from '../../src/engine/keras/tfjs/tfjs-read.ts';
import { expectRefusal } from './expect-refusal.ts';
import { madeH5 } from './made-h5.ts';

const MB = 2 ** 20;
const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
/** Packed to about a thousandth. */
const packed = (files: Readonly<Record<string, Uint8Array>>): Uint8Array => {
  const zip = zipSync(files, { level: 9 });
  expect(zip.length).toBeLessThan(MB / 4);
  return zip;
};

const DENSE = {
  class_name: 'Sequential',
  config: [
    {
      class_name: 'Dense',
      config: { name: 'd', units: 8_000, use_bias: false, batch_input_shape: [null, 8_000] },
    },
  ],
};
const tfjsJson = (paths: readonly string[], weight: object) => ({
  format: 'layers-model',
  modelTopology: { model_config: DENSE, keras_version: '2.2.4-tf', backend: 'tensorflow' },
  weightsManifest: [{ paths, weights: [{ name: 'd/kernel', dtype: 'float32', ...weight }] }],
});
const UINT8 = { dtype: 'uint8', scale: 0.5, min: -1 };

describe('small files that hold much are refused soon:', () => {
  it('ONNX of 20,000 nodes, each a layer', async () => {
    const shape = new MessageWriter()
      .bytes(1, new MessageWriter().bytes(2, 'rows'))
      .bytes(1, new MessageWriter().integer(1, 3));
    const type = new MessageWriter().bytes(1, new MessageWriter().integer(1, 1).bytes(2, shape));
    const graph = new MessageWriter();
    for (let i = 0; i < 19_998; i++) {
      graph.bytes(
        1,
        new MessageWriter()
          .bytes(1, `v${i}`)
          .bytes(2, `v${i + 1}`)
          .bytes(4, 'Relu'),
      );
    }
    graph.bytes(11, new MessageWriter().bytes(1, 'v0').bytes(2, type));
    graph.bytes(12, new MessageWriter().bytes(1, 'v19998').bytes(2, type));
    const bytes = new MessageWriter().integer(1, 8).bytes(2, 'test').bytes(7, graph).finish();

    await expectRefusal(bytes, /would be layer 1001, and up to 1000 are read/, 'model.onnx');
  });

  it('.npz of packed bytes', async () => {
    const count = 2 ** 26 - 128;
    const npy = new Uint8Array(128 + count);
    const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${count},), }`.padEnd(117);
    npy.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]);
    npy.set(new TextEncoder().encode(`${header}\n`), 10);

    await expectRefusal(packed({ 'arr_0.npy': npy }), /^w\.npz holds 67108736 values/, 'w.npz');
  });

  it('TF.js models of packed bytes', async () => {
    const json = tfjsJson(['w.bin'], { shape: [8_000, 8_000], quantization: UINT8 });
    const zip = packed({ 'model.json': encode(json), 'w.bin': new Uint8Array(64_000_000) });

    await expectRefusal(zip, /^web\.zip holds 64000000 values/, 'web.zip');
  });

  it('.keras archives of packed bytes', async () => {
    const bytes = await madeH5((file) => {
      const vars = file.create_group('layers').create_group('dense').create_group('vars');
      vars.create_dataset({ name: '0', data: new Int8Array(5_000 ** 2), shape: [5_000, 5_000], dtype: '<b' });
    });
    const zip = packed({
      'config.json': encode({ class_name: 'Sequential', config: { layers: [] } }),
      'model.weights.h5': bytes,
    });

    await expectRefusal(zip, /^model\.keras holds 25000000 values/, 'model.keras');
  });
});

describe('values that a file may hold', () => {
  it('are those of weights stored plainly, whatever their type and number', () => {
    for (const bytesOfOne of [1, 2, 4, 8]) {
      expect(() => checkDecoded(50e6, 50e6 * bytesOfOne, 'model.h5')).not.toThrow();
    }
    expect(() => checkDecoded(50e6, 20e6, 'model.h5')).toThrow(/^model\.h5 holds 50000000 values/);
    expect(() => checkDecoded(2 ** 24, 100, 'model.h5')).not.toThrow();
    expect(() => checkDecoded(2 ** 24 + 1, 100, 'model.h5')).toThrow(/at most 67108864 are read/);
  });
});

describe('shards of TF.js', () => {
  const paths = Array.from({ length: 10_000 }, (_, i) => `w${i}.bin`);

  it('are asked for only until there are too many bytes', async () => {
    let asked = 0;
    const sibling = async () => {
      asked++;
      return new Uint8Array(40);
    };

    const read = readTfjs(tfjsJson(paths, { shape: [5, 5] }), { fileName: 'model.json', sibling });

    await expect(read).rejects.toThrow('its weights need 100 bytes, w0.bin, w1.bin, w2.bin have 120');
    expect(asked).toBe(3);
  });

  it('are each listed once', async () => {
    const sibling = async () => new Uint8Array(4);
    const json = tfjsJson(['w.bin', 'v.bin', 'w.bin'], { shape: [3] });

    await expect(readTfjs(json, { fileName: 'model.json', sibling })).rejects.toThrow('a shard twice');
  });

  it('may end anywhere in a weight, and may be empty', async () => {
    const values = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i + 1));
    const bytes = new Uint8Array(values.buffer);
    const cuts = [0, 5, 5, 6, 23, 24, 40, 48];
    const sibling = async (name: string) => {
      const at = Number(name.slice(1, -4));
      return bytes.subarray(cuts[at], cuts[at + 1]);
    };
    const weights = [2, 0, 4, 5, 1].map((size, i) => ({ name: `w${i}`, dtype: 'float32', shape: [size] }));
    const json = { ...tfjsJson([], {}), weightsManifest: [{ paths: paths.slice(0, 7), weights }] };

    const raw = await readTfjs(json, { fileName: 'model.json', sibling });

    const arrays = raw.weights.kind === 'named' ? raw.weights.arrays : [];
    expect(arrays.map(({ data }) => data.length)).toEqual([2, 0, 4, 5, 1]);
    expect(arrays.flatMap(({ data }) => [...data])).toEqual([...values]);
  });
});
