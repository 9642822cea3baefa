/** What a reload would take away, kept in the browser's database: here a stand-in of it with little room. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_RECIPE } from '../../src/demo/recipe.ts';
import { Keeper, type Kept } from '../../src/demo/session/keeper.ts';
import type { KeptCheckpoint } from '../../src/demo/session/kept-checkpoint.ts';
import { tensor } from '../../src/engine/index.ts';

const database = vi.hoisted(() => ({
  held: new Map<string, unknown>(),
  /** Keys of each transaction that wrote. */
  written: [] as string[][],
  mostBytes: Number.POSITIVE_INFINITY,
  /** What the next transactions fail with; null for one that does not. */
  failures: [] as (Error | null)[],
  /** What each transaction waits for. */
  answers: Promise.resolve() as Promise<void>,
}));

vi.mock('idb-keyval', () => {
  const bytesOf = (value: unknown): number => {
    if (ArrayBuffer.isView(value)) return value.byteLength;
    if (value instanceof Blob) return value.size;
    if (value === null || typeof value !== 'object') return 8;
    return Object.values(value).reduce<number>((sum, one) => sum + bytesOf(one), 0);
  };
  /** All or nothing, as a transaction is; nothing is seen of it before it is done. */
  const setMany = async (pairs: [string, unknown][]): Promise<void> => {
    await database.answers;
    const failure = database.failures.shift() ?? null;
    if (failure !== null) throw failure;
    const next = new Map([...database.held, ...pairs]);
    if ([...next.values()].reduce<number>((sum, one) => sum + bytesOf(one), 0) > database.mostBytes) {
      throw new DOMException('no room', 'QuotaExceededError');
    }
    database.held = next;
    database.written.push(pairs.map(([key]) => key));
  };
  return {
    createStore: () => null,
    setMany,
    set: (key: string, value: unknown) => setMany([[key, value]]),
    getMany: async (keys: string[]) => {
      await database.answers;
      return keys.map((key) => database.held.get(key));
    },
    entries: async () => [...database.held],
    delMany: async (keys: string[]) => {
      await database.answers;
      for (const key of keys) database.held.delete(key);
    },
  };
});

const FILE_BYTES = 50_000;
const fileOf = (name: string): File => new File([new Uint8Array(FILE_BYTES)], name);
const file = fileOf('garden.csv');

function checkpointOf(epochs: number): KeptCheckpoint {
  const weights = [tensor([250], new Float32Array(250))];
  return {
    weights,
    optimizer: { iterations: epochs, slots: [] } as never,
    rows: Array.from({ length: epochs }, (_, k) => ({ epoch: k + 1, loss: 1, valLoss: k === 4 ? 0 : 1 })),
    targetEpochs: 40,
    stoppedEarly: false,
    patienceFrom: 0,
    past: Array.from({ length: epochs + 1 }, (_, epoch) => [epoch, weights] as const),
    look: null,
    isEdited: false,
  };
}

function keptOf(epochs: number, origin: Kept['origin'] = { type: 'file', file }): Kept {
  const choice = { target: 'warmth', features: ['warmth'], date: [] };
  const rest = { choice, recipe: DEFAULT_RECIPE, seed: 1, keepBest: true, start: null };
  return { ...rest, origin, checkpoint: checkpointOf(epochs) };
}

/** What a reloaded page finds. */
async function loaded(tab: string): Promise<Kept | null> {
  const kept = await new Keeper(tab).load();
  return kept === 'late' ? null : kept;
}

/** Saves and waits until it is done. */
async function saved(keeper: Keeper, kept: Kept): Promise<void> {
  keeper.save(async () => kept);
  await vi.advanceTimersByTimeAsync(2000);
}

