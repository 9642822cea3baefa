/** What the lag lab asks and keeps when data, model or weights change under its questions. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { client } from '../../src/demo/app.ts';
import type { LagBaseline, LagQuestion, LagReport } from '../../src/demo/lags/lag-protocol.ts';
import {
  chosenDisplay,
  chosenMethod,
  followLags,
  knownLags,
  measured,
  shownDisplay,
} from '../../src/demo/lags/lag-state.ts';
import type { DataReport, DeviceReport, ModelReport } from '../../src/demo/protocol.ts';
import { chooseComingFeature, chooseFeature, chosenFeature } from '../../src/demo/selection.ts';
import { lagShare, receive } from '../../src/demo/state.ts';

const PRINT = 'aaaaaaaa';
const QUESTION: LagQuestion = {
  method: 'sensitivity',
  baseline: { kind: 'mean' },
  extra: 0,
  weights: 'shown',
};

/** Questions in the order they were asked, each answered when the test says so. */
let asked: { question: LagQuestion; answer: (lags: LagReport | null) => Promise<void> }[] = [];
let stop: (() => void) | null = null;

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

function follow(question: LagQuestion = QUESTION): void {
  stop?.();
  stop = followLags(() => question);
}

const reportOf = (question: LagQuestion, epoch = 0, fingerprint = PRINT): LagReport =>
  ({ type: 'lags', ...question, epoch, fingerprint }) as LagReport;

/** Other data, as the session tells of them. */
function data(): void {
  receive({ type: 'data', data: { test: { observed: Float64Array.of(1) } } as DataReport });
}

/** A new model and its weights, as the session tells of them. */
function build(fingerprint = PRINT, features: readonly string[] = ['x']): void {
  receive({ type: 'model', model: { units: 4, features } as unknown as ModelReport });
  weights(fingerprint);
}

function weights(fingerprint: string): void {
  receive({
    type: 'weights',
    weights: { fingerprint, largest: { kernel: 1, recurrent_kernel: 1, bias: 1 } },
  });
}

beforeEach(() => {
  asked = [];
  vi.spyOn(client, 'ask').mockImplementation((question) => {
    if (question.type !== 'read-lags') return new Promise(() => undefined);
    const { type: _, ...own } = question;
    return new Promise((resolve) => {
      const answer = async (lags: LagReport | null): Promise<void> => {
        resolve({ type: 'lag-map', request: 1, lags });
        await turn();
      };
      asked.push({ question: own, answer });
    });
  });
  receive({ type: 'device', device: {} as DeviceReport });
  data();
  build();
});

afterEach(() => {
  stop?.();
  stop = null;
  vi.restoreAllMocks();
});

describe('a question under way', () => {
  it('is asked anew of other data and another model, also where its weights have the same fingerprint', async () => {
    follow();
    expect(asked).toHaveLength(1);
    // The session ends it before the new model stands, so the old one is asked once more.
    await asked[0]?.answer(null);
    expect(asked).toHaveLength(2);

    data();
    build();
    expect(asked.length).toBeGreaterThan(2);
    await asked[1]?.answer(reportOf(QUESTION, 1));
    expect(knownLags(QUESTION)).toBeNull();

    await asked.at(-1)?.answer(reportOf(QUESTION, 2));
    expect(knownLags(QUESTION)).toMatchObject({ isOlder: false, answer: { epoch: 2 } });
  });

  it('is asked anew of another model on the same data', async () => {
    follow();
    build();
    expect(asked).toHaveLength(2);
    await asked[0]?.answer(reportOf(QUESTION, 1));
    expect(knownLags(QUESTION)).toBeNull();
    await asked.at(-1)?.answer(reportOf(QUESTION, 2));
    expect(knownLags(QUESTION)).toMatchObject({ answer: { epoch: 2 } });
  });

  it('is asked again where its answer is about other weights than those that stand', async () => {
    follow();
    await asked[0]?.answer(reportOf(QUESTION, 1, 'bbbbbbbb'));
    expect(asked).toHaveLength(2);
    await asked[1]?.answer(reportOf(QUESTION, 2));
    expect(knownLags(QUESTION)).toMatchObject({ answer: { epoch: 2 } });
    expect(asked).toHaveLength(2);
  });

  it('is not asked twice of what stands, and the answer before stays until there is a new one', async () => {
    follow();
    weights(PRINT);
    expect(asked).toHaveLength(1);
    await asked[0]?.answer(reportOf(QUESTION, 1));
    weights('cccccccc');
    expect(knownLags(QUESTION)).toMatchObject({ isOlder: true, answer: { epoch: 1 } });
    await asked[1]?.answer(reportOf(QUESTION, 2, 'cccccccc'));
    expect(knownLags(QUESTION)).toMatchObject({ isOlder: false, answer: { epoch: 2 } });
    build('cccccccc');
    expect(knownLags(QUESTION)).toBeNull();
  });

  it('of the control leaves the progress of the one that is shown alone', () => {
    lagShare.value = 0.5;
    follow({ ...QUESTION, weights: 'random' });
    expect(asked).toHaveLength(1);
    expect(lagShare.value).toBe(0.5);
    follow();
    expect(lagShare.value).toBe(0);
  });
});

describe('integrated gradients from another window', () => {
  it('are kept for the latest such window alone, beside those from the mean', async () => {
    const from = (baseline: LagBaseline): LagQuestion => ({ ...QUESTION, method: 'integrated', baseline });
    const [mean, ten, twenty] = [
      from({ kind: 'mean' }),
      from({ kind: 'window', window: 10 }),
      from({ kind: 'window', window: 20 }),
    ];
    for (const question of [mean, ten, twenty]) {
      follow(question);
      await asked.at(-1)?.answer(reportOf(question));
    }
    expect([mean, ten, twenty].map((question) => knownLags(question) !== null)).toEqual([true, false, true]);
    expect(measured.value.map(({ baseline }) => baseline)).toEqual([mean.baseline, twenty.baseline]);
  });
});

describe('bars with their sign', () => {
  it('are drawn by methods that have signs, as sizes by others, and as chosen when one that has comes back', () => {
    const shown = (['integrated', 'permutation', 'sensitivity', 'gradient-input'] as const).map((method) => {
      chosenDisplay.value = 'signed';
      chosenMethod.value = method;
      return shownDisplay.value;
    });
    expect(shown).toEqual(['signed', 'size', 'size', 'signed']);
    chosenMethod.value = 'occlusion';
    chosenDisplay.value = 'share';
    expect(shownDisplay.value).toBe('share');
  });
});

describe('the chosen input', () => {
  it('stays for another model of the same series, and means nothing in a series of other inputs', () => {
    build(PRINT, ['rain', 'wind']);
    chooseFeature(1);
    build(PRINT, ['rain', 'wind']);
    expect(chosenFeature.value).toBe(1);
    build(PRINT, ['y', 'x']);
    expect(chosenFeature.value).toBeNull();
    chooseFeature(0);
    expect(chosenFeature.value).toBe(0);
  });

  it('of a link is one of the series that it opens, not of the one after', () => {
    build(PRINT, ['rain', 'wind']);
    chooseComingFeature(1);
    expect(chosenFeature.value).toBeNull();
    build(PRINT, ['y', 'x']);
    expect(chosenFeature.value).toBe(1);
    build(PRINT, ['rain', 'wind']);
    expect(chosenFeature.value).toBeNull();
  });
});
