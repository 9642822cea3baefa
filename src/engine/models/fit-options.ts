/** What fit takes and gives back. */
import { badInput } from '../core/errors.ts';
import type { Callback, EpochLogs } from './callbacks.ts';
import type { FitControl } from './fit-control.ts';

export interface FitOptions {
  /** Index after the last epoch, as in Keras; default 1. */
  readonly epochs?: number;
  readonly batchSize?: number;
  /** New order of samples each epoch (default true). */
  readonly shuffle?: boolean;
  /** Of shuffles and dropout masks. */
  readonly seed?: number;
  readonly callbacks?: readonly Callback[];
  readonly signal?: AbortSignal;
  readonly initialEpoch?: number;
  /** Pause, step and stop from elsewhere; a new one for each fit. */
  readonly control?: FitControl;
}

/** What happened in a fit. */
export interface History {
  /** Numbers of the epochs run, from initialEpoch. */
  readonly epoch: number[];
  readonly history: { loss: number[]; mae: number[]; val_loss?: number[]; val_mae?: number[] };
  /** Why it ended before `epochs`; absent when it did not. */
  readonly stopped?: 'early' | 'aborted' | 'stopped';
  /** Training steps run, and their mean time in ms, validation and callbacks left out. */
  readonly steps: number;
  readonly msPerStep: number;
}

/** History from the logs of each epoch. */
export function historyOf(logs: readonly EpochLogs[]): History['history'] {
  const validated = logs.filter((log): log is Required<EpochLogs> => log.val_loss !== undefined);
  return {
    loss: logs.map(({ loss }) => loss),
    mae: logs.map(({ mae }) => mae),
    ...(validated.length > 0
      ? { val_loss: validated.map((log) => log.val_loss), val_mae: validated.map((log) => log.val_mae) }
      : {}),
  };
}

/** @throws GatewiseError for epochs, batch size or initial epoch that are no whole numbers in range */
export function checkFitOptions({
  epochs = 1,
  batchSize = 32,
  initialEpoch = 0,
  seed = 0,
}: FitOptions): void {
  const check = (value: number, name: string, least: number): void => {
    if (!(Number.isInteger(value) && value >= least))
      throw badInput(`${name} must be a whole number of ${least} or more, received ${value}.`);
  };
  check(epochs, 'epochs', 0);
  check(batchSize, 'batchSize', 1);
  check(initialEpoch, 'initialEpoch', 0);
  if (!Number.isInteger(seed)) throw badInput(`seed must be a whole number, received ${seed}.`);
}
