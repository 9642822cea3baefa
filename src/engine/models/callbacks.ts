/** What a fit tells while it runs, and the callback that stops it in time. */
import { badInput } from '../core/errors.ts';

/** Numbers of a finished epoch under Keras' names; mae in the units of y. */
export interface EpochLogs {
  readonly loss: number;
  readonly mae: number;
  readonly val_loss?: number;
  readonly val_mae?: number;
}

export interface Progress {
  /** 0 for the first epoch. */
  readonly epoch: number;
  /** Steps done in this epoch. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  /** Running mean loss of the epoch so far. */
  readonly loss: number;
}

/** What a callback may do to the fit. */
export interface FitActions {
  /** Ends training after this epoch. */
  stop(): void;
  /** Keeps a copy of the weights, on the GPU; one copy per fit. */
  saveWeights(): void;
  /** Brings back the copy. */
  restoreWeights(): void;
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
  readonly monitor?: keyof EpochLogs;
  /** Epochs without improvement before training stops. */
  readonly patience?: number;
  /** A smaller change counts as none. */
  readonly minDelta?: number;
  /** Go back to the weights of the best epoch at the end. */
  readonly restoreBestWeights?: boolean;
}

/**
 * Keras 3's EarlyStopping: an epoch improves when its value is below best - minDelta.
 * @throws GatewiseError for a patience that is no whole number; during fit, when the monitored value does not exist
 */
export function earlyStopping(
  options: EarlyStoppingOptions = {},
): Callback & { readonly bestEpoch: number | null; readonly stoppedEpoch: number | null } {
  const { monitor = 'val_loss', patience = 0, minDelta = 0, restoreBestWeights = false } = options;
  if (!(Number.isInteger(patience) && patience >= 0)) {
    throw badInput(`earlyStopping: patience must be a whole number of 0 or more, received ${patience}.`);
  }
  let best = Number.POSITIVE_INFINITY;
  let bestEpoch: number | null = null;
  let stoppedEpoch: number | null = null;
  let wait = 0;
  return {
    get bestEpoch() {
      return bestEpoch;
    },
    get stoppedEpoch() {
      return stoppedEpoch;
    },
    onTrainBegin() {
      best = Number.POSITIVE_INFINITY;
      bestEpoch = null;
      stoppedEpoch = null;
      wait = 0;
    },
    onEpochEnd(epoch, logs, actions) {
      const value = logs[monitor];
      if (value === undefined) {
        throw badInput(
          `earlyStopping watches "${monitor}", but this fit reports ${Object.keys(logs).join(', ')}. Give validationData or validationSplit.`,
        );
      }
      if (value < best - Math.abs(minDelta)) {
        best = value;
        bestEpoch = epoch;
        wait = 0;
        if (restoreBestWeights) actions.saveWeights();
        return;
      }
      wait++;
      if (wait >= patience && epoch > 0) {
        stoppedEpoch = epoch;
        actions.stop();
      }
    },
    onTrainEnd(actions) {
      if (restoreBestWeights && bestEpoch !== null) actions.restoreWeights();
    },
  };
}
