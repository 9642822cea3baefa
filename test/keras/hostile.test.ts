import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readZip } from '../../src/engine/keras/bytes/zip-read.ts';
import { writeZip } from '../../src/engine/keras/bytes/zip-write.ts';
import { type ModelFile, readModelFile } from '../../src/engine/keras/index.ts';
import { readRaw } from '../../src/engine/keras/read-raw.ts';
import { expectRefusal } from './expect-refusal.ts';
import { arraysOf } from './fuzz-cases.ts';
import { genuineFiles, ownFiles } from './genuine-files.ts';
import { madeH5 } from './made-h5.ts';

const options = { fileName: 'model.h5' };
const MB = 2 ** 20;

/** torch.save({}, file) of PyTorch 2, packed. It has the end records of zip64. */
const TORCH_SAVED_GZIP = [
  'H4sIAAAAAAACAwvwZmZhYODgYMAAXAwSDLn6KYkliXoF2TluTiIMUVhAA1NtIYNegDc7x6eJTEfZgPpAOACnqYIM1kBT9dLyi3IT',
  'S+LLUouKM/Pz3JzMsRpOBDAEWb39/Z1mRqDhjHitFmGwBVldXJJflJieGp+Yk5mel5uaV+LmZEmu7VFRZiYgB9iXF75kAlrBhNcB',
  '3AysQAckVZak5helpBa5OTEyROVklpTkpILMaLV9LEk4/DgZnIFmwMPNnnyXQ4AxF8jui/PSQwm7X4LBAhSAoCShX5xalAkMwarE',
  'EqA74jNT3JxMyHKKgZGlgYWJmYWZubm5mZGlkbGhgYmBgaGBsYmlqYWpoaGlqYGluakJOJqfsS09rQF0hwbYlYwgx8LdiZz6uDBc',
  'jkjH6PqQk44gip4wsD60lIquHTniRVC0X4Rox0ht6CYgRzs3iglBjAzIyQVdI3KccaJonAbWiMPFyIEogaJNiIkBZ/QGeLOx6UDV',
  'yTHrwvWwodH5jBB6BxOEBupjB9HqLBA+JIeyskH0sIHVQ9QCAETifLyJBAAA',
].join('');
const TORCH_SAVED = new Uint8Array(gunzipSync(Buffer.from(TORCH_SAVED_GZIP, 'base64')));

async function genuine(name: string): Promise<Uint8Array> {
  const found = (await genuineFiles()).find((file) => file.name === name);
  if (!found) throw new Error(`There is no ${name}.`);
  return found.bytes.slice();
}

/** The place of a number of 8 bytes in a file, which must be there `times`. */
function placesOf(bytes: Uint8Array, value: number): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const places: number[] = [];
  for (let at = 0; at + 8 <= bytes.length; at += 4) {
    if (view.getUint32(at, true) === value && view.getUint32(at + 4, true) === 0) places.push(at);
  }
  return places;
}

function setNumber(bytes: Uint8Array, at: number, low: number, high = 0): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(at, low, true);
  view.setUint32(at + 4, high, true);
}

