import { expect, it, vi } from 'vitest';

const loaded = vi.hoisted(() => [] as string[]);
vi.mock('h5wasm', async (importActual) => {
  loaded.push('h5wasm');
  return await importActual<typeof import('h5wasm')>();
});
vi.mock('fflate', async (importActual) => {
  loaded.push('fflate');
  return await importActual<typeof import('fflate')>();
});

it('loads the HDF5 library with the first HDF5 export and the inflater never for files of our own', async () => {
  const keras = await import('../../src/engine/keras/index.ts');
  const { randomModel } = await import('./support.ts');
  const model = randomModel();
  await keras.readNpz(keras.writeNpz(model.weights));
  expect(loaded).toEqual([]);

  await keras.writeKeras(model);

  expect(loaded).toEqual(['h5wasm']);
});
