import { afterEach, describe, expect, it, vi } from 'vitest';
import { calmTurns } from '../../src/cli/calm-turns.ts';

const { setImmediate: original, clearImmediate: originalClear } = globalThis;

/** Runs `work` in the turn after `turns` others, each of which asked for the next. */
const afterTurns = (turns: number, work: () => void): void => {
  setImmediate(() => (turns > 0 ? afterTurns(turns - 1, work) : work()));
};

describe('calmTurns', () => {
  afterEach(() => {
    globalThis.setImmediate = original;
    globalThis.clearImmediate = originalClear;
  });

  it('lets what asks itself again and again do so once a millisecond, after fifty turns at full speed', async () => {
    calmTurns();
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const before: number[] = [];
    await new Promise<void>((resolve) => {
      const turn = (): void => {
        before.push(timers.mock.calls.length);
        if (before.length < 61) setImmediate(turn);
        else resolve();
      };
      setImmediate(turn);
    });
    const pauses = timers.mock.calls.map(([, ms]) => ms);
    timers.mockRestore();

    expect(before).toEqual([...Array(50).fill(0), ...Array.from({ length: 11 }, (_, k) => k + 1)]);
    expect(pauses).toEqual(Array(11).fill(1));
  });

  it('leaves single immediates as they are: in the next turn, with arguments, and cleared by their handle', async () => {
    calmTurns();
    const heard: string[] = [];
    clearImmediate(setImmediate(() => heard.push('cleared')));
    for (let k = 0; k < 60; k++) setImmediate((word: string) => heard.push(word), `immediate ${k}`);
    await new Promise((resolve) => original(resolve));

    expect(heard).toEqual(Array.from({ length: 60 }, (_, k) => `immediate ${k}`));
  });

  it('counts turns, not what one of them asks for: sixty immediates of one turn all run in the next', async () => {
    calmTurns();
    const heard: number[] = [];
    const inNextTurn = await new Promise<number>((resolve) => {
      afterTurns(3, () => {
        for (let k = 0; k < 60; k++) setImmediate(() => heard.push(k));
        original(() => resolve(heard.length));
      });
    });

    expect(inNextTurn).toBe(60);
    expect(heard).toEqual([...Array(60).keys()]);
  });

  it('clears what it made wait by its handle, and later immediates run', async () => {
    calmTurns();
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const heard: string[] = [];
    const pauses = await new Promise<number>((resolve) => {
      afterTurns(49, () => {
        clearImmediate(setImmediate(() => heard.push('cleared')));
        resolve(timers.mock.calls.length);
      });
    });
    timers.mockRestore();
    setImmediate(() => heard.push('later'));
    await new Promise((resolve) => setTimeout(resolve, 20));

    expect(pauses).toBe(1);
    expect(heard).toEqual(['later']);
  });

  it('is done once, however often it is asked for', () => {
    calmTurns();
    const { setImmediate: calm } = globalThis;
    calmTurns();

    expect(globalThis.setImmediate).toBe(calm);
    expect(calm).not.toBe(original);
  });
});