describe('hostile HDF5 files', () => {
  it('are refused wherever they are cut off', async () => {
    const bytes = await genuine('keras-2.2.4/simple.h5');

    for (let length = 0; length < bytes.length; length += 211) {
      await expectRefusal(bytes.slice(0, length), /^model\.h5/);
    }
  });

  it('declare no array of 2^31 or more, nor one larger than the file', async () => {
    const bytes = await madeH5((file) => {
      file.create_group('vars');
      file.create_dataset({ name: 'vars/0', data: new Float32Array(977), shape: [977], dtype: '<f' });
    });
    const places = placesOf(bytes, 977);
    expect(places.length).toBeGreaterThan(0);

    for (const [low, high, sentence] of [
      [0, 1, /shape \[4294967296\]/],
      [2 ** 31, 0, /shape \[2147483648\]/],
      [2 ** 30, 0, /its shape needs 4294967296/],
    ] as const) {
      const hostile = bytes.slice();
      for (const at of places) setNumber(hostile, at, low, high);
      await expectRefusal(hostile, sentence);
    }
  });

  it('unpack to no more than a model of their size would', async () => {
    const bytes = await madeH5((file) => {
      file.create_group('vars');
      file.create_dataset({
        name: 'vars/0',
        data: new Float32Array(977),
        shape: [977],
        maxshape: [null],
        dtype: '<f',
        chunks: [977],
        compression: 'gzip',
      });
    });
    expect(arraysOf(await readRaw(bytes, options)).map(({ shape }) => shape)).toEqual([[977]]);
    const hostile = bytes.slice();
    for (const at of placesOf(bytes, 977)) setNumber(hostile, at, 2 ** 29);

    await expectRefusal(hostile, /packed arrays need 2147483648 bytes/);
  });

  it('lead nowhere: no soft or external links, no object under two names, no cycles', async () => {
    const soft = await madeH5((file) => void file.create_soft_link('/elsewhere', 'vars'));
    const external = await madeH5((file) => void file.create_external_link('/etc/passwd', '/vars', 'vars'));
    const twice = await madeH5((file) => {
      file.create_group('a');
      file.create_hard_link('/a', 'b');
    });
    const cycle = await madeH5((file) => {
      file.create_group('a');
      file.create_hard_link('/', 'a/up');
    });

    await expectRefusal(soft, /soft link/);
    await expectRefusal(external, /external link/);
    await expectRefusal(twice, /under two names/);
    await expectRefusal(cycle, /under two names/);
  });

  it('have no empty tree that says it has levels below', async () => {
    const archive = await readZip(await genuine('keras-3.15.1/shapes.keras'), {
      fileName: 'a',
      maxBytes: MB,
    });
    const bytes = (archive.get('model.weights.h5') ?? new Uint8Array()).slice();
    const text = new TextDecoder('latin1').decode(bytes);
    // Signature, type of a group, level 0, no entries.
    const empty = [...text.matchAll(/TREE\0\0\0\0/g)].map(({ index }) => index);
    expect(empty.length).toBeGreaterThan(0);
    await readRaw(bytes, options);

    for (const at of empty) {
      const changed = bytes.slice();
      changed[at + 5] = 4;
      await expectRefusal(changed, /a tree that finds its parts is broken/);
    }
  });

  it('nest groups only as deep as models do', async () => {
    const deep = await madeH5((file) => {
      let path = '';
      for (let i = 0; i < 60; i++) {
        file.create_group(`${path}g`);
        path += 'g/';
      }
    });

    await expectRefusal(deep, /nested more than 48 deep/);
  });

  it('of other programs are named as such', async () => {
    const other = await madeH5((file) => {
      file.create_dataset({ name: 'temperature', data: new Float32Array(3), shape: [3], dtype: '<f' });
    });

    await expectRefusal(other, /without weights of Keras.*temperature/);
  });
});

