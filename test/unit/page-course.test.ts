/** A training's way through its epochs: early stopping goes on after an interruption, and an epoch asked for alone is what is seen. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_RECIPE } from '../../src/demo/recipe.ts';
import { Course } from '../../src/demo/session/course.ts';
import { type Checkpoint, Timeline } from '../../src/demo/session/timeline.ts';
import { type FitActions, FitControl, type Sequential, tensor } from '../../src/engine/index.ts';

/** Validation losses by epoch: the least is that of the second. */
const LOSSES = [5, 4, 4.5, 4.6, 4.7, 4.8, 4.9, 5, 5, 5];

const nothing = async (): Promise<void> => undefined;
const weightsOf = (epoch: number) => [tensor([1], [epoch])];

/** Trains by the table of losses as the engine's fit does; stops where a callback says so, and between two epochs where `until` is. */
function fitting(until: number) {
  return async (
    _: unknown,
    options: NonNullable<Parameters<Sequential['fit']>[1]>,
  ): Promise<{ stopped?: 'early' | 'stopped' }> => {
    let isStopped = false;
    const actions: FitActions = {
      stop: () => {
        isStopped = true;
      },
      saveWeights: () => undefined,
      restoreWeights: () => undefined,
    };
    const { callbacks = [], initialEpoch = 0, epochs = 1 } = options;
    for (const callback of callbacks) await callback.onTrainBegin?.(actions);
    for (let epoch = initialEpoch; epoch < epochs && !isStopped; epoch++) {
      if (epoch === until) return { stopped: 'stopped' };
      const logs = { loss: 1, mae: 1, val_loss: LOSSES[epoch] ?? 9 };
      for (const callback of callbacks) {
        await callback.onEpochEnd?.(epoch, { ...logs, members: [logs] }, actions);
      }
    }
    return isStopped ? { stopped: 'early' } : {};
  };
}

/** A course of so many epochs, from a checkpoint where one is given. */
function courseOf(
  recipe: { epochs: number; patience: number },
  { from = null, until = 99 }: { from?: Checkpoint | null; until?: number } = {},
) {
  const timeline = new Timeline(from);
  const course = new Course({
    model: {
      fit: fitting(until),
      getWeights: async () => weightsOf(timeline.epoch),
      getOptimizerState: async () => ({ iterations: timeline.epoch, slots: [] }),
      setWeights: () => undefined,
    } as never,
    data: { split: { train: { starts: [1] } } } as never,
    recipe: { ...DEFAULT_RECIPE, ...recipe },
    keepBest: true,
    hooks: { onHistory: nothing, onWeights: nothing } as never,
    telling: { run: nothing, forecast: nothing, refresh: nothing } as never,
    timeline: () => timeline,
  });
  if (from !== null) course.goOnFrom(from);
  const train = async (): Promise<void> => {
    timeline.goOn();
    course.begin(new FitControl(), 1);
    await course.active?.ended;
  };
  const kept = async (): Promise<Checkpoint> =>
    timeline.snapshot(weightsOf(timeline.epoch), { iterations: 0, slots: [] } as never, course.ends);
  return { course, timeline, train, kept };
}

describe('early stopping', () => {
  const recipe = { epochs: 10, patience: 3 };

  it('ends a training that was interrupted where it would have ended', async () => {
    const whole = courseOf(recipe);
    await whole.train();
    expect(whole.timeline.epoch).toBe(5);

    const first = courseOf(recipe, { until: 4 });
    await first.train();
    expect([first.timeline.epoch, first.course.phase]).toEqual([4, 'idle']);
    const second = courseOf(recipe, { from: await first.kept() });
    expect(second.course.phase).toBe('idle');
    await second.train();
    expect(second.timeline.epoch).toBe(5);
    expect(second.course.ends.stoppedEarly).toBe(true);
  });

  it('is known of a training that comes back, which then begins to count anew', async () => {
    const ended = courseOf(recipe);
    await ended.train();
    const back = courseOf(recipe, { from: await ended.kept() });
    expect([back.course.phase, back.course.ends.stoppedEarly]).toEqual(['done', true]);
    await back.train();
    // The sixth is the best of those from then on; the three after it are not better.
    expect(back.timeline.epoch).toBe(9);
  });
});

describe('past the last epoch', () => {
  it('one that is asked for alone is seen as it is; of as many again the best', async () => {
    const { course, timeline, train } = courseOf({ epochs: 4, patience: 0 });
    await train();
    expect([timeline.epoch, timeline.shownEpoch]).toEqual([4, 2]);

    course.setOutFor('one');
    await train();
    expect([timeline.epoch, timeline.shownEpoch, course.phase]).toEqual([5, 5, 'done']);

    course.setOutFor('all');
    await train();
    expect([timeline.epoch, timeline.shownEpoch]).toEqual([9, 2]);
  });
});
