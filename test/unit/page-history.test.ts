/** Going back in time: epochs kept in memory, changes undone, weights set by hand. */
import { describe, expect, it } from 'vitest';
import { EpochStore } from '../../src/demo/session/epoch-store.ts';
import { Timeline } from '../../src/demo/session/timeline.ts';
import { UndoStack } from '../../src/demo/session/undo-stack.ts';
import { withWeight } from '../../src/demo/session/weight-edit.ts';
import { type Tensor, tensor, type WeightSpec } from '../../src/engine/index.ts';

const weightsOf = (value: number): Tensor[] => [tensor([4], [value, value, value, value])];
const ENDS = { targetEpochs: 3, stoppedEarly: false, patienceFrom: 0 };
const NO_OPTIMIZER = { step: 0, slots: new Map() } as never;

describe('EpochStore', () => {
  it('keeps every epoch as long as there is room', () => {
    const store = new EpochStore();
    for (let epoch = 0; epoch < 5; epoch++) store.keep(epoch, weightsOf(epoch), null);
    expect(store.epochs).toEqual([0, 1, 2, 3, 4]);
    expect(store.at(3)).toEqual(weightsOf(3));
    expect(store.at(9)).toBeNull();
  });

  it('lets every second go where there is none, but not the beginning, the best and the newest', () => {
    const store = new EpochStore(10 * 16);
    for (let epoch = 0; epoch <= 25; epoch++) {
      store.keep(epoch, weightsOf(epoch), epoch >= 7 ? 7 : null);
      expect(store.epochs.length).toBeLessThanOrEqual(10);
      expect(store.epochs.at(-1)).toBe(epoch);
    }
    expect(store.epochs).toEqual([0, 4, 7, 8, 12, 16, 20, 24, 25]);
  });

  it('copies go their own way', () => {
    const store = new EpochStore();
    store.keep(0, weightsOf(0), null);
    const copy = store.copy();
    copy.keep(1, weightsOf(1), null);
    expect(store.epochs).toEqual([0]);
    expect(copy.epochs).toEqual([0, 1]);
  });
});

describe('Timeline', () => {
  const trained = (): Timeline => {
    const timeline = new Timeline();
    timeline.keepBeginning(weightsOf(0));
    [3, 1, 2].forEach((valLoss, k) => {
      timeline.finish({ epoch: k + 1, loss: 1, valLoss }, weightsOf(k + 1), NO_OPTIMIZER, ENDS);
    });
    return timeline;
  };

  it('ends at the best epoch, and goes on from the newest', () => {
    const timeline = trained();
    expect(timeline.history).toMatchObject({ bestEpoch: 2, kept: [0, 1, 2, 3] });
    expect(timeline.lookAtBest()).toEqual(weightsOf(2));
    expect(timeline.shownEpoch).toBe(2);
    expect(timeline.look?.isBest).toBe(true);
    expect(timeline.goOn()).toEqual(weightsOf(3));
    expect(timeline.shownEpoch).toBe(3);
    expect(timeline.goOn()).toBeNull();
  });

  it('remembers what was there before the first of several looks', () => {
    const timeline = trained();
    timeline.lookAt(1, false, weightsOf(33));
    timeline.lookAt(0, false, weightsOf(1));
    expect(timeline.goOn()).toEqual(weightsOf(33));
  });

  it('stays where it is for an epoch that is not kept', () => {
    const timeline = trained();
    expect(timeline.lookAt(7, false, weightsOf(3))).toBeNull();
    expect(timeline.shownEpoch).toBe(3);
    expect(timeline.held).toBeNull();
  });

  it('a checkpoint is not changed by what comes after it', () => {
    const timeline = trained();
    const { checkpoint } = timeline;
    timeline.finish({ epoch: 4, loss: 1, valLoss: 0 }, weightsOf(4), NO_OPTIMIZER, ENDS);
    expect(checkpoint?.rows).toHaveLength(3);
    expect(checkpoint?.past.epochs).toEqual([0, 1, 2, 3]);
    expect(new Timeline(checkpoint).history.bestEpoch).toBe(2);
  });
});

