/** The training itself: progress, early stop, and what is told and kept when it ends otherwise than hoped for. */
import {
  type Callback,
  type Dataset,
  type EpochLogs,
  earlyStopping,
  GatewiseError,
  type Sequential,
  type SequentialFitOptions,
} from '../../engine/index.ts';
import type { Output } from '../output.ts';
import { plural, quote } from '../text.ts';
import { writeFile } from '../write-file.ts';
import type { LoadedData } from './load-data.ts';
import { encodeModel } from './model-file.ts';
import type { TrainOptions } from './options.ts';
import { showProgress } from './progress.ts';

export interface FitResult {
  /** One per epoch run. */
  readonly logs: readonly EpochLogs[];
  /** 0 for the first; null when the last epoch's weights stand. */
  readonly bestEpoch: number | null;
  readonly msPerStep: number;
}

/** Where the result goes, for the sentences that say what became of it. */
export interface Destination {
  readonly out: string | null;
  /** Writes the model as it is now. */
  readonly save: (out: string) => Promise<void>;
}

/** @throws GatewiseError 'diverged', 'device-lost', 'aborted', each saying what became of the file */
export async function fitForecaster(
  model: Sequential,
  options: TrainOptions,
  data: LoadedData,
  output: Output,
  signal: AbortSignal,
): Promise<FitResult> {
  const { epochs, batchSize, seed, patience, out, force } = options;
  const stopper = patience === null ? null : earlyStopping({ patience, restoreBestWeights: true });
  const result = await runFit(
    model,
    data.split.train,
    {
      epochs,
      batchSize,
      seed,
      signal,
      validationData: data.split.validation,
      callbacks: stopper === null ? [] : [stopper],
    },
    Math.ceil(data.split.train.starts.length / batchSize),
    { out, save: async (path) => writeFile(path, await encodeModel(path, model, options, data), force) },
    output,
  );
  return { ...result, bestEpoch: stopper?.bestEpoch ?? null };
}

/**
 * Trains any model.
 * @param stepsPerEpoch for the progress
 * @throws GatewiseError 'diverged', 'device-lost', 'aborted', each saying what became of the file
 */
export async function runFit(
  model: Sequential,
  data: Dataset,
  options: SequentialFitOptions & { readonly epochs: number; readonly signal: AbortSignal },
  stepsPerEpoch: number,
  destination: Destination,
  output: Output,
): Promise<Omit<FitResult, 'bestEpoch'>> {
  const { epochs, signal, callbacks = [] } = options;
  const logs: EpochLogs[] = [];
  const record: Callback = {
    onEpochEnd(_, log) {
      logs.push(log);
    },
  };
  try {
    const history = await model.fit(data, {
      ...options,
      callbacks: [record, showProgress(output, epochs, stepsPerEpoch), ...callbacks],
    });
    if (signal.aborted) throw interrupted(epochs, destination.out, logs.length);
    return { logs, msPerStep: history.msPerStep };
  } catch (error) {
    if (error instanceof GatewiseError && error.code === 'diverged') {
      throw await keepLastGood(error, destination, logs.length);
    }
    if (error instanceof GatewiseError && error.code === 'device-lost') throw lost(error, logs.length);
    throw error;
  }
}

/** The engine has put the last good weights back: they go into the file, and the sentence says of when they are. */
async function keepLastGood(
  error: GatewiseError,
  { out, save }: Destination,
  epochsDone: number,
): Promise<GatewiseError> {
  if (out === null) return error;
  await save(out);
  const when = epochsDone === 0 ? 'before the first epoch' : `of epoch ${epochsDone}`;
  return new GatewiseError('diverged', `${error.message} ${quote(out)} holds the weights ${when}.`, {
    cause: error,
  });
}

/** What to throw when the user has ended it. */
export function interrupted(epochs: number, out: string | null, epochsDone: number): GatewiseError {
  return endedEarly(`after ${epochsDone} of ${plural(epochs, 'epoch')}`, out);
}

/** The same of work that is more than training. @param when to follow "Interrupted" */
export function endedEarly(when: string, out: string | null): GatewiseError {
  const file = out === null ? '' : ` ${quote(out)} was not written.`;
  return new GatewiseError('aborted', `Interrupted ${when}.${file}`);
}

/** The engine's sentence speaks to programs; who typed a command wants to know what became of the run. */
function lost(error: GatewiseError, epochsDone: number): GatewiseError {
  return new GatewiseError(
    'device-lost',
    `The GPU device was lost after ${plural(epochsDone, 'epoch')}, and the weights with it; nothing was written. Run again, with a smaller model or --batch-size if it happens again.`,
    { cause: error },
  );
}
