/** What is kept of a training whose end is still being told. */
import { expect, it, vi } from 'vitest';
import { DEFAULT_RECIPE } from '../../src/demo/recipe.ts';
import { Trainer } from '../../src/demo/session/trainer.ts';
import { type Sequential, tensor } from '../../src/engine/index.ts';

/** What a forecast waits for. */
const holds = vi.hoisted(() => ({ forecast: Promise.resolve() as Promise<void> }));

vi.mock('../../src/demo/session/forecaster.ts', () => ({
  buildForecaster: async () => {
    let value = 0;
    return {
      getWeights: async () => [tensor([1], [value])],
      setWeights: ([first]: { data: Float32Array }[]) => {
        value = first?.data[0] ?? Number.NaN;
      },
      getOptimizerState: async () => ({ iterations: 0, slots: [] }),
      fit: async (_: unknown, { callbacks = [] }: NonNullable<Parameters<Sequential['fit']>[1]>) => {
        for (const [epoch, loss] of [5, 4, 4.5].entries()) {
          value = epoch + 1;
          const logs = { loss, mae: loss, val_loss: loss };
          const actions = {
            stop: () => undefined,
            saveWeights: () => undefined,
            restoreWeights: () => undefined,
          };
          for (const callback of callbacks) {
            await callback.onEpochEnd?.(epoch, { ...logs, members: [logs] }, actions);
          }
        }
        holds.forecast = new Promise((resolve) => {
          tells = resolve;
        });
        return {};
      },
    };
  },
  forecastTest: () => holds.forecast,
}));
let tells = (): void => undefined;

it('holds the best weights, which are looked at, while the end of training is being told and after it', async () => {
  const phases: string[] = [];
  const looks: (number | undefined)[] = [];
  const trainer = await Trainer.create(
    {} as never,
    { split: { train: { starts: [1] }, test: { starts: [1] } } } as never,
    { ...DEFAULT_RECIPE, epochs: 3, patience: 0 },
    { seed: 1, keepBest: true, start: null, checkpoint: null },
    {
      onRun: ({ phase }) => phases.push(phase),
      onHistory: () => undefined,
      onForecast: () => undefined,
      onWeights: (read) => looks.push(read?.[0]?.data[0]),
      onBeginning: async () => undefined,
      onFailure: (error) => {
        throw error;
      },
    },
  );
  await trainer.train();
  // The weights of the second epoch are told, and their forecast is being made.
  await expect.poll(() => looks.at(-1)).toBe(2);
  expect(phases.at(-1)).toBe('training');

  const kept = { look: { epoch: 2, isBest: true }, weights: [{ data: Float32Array.of(3) }] };
  expect(await trainer.snapshot()).toMatchObject(kept);

  tells();
  await expect.poll(() => phases.at(-1)).toBe('done');
  expect(await trainer.snapshot()).toMatchObject(kept);
});
