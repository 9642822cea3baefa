/** The page's end of the line to the session: what is said before there is one, and a session that does not load. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { client, retry, startApp } from '../../src/demo/app.ts';
import type { Command } from '../../src/demo/protocol.ts';
import { device } from '../../src/demo/state.ts';
import { english } from '../../src/demo/words.ts';

const session = vi.hoisted(() => ({
  taken: [] as Command[],
  loads: null as Promise<void> | null,
}));

vi.mock('../../src/demo/session/session.ts', async () => {
  await session.loads;
  return {
    Session: class {
      handle(command: Command): void {
        session.taken.push(command);
      }
    },
  };
});
vi.mock('../../src/demo/tab.ts', () => ({ tabName: () => 'tab', wasReloaded: () => false }));

describe('a session that does not load', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    vi.stubGlobal('HTMLCanvasElement', class {});
    vi.stubGlobal('addEventListener', () => undefined);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('is told after 35 seconds; asked for again, it does first what the page opened with, then what was asked since', async () => {
    let comes = (): void => undefined;
    session.loads = new Promise((resolve) => {
      comes = resolve;
    });
    const opening = startApp(null);
    client.send({ type: 'train' });
    await vi.advanceTimersByTimeAsync(34_000);
    expect(device.value).toEqual({ kind: 'starting' });
    await vi.advanceTimersByTimeAsync(2000);
    expect(device.value).toMatchObject({ kind: 'none' });
    expect(device.value.kind === 'none' && english(device.value.problem.message)).toMatch(
      /^The part of the page that trains could not be loaded/,
    );

    retry();
    expect(device.value).toEqual({ kind: 'starting' });
    comes();
    await opening;
    await vi.waitUntil(() => session.taken.length > 0, { timeout: 10_000 });
    expect(session.taken.map(({ type }) => type)).toEqual(['open', 'train']);

    retry();
    expect(session.taken.at(-1)).toEqual({ type: 'retry' });
  });
});
