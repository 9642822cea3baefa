/** The session without a device under it: what a change leaves behind where telling of it fails, and answers that come late. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Command, RunReport, SessionEvent } from '../../src/demo/protocol.ts';
import { DEFAULT_RECIPE, type Recipe } from '../../src/demo/recipe.ts';
import { type Answerable, answer, type Question } from '../../src/demo/session/questions.ts';
import { Session } from '../../src/demo/session/session.ts';
import type { Trainer } from '../../src/demo/session/trainer.ts';
import { english } from '../../src/demo/words.ts';
import type { FitControl, Sequential } from '../../src/engine/index.ts';
import { GatewiseError, tensor } from '../../src/engine/index.ts';
import type { KerasModel } from '../../src/engine/keras/index.ts';

/** A model of one weight whose optimizer can fail to be read, the forecast of which can fail, and which can be too large to be made. */
const fails = vi.hoisted(() => ({ forecast: false, optimizer: false, units: 0 }));
interface Holds {
  /** What a model that is made waits for. */
  making: Promise<void>;
  /** What weights that are read wait for. */
  reading: Promise<void>;
  /** What the database's answer to a page that was reloaded waits for. */
  loading: Promise<void>;
  /** Called as something begins to be kept. */
  onKeeping(): void;
  /** Loses the device that was given last. */
  lose(): void;
}
const holds: Holds = vi.hoisted(() => ({
  making: Promise.resolve(),
  reading: Promise.resolve(),
  loading: Promise.resolve(),
  onKeeping: () => undefined,
  lose: () => undefined,
}));

/** What the browser's database has. */
const database = vi.hoisted(() => new Map<string, unknown>());

vi.mock('idb-keyval', () => ({
  createStore: () => null,
  set: async (key: string, value: unknown) => {
    holds.onKeeping();
    await new Promise((resolve) => setTimeout(resolve, 5));
    database.set(key, value);
  },
  setMany: async (pairs: [string, unknown][]) => {
    holds.onKeeping();
    await new Promise((resolve) => setTimeout(resolve, 5));
    for (const [key, value] of pairs) database.set(key, value);
  },
  getMany: async (keys: string[]) => {
    await holds.loading;
    return keys.map((key) => database.get(key));
  },
  entries: async () => [...database],
  delMany: async (keys: string[]) => {
    for (const key of keys) database.delete(key);
  },
}));

vi.mock('../../src/engine/index.ts', async (original) => ({
  ...(await original<object>()),
  requestGpu: async () => ({
    info: { label: 'none', isFallback: true },
    device: { queue: { onSubmittedWorkDone: async () => undefined } },
    lost: new Promise((resolve) => {
      holds.lose = () => resolve({ message: 'gone' });
    }),
    onError: () => () => undefined,
    dispose: () => undefined,
  }),
}));
vi.mock('../../src/demo/session/painter.ts', () => ({
  Painter: class {
    show(): void {}
    hide(): void {}
    refresh(): void {}
  },
}));
vi.mock('../../src/demo/session/cell-reader.ts', () => ({
  CellReader: class {
    dispose(): void {}
  },
}));
vi.mock('../../src/demo/session/gradient-report.ts', () => ({
  gradientReport: async () => ({ type: 'gradients' }),
}));
vi.mock('../../src/demo/session/similar-days.ts', () => ({ similarDays: async () => ({ compared: 1 }) }));
const untilStopped = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
vi.mock('../../src/demo/session/lag-maps.ts', () => ({
  lagReport: (
    _gpu: unknown,
    _trainer: unknown,
    _data: unknown,
    _question: unknown,
    { signal }: { signal: AbortSignal },
  ) => untilStopped(signal),
}));
vi.mock('../../src/demo/session/lag-study.ts', () => ({
  lagStudy: (_seeds: number, _has: unknown, signal: AbortSignal) => untilStopped(signal),
}));
vi.mock('../../src/demo/session/file-forecast.ts', () => ({
  forecastOfFile: (_gpu: unknown, _data: unknown, _model: unknown, signal: AbortSignal) =>
    untilStopped(signal),
}));
vi.mock('../../src/demo/session/forecaster.ts', () => ({
  buildForecaster: async (_gpu: unknown, _data: unknown, { units }: Recipe, seed: number) => {
    await holds.making;
    if (units === fails.units) throw new GatewiseError('bad-input', 'The GPU has no memory left.');
    return modelOf(seed);
  },
  beginAnew: (model: Sequential, seed: number) => model.resetWeights(seed),
  forecastTest: async () => {
    if (fails.forecast) throw new Error('the forecast did not fit');
    return { predicted: new Float64Array(), scores: { mae: 1, rmse: 1 }, skill: 0 };
  },
}));

