/** bench/checks.ts and bench/compare-report.ts: which contender counts, and the tables of a comparison. */
import { describe, expect, it } from 'vitest';
import { checkFirstLoss, checkNextLosses, checkRound, referenceLoss } from '../../bench/checks.ts';
import type { ConfigResults, Measured } from '../../bench/compare.ts';
import { compareSections } from '../../bench/compare-report.ts';
import { configOf } from '../../bench/configs.ts';
import type { ContenderName, Round, WarmUp } from '../../bench/protocol.ts';
import { rotated } from '../../bench/turns.ts';

function round(stepMs: number, batches = 4): Round {
  return { batches, stepMs, fitMs: 2 * stepMs, predictMs: stepMs / 2, jsMs: [0.1, 0.3, 0.2], loss: 0.3 };
}

function measured(name: ContenderName, rounds: readonly Round[], more: Partial<Measured> = {}): Measured {
  return {
    name,
    engine: `${name} 1.0`,
    firstLoss: 0.25,
    loadedMs: 400,
    readyMs: 900,
    losses: [0.2, 0.1],
    stepMs: 1,
    liveBytes: 1 << 20,
    counts: { dispatches: 5, submits: 1 },
    rounds,
    firstSteps: [{ loadedMs: 500, readyMs: 1250 }],
    ...more,
  };
}

const RESULTS: ConfigResults = {
  config: configOf('A'),
  referenceLoss: 0.25,
  contenders: [
    measured('gatewise', [round(10), round(20), round(30)]),
    measured(
      'tfjs-cpu',
      [round(50, 1)].map((slow) => ({ ...slow, jsMs: [] })),
      {
        counts: null,
        liveBytes: 3 << 20,
        firstSteps: [
          { loadedMs: 100, readyMs: 2000 },
          { loadedMs: 200, readyMs: 4000 },
        ],
      },
    ),
  ],
};

describe('the tables of a comparison', () => {
  const tables = new Map(
    compareSections([RESULTS], '-node').map(({ id, blocks }) => [
      id,
      blocks.filter((block) => typeof block !== 'string'),
    ]),
  );

  it('give the median time of each contender, with how much was measured and its first loss', () => {
    expect(tables.get('training-node')?.[0]).toEqual([
      ['config', 'contender', 'ms', 'quartiles', 'least', 'rounds x batches', 'first loss'],
      ['A', 'gatewise', '20.00', '15.00 .. 25.00', '10.00', '3 x 4', '0.2500000'],
      ['A', 'tfjs-cpu', '50.00', '50.00 .. 50.00', '50.00', '1 x 1', '0.2500000'],
    ]);
    expect(tables.get('fit-node')?.[0]?.[1]?.[2]).toBe('40.00');
    expect(tables.get('predict-node')?.[0]?.[1]?.[2]).toBe('10.00');
  });

  it('give the ratio of the medians beside that of the rounds both were in', () => {
    expect(tables.get('training-node')?.[1]?.[1]).toEqual([
      'A',
      'tfjs-cpu / gatewise',
      '2.500',
      '5.000',
      '5.000 .. 5.000',
    ]);
  });

  it('say what a step costs, and nothing of a GPU where there is none', () => {
    expect(tables.get('step-costs-node')?.[0]?.slice(1)).toEqual([
      ['A', 'gatewise', '0.2000', '5', '1', '1.00', '1.00'],
      ['A', 'tfjs-cpu', '-', '-', '-', '3.00', '3.00'],
    ]);
  });

  it('give first steps in seconds, and no table where none were measured', () => {
    expect(tables.get('first-step-node')?.[0]?.slice(1)).toEqual([
      ['A', 'gatewise', '1.25', '1.25', '0.50'],
      ['A', 'tfjs-cpu', '3.00', '2.00, 4.00', '0.15'],
    ]);
    const without = RESULTS.contenders.map((contender) => ({ ...contender, firstSteps: [] }));
    const ids = compareSections([{ ...RESULTS, contenders: without }], '').map(({ id }) => id);
    expect(ids).toEqual(['training', 'fit', 'predict', 'step-costs']);
  });

  it('have no ratios where nobody is compared', () => {
    const [ours] = RESULTS.contenders;
    const [training] = compareSections([{ ...RESULTS, contenders: ours ? [ours] : [] }], '');
    expect(training?.blocks.filter((block) => typeof block !== 'string')).toHaveLength(1);
  });
});

describe('what makes a time count', () => {
  it('is the loss of the float64 reference, to 1e-5', () => {
    const small = { ...configOf('A'), batch: 3, steps: 4, units: 5, batches: 1 };
    const expected = referenceLoss(small);

    expect(expected).toBeGreaterThan(0);
    expect(referenceLoss({ ...small, batches: 3 })).toBe(expected);
    expect(() => checkFirstLoss('tfjs-cpu', expected * (1 + 0.9e-5), expected)).not.toThrow();
    expect(() => checkFirstLoss('tfjs-cpu', expected * (1 + 1.1e-5), expected)).toThrow(
      /^tfjs-cpu: the first loss is/,
    );
    expect(() => checkFirstLoss('tfjs-cpu', Number.NaN, expected)).toThrow();
  });

  it('is a second and third loss like those of the first contender', () => {
    const warmUps = (third: number): Map<ContenderName, WarmUp> =>
      new Map([
        ['gatewise', { losses: [0.2, 0.1], stepMs: 1, liveBytes: 1 }],
        ['tfjs-wasm', { losses: [0.2, third], stepMs: 1, liveBytes: 1 }],
      ]);

    expect(() => checkNextLosses(warmUps(0.1004))).not.toThrow();
    expect(() => checkNextLosses(warmUps(0.1006))).toThrow(
      'tfjs-wasm: the loss of step 3 is 0.1006 where gatewise has 0.1: they do not train the same model.',
    );
    expect(() => checkNextLosses(warmUps(Number.NaN))).toThrow();
  });

  it('is times above zero and a loss that is a number', () => {
    expect(() => checkRound('gatewise', round(1))).not.toThrow();
    expect(() => checkRound('gatewise', round(0))).toThrow(/which cannot be/);
    expect(() => checkRound('gatewise', { ...round(1), loss: Number.NaN })).toThrow(/is NaN/);
  });
});

it('every contender is as often first as any other', () => {
  expect([0, 1, 2, 3].map((by) => rotated(['a', 'b', 'c'], by).join(''))).toEqual([
    'abc',
    'bca',
    'cab',
    'abc',
  ]);
});
