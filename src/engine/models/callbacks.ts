/** What a fit tells while it runs, and the callback that stops it in time. */
import { badInput } from '../core/errors.ts';

/** Numbers of a finished epoch under Keras' names; mae in the units of y. */
export interface MemberLogs {
  readonly loss: number;
  readonly mae: number;
  readonly val_loss?: number;
  readonly val_mae?: number;
}

/** Those of a model; with several members the means over those that trained in this epoch. */
export interface EpochLogs extends MemberLogs {
  /** Of each member; null for one that trains no more. */
  readonly members: readonly (MemberLogs | null)[];
}

export interface Progress {
  /** 0 for the first epoch. */
  readonly epoch: number;
  /** Steps done in this epoch. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** Running mean loss of the epoch so far, over the members in training. */
  readonly loss: number;
  /** Of each member; null for one that trains no more. */
  readonly memberLosses: readonly (number | null)[];
}

/** What a callback may do to the fit, to all members or to the one it names. */
export interface FitActions {
  /** Ends training after this epoch; a member's weights then stand still while the others train on. */
  stop(member?: number): void;
  /** Keeps a copy of the weights, on the GPU; one copy per member and fit. */
  saveWeights(member?: number): void;
  /** Brings back the copy. */
  restoreWeights(member?: number): void;
}

/** Functions called by fit, in this order; promises are awaited. */
export interface Callback {
  onTrainBegin?(actions: FitActions): void | Promise<void>;
  onEpochBegin?(epoch: number): void | Promise<void>;
  /** At most every 100 ms, and after a single step. */
  onProgress?(progress: Progress): void | Promise<void>;
  onEpochEnd?(epoch: number, logs: EpochLogs, actions: FitActions): void | Promise<void>;
  onTrainEnd?(actions: FitActions): void | Promise<void>;
}

export interface EarlyStoppingOptions {
  readonly monitor?: keyof MemberLogs;
  /** Epochs without improvement before a member's training stops. */
  readonly patience?: number;
  /** A smaller change counts as none. */
  readonly minDelta?: number;
  /** Go back to the weights of the best epoch at the end. */
  readonly restoreBestWeights?: boolean;
}

/** How far early stopping is with one member. */
interface MemberStopping {
  best: number;
  bestEpoch: number | null;
  stoppedEpoch: number | null;
  wait: number;
}

/** Early stopping as a callback, and what it found; of the first member where none is named. */
export interface EarlyStopping extends Callback {
  readonly bestEpoch: number | null;
  readonly stoppedEpoch: number | null;
  readonly members: readonly Readonly<Pick<MemberStopping, 'bestEpoch' | 'stoppedEpoch'>>[];
}

/**
 * Keras 3's EarlyStopping, for each member by itself: an epoch improves when its value is below best - minDelta.
 * @throws GatewiseError for a patience that is no whole number; during fit, when the monitored value does not exist
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): EarlyStopping {
  const { monitor = 'val_loss', patience = 0, minDelta = 0, restoreBestWeights = false } = options;
  if (!(Number.isInteger(patience) && patience >= 0)) {
    throw badInput(`earlyStopping: patience must be a whole number of 0 or more, received ${patience}.`);
  }
  let members: MemberStopping[] = [];

  const judge = (member: number, epoch: number, scores: MemberLogs, actions: FitActions): void => {
    const value = scores[monitor];
    if (value === undefined) {
      throw badInput(
        `earlyStopping watches "${monitor}", but this fit reports ${Object.keys(scores).join(', ')}. Give validationData or validationSplit.`,
      );
    }
    members[member] ??= { best: Number.POSITIVE_INFINITY, bestEpoch: null, stoppedEpoch: null, wait: 0 };
    const own = members[member];
    if (value < own.best - Math.abs(minDelta)) {
      own.best = value;
      own.bestEpoch = epoch;
      own.wait = 0;
      if (restoreBestWeights) actions.saveWeights(member);
      return;
    }
    own.wait++;
    if (own.wait >= patience && epoch > 0) {
      own.stoppedEpoch = epoch;
      actions.stop(member);
    }
  };

  return {
    get bestEpoch() {
      return members[0]?.bestEpoch ?? null;
    },
    get stoppedEpoch() {
      return members[0]?.stoppedEpoch ?? null;
    },
    get members() {
      return members;
    },
    onTrainBegin() {
      members = [];
    },
    onEpochEnd(epoch, logs, actions) {
      logs.members.forEach((scores, member) => {
        if (scores) judge(member, epoch, scores, actions);
      });
    },
    onTrainEnd(actions) {
      if (!restoreBestWeights) return;
      members.forEach(({ bestEpoch }, member) => {
        if (bestEpoch !== null) actions.restoreWeights(member);
      });
    },
  };
}