function modelOf(seed: number): unknown {
  let value = seed;
  // That of seed 5 has other arrays than the others.
  const name = seed === 5 ? 'bias' : 'kernel';
  const spec = { name, path: `lstm/${name}`, shape: [1, 4], offset: 0, gateUnits: 1, rowStride: 4 };
  return {
    parameters: { buffer: null, layout: [spec] },
    weightSpecs: () => [spec],
    getWeights: async () => {
      const read = [tensor([1, 4], [value, value, value, value])];
      await holds.reading;
      return read;
    },
    fit: async (_: unknown, { control }: { control: FitControl }) => {
      while (control.state !== 'stopped') await new Promise((resolve) => setTimeout(resolve, 5));
      return { stopped: 'stopped' };
    },
    setWeights: ([first]: { data: Float32Array }[]) => {
      value = first?.data[0] ?? Number.NaN;
    },
    resetWeights: (next: number) => {
      value = next;
    },
    getOptimizerState: async () => {
      if (fails.optimizer) throw new Error('the optimizer can\u2019t be read');
      return { iterations: 0, slots: [] };
    },
    setOptimizerState: () => undefined,
    plan: async () => [],
    toConfig: () => ({ layers: [] }),
    countParams: () => 4,
    dispose: () => undefined,
  };
}

type Of<Type extends SessionEvent['type']> = Extract<SessionEvent, { type: Type }>;

/** A session with a series, and what it has said. */
async function opened(
  tab: string | null = null,
  hears: (event: SessionEvent) => void = () => undefined,
  resume = false,
) {
  const events: SessionEvent[] = [];
  const session = new Session('page', (event) => {
    events.push(event);
    hears(event);
  });
  const latest = <Type extends SessionEvent['type']>(type: Type): Of<Type> | undefined =>
    events.findLast((event): event is Of<Type> => event.type === type);
  const recipe = DEFAULT_RECIPE;
  session.handle({
    type: 'open',
    tab,
    resume,
    epoch: null,
    preset: 'lag-3',
    recipe,
    seed: 1,
    keepBest: true,
  });
  // The fake clock of a test that has one comes on a little with each look.
  await expect.poll(() => latest('forecast')?.forecast, { timeout: 25_000 }).toBeTruthy();
  return { session, latest };
}

beforeEach(() => {
  Object.assign(fails, { forecast: false, optimizer: false, units: 0 });
  const [making, reading, loading] = [Promise.resolve(), Promise.resolve(), Promise.resolve()];
  Object.assign(holds, { making, reading, loading, onKeeping: () => undefined });
});

describe('a change whose forecast fails', () => {
  it.each([
    ['settings', { type: 'apply', recipe: { ...DEFAULT_RECIPE, epochs: 7 }, keepBest: false }],
    ['new seed', { type: 'new-seed', seed: 5 }],
    ['edit of a weight', { type: 'edit-weight', matrix: 'kernel', row: 0, column: 0, value: 0.5 }],
  ] as const)('stands all the same, is told of and can be undone: %s', async (what, command) => {
    const { session, latest } = await opened();
    const before = latest('weights')?.weights.fingerprint;
    fails.forecast = true;

    session.handle(command);
    await expect
      .poll(() => english(latest('problem')?.problem.message ?? ''))
      .toContain('the forecast did not fit');
    expect(latest('undoable')).toMatchObject({ undo: what, redo: null });

    fails.forecast = false;
    session.handle({ type: 'undo' });
    await expect.poll(() => latest('undoable')).toMatchObject({ undo: null, redo: what });
    await expect.poll(() => latest('weights')?.weights.fingerprint).toBe(before);
  });

  it('settings that were undone are those before, the box of the best epoch too', async () => {
    const { session, latest } = await opened();
    session.handle({ type: 'apply', recipe: { ...DEFAULT_RECIPE, epochs: 7 }, keepBest: false });
    await expect.poll(() => latest('recipe')).toMatchObject({ recipe: { epochs: 7 }, keepBest: false });

    session.handle({ type: 'undo' });

    await expect.poll(() => latest('recipe')).toMatchObject({ recipe: DEFAULT_RECIPE, keepBest: true });
  });
});

