/** cli/explain/at-once.ts: methods side by side, and what becomes of the others when one fails or all are stopped. */
import { describe, expect, it } from 'vitest';
import { atOnce, type Method } from '../../src/cli/explain/at-once.ts';

const untilStopped: Method = (_tell, signal) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
  });

describe('methods at once', () => {
  it('tell their own shares, and have all ended when it ends', async () => {
    const told: string[] = [];
    const ended: string[] = [];
    const method =
      (name: string, share: number): Method =>
      async (tell) => {
        tell(share);
        await Promise.resolve();
        ended.push(name);
      };
    const tells = ['a', 'b'].map((name) => (share: number) => {
      told.push(`${name} ${share}`);
    });

    await atOnce({ a: method('a', 0.25), b: method('b', 0.5) }, tells, new AbortController().signal);

    expect(told).toEqual(['a 0.25', 'b 0.5']);
    expect(ended).toEqual(['a', 'b']);
  });

  it('are stopped by the first that fails, whose error is thrown once all have ended', async () => {
    let isOver = false;
    const other: Method = async (tell, signal) => {
      await untilStopped(tell, signal).catch(() => undefined);
      await Promise.resolve();
      isOver = true;
      throw new Error('stopped');
    };
    const failing = (): Promise<void> => Promise.reject(new Error('no gradients here'));

    const all = atOnce({ other, failing }, [() => {}, () => {}], new AbortController().signal);

    await expect(all).rejects.toThrow('no gradients here');
    expect(isOver).toBe(true);
  });

  it('are all stopped by the signal', async () => {
    const stop = new AbortController();
    const all = atOnce({ a: untilStopped, b: untilStopped }, [() => {}, () => {}], stop.signal);
    stop.abort();
    await expect(all).rejects.toThrow('stopped');
  });
});
