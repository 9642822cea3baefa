/** Progress on a terminal and elsewhere, with a clock of the test's own. */
import { describe, expect, it } from 'vitest';
import type { Output } from '../../src/cli/output.ts';
import { showProgress } from '../../src/cli/train/progress.ts';

function record(columns: number | null) {
  const drawn: string[] = [];
  const said: string[] = [];
  const output: Output = {
    print: () => undefined,
    say: (line) => said.push(line),
    draw: (line) => drawn.push(line),
    columns: () => columns,
  };
  let time = 0;
  const progress = showProgress(output, 10, 100, () => time);
  const actions = { stop() {}, saveWeights() {}, restoreWeights() {} };
  return {
    drawn,
    said,
    begin: () => progress.onTrainBegin?.(actions),
    step(seconds: number, epoch: number, step: number, loss: number) {
      time = seconds * 1000;
      progress.onProgress?.({ epoch, step, stepsPerEpoch: 100, loss, memberLosses: [loss] });
    },
    epoch(seconds: number, epoch: number) {
      time = seconds * 1000;
      const own = { loss: 0.5, mae: 0.4, val_loss: 0.25, val_mae: 0.3 };
      progress.onEpochEnd?.(epoch, { ...own, members: [own] }, actions);
    },
  };
}

describe('progress', () => {
  it('is a bar on a terminal: epoch, steps per second, losses, time left', async () => {
    const { drawn, said, begin, step, epoch } = record(100);

    begin();
    step(1, 0, 50, 0.75);
    epoch(2, 0);
    step(10, 4, 100, 0.5);

    expect(said).toEqual([]);
    expect(drawn).toEqual([
      'Epoch  1/10  [=.......................]  50 steps/s  loss 0.7500  0:19 left',
      'Epoch  1/10  [==......................]  50 steps/s  loss 0.5000  val_loss 0.2500  0:18 left',
      'Epoch  5/10  [============............]  50 steps/s  loss 0.5000  val_loss 0.2500  0:10 left',
    ]);
  });

  it('never fills a line of the terminal, so that none is broken in two', () => {
    for (const columns of [10, 40, 60, 66, 72, 80]) {
      const { drawn, begin, step, epoch } = record(columns);

      begin();
      step(1, 0, 50, 0.75);
      epoch(2, 0);

      for (const line of drawn) expect(line.length).toBeLessThan(columns);
    }
  });

  it('is a line per epoch where there is no terminal', () => {
    const { drawn, said, begin, step, epoch } = record(null);

    begin();
    step(1, 0, 50, 0.75);
    epoch(2, 0);
    epoch(4, 1);

    expect(drawn).toEqual([]);
    expect(said).toEqual([
      'Epoch  1/10  50 steps/s  loss 0.5000  val_loss 0.2500  0:18 left',
      'Epoch  2/10  50 steps/s  loss 0.5000  val_loss 0.2500  0:16 left',
    ]);
  });
});