describe('a change that does not come about', () => {
  it('leaves settings, weights and what can be undone as they were', async () => {
    const { session, latest } = await opened();

    session.handle({ type: 'apply', recipe: { ...DEFAULT_RECIPE, window: 100_000 }, keepBest: false });
    await expect.poll(() => latest('problem')?.problem.place).toBe('recipe');
    expect(latest('undoable')).toMatchObject({ undo: null });
    expect(latest('recipe')).toMatchObject({ recipe: DEFAULT_RECIPE, keepBest: true });

    fails.optimizer = true;
    session.handle({ type: 'edit-weight', matrix: 'kernel', row: 0, column: 0, value: 0.5 });
    await expect.poll(() => english(latest('problem')?.problem.message ?? '')).toContain('optimizer');
    expect(latest('undoable')).toMatchObject({ undo: null });
    session.handle({ type: 'read-weights', request: 1 });
    await expect.poll(() => latest('matrices')?.values.kernel).toEqual(Float32Array.of(1, 1, 1, 1));
  });
});

describe('what a reload brings back', () => {
  type Kept = {
    kept: { recipe: { epochs: number }; seed: number; checkpoint: { isEdited: boolean } | null };
  };
  const kept = (): Kept['kept'] | undefined => (database.get('told') as Kept | undefined)?.kept;

  it('is what the page was told last, from the moment that it is told', async () => {
    const told: unknown[] = [];
    const { session, latest } = await opened('told', (event) => {
      if (event.type === 'recipe') told.push([event.recipe.epochs, kept()?.recipe.epochs]);
      if (event.type === 'run') {
        const { seed, isEdited } = event.run;
        told.push([seed, isEdited, kept()?.seed, kept()?.checkpoint?.isEdited ?? false]);
      }
    });
    // Before there is a device, and on it.
    expect(told).toEqual([
      [40, 40],
      [40, 40],
      [1, false, 1, false],
    ]);
    told.length = 0;

    session.handle({ type: 'apply', recipe: { ...DEFAULT_RECIPE, epochs: 4 }, keepBest: true });
    session.handle({ type: 'edit-weight', matrix: 'kernel', row: 0, column: 0, value: 0.5 });
    session.handle({ type: 'new-seed', seed: 5 });
    session.handle({ type: 'undo' });
    session.handle({ type: 'reset' });
    await expect.poll(() => latest('undoable')).toMatchObject({ undo: 'reset' });
    await expect.poll(() => told).toHaveLength(6);
    expect(told).toEqual([
      [4, 4],
      [1, false, 1, false],
      [1, true, 1, true],
      [5, false, 5, false],
      [1, true, 1, true],
      [1, false, 1, false],
    ]);
  });
});

describe('a page that was reloaded', () => {
  it('says what it brought back where that is other than what it opens with, the box of the best epoch alone too', async () => {
    database.clear();
    const first = await opened('first');
    // A tab of its own, so that it keeps nothing over what the first one keeps.
    database.set('second', database.get('first')).set('second origin', database.get('first origin'));
    expect((await opened('second', undefined, true)).latest('resumed')).toBeUndefined();

    first.session.handle({ type: 'apply', recipe: DEFAULT_RECIPE, keepBest: false });
    await expect.poll(() => first.latest('recipe')?.keepBest).toBe(false);
    const { latest } = await opened('first', undefined, true);
    await expect.poll(() => latest('resumed')).toMatchObject({ epoch: 0 });
    expect(latest('recipe')?.keepBest).toBe(false);
  });
});

/** Tabs that were opened by name. */
let tabs = 0;

/** A tab of its own with what another one has kept, of so many units, which writes no more. */
async function keptOther(units: number): Promise<void> {
  database.clear();
  // Sessions of tests before this one still keep what they have under the names of theirs.
  const tab = `tab ${++tabs}`;
  const { session, latest } = await opened(tab);
  session.handle({ type: 'apply', recipe: { ...DEFAULT_RECIPE, units }, keepBest: true });
  await expect.poll(() => latest('recipe')?.recipe.units).toBe(units);
  database.set('other', database.get(tab)).set('other origin', database.get(`${tab} origin`));
}

