/** The one-line readings of the loss curves and of a unit's memory, and the tables behind charts as CSV. */
import { describe, expect, it } from 'vitest';
import { gradientCsv, halfLifeCsv, lossCsv, survivalCsv } from '../../src/demo/chart-csv.ts';
import { lossReading } from '../../src/demo/loss-reading.ts';
import type { GradientReport, HistoryReport } from '../../src/demo/protocol.ts';
import { survivalReading } from '../../src/demo/survival-reading.ts';

const DAY = 86_400_000;

function historyOf(losses: readonly (readonly [loss: number, valLoss: number])[], best: number | null) {
  const rows = losses.map(([loss, valLoss], at) => ({ epoch: at + 1, loss, valLoss }));
  return { rows, bestEpoch: best, kept: [] } satisfies HistoryReport;
}

describe('the reading of the loss curves', () => {
  it.each([
    [[[0.5, 0.4]], 1, /^After one epoch the validation loss is 0\.400, and the training loss 0\.500\.$/],
    [
      [
        [0.5, 0.4],
        [0.4, 0.3],
      ],
      2,
      /from 0\.400 after the first epoch to 0\.300 at epoch 2, the newest and the lowest\.$/,
    ],
    [
      [
        [0.5, 0.4],
        [0.4, 0.3],
        [0.2, 0.35],
      ],
      2,
      /to 0\.300 at epoch 2, and is 0\.350 after 3; the training loss went on falling meanwhile, from 0\.400 to 0\.200\.$/,
    ],
    [
      [
        [0.5, 0.4],
        [0.4, 0.3],
        [0.6, 0.35],
      ],
      2,
      /to 0\.300 at epoch 2, and is 0\.350 after 3\.$/,
    ],
    [
      [
        [0.5, 0.4],
        [0.4, 0.45],
      ],
      1,
      /^The validation loss was lowest after the first epoch, 0\.400, and is 0\.450 after 2\.$/,
    ],
    [[[0.5, Number.NaN]], null, /never a number/],
  ] as const)('of %j with best epoch %j', (losses, best, words) => {
    expect(lossReading(historyOf(losses, best))).toMatch(words);
  });
});

describe('the reading of a unit\u2019s memory', () => {
  /** With a gate that stands at f, f^k is left of what lies k steps back. */
  const left = (f: number, steps: number): number[] =>
    Array.from({ length: steps }, (_, t) => f ** (steps - 1 - t));

  it('names the first step at which less than half is left', () => {
    // 0.9^6 = 0.53, 0.9^7 = 0.48; 0.9^13 = 0.25.
    expect(survivalReading(left(0.9, 14), DAY)).toBe(
      'Less than half is left after 7 days, and 25\u00a0% of what the oldest step held.',
    );
  });

  it('says where half outlasts the window, and that one step forgets nothing', () => {
    expect(survivalReading(left(0.99, 14), DAY)).toMatch(/^More than half is still there .*: 88\u00a0%/);
    expect(survivalReading([1], DAY)).toMatch(/one step/);
  });
});

describe('tables behind charts as CSV', () => {
  it('hold each number in full', () => {
    const third = 1 / 3;

    expect(lossCsv(historyOf([[0.5, third]], 1))).toBe(
      `epoch,loss,validation_loss,is_best\n1,0.5,${third},1\n`,
    );
    expect(halfLifeCsv([{ unit: 3, forget: third, halfLife: Number.POSITIVE_INFINITY }])).toBe(
      `unit,mean_forget_gate,half_life_steps\n3,${third},Infinity\n`,
    );
    expect(survivalCsv([0.5, third], [third, 1])).toBe(
      `steps_before_newest,forget_gate,share_left\n1,0.5,${third}\n0,${third},1\n`,
    );
  });

  it('name a gradient\u2019s steps from the newest, and end with the norm of the sum', () => {
    const part = (whole: number) => ({
      gates: { i: 1, f: 2, c: 3, o: 4 },
      kernel: 5,
      recurrentKernel: 6,
      bias: 7,
      whole,
    });
    const report = { steps: [part(8), part(9)], total: part(10) } as unknown as GradientReport;

    expect(gradientCsv(report).split('\n')).toEqual([
      'steps_before_newest,i,f,candidate,o,kernel,recurrent_kernel,bias,all',
      '1,1,2,3,4,5,6,7,8',
      '0,1,2,3,4,5,6,7,9',
      'norm_of_sum,1,2,3,4,5,6,7,10',
      '',
    ]);
  });
});
