/** Asking the browser for a device where it does not answer, as it does when its GPU process hangs. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { requestGpu } from '../../src/engine/index.ts';

const never = <T>(): Promise<T> => new Promise(() => undefined);

function deviceOf(name: string) {
  return {
    label: name,
    lost: never(),
    addEventListener: () => undefined,
    destroy: vi.fn(),
  } as unknown as GPUDevice & { destroy: ReturnType<typeof vi.fn> };
}

/** A GPU whose adapters and devices come as listed; past the list never. */
function gpuOf(adapters: (() => Promise<unknown>)[], devices: (() => Promise<unknown>)[]): GPU {
  const next = (list: (() => Promise<unknown>)[]) => (list.shift() ?? never)();
  const adapter = { features: new Set(), limits: {}, info: {}, requestDevice: () => next(devices) };
  return {
    requestAdapter: async () => ((await next(adapters)) === null ? null : adapter),
  } as unknown as GPU;
}

/** What became of a request, once so many ms have gone by. */
async function endOf(ms: number, request: Promise<unknown>): Promise<unknown> {
  const seen: { ended: unknown } = { ended: 'waiting' };
  request.then(
    (gpu) => {
      seen.ended = gpu;
    },
    (error: unknown) => {
      seen.ended = error;
    },
  );
  await vi.advanceTimersByTimeAsync(ms);
  return seen.ended;
}

const there = async (): Promise<object> => ({});

describe('a browser that does not answer', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('is asked for an adapter three times, and is then said to have none', async () => {
    const request = requestGpu({ gpu: gpuOf([], []) });
    expect(await endOf(29_000, request)).toBe('waiting');
    expect(await endOf(3000, request)).toMatchObject({
      code: 'no-adapter',
      message: expect.stringContaining('(no answer within 10 seconds)'),
    });
  });

  it('is asked again, and what it gives the second time is taken', async () => {
    const device = deviceOf('second');
    const request = requestGpu({ gpu: gpuOf([never, there, there], [never, async () => device]) });
    expect(await endOf(21_000, request)).toMatchObject({ device });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is said to refuse a device that does not come; one that comes late is let go', async () => {
    const late = deviceOf('late');
    let come = (): void => undefined;
    const first = () => new Promise((resolve) => (come = () => resolve(late)));
    const request = requestGpu({ gpu: gpuOf([there, there], [first]) });
    expect(await endOf(21_000, request)).toMatchObject({
      code: 'device-refused',
      message: expect.stringContaining('no answer within 10 seconds'),
    });
    expect(late.destroy).not.toHaveBeenCalled();
    come();
    await vi.advanceTimersByTimeAsync(0);
    expect(late.destroy).toHaveBeenCalledTimes(1);
  });
});