describe('a page whose device does not take what was kept', () => {
  it('begins anew where it has no memory left for it, and forgets nothing', async () => {
    await keptOther(64);
    fails.units = 64;

    const { latest } = await opened('other', undefined, true);

    expect(latest('recipe')?.recipe.units).toBe(DEFAULT_RECIPE.units);
    expect(english(latest('problem')?.problem.message ?? '')).toMatch(
      /could not be brought back.*keeps nothing/,
    );
    expect(database.get('other')).toMatchObject({ kept: { recipe: { units: 64 } } });
  });

  it('has it wait for the next device where this one is lost meanwhile', async () => {
    await keptOther(64);
    const events: SessionEvent[] = [];
    const session = new Session('page', (event) => events.push(event));
    const has = (type: SessionEvent['type']): boolean => events.some((event) => event.type === type);
    const units = (): number[] =>
      events.flatMap((event) => (event.type === 'recipe' ? [event.recipe.units] : []));
    let breaks = (_: Error): void => undefined;
    holds.making = new Promise((_, reject) => {
      breaks = reject;
    });
    const opens = { preset: 'lag-3', recipe: DEFAULT_RECIPE, seed: 1, keepBest: true } as const;
    session.handle({ type: 'open', tab: 'other', resume: true, epoch: null, ...opens });
    await expect.poll(() => has('device')).toBe(true);
    holds.lose();
    breaks(new GatewiseError('device-lost', 'gone'));
    await expect.poll(() => has('no-device')).toBe(true);
    holds.making = Promise.resolve();
    session.handle({ type: 'retry' });
    await expect.poll(() => has('forecast')).toBe(true);

    expect(new Set(units())).toEqual(new Set([64]));
    session.handle({ type: 'apply', recipe: { ...DEFAULT_RECIPE, units: 48 }, keepBest: true });
    await expect.poll(() => units().at(-1)).toBe(48);
    expect(database.get('other')).toMatchObject({ kept: { recipe: { units: 48 } } });
  });
});

describe('a page whose database does not answer', () => {
  afterEach(() => vi.useRealTimers());

  it('opens all the same after ten seconds, says so and writes nothing over what may still be there', async () => {
    database.clear();
    const first = await opened('silent');
    first.session.handle({ type: 'apply', recipe: { ...DEFAULT_RECIPE, epochs: 7 }, keepBest: true });
    await expect.poll(() => first.latest('recipe')?.recipe.epochs).toBe(7);
    holds.loading = new Promise(() => undefined);
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout'],
      shouldAdvanceTime: true,
      advanceTimeDelta: 500,
    });

    const { latest } = await opened('silent', undefined, true);

    expect(english(latest('problem')?.problem.message ?? '')).toContain('could not be brought back');
    expect(latest('recipe')?.recipe.epochs).toBe(DEFAULT_RECIPE.epochs);
    await vi.advanceTimersByTimeAsync(5000);
    expect(database.get('silent')).toMatchObject({ kept: { recipe: { epochs: 7 } } });
  });
});

