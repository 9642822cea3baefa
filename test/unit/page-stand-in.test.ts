/** What stands in for a device: epochs of the recorded run, which may be slow to come, and what is asked for meanwhile. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SessionEvent } from '../../src/demo/protocol.ts';
import { DEFAULT_RECIPE } from '../../src/demo/recipe.ts';
import type { LoadedData } from '../../src/demo/session/loaded-data.ts';
import type { Painter } from '../../src/demo/session/painter.ts';
import { storedWeights } from '../../src/demo/session/recorded-epochs.ts';
import { Session } from '../../src/demo/session/session.ts';
import { english } from '../../src/demo/words.ts';
import { GatewiseError } from '../../src/engine/index.ts';

/** Weights of an epoch that come, or not; by epoch. */
const coming = vi.hoisted(() => new Map<number, { come: () => void; fail: (error: Error) => void }>());

vi.mock('../../src/engine/index.ts', async (original) => ({
  ...(await original<object>()),
  requestGpu: async () => {
    throw new GatewiseError('no-adapter', 'none');
  },
}));
vi.mock('../../src/demo/session/painter.ts', () => ({
  Painter: class {
    showWithoutDevice(): void {}
    hide(): void {}
    refresh(): void {}
  },
}));
vi.mock('../../src/demo/session/recorded.ts', () => {
  class Run {
    readonly epoch: number;
    constructor(epoch: number) {
      this.epoch = epoch;
    }
    announce(emit: (event: unknown) => void): void {
      this.tell(emit);
    }
    tell(emit: (event: unknown) => void): void {
      emit({ type: 'run', run: { shownEpoch: this.epoch } });
    }
    close(): void {}
    at(epoch: number): Promise<Run | null> {
      if (epoch === this.epoch) return Promise.resolve(null);
      return new Promise((resolve, fail) => {
        coming.set(epoch, { come: () => resolve(new Run(epoch)), fail });
      });
    }
  }
  return { openRecorded: async () => new Run(31) };
});

type Of<Type extends SessionEvent['type']> = Extract<SessionEvent, { type: Type }>;

/** A session without a device that shows the recorded run, and what it has said. */
async function opened() {
  const events: SessionEvent[] = [];
  const session = new Session('page', (event) => events.push(event));
  const latest = <Type extends SessionEvent['type']>(type: Type): Of<Type> | undefined =>
    events.findLast((event): event is Of<Type> => event.type === type);
  const opens = { tab: null, resume: false, epoch: null, preset: 'lag-3', seed: 1, keepBest: true } as const;
  session.handle({ type: 'open', ...opens, recipe: DEFAULT_RECIPE });
  const shown = (): number | undefined => latest('run')?.run.shownEpoch;
  await expect.poll(shown).toBe(31);
  const lookAt = async (epoch: number): Promise<void> => {
    session.handle({ type: 'look-at', epoch });
    await new Promise((resolve) => setTimeout(resolve, 10));
  };
  return { session, events, latest, shown, lookAt };
}

beforeEach(() => coming.clear());

describe('an epoch of the recorded run that is slow to come', () => {
  it('holds up nothing that is asked for meanwhile, and other settings take its place', async () => {
    const { session, latest, shown, lookAt } = await opened();
    await lookAt(12);

    session.handle({ type: 'apply', recipe: { ...DEFAULT_RECIPE, epochs: 7 }, keepBest: false });

    await expect.poll(() => latest('recipe')?.recipe.epochs).toBe(7);
    coming.get(12)?.come();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(shown()).toBe(31);
  });

  it.each([3, 31])('is overtaken by a look at epoch %s, and its failure is told nobody', async (next) => {
    const { latest, shown, lookAt } = await opened();
    for (const ends of ['come', 'fail'] as const) {
      await lookAt(12);
      await lookAt(next);
      coming.get(next)?.come();
      await expect.poll(shown).toBe(next);
      coming.get(12)?.[ends](new Error('offline'));
      await new Promise((resolve) => setTimeout(resolve, 10));
      expect([shown(), latest('problem')]).toEqual([next, undefined]);
    }
  });

  it('is told where it fails, and can be asked for again', async () => {
    const { latest, shown, lookAt } = await opened();
    await lookAt(12);
    coming.get(12)?.fail(new GatewiseError('internal', 'No answer within 30 seconds.'));
    await expect.poll(() => latest('problem')?.problem.message).toBe('No answer within 30 seconds.');

    await lookAt(12);
    coming.get(12)?.come();
    await expect.poll(shown).toBe(12);
  });
});