describe('hostile archives', () => {
  it('leave nothing behind in prototypes', async () => {
    const bytes = await genuine('keras-3.15.1/simple.keras');
    const entries = await readZip(bytes, { fileName: 'model.keras', maxBytes: MB });
    const config = new TextDecoder().decode(entries.get('config.json'));
    const poison = '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},';
    const hostile = writeZip(
      [...entries].map(([name, content]) => ({
        name,
        bytes:
          name === 'config.json' ? new TextEncoder().encode(config.replaceAll('{"', `{${poison}"`)) : content,
      })),
    );

    await readModelFile(hostile, options).catch((error) => expect(error.name).toBe('GatewiseError'));

    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('hold no names that leave them', async () => {
    for (const name of ['../config.json', '/config.json', 'a/../../b', 'C:x', 'a\\b']) {
      await expectRefusal(writeZip([{ name, bytes: new Uint8Array(1) }]), /which no model file uses/);
    }
  });

  it('that are bombs are refused before they unpack', async () => {
    const { zipSync } = await import('fflate');
    const bomb = zipSync({ 'config.json': new Uint8Array(70 * MB) }, { level: 1 });
    expect(bomb.length).toBeLessThan(MB);

    await expectRefusal(bomb, /says it unpacks to 73400320 bytes/);
  });

  it('hold JSON no deeper and no longer than models have', async () => {
    const archive = (config: string): Uint8Array =>
      writeZip([
        { name: 'config.json', bytes: new TextEncoder().encode(config) },
        { name: 'model.weights.h5', bytes: new Uint8Array(8) },
      ]);

    await expectRefusal(archive('['.repeat(100_000)), /nested deeper/);
    await expectRefusal(archive(`{"a":${'{"a":'.repeat(70)}1${'}'.repeat(71)}`), /nested deeper/);
    await expectRefusal(archive(`"${'x'.repeat(9 * MB)}"`), /at most/);
    await expectRefusal(archive('{"class_name":'), /no whole JSON/);
    await expectRefusal(
      new TextEncoder().encode(`[${'[],'.repeat(150_000)}[]]`),
      /150002 arrays and objects/,
    );
  });
});

describe('files that are no models', () => {
  it('are named by their first bytes, with what can be done', async () => {
    const starting = (...bytes: number[]): Uint8Array =>
      Uint8Array.from([...bytes, ...new Array(64).fill(7)]);
    const text = (value: string): Uint8Array => new TextEncoder().encode(value.padEnd(64));

    await expectRefusal(new Uint8Array(0), /empty file/);
    await expectRefusal(text('%PDF-1.7'), /PDF/);
    await expectRefusal(text('<!doctype html>'), /web page/);
    await expectRefusal(text('version https://git-lfs.github.com/spec/v1'), /git lfs pull/);
    await expectRefusal(starting(0x80, 0x04, 0x95), /pickle/);
    await expectRefusal(starting(0x1f, 0x8b), /gzip/);
    await expectRefusal(starting(0x08, 0x01, 0x12), /SavedModel/);
    await expectRefusal(starting(0x1c, 0, 0, 0, 0x54, 0x46, 0x4c, 0x33), /TensorFlow Lite/);
    await expectRefusal(starting(0xde, 0xad), /begins with the bytes de ad/);
    await expectRefusal(
      text('just some notes, no model'),
      /begins with the text \u201cjust some notes,\u201d/,
    );
    await expectRefusal(text('{"a": 1}'), /JSON, but no model/);
    const checkpoint = [{ name: 'archive/data.pkl', bytes: new Uint8Array(4) }];
    await expectRefusal(writeZip(checkpoint), /PyTorch archive.*pickle.*safetensors/);
    await expectRefusal(
      TORCH_SAVED,
      /PyTorch archive \(torch\.save\), which holds a pickle.*model\.state_dict\(\)/,
    );
  });
});

describe('our own files', () => {
  it('are found to be changed whichever byte is', async () => {
    for (const { name, bytes } of await ownFiles()) {
      await readRaw(bytes, { fileName: name });
      const changed: number[] = [];
      // Every byte of the zip's and the seal's own records, a part of those that the digests cover alike.
      for (let at = 0; at < bytes.length; at++) {
        const isEdge = at < 100 || at > bytes.length - 700;
        if (!isEdge && at % 61 !== 0) continue;
        const damaged = bytes.slice();
        damaged[at] = (damaged[at] ?? 0) ^ (1 + (at % 255));
        const error: unknown = await readRaw(damaged, { fileName: name }).then(
          () => null,
          (reason) => reason,
        );
        if (error === null) changed.push(at);
        else expect(error).toMatchObject({ name: 'GatewiseError' });
      }

      expect(changed, name).toEqual([]);
    }
  });

  it('of other formats give an error or the very same model, whichever byte is changed', async () => {
    for (const { name, bytes } of await ownFiles(['npz', 'json', 'safetensors', 'onnx'])) {
      const whole = await readModelFile(bytes, { fileName: name });
      const content = ({ model }: ModelFile): unknown => [model.config, model.weights];
      let refused = 0;
      for (let at = 0; at < bytes.length; at += 3) {
        const damaged = bytes.slice();
        damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
        const read = await readModelFile(damaged, { fileName: name }).catch((error) => {
          expect(error).toMatchObject({ name: 'GatewiseError' });
          refused++;
        });
        if (read) expect(content(read), `${name}, byte ${at}`).toEqual(content(whole));
      }

      expect(refused, name).toBeGreaterThan(bytes.length / 6);
    }
  });
});