describe('what the page opens with and does not come', () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('is a series: that is told, there is a device all the same, and it can be asked for again', async () => {
    const events: SessionEvent[] = [];
    const session = new Session('page', (event) => events.push(event));
    const all = (type: SessionEvent['type']): SessionEvent[] => events.filter((event) => event.type === type);
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
    const opens = { tab: null, resume: false, epoch: null, seed: 1, keepBest: true } as const;
    session.handle({ type: 'open', ...opens, preset: 'seattle', recipe: DEFAULT_RECIPE });
    await expect.poll(() => all('device')).toHaveLength(1);
    const [problem] = all('problem') as Of<'problem'>[];
    expect(problem?.problem.place).toBe('data');
    expect(english(problem?.problem.message ?? '')).toBe(
      'The weather data could not be loaded (Failed to fetch). Try again once there is a connection.',
    );

    const csv = readFileSync('dist/data/seattle.csv', 'utf8');
    vi.stubGlobal('fetch', async () => ({ ok: true, text: async () => csv }));
    session.handle({ type: 'retry' });
    await expect.poll(() => all('forecast')).toHaveLength(2);
    expect([all('device').length, all('problem').length]).toEqual([1, 1]);
  });

  it('is a series of a link with an epoch: the training goes there once it has come', async () => {
    const events: SessionEvent[] = [];
    const session = new Session('page', (event) => events.push(event));
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
    const opens = { tab: null, resume: false, epoch: 3, seed: 1, keepBest: true } as const;
    session.handle({ type: 'open', ...opens, preset: 'seattle', recipe: DEFAULT_RECIPE });
    await expect.poll(() => events.some(({ type }) => type === 'device')).toBe(true);

    const csv = readFileSync('dist/data/seattle.csv', 'utf8');
    vi.stubGlobal('fetch', async () => ({ ok: true, text: async () => csv }));
    session.handle({ type: 'retry' });
    const runs = (): unknown[] => events.flatMap((event) => (event.type === 'run' ? [event.run] : []));
    await expect.poll(() => runs().at(-1)).toMatchObject({ phase: 'training', targetEpochs: 3 });
  });

  it('is a model: after a minute the device is given up, the page says so, and another one can be had', async () => {
    const events: SessionEvent[] = [];
    const session = new Session('page', (event) => events.push(event));
    const has = (type: SessionEvent['type']): boolean => events.some((event) => event.type === type);
    holds.making = new Promise(() => undefined);
    const opens = { tab: null, resume: false, epoch: null, seed: 1, keepBest: true } as const;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    session.handle({ type: 'open', ...opens, preset: 'lag-3', recipe: DEFAULT_RECIPE });
    await vi.waitUntil(() => has('device'), { timeout: 5000 });
    await vi.advanceTimersByTimeAsync(59_000);
    expect(has('no-device')).toBe(false);
    await vi.advanceTimersByTimeAsync(2000);
    const told = events.findLast((event): event is Of<'no-device'> => event.type === 'no-device');
    expect(told).toMatchObject({ lost: true, problem: { code: 'device-lost' } });
    expect(english(told?.problem.message ?? '')).toContain('has not answered for 60 seconds');

    // A slow one is waited for twice as long the next time.
    session.handle({ type: 'retry' });
    const all = (type: SessionEvent['type']): number => events.filter((event) => event.type === type).length;
    await vi.waitUntil(() => all('device') === 2, { timeout: 5000 });
    await vi.advanceTimersByTimeAsync(119_000);
    expect(all('no-device')).toBe(1);
    await vi.advanceTimersByTimeAsync(2000);
    expect(all('no-device')).toBe(2);

    holds.making = Promise.resolve();
    vi.useRealTimers();
    session.handle({ type: 'retry' });
    await expect.poll(() => has('weights')).toBe(true);
  });
});

