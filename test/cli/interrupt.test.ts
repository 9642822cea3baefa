/** Ctrl-C as the command takes it; the process's own signals, without a process. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { interruptible } from '../../src/cli/interrupt.ts';

const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
let now = 0;

beforeEach(() => {
  now = 5000;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  exit.mockClear();
});
afterEach(() => vi.mocked(performance.now).mockRestore());

/** Sends signals to watched work, each after a wait in ms. */
async function send(...signals: readonly (readonly [NodeJS.Signals, number])[]) {
  const onFirst = vi.fn();
  const isAborted = await interruptible(onFirst, async (signal) => {
    for (const [name, wait] of signals) {
      now += wait;
      process.emit(name, name);
    }
    return signal.aborted;
  });
  return { isAborted, told: onFirst.mock.calls.length, codes: exit.mock.calls.map(([code]) => code) };
}

describe('an interrupt', () => {
  it('asks the work to stop, and says so once', async () => {
    expect(await send(['SIGINT', 0])).toEqual({ isAborted: true, told: 1, codes: [] });
  });

  it('that comes twice at once, from the terminal and from the launcher, counts once', async () => {
    expect(await send(['SIGINT', 0], ['SIGINT', 20], ['SIGTERM', 250])).toEqual({
      isAborted: true,
      told: 1,
      codes: [],
    });
  });

  it('a second later ends the process', async () => {
    expect((await send(['SIGINT', 0], ['SIGINT', 1500])).codes).toEqual([130]);
    exit.mockClear();
    expect((await send(['SIGTERM', 0], ['SIGTERM', 1500])).codes).toEqual([143]);
  });

  it("is the system's again when the work is done", async () => {
    const before = process.listenerCount('SIGINT');

    await send();

    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});
