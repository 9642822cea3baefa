/** Days like one in the eyes of a recorded run's network: its gates by the float64 reference, in pieces between other tasks. */
import type { SimilarDays } from '../protocol.ts';
import type { RecordedModel } from './recorded.ts';
import { nearestDays } from './similar-days.ts';
import { copyWindows } from './window-rows.ts';

/** Multiplications of all traces together, a few seconds; of a longer series, the windows around. */
const MOST_PRODUCTS = 2e9;

/**
 * @param window index among the test windows
 * @returns null where there is no such window
 */
export async function recordedSimilar(run: RecordedModel, window: number): Promise<SimilarDays | null> {
  const { model, data, recipe, fingerprint } = run;
  const { test } = data.split;
  const { starts, window: steps } = test;
  const { units } = recipe;
  if (starts[window] === undefined) return null;
  return nearestDays(window, starts.length, {
    fingerprint,
    steps,
    units,
    most: Math.floor(MOST_PRODUCTS / run.productsOf(steps)),
    batch: run.windowsAtOnce(steps),
    read: async (first, rows) => {
      await run.turn();
      return model.parameters.trace(copyWindows(test, first, rows)).gates;
    },
  });
}