describe('the forecast of a model file', () => {
  const asks = { type: 'predict-file', request: 1, model: {} as KerasModel } as const;

  it('is stopped where that is asked for, and where other data or settings come', async () => {
    const { session, latest } = await opened();
    session.handle(asks);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(latest('file-forecast')).toBeUndefined();
    session.handle({ type: 'stop-file', work: 'orders' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(latest('file-forecast')).toBeUndefined();
    session.handle({ type: 'stop-file', work: 'forecast' });
    await expect.poll(() => latest('file-forecast')).toMatchObject({ forecast: { type: 'stopped' } });

    session.handle({ ...asks, request: 2 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    session.handle({ type: 'apply', recipe: { ...DEFAULT_RECIPE, window: 5 }, keepBest: true });
    await expect
      .poll(() => latest('file-forecast'))
      .toMatchObject({ request: 2, forecast: { type: 'stopped' } });
  });
});

describe('a model that takes the place of another', () => {
  it('is told of at once with what becomes of what was asked of other data', async () => {
    const order: string[] = [];
    const { session } = await opened('ordered', ({ type }) => order.push(type));
    session.handle({ type: 'predict-file', request: 1, model: {} as KerasModel });
    await new Promise((resolve) => setTimeout(resolve, 20));
    order.length = 0;

    session.handle({ type: 'use-preset', preset: 'noise' });

    await expect.poll(() => order).toContain('file-forecast');
    expect(order.indexOf('data')).toBeGreaterThan(-1);
    expect(order.indexOf('data')).toBeLessThan(order.indexOf('file-forecast'));
  });

  it('is not mixed up with weights of the one before that are read as it comes', async () => {
    const told: Of<'weights'>['weights'][] = [];
    const { session, latest } = await opened('followed', (event) => {
      if (event.type === 'weights') told.push(event.weights);
    });
    const before = latest('weights')?.weights;
    let comes = (): void => undefined;
    session.handle({ type: 'train' });
    await expect.poll(() => latest('run')?.run.phase).toBe('training');
    const reading = new Promise<void>((resolve) => {
      comes = resolve;
    });
    holds.reading = reading;
    session.handle({ type: 'pause' });
    holds.reading = Promise.resolve();
    holds.onKeeping = comes;
    session.handle({
      type: 'go-to',
      preset: 'lag-3',
      recipe: { ...DEFAULT_RECIPE, units: 7 },
      seed: 5,
      keepBest: true,
      epoch: null,
    });
    await expect.poll(() => told.at(-1)?.largest.bias).toBe(5);
    await reading;
    const ofBefore = told.filter(({ fingerprint }) => fingerprint === before?.fingerprint);
    expect(ofBefore.map(({ largest }) => largest.kernel)).toEqual(ofBefore.map(() => 1));
  });
});

describe('how far a training is', () => {
  it.each([
    ['another seed', { type: 'new-seed', seed: 3 }, ({ seed }) => seed === 3],
    [
      'an edit',
      { type: 'edit-weight', matrix: 'kernel', row: 0, column: 0, value: 0.5 },
      ({ isEdited }) => isEdited,
    ],
  ] as const satisfies readonly (readonly [string, Command, (run: RunReport) => boolean])[])(
    'is told after the weights it has: %s',
    async (_, command, isReached) => {
      const prints: (string | undefined)[] = [];
      const { session, latest } = await opened(null, (event) => {
        if (event.type === 'run' && isReached(event.run)) prints.push(latest('weights')?.weights.fingerprint);
      });
      const before = latest('weights')?.weights.fingerprint;
      session.handle(command);
      await expect.poll(() => latest('forecast')?.forecast).toBeTruthy();
      await expect.poll(() => prints.length).toBeGreaterThan(0);
      const after = latest('weights')?.weights.fingerprint;
      expect(after).not.toBe(before);
      expect(prints).toEqual(prints.map(() => after));
    },
  );
});

describe('another model', () => {
  it('comes with its weights and with how far it is, in one task', async () => {
    let isLater = false;
    const order: string[] = [];
    const { session, latest } = await opened(null, ({ type }) => {
      if (type === 'model') setTimeout(() => (isLater = true), 0);
      if (type === 'model' || type === 'weights' || type === 'run')
        order.push(isLater ? `${type}, later` : type);
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    order.length = 0;
    isLater = false;
    const slow = { get: () => new Promise((resolve) => setTimeout(resolve, 20)), configurable: true };
    Object.defineProperty(holds, 'reading', slow);
    session.handle({ type: 'apply', recipe: { ...DEFAULT_RECIPE, epochs: 7 }, keepBest: true });
    await expect.poll(() => latest('run')?.run.targetEpochs).toBe(7);
    Object.defineProperty(holds, 'reading', { value: Promise.resolve(), writable: true, configurable: true });
    expect(order).toEqual(['model', 'weights', 'run']);
  });
});

describe('weights that were to come back as the device was lost', () => {
  it('wait for the next one, and no recorded run takes their place', async () => {
    const types: string[] = [];
    const { session, latest } = await opened(null, ({ type }) => types.push(type));
    session.handle({ type: 'edit-weight', matrix: 'kernel', row: 0, column: 0, value: 0.5 });
    await expect.poll(() => latest('run')?.run.isEdited).toBe(true);
    const edited = latest('weights')?.weights.fingerprint;
    session.handle({ type: 'apply', recipe: { ...DEFAULT_RECIPE, epochs: 7 }, keepBest: true });
    await expect.poll(() => latest('recipe')?.recipe.epochs).toBe(7);
    await expect.poll(() => latest('run')?.run.isEdited).toBe(false);
    let makes = (): void => undefined;
    holds.making = new Promise((resolve) => {
      makes = resolve;
    });
    session.handle({ type: 'undo' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    holds.lose();
    await expect.poll(() => latest('no-device')?.lost).toBe(true);
    makes();
    await expect.poll(() => latest('recipe')?.recipe.epochs).toBe(DEFAULT_RECIPE.epochs);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(types.filter((type) => type === 'recorded' || type === 'problem')).toEqual([]);

    session.handle({ type: 'retry' });
    await expect.poll(() => latest('run')?.run.isEdited).toBe(true);
    await expect.poll(() => latest('weights')?.weights.fingerprint).toBe(edited);
  });
});

describe('what a model file is asked', () => {
  const asked = async (has: Partial<Answerable>, question: Question): Promise<SessionEvent[]> => {
    const events: SessionEvent[] = [];
    const all = { gpu: null, data: null, trainer: null, recorded: null, ...has } as unknown as Answerable;
    await answer(question, all, (event) => events.push(event));
    return events;
  };
  const window = { type: 'prove', request: 1, proof: 'activations', x: null, tolerance: 1 } as const;
  const model = { config: { build_input_shape: [null, 2, 1] } } as unknown as KerasModel;

  it.each([
    [true, /not ready yet/],
    [false, /there is none here/],
  ])('needs a device, which may not be known yet: %s', async (isAsking, words) => {
    const [event] = await asked({ isAsking }, { ...window, a: model, b: model, window: 0 });
    const { answer: found } = event as Of<'proven'>;
    expect(found.type === 'none' && english(found.why)).toMatch(words);
  });

  it.each([3, -1, 0.5])('is about a window that the data have, not about %s of 3', async (index) => {
    const data = { split: { test: { starts: [0, 1, 2] } } } as never;
    const [event] = await asked({ gpu: {} as never, data }, { ...window, a: model, b: model, window: index });
    const { answer: found } = event as Of<'proven'>;
    expect(found.type === 'none' && english(found.why)).toMatch(
      /^There is no window .* among the 3 of the test part/,
    );
  });
});

describe('what a recorded run is asked and cannot answer', () => {
  const question = { type: 'find-similar', request: 1, window: 0 } as const;

  it.each([
    ['because nobody waits for it', new GatewiseError('aborted', 'Other data.'), ['similar']],
    ['for another reason, which is told', new TypeError('a chunk did not load'), ['problem', 'similar']],
  ])('is nothing: %s', async (_, error, types) => {
    const events: SessionEvent[] = [];
    const recorded = { answer: () => Promise.reject(error) };
    const has = { data: null, trainer: null, recorded, stands: () => true } as unknown as Answerable;
    await answer(question, has, (event) => events.push(event));
    expect(events.map(({ type }) => type)).toEqual(types);
    expect(events.at(-1)).toMatchObject({ request: 1, similar: null });
  });
});

describe('an answer about a model that no longer stands', () => {
  const trainer = { read: (task: () => Promise<unknown>) => task() } as unknown as Trainer;

  async function asked(question: Question, isStill: boolean): Promise<SessionEvent | undefined> {
    const events: SessionEvent[] = [];
    const has = { data: {}, trainer, recorded: null, stands: () => isStill } as unknown as Answerable;
    await answer(question, has, (event) => events.push(event));
    return events[0];
  }

  it.each([true, false])('is none: gradients and similar days, standing %s', async (isStill) => {
    const gradients = await asked({ type: 'read-gradients', request: 1, of: 'training', window: 0 }, isStill);
    const similar = await asked({ type: 'find-similar', request: 2, window: 0 }, isStill);

    expect(gradients).toMatchObject({ gradients: isStill ? { type: 'gradients' } : null });
    expect(similar).toMatchObject({ similar: isStill ? { compared: 1 } : null });
  });
});

describe('what the lag lab began while another model was being made', () => {
  it('is stopped once that model stands', async () => {
    const { session, latest } = await opened();
    let makes = (): void => undefined;
    holds.making = new Promise((resolve) => {
      makes = resolve;
    });
    session.handle({ type: 'apply', recipe: { ...DEFAULT_RECIPE, window: 5 }, keepBest: true });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(latest('recipe')?.recipe.window).toBe(DEFAULT_RECIPE.window);
    session.handle({ type: 'study-lags', request: 1, seeds: 2 });
    session.handle({
      type: 'read-lags',
      request: 2,
      method: 'sensitivity',
      baseline: { kind: 'mean' },
      extra: 0,
      weights: 'shown',
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([latest('lag-study'), latest('lag-map')]).toEqual([undefined, undefined]);

    makes();

    await expect.poll(() => latest('lag-study')).toMatchObject({ request: 1, answer: { type: 'stopped' } });
    await expect.poll(() => latest('lag-map')).toMatchObject({ request: 2, lags: null });
    expect(latest('recipe')?.recipe.window).toBe(5);
  });
});
