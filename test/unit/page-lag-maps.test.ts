/** The models that the lag lab measures on: the page's own stays until it was read, and a copy that fails is given back. */
import { expect, it, vi } from 'vitest';
import type { LagQuestion } from '../../src/demo/lags/lag-protocol.ts';
import { lagReport } from '../../src/demo/session/lag-maps.ts';
import type { LoadedData } from '../../src/demo/session/loaded-data.ts';
import type { Trainer } from '../../src/demo/session/trainer.ts';
import { type GpuDevice, tensor } from '../../src/engine/index.ts';

const built = vi.hoisted(() => ({ disposed: 0 }));
const copy = vi.hoisted(() => () => ({
  setWeights: () => {
    throw new Error('set');
  },
  resetWeights: () => {
    throw new Error('reset');
  },
  getWeights: async () => {
    throw new Error('read');
  },
  dispose: () => {
    built.disposed += 1;
  },
}));
vi.mock('../../src/engine/index.ts', async (original) => ({
  ...(await original<object>()),
  buildFromKeras: async () => copy(),
}));
vi.mock('../../src/demo/session/forecaster.ts', () => ({ buildForecaster: async () => copy() }));

const LOADED = { series: { columns: ['x'] } } as unknown as LoadedData;

/** A trainer that knows which of its model's values are asked for inside read(). */
function trainerOf(isOwn: boolean) {
  let isReading = false;
  const seen: boolean[] = [];
  const value = async <T>(given: T): Promise<T> => {
    seen.push(isReading);
    return given;
  };
  const trainer = {
    recipe: { window: 3 },
    data: LOADED,
    seed: 1,
    shownEpoch: 0,
    isOwn,
    model: { getWeights: () => value([tensor([1], [1])]), toExport: () => value({}) },
    read: async <T>(task: () => Promise<T>): Promise<T> => {
      isReading = true;
      const read = await task();
      isReading = false;
      return read;
    },
  };
  return { trainer: trainer as unknown as Trainer, seen };
}

it.each([
  ['own', true, 'shown', 'set'],
  ['own', true, 'random', 'read'],
  ['from a file', false, 'shown', 'read'],
  ['from a file', false, 'random', 'reset'],
] as const)(
  '%s: the model is read where dispose() waits for it, and a failing copy is disposed of',
  async (_, isOwn, weights, failure) => {
    const { trainer, seen } = trainerOf(isOwn);
    const question: LagQuestion = { method: 'sensitivity', baseline: { kind: 'mean' }, extra: 0, weights };
    const control = { signal: new AbortController().signal, onShare: () => undefined };
    built.disposed = 0;
    await expect(lagReport({} as GpuDevice, trainer, LOADED, question, control)).rejects.toThrow(failure);
    expect(seen).toEqual([true]);
    expect(built.disposed).toBe(1);
  },
);
