/**
 * What a training has been through: the losses of its epochs, their weights as far as they are kept, and the epoch that is
 * looked at. The model itself belongs to the trainer; weights to give to it are returned.
 */
import type { OptimizerState, Tensor } from '../../engine/index.ts';
import type { EpochRow, HistoryReport } from '../protocol.ts';
import { EpochStore } from './epoch-store.ts';

/** An epoch that is looked at while training stands elsewhere. */
interface Look {
  readonly epoch: number;
  /** True where the end of training set the weights back to it. */
  readonly isBest: boolean;
}

/** Where training ends. */
export interface Ends {
  readonly targetEpochs: number;
  /** Whether the latest fit ended before its last epoch, because the validation loss fell no more. */
  readonly stoppedEarly: boolean;
  /** The epoch after which patience begins to count. */
  readonly patienceFrom: number;
}

/** Everything needed to go on from here, on this device or another. */
export interface Checkpoint extends Ends {
  /** What training goes on from. */
  readonly weights: readonly Tensor[];
  readonly optimizer: OptimizerState;
  readonly rows: readonly EpochRow[];
  readonly past: EpochStore;
  readonly look: Look | null;
  /** True where a weight was set by hand since the beginning. */
  readonly isEdited: boolean;
}

export class Timeline {
  readonly #rows: EpochRow[] = [];
  readonly #past: EpochStore;
  #look: Look | null = null;
  /** What training goes on from, where the model's weights are those of a look. */
  #held: readonly Tensor[] | null = null;
  /** State after the last finished epoch, null before the first. */
  checkpoint: Checkpoint | null = null;
  #isEdited: boolean;

  constructor(from: Pick<Checkpoint, 'rows' | 'past' | 'isEdited'> | null = null) {
    this.#isEdited = from?.isEdited ?? false;
    this.#rows = [...(from?.rows ?? [])];
    this.#past = from?.past.copy() ?? new EpochStore();
  }

  /** Epochs finished. */
  get epoch(): number {
    return this.#rows.length;
  }

  /** Epoch of the weights the model has. */
  get shownEpoch(): number {
    return this.#look?.epoch ?? this.epoch;
  }

  /** Whether the weights of an epoch can be looked at. */
  keeps(epoch: number): boolean {
    return this.#past.at(epoch) !== null;
  }

  get look(): Look | null {
    return this.#look;
  }

  /** What training goes on from; null where the model has it. */
  get held(): readonly Tensor[] | null {
    return this.#held;
  }

  get rows(): readonly EpochRow[] {
    return this.#rows;
  }

  get history(): HistoryReport {
    return { rows: [...this.#rows], bestEpoch: bestEpoch(this.#rows), kept: this.#past.epochs };
  }

  /** Whether a weight was set by hand since the beginning. */
  get isEdited(): boolean {
    return this.#isEdited;
  }

  /** True where the weights of the beginning are not kept yet. */
  get lacksBeginning(): boolean {
    return this.epoch === 0 && this.#past.at(0) === null;
  }

  keepBeginning(weights: readonly Tensor[]): void {
    this.#past.keep(0, weights, null);
  }

  /** An epoch has ended with these weights. */
  finish(row: EpochRow, weights: readonly Tensor[], optimizer: OptimizerState, ends: Ends): void {
    this.#rows.push(row);
    this.#past.keep(row.epoch, weights, bestEpoch(this.#rows));
    this.checkpoint = { ...this.#state(ends), weights, optimizer, look: null };
  }

  /** Looks at a past epoch. @returns its weights, null where they are not kept */
  lookAt(epoch: number, isBest: boolean, present: readonly Tensor[]): readonly Tensor[] | null {
    const weights = this.#past.at(epoch);
    if (weights !== null) {
      this.#held ??= present;
      this.#look = { epoch, isBest };
    }
    return weights;
  }

  /** Where the best epoch is not the last, looks at it. @returns its weights, else null */
  lookAtBest(): readonly Tensor[] | null {
    const best = bestEpoch(this.#rows);
    const newest = this.#past.at(this.epoch);
    return best === null || best === this.epoch || newest === null ? null : this.lookAt(best, true, newest);
  }

  /** Ends a look. @returns what training goes on from, null where the model has it */
  goOn(): readonly Tensor[] | null {
    const held = this.#held;
    this.#forgetLook();
    return held;
  }

  /** The weights the model has were set by hand, and training goes on from them. */
  edit(): void {
    this.#isEdited = true;
    this.#forgetLook();
  }

  #forgetLook(): void {
    this.#held = null;
    this.#look = null;
  }

  snapshot(weights: readonly Tensor[], optimizer: OptimizerState, ends: Ends): Checkpoint {
    return { ...this.#state(ends), weights, optimizer, look: this.#look };
  }

  #state(ends: Ends): Omit<Checkpoint, 'weights' | 'optimizer' | 'look'> {
    return { ...ends, rows: [...this.#rows], past: this.#past.copy(), isEdited: this.#isEdited };
  }
}

/** The epoch with the lowest validation loss, the first of equals; null before the first. */
export function bestEpoch(rows: readonly EpochRow[]): number | null {
  const best = rows.reduce<EpochRow | null>(
    (least, row) => (least === null || row.valLoss < least.valLoss ? row : least),
    null,
  );
  return best?.epoch ?? null;
}
