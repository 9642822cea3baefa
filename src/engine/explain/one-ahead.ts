/**
 * Pieces of work in their order, each begun while the one before is computed: the GPU does not wait for rows to be written
 * and results to be added up.
 */
import { GatewiseError } from '../core/errors.ts';

/** Computes a piece. @returns what to do with it once those before it are done, so that sums do not depend on timing */
export type Piece = () => Promise<() => void>;

/**
 * Ends when all that was begun has ended, also where one fails.
 * @throws what a piece throws; GatewiseError 'aborted' when the signal says so
 */
export async function oneAhead(pieces: Iterable<Piece>, signal: AbortSignal | undefined): Promise<void> {
  const begun: Promise<() => void>[] = [];
  const finishFirst = async (): Promise<void> => {
    const first = begun[0];
    if (first === undefined) return;
    const take = await first;
    begun.shift();
    throwIfStopped(signal);
    take();
  };
  try {
    for (const piece of pieces) {
      throwIfStopped(signal);
      const own = piece();
      // What it throws is thrown in its turn.
      own.catch(() => undefined);
      begun.push(own);
      if (begun.length > 1) await finishFirst();
    }
    await finishFirst();
  } finally {
    await Promise.allSettled(begun);
  }
}

/** @throws GatewiseError 'aborted' once the signal says so */
export function throwIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new GatewiseError(
      'aborted',
      'Stopped as asked, before it was done; nothing is left of it. Start it again to have its numbers.',
    );
}
