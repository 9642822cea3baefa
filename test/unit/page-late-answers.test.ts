/** Answers that come when data or weights are others than when they were asked for, and whose weights a sheet is of. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { client } from '../../src/demo/app.ts';
import { traceWeights } from '../../src/demo/format.ts';
import { attempt, fileForecast, opened, predictNow, stopWork, working } from '../../src/demo/keras/state.ts';
import type { DataReport, FileForecast, RunReport, TraceReport } from '../../src/demo/protocol.ts';
import { data, receive, run, testPart } from '../../src/demo/state.ts';

const reportOf = (name: string): DataReport =>
  ({ name, test: { observed: Float64Array.of(1, 2), ridge: null }, scores: { ridge: null } }) as DataReport;
const FORECAST: FileForecast = {
  type: 'forecast',
  scores: { mae: 1, rmse: 2 },
  assumed: '',
  isOnProcessor: false,
};

describe('what is to be forecast', () => {
  it('is the same once ridge\u2019s forecast has come, and another with other data of the same name', () => {
    receive({ type: 'data', data: reportOf('garden.csv') });
    const before = testPart.value;
    receive({
      type: 'ridge',
      ridge: { predictions: Float64Array.of(1, 1), scores: { mae: 1, rmse: 1 } },
    });
    expect(testPart.value).toBe(before);
    expect(data.value?.scores.ridge?.mae).toBe(1);
    receive({ type: 'data', data: reportOf('garden.csv') });
    expect(testPart.value).not.toBe(before);
  });
});

describe('the forecast of a file', () => {
  afterEach(() => vi.restoreAllMocks());

  /** Asks, does something before the answer comes, and lets it come. */
  async function predictWhile(meanwhile: () => void): Promise<FileForecast | null> {
    receive({ type: 'data', data: reportOf('Seattle') });
    opened.value = { file: { model: {} } } as typeof opened.value;
    vi.spyOn(client, 'ask').mockImplementation(async () => {
      meanwhile();
      return { type: 'file-forecast', request: 1, forecast: FORECAST };
    });
    await predictNow();
    return fileForecast.value;
  }

  it('is shown for the data it was asked for', async () => {
    expect(await predictWhile(() => undefined)).toBe(FORECAST);
  });

  it('is not shown for data that came meanwhile', async () => {
    const shown = await predictWhile(() => receive({ type: 'data', data: reportOf('New York') }));
    expect(shown).toMatchObject({ type: 'none', why: expect.stringContaining('Predict again') });
  });
});

describe('the Stop button of the panel for files', () => {
  it('goes with its own work, and the work that began meanwhile is still said', async () => {
    const ends: (() => void)[] = [];
    const task = (): Promise<void> => new Promise((resolve) => ends.push(resolve));
    const first = attempt('use', 'Predicting', task, 'forecast');
    const second = attempt('gates', 'Trying orders', task, 'orders');
    ends[0]?.();
    await first;
    expect(working.value).toMatchObject({ part: 'gates', stops: 'orders' });
    expect([stopWork('forecast'), stopWork('orders')]).toEqual([false, true]);
    ends[1]?.();
    await second;
    expect(working.value).toBeNull();
  });
});

describe('the work sheet', () => {
  const runOf = (part: Partial<RunReport>): RunReport => ({
    ...run.value,
    epoch: 40,
    shownEpoch: 40,
    ...part,
  });
  const traceOf = (epoch: number): TraceReport => ({ epoch }) as TraceReport;

  it.each([
    ['the newest weights', runOf({ step: 3 }), traceOf(40), 'after 40 epochs and 3 steps'],
    ['the best epoch', runOf({ shownEpoch: 31 }), traceOf(31), 'after 31 epochs'],
    ['an epoch looked back at', runOf({ step: 3, shownEpoch: 2 }), traceOf(2), 'after 2 epochs'],
    ['the beginning', runOf({ step: 3, shownEpoch: 0 }), traceOf(0), 'before training'],
    ['no trace', runOf({ shownEpoch: 31 }), null, 'after 31 epochs'],
    [
      'the weights before this training',
      runOf({ phase: 'training', step: 3 }),
      traceOf(40),
      'after 40 epochs',
    ],
    ['a file', runOf({ epoch: 0, shownEpoch: 0, start: 'a.keras' }), traceOf(0), 'as in a.keras'],
  ])('says whose weights its numbers are: %s', (_, report, trace, words) => {
    expect(traceWeights({ run: report, trace })).toBe(words);
  });
});