describe('a device that is asked for again', () => {
  it('is looked for once however often the button is pressed meanwhile, and that is said', async () => {
    const { session, events, latest } = await opened();
    const asked = (): number => events.filter(({ type }) => type === 'no-device').length;
    const said = (): unknown[] => events.flatMap((event) => (event.type === 'busy' ? [event.what] : []));
    for (const more of [1, 2]) {
      for (let press = 0; press < 3; press++) session.handle({ type: 'retry' });
      await expect.poll(asked).toBe(1 + more);
      await expect.poll(() => latest('busy')?.what).toBeNull();
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(asked()).toBe(1 + more);
    }
    expect(said()).toContain('Looking for a GPU');
  });
});

describe('the file of the recorded epochs', () => {
  const file = { epochs: [1, 2].map((epoch) => ({ epoch, weights: [btoa('\0\0\x80\x3f')] })) };
  const answer = { ok: true, json: async () => file } as Response;
  const busy: (string | null)[] = [];
  const emit = (event: SessionEvent): void => {
    if (event.type === 'busy') busy.push(event.what === null ? null : english(event.what));
  };

  beforeEach(() => {
    busy.length = 0;
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });

  it('is downloaded once for all that ask meanwhile; that it is slow is told after a second', async () => {
    let answers = (): void => undefined;
    const asked = vi.fn(() => new Promise<Response>((resolve) => (answers = () => resolve(answer))));
    vi.stubGlobal('fetch', asked);
    const first = storedWeights(1, emit);
    await vi.advanceTimersByTimeAsync(900);
    expect(busy).toEqual([]);
    const second = storedWeights(2, emit);
    await vi.advanceTimersByTimeAsync(200);
    expect(busy).toEqual(['Loading the recorded epochs']);
    answers();
    expect(await Promise.all([first, second])).toEqual([[Float32Array.of(1)], [Float32Array.of(1)]]);
    expect(asked).toHaveBeenCalledTimes(1);
    expect(busy.at(-1)).toBeNull();
  });

  it('that does not come, or not within 30 seconds, is told in a sentence and asked for anew the next time', async () => {
    const late = new AbortController();
    const limit = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(late.signal);
    const isGone = (_: string, { signal }: RequestInit): Promise<Response> =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    vi.stubGlobal('fetch', isGone);
    const waiting = storedWeights(1, emit).catch((error: Error) => error.message);
    expect(limit).toHaveBeenCalledWith(30_000);
    late.abort();
    expect(await waiting).toMatch(
      /^The weights of the recorded epochs could not be loaded \(no answer within 30 seconds\)\. Try again/,
    );

    limit.mockRestore();
    vi.stubGlobal('fetch', async () => ({ ok: false, status: 503 }));
    await expect(storedWeights(1, emit)).rejects.toThrow(/could not be loaded \(503\)/);
    vi.stubGlobal('fetch', async () => answer);
    expect(await storedWeights(1, emit)).toEqual([Float32Array.of(1)]);
  });
});

describe('the script of the recorded run, which does not come', () => {
  afterEach(() => vi.useRealTimers());

  it('is told after half a minute, and holds up nothing longer', async () => {
    vi.resetModules();
    vi.doMock('../../src/demo/session/recorded.ts', () => new Promise(() => undefined));
    const { StandIn } = await import('../../src/demo/session/stand-in.ts');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const why: string[] = [];
    const standIn = new StandIn('page', () => undefined, {} as Painter);
    standIn.show({} as LoadedData, DEFAULT_RECIPE).catch(({ message }: Error) => why.push(message));
    await vi.advanceTimersByTimeAsync(29_000);
    expect(why).toEqual([]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(why).toEqual([
      'The recorded run could not be loaded (no answer within 30 seconds). Try again once there is a connection.',
    ]);
  });
});
