/** What fit takes and gives back. */
import { badInput, type GatewiseError } from '../core/errors.ts';
import type { Callback, MemberLogs } from './callbacks.ts';
import type { FitControl } from './fit-control.ts';

export interface FitOptions {
  /** Index after the last epoch, as in Keras; default 1. */
  readonly epochs?: number;
  readonly batchSize?: number;
  /** New order of samples each epoch (default true). */
  readonly shuffle?: boolean;
  /** Of shuffles and dropout masks; member e has seed + e. */
  readonly seed?: number;
  /** Of a member's shuffles where it is not seed + member: members of the same see their samples in the same order. */
  readonly shuffleSeed?: (member: number) => number;
  /** Lets members learn other targets than the data's, such as shuffled ones. */
  readonly targetOrder?: TargetOrder;
  /** Lets members read other windows of the series than the data's. */
  readonly windowStarts?: WindowStarts;
  readonly callbacks?: readonly Callback[];
  readonly signal?: AbortSignal;
  readonly initialEpoch?: number;
  /** Pause, step and stop from elsewhere; a new one for each fit. */
  readonly control?: FitControl;
}

/**
 * For a member: of each sample, the sample whose target it gets; null for its own. Asked once per fit, for the samples
 * trained on and, where there are such, for those validated with.
 */
export type TargetOrder = (
  member: number,
  samples: number,
  part: 'training' | 'validation',
) => Uint32Array | null;

/** For a member: of each sample, the first row of the window it reads; null for the data's. Asked as TargetOrder is. */
export type WindowStarts = TargetOrder;

/** Numbers by epoch. */
export interface ScoreHistory {
  readonly loss: number[];
  readonly mae: number[];
  readonly val_loss?: number[];
  readonly val_mae?: number[];
}

/** What happened to one member: to the bit what a fit of a single model with its seeds tells. */
export interface MemberHistory {
  /** Epochs it trained to their end, from initialEpoch. */
  readonly history: ScoreHistory;
  /** Why it ended before the fit; absent when it did not. */
  readonly stopped?: 'early' | 'diverged';
  /** Of a member that diverged: what went wrong. Its last good weights are in place. */
  readonly error?: GatewiseError;
}

/** What happened in a fit. */
export interface History {
  /** Numbers of the epochs run, from initialEpoch. */
  readonly epoch: number[];
  /** With several members the means over those that trained in each epoch. */
  readonly history: ScoreHistory;
  readonly members: readonly MemberHistory[];
  /** Why it ended before `epochs`; absent when it did not. */
  readonly stopped?: 'early' | 'aborted' | 'stopped';
  /** Training steps run, and their mean time in ms, validation and callbacks left out. */
  readonly steps: number;
  readonly msPerStep: number;
}

/** History from the scores of each epoch. */
export function historyOf(epochs: readonly MemberLogs[]): ScoreHistory {
  const validated = epochs.filter((scores): scores is Required<MemberLogs> => scores.val_loss !== undefined);
  return {
    loss: epochs.map(({ loss }) => loss),
    mae: epochs.map(({ mae }) => mae),
    ...(validated.length > 0
      ? {
          val_loss: validated.map(({ val_loss }) => val_loss),
          val_mae: validated.map(({ val_mae }) => val_mae),
        }
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