describe('UndoStack', () => {
  it('goes back and forth through states, and forgets what was undone once something else is done', () => {
    const stack = new UndoStack<string>(() => 1);
    expect(stack.undo('a')).toBeNull();
    stack.push('settings', 'a');
    stack.push('new seed', 'b');
    expect(stack.words).toEqual({ undo: 'new seed', redo: null });
    expect(stack.undo('c')?.state).toBe('b');
    expect(stack.words).toEqual({ undo: 'settings', redo: 'new seed' });
    expect(stack.redo('b')?.state).toBe('c');
    expect(stack.undo('c')?.state).toBe('b');
    expect(stack.undo('b')?.state).toBe('a');
    stack.push('reset', 'a');
    expect(stack.words).toEqual({ undo: 'reset', redo: null });
  });

  it('is as it was where a change did not come about, redo included', () => {
    const stack = new UndoStack<string>(() => 1);
    stack.push('settings', 'a');
    stack.undo('b');
    const putBack = stack.push('new seed', 'a');
    expect(stack.words).toEqual({ undo: 'new seed', redo: null });
    putBack();
    expect(stack.words).toEqual({ undo: null, redo: 'settings' });
    expect(stack.redo('a')?.state).toBe('b');
  });

  it('is as it was where going back failed', () => {
    const stack = new UndoStack<string>(() => 1);
    stack.push('settings', 'a');
    stack.undo('b')?.putBack();
    expect(stack.words).toEqual({ undo: 'settings', redo: null });
    expect(stack.undo('b')?.state).toBe('a');
    stack.redo('a')?.putBack();
    expect(stack.words).toEqual({ undo: null, redo: 'settings' });
  });

  it('forgets the oldest where all together hold too much, but never the latest', () => {
    const stack = new UndoStack<number>((bytes) => bytes, 100);
    for (const bytes of [30, 30, 30, 40]) stack.push('settings', bytes);
    expect([1, 2, 3, 4].map(() => stack.undo(0)?.state ?? null)).toEqual([40, 30, 30, null]);
    stack.push('settings', 1000);
    expect(stack.undo(0)?.state).toBe(1000);
  });

  it('holds the latest twenty changes', () => {
    const stack = new UndoStack<number>(() => 1);
    for (let k = 0; k < 30; k++) stack.push('step', k);
    let present = 30;
    let count = 0;
    for (let change = stack.undo(present); change !== null; change = stack.undo(present)) {
      present = change.state;
      count++;
    }
    expect(count).toBe(20);
    expect(present).toBe(10);
  });
});

describe('withWeight', () => {
  const spec = (name: string, shape: number[], gateUnits: number | null): WeightSpec =>
    ({ name, path: `layer/${name}`, shape, gateUnits }) as unknown as WeightSpec;
  const layout = [
    spec('kernel', [2, 8], 2),
    spec('recurrent_kernel', [2, 8], 2),
    spec('bias', [8], 2),
    spec('kernel', [2, 1], null),
  ];
  const weights = layout.map(({ shape }) =>
    tensor(shape, new Float32Array(shape.reduce((a, b) => a * b, 1))),
  );

  it('changes one value of the LSTM, and none of what was given', () => {
    const edited = withWeight(layout, weights, { matrix: 'kernel', row: 1, column: 3, value: 0.5 });
    expect(edited[0]?.data[11]).toBe(0.5);
    expect(edited[0]?.data.filter((value) => value !== 0)).toHaveLength(1);
    expect(weights[0]?.data[11]).toBe(0);
    const bias = withWeight(layout, weights, { matrix: 'bias', row: 0, column: 7, value: -1 });
    expect(bias[2]?.data[7]).toBe(-1);
  });

  it.each([
    [{ matrix: 'kernel', row: 2, column: 0, value: 1 }, /2 rows and 8 columns; received row 2/],
    [{ matrix: 'bias', row: 0, column: 8, value: 1 }, /received row 0, column 8/],
    [{ matrix: 'kernel', row: 0, column: 0.5, value: 1 }, /column 0.5/],
    [{ matrix: 'kernel', row: 0, column: 0, value: Number.NaN }, /received NaN/],
    [{ matrix: 'kernel', row: 0, column: 0, value: 1001 }, /received 1001/],
  ] as const)('refuses %o', (edit, message) => {
    expect(() => withWeight(layout, weights, edit)).toThrow(message);
  });
});