describe('what is kept for a reload', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    Object.assign(database, {
      held: new Map(),
      written: [],
      mostBytes: Number.POSITIVE_INFINITY,
      failures: [],
      answers: Promise.resolve(),
    });
  });
  afterEach(() => vi.useRealTimers());

  it('comes back whole, and a file is written once, however many epochs end and pages are reloaded', async () => {
    const keeper = new Keeper('tab');
    for (let epoch = 1; epoch <= 3; epoch++) await saved(keeper, keptOf(epoch));
    expect(database.written).toEqual([['tab', 'tab origin'], ['tab'], ['tab']]);

    const next = new Keeper('tab');
    const back = await next.load();
    expect(back).toEqual(keptOf(3));
    if (back === null || back === 'late') throw new Error('Nothing came back.');
    // As it is read again: another origin of the same file.
    await saved(next, { ...keptOf(4), origin: { ...back.origin } });
    expect(database.written.at(-1)).toEqual(['tab']);
  });

  it.each([
    ['another file', { type: 'file', file: fileOf('roof.csv') }],
    ['a series of the page', { type: 'preset', preset: 'seattle' }],
    ['a city', { type: 'city', name: 'Oslo', answer: new Uint8Array(3) }],
  ] as const)('is of the data in use, and the file before goes: %s', async (_, origin) => {
    const keeper = new Keeper('tab');
    await saved(keeper, keptOf(1));
    await saved(keeper, keptOf(2, origin));
    expect(database.written.at(-1)).toEqual(['tab', 'tab origin']);
    expect([...database.held.keys()]).toEqual(['tab', 'tab origin']);
    expect((await loaded('tab'))?.origin).toEqual(origin);
  });

  it('holds few epochs where the database has no room for all', async () => {
    database.mostBytes = FILE_BYTES + 10_000;
    const keeper = new Keeper('tab');
    for (let epoch = 1; epoch <= 12; epoch++) await saved(keeper, keptOf(epoch));
    const back = await loaded('tab');
    expect(back?.checkpoint?.rows).toHaveLength(12);
    expect(back?.checkpoint?.past.map(([epoch]) => epoch)).toEqual([0, 5, 12]);
  });

  it('is nothing where the file finds no room, rather than what no longer holds, and other data are kept again', async () => {
    database.mostBytes = FILE_BYTES / 2;
    const keeper = new Keeper('tab');
    const preset = { type: 'preset', preset: 'seattle' } as const;
    await saved(keeper, keptOf(1, preset));
    await saved(keeper, keptOf(1));
    await saved(keeper, keptOf(2));
    expect(await new Keeper('tab').load()).toBeNull();
    expect([...database.held.keys()]).toEqual([]);

    await saved(keeper, keptOf(3, preset));
    expect((await loaded('tab'))?.checkpoint?.rows).toHaveLength(3);
  });

  it('makes room by letting go what tabs have kept for more than a week, their files too, and nothing younger', async () => {
    await saved(new Keeper('old'), keptOf(1));
    vi.setSystemTime(Date.now() + 6 * 24 * 3_600_000);
    await saved(new Keeper('young'), keptOf(1));
    vi.setSystemTime(Date.now() + 2 * 24 * 3_600_000);
    database.mostBytes = 2.5 * FILE_BYTES;
    await saved(new Keeper('new'), keptOf(1));
    expect([...database.held.keys()]).toEqual(['young', 'young origin', 'new', 'new origin']);
  });

  it.each([
    ['weights without data', (held: Map<string, unknown>) => held.delete('tab origin')],
    ['data without weights', (held: Map<string, unknown>) => held.delete('tab')],
    [
      'an origin that is none',
      (held: Map<string, unknown>) => held.set('tab origin', { type: 'file', file: 5 }),
    ],
    ['an entry that is none', (held: Map<string, unknown>) => held.set('tab', 5)],
    ['another version', (held: Map<string, unknown>) => held.set('tab', { version: 1, kept: keptOf(1) })],
  ])('is not read where it is not whole: %s', async (_, change) => {
    await saved(new Keeper('tab'), keptOf(1));
    change(database.held);
    expect(await new Keeper('tab').load()).toBeNull();
  });

  it('of what is asked while it writes, the latest follows', async () => {
    const keeper = new Keeper('tab');
    let give: (kept: Kept) => void = () => undefined;
    keeper.save(() => new Promise((resolve) => (give = resolve)));
    await vi.advanceTimersByTimeAsync(2000);
    for (const epoch of [2, 3]) keeper.save(async () => keptOf(epoch));
    await vi.advanceTimersByTimeAsync(2000);
    expect(database.written).toEqual([]);
    give(keptOf(1));
    await vi.advanceTimersByTimeAsync(2000);
    expect(database.written).toEqual([['tab', 'tab origin'], ['tab']]);
    expect((await loaded('tab'))?.checkpoint?.rows).toHaveLength(3);
  });

  it('stands at once where something else stands from now on, and what was being taken of what was before comes to nothing', async () => {
    const keeper = new Keeper('tab');
    await saved(keeper, keptOf(7));
    let give: (kept: Kept) => void = () => undefined;
    keeper.save(() => new Promise((resolve) => (give = resolve)));
    await vi.advanceTimersByTimeAsync(2000);
    await keeper.keep(keptOf(0));
    expect((await loaded('tab'))?.checkpoint?.rows).toHaveLength(0);
    give(keptOf(7));
    await vi.advanceTimersByTimeAsync(2000);
    expect((await loaded('tab'))?.checkpoint?.rows).toHaveLength(0);
    await saved(keeper, keptOf(1));
    expect((await loaded('tab'))?.checkpoint?.rows).toHaveLength(1);
  });

  /** Whether it has ended, and with what. */
  function watched(work: Promise<unknown>): { isDone: boolean; gave: unknown } {
    const seen: ReturnType<typeof watched> = { isDone: false, gave: undefined };
    void work.then((gave) => Object.assign(seen, { isDone: true, gave }));
    return seen;
  }

  it.each([
    ['keep', (keeper: Keeper) => keeper.keep(keptOf(2))],
    ['forget', (keeper: Keeper) => keeper.forget()],
  ])('is not waited for longer than a second: %s', async (_, work) => {
    const keeper = new Keeper('tab');
    database.answers = new Promise(() => undefined);
    const seen = watched(work(keeper));
    await vi.advanceTimersByTimeAsync(900);
    expect(seen.isDone).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    expect(seen).toEqual({ isDone: true, gave: undefined });
  });

  it('is given up where it does not come within ten seconds, and does not come into force later', async () => {
    await saved(new Keeper('tab'), keptOf(3));
    let answers = (): void => undefined;
    database.answers = new Promise((resolve) => {
      answers = resolve;
    });
    const keeper = new Keeper('tab');
    const seen = watched(keeper.load());
    await vi.advanceTimersByTimeAsync(9900);
    expect(seen.isDone).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    expect(seen).toEqual({ isDone: true, gave: 'late' });
    answers();
    await vi.advanceTimersByTimeAsync(0);
    database.written.length = 0;
    await keeper.keep(keptOf(1));
    // It does not count on the file that it never had from there.
    expect(database.written).toEqual([['tab', 'tab origin']]);
  });

  it('is what it was where a write fails for another reason than room', async () => {
    const keeper = new Keeper('tab');
    await saved(keeper, keptOf(3));
    database.failures = [new DOMException('the connection is closing', 'InvalidStateError')];
    await keeper.keep(keptOf(0));
    expect((await loaded('tab'))?.checkpoint?.rows).toHaveLength(3);
    await saved(keeper, keptOf(1));
    expect((await loaded('tab'))?.checkpoint?.rows).toHaveLength(1);
  });

  it('without room is tried again with the next change where the last try failed for another reason', async () => {
    database.mostBytes = FILE_BYTES / 2;
    const keeper = new Keeper('tab');
    database.failures = [null, null, new DOMException('the connection is closing', 'InvalidStateError')];
    await saved(keeper, keptOf(1));
    database.mostBytes = Number.POSITIVE_INFINITY;
    await saved(keeper, keptOf(2));
    expect((await loaded('tab'))?.checkpoint?.rows).toHaveLength(2);
  });

  it('of this tab stays however old it is: its file is not written again', async () => {
    const keeper = new Keeper('tab');
    await saved(keeper, keptOf(1));
    vi.setSystemTime(Date.now() + 8 * 24 * 3_600_000);
    await keeper.clean();
    await saved(keeper, keptOf(2));
    expect(await new Keeper('tab').load()).toEqual(keptOf(2));
  });
});
