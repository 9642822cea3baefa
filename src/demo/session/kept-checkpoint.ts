/** A checkpoint as the browser's database takes it, and back. */
import { EpochStore } from './epoch-store.ts';
import type { KeptCheckpoint } from './keeper.ts';
import { bestEpoch, type Checkpoint } from './timeline.ts';

/** Past epochs take no more; beyond it only the first, the best and the newest are kept. */
const MOST_BYTES = 16 * 1024 * 1024;

export function keptCheckpoint(checkpoint: Checkpoint): KeptCheckpoint {
  const { past, rows, weights } = checkpoint;
  const bytes = weights.reduce((sum, { data }) => sum + data.byteLength, 0);
  const best = bestEpoch(checkpoint.rows);
  const all = past.epochs;
  const epochs =
    all.length * bytes <= MOST_BYTES
      ? all
      : all.filter((epoch) => epoch === 0 || epoch === best || epoch === rows.length);
  return { ...checkpoint, past: epochs.map((epoch) => [epoch, past.at(epoch) ?? []] as const) };
}

export function restoredCheckpoint(kept: KeptCheckpoint): Checkpoint {
  const past = new EpochStore();
  const best = bestEpoch(kept.rows);
  for (const [epoch, weights] of kept.past) past.keep(epoch, weights, best);
  return { ...kept, past };
}
