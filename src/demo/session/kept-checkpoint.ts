/** A checkpoint as the browser's database takes it, and back. */
import { EpochStore } from './epoch-store.ts';
import { bestEpoch, type Checkpoint } from './timeline.ts';

/** As a checkpoint, with past epochs as far as there is room. */
export type KeptCheckpoint = Omit<Checkpoint, 'past'> & {
  readonly past: readonly (readonly [number, Checkpoint['weights']])[];
};

/** Past epochs take no more; beyond it only the first, the best and the newest are kept. */
const MOST_BYTES = 16 * 1024 * 1024;

export function keptCheckpoint(checkpoint: Checkpoint): KeptCheckpoint {
  const { past, weights } = checkpoint;
  const bytes = weights.reduce((sum, { data }) => sum + data.byteLength, 0);
  const all = past.epochs.map((epoch) => [epoch, past.at(epoch) ?? []] as const);
  const kept = { ...checkpoint, past: all };
  return all.length * bytes <= MOST_BYTES ? kept : withFewestEpochs(kept);
}

/** With none of the past epochs but the first, the best and the newest. */
export function withFewestEpochs(kept: KeptCheckpoint): KeptCheckpoint {
  const wanted = [0, bestEpoch(kept.rows), kept.rows.length];
  return { ...kept, past: kept.past.filter(([epoch]) => wanted.includes(epoch)) };
}

export function restoredCheckpoint(kept: KeptCheckpoint): Checkpoint {
  const past = new EpochStore();
  const best = bestEpoch(kept.rows);
  for (const [epoch, weights] of kept.past) past.keep(epoch, weights, best);
  return { ...kept, past };
}
