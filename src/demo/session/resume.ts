/** Brings back what stood before the page was reloaded. Loaded only then. */
import { GatewiseError } from '../../engine/index.ts';
import type { Command, Emit } from '../protocol.ts';
import { inTime } from './in-time.ts';
import type { Keeper } from './keeper.ts';
import { restoredCheckpoint } from './kept-checkpoint.ts';
import { reopened } from './load-preset.ts';
import { prepareData } from './loaded-data.ts';
import { isSameRecipe, type Standing } from './standing.ts';
import type { Workbench } from './workbench.ts';

/** What came of it: `unread` is what may stand again after another reload. */
type Resumed = 'back' | 'nothing' | 'unread';

/** The data again, ms: a file can lie on a slow disk, and a download says itself before that why it did not come. */
const DATA_MS = 35_000;

export async function resume(
  asked: Extract<Command, { type: 'open' }>,
  keeper: Keeper,
  bench: Workbench,
  emit: Emit,
): Promise<Resumed> {
  let standing: Standing;
  try {
    const kept = await keeper.load();
    if (kept === null) return 'nothing';
    if (kept === 'late') return 'unread';
    const { origin, choice, recipe, seed, keepBest, start, checkpoint } = kept;
    const source = await inTime(reopened(origin), DATA_MS);
    if (source === null) return 'unread';
    // Not on the device's time, which would be given up.
    if (start !== null && (await inTime(import('./built-from-file.ts'), DATA_MS)) === null) return 'unread';
    const data = prepareData(source, choice, recipe);
    const restored = checkpoint === null ? null : restoredCheckpoint(checkpoint);
    standing = { data, recipe, seed, keepBest, start, checkpoint: restored };
  } catch (error) {
    // What has no sense is forgotten; what could not be read or fetched is not.
    if (!(error instanceof GatewiseError && error.code === 'bad-input')) return 'unread';
    await keeper.forget();
    return 'nothing';
  }
  try {
    await bench.install(standing);
    await bench.openGpu();
  } catch (error) {
    // On a device that is there nothing of what was kept stands. Without one, it waits for the next.
    const isLost = error instanceof GatewiseError && error.code === 'device-lost';
    if (bench.hasDevice && !isLost) return 'unread';
    bench.report(error, 'device');
  }
  const { data, recipe, seed, keepBest, start, checkpoint } = standing;
  const { preset, name } = data.source;
  const epoch = checkpoint?.rows.length ?? 0;
  const isPlain =
    preset === asked.preset &&
    seed === asked.seed &&
    keepBest === asked.keepBest &&
    start === null &&
    isSameRecipe(recipe, asked.recipe);
  if (bench.hasDevice && (epoch > 0 || !isPlain)) emit({ type: 'resumed', epoch, name });
  return 'back';
}
