/** The weights of past epochs, in memory, so that every view can go back to them. Where they grow too many, every second is let go. */
import type { Tensor } from '../../engine/index.ts';

const MOST_BYTES = 64 * 1024 * 1024;

export class EpochStore {
  readonly #kept = new Map<number, readonly Tensor[]>();
  readonly #mostBytes: number;
  #every = 1;

  constructor(mostBytes = MOST_BYTES) {
    this.#mostBytes = mostBytes;
  }

  /** Epochs that are kept, rising; 0 is before the first. */
  get epochs(): number[] {
    return [...this.#kept.keys()].sort((a, b) => a - b);
  }

  /**
   * Keeps the weights of an epoch, the newest so far.
   * @param best the epoch that is never let go
   */
  keep(epoch: number, weights: readonly Tensor[], best: number | null): void {
    this.#kept.set(epoch, weights);
    const bytes = weights.reduce((sum, { data }) => sum + data.byteLength, 0);
    this.#thin(epoch, best);
    while (this.#kept.size > 3 && this.#kept.size * bytes > this.#mostBytes) {
      this.#every *= 2;
      this.#thin(epoch, best);
    }
  }

  /** Null where that epoch is not kept. */
  at(epoch: number): readonly Tensor[] | null {
    return this.#kept.get(epoch) ?? null;
  }

  /** The same epochs in a store that goes its own way from here. */
  copy(): EpochStore {
    const copy = new EpochStore(this.#mostBytes);
    for (const [epoch, weights] of this.#kept) copy.#kept.set(epoch, weights);
    copy.#every = this.#every;
    return copy;
  }

  #thin(newest: number, best: number | null): void {
    for (const one of this.#kept.keys()) {
      if (one % this.#every !== 0 && one !== best && one !== newest) this.#kept.delete(one);
    }
  }
}
