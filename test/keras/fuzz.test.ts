/** A small part of tools/keras/fuzz.mjs, which also asks h5py: no damage makes the readers hang, crash or stammer. */
import { expect, it } from 'vitest';
import { readModelFile } from '../../src/engine/keras/index.ts';
import { fuzzCases } from './fuzz-cases.ts';
import { genuineFiles, h5Variants, ownFiles, sharedFiles } from './genuine-files.ts';

it('1,000 damaged files are read or refused with a clear error, each within 2 s', async () => {
  const others = await ownFiles(['npz', 'keras1', 'json', 'safetensors', 'onnx', 'tfjs']);
  const files = [
    ...(await genuineFiles()),
    ...sharedFiles(),
    ...(await ownFiles()),
    ...(await h5Variants()),
    ...others,
    ...others,
  ];
  const counts = { read: 0, refused: 0 };

  for await (const { name, bytes } of fuzzCases(files, 1_000, 5)) {
    const started = process.cpuUsage();
    try {
      await readModelFile(bytes, { fileName: name });
      counts.read++;
    } catch (error) {
      expect(error, name).toMatchObject({ name: 'GatewiseError' });
      expect((error as Error).message, name).not.toMatch(/undefined|\[object|NaN|\n/);
      counts.refused++;
    }
    // Time of this process alone: other tests run beside it.
    expect(process.cpuUsage(started).user / 1_000, name).toBeLessThan(2_000);
  }

  expect(counts.read).toBeGreaterThan(50);
  expect(counts.refused).toBeGreaterThan(200);
});
