/**
 * Networks of the page's settings from seeds in a row, trained side by side, beside the network that is shown: their mean as a
 * forecast, and how far off it may be. The earlier half of the validation part chooses each network's best epoch; errors on
 * the later half, which took no part in anything, make the interval.
 */

import { stoppingOf } from '../../engine/explain/index.ts';
import {
  countInside,
  GatewiseError,
  intervalHalfWidth,
  Sequential,
  scores,
  skill,
  unscaled,
  type WindowDataset,
} from '../../engine/index.ts';
import type { MembersReport } from '../answer-reports.ts';
import type { Emit } from '../protocol.ts';
import { ToldError } from '../told-error.ts';
import { str, told } from '../words.ts';
import { groundOf, type LagGround } from './lag-study.ts';
import { everySoOften } from './lag-work.ts';
import type { LoadedData } from './loaded-data.ts';

const NETWORKS = 8;
/** Of what is to come, inside the interval. */
const SHARE = 0.9;

/**
 * @throws GatewiseError for what stands in the way, 'diverged', 'aborted' by the signal
 */
export async function trainMembers(
  ground: LagGround,
  signal: AbortSignal,
  emit: Emit,
): Promise<MembersReport> {
  const { gpu, data, recipe } = groundOf(ground);
  const { layers, optimizer, loss, epochs, batchSize, seed, keepBest = true } = recipe;
  const { train, test } = data.split;
  const [choosing, measuring] = halves(data.split.validation);
  const model = new Sequential(layers, { seed }).compile({ optimizer, loss });
  await model.build(gpu, { inputShape: [train.window, train.features], members: NETWORKS });
  try {
    const tell = everySoOften((share: number) => emit({ type: 'members-trained', share }), signal);
    const history = await model.fit(train, {
      epochs,
      batchSize,
      seed,
      validationData: choosing,
      signal,
      callbacks: [
        ...stoppingOf({ epochs, patience: recipe.patience, keepBest }),
        { onProgress: ({ epoch, step, stepsPerEpoch }) => tell((epoch + step / stepsPerEpoch) / epochs) },
      ],
    });
    const forecastsOf = async (part: WindowDataset): Promise<Float64Array[]> => {
      throwIfStopped(signal);
      const all = await model.predictMembers(part);
      return all.map((one) => unscaled(one.data, data.split.scaling.targets));
    };
    const measured = await forecastsOf(measuring);
    const tested = await forecastsOf(test);
    throwIfStopped(signal);
    const left = history.members.flatMap(({ stopped }, e) => {
      const all = [measured[e], tested[e]];
      return stopped !== 'diverged' && all.every((own) => own?.every(Number.isFinite)) ? [e] : [];
    });
    if (left.length < 2) {
      throw new ToldError(
        'diverged',
        told(
          str`Only ${left.length} of ${NETWORKS} networks trained to their end; two at least are needed. Train with a smaller learning rate.`,
        ),
      );
    }
    const ofLeft = (all: readonly Float64Array[]): Float64Array[] => left.map((e) => all[e] as Float64Array);
    const seen = meanOf(ofLeft(measured));
    const halfWidth = intervalHalfWidth(seen, observedIn(measuring, data), SHARE);
    const forecasts = ofLeft(tested);
    const mean = meanOf(forecasts);
    const { observed } = data.report.test;
    const errors = scores(mean, observed);
    return {
      type: 'members',
      seed,
      networks: left.length,
      share: SHARE,
      seenOn: seen.length,
      mean,
      halfWidth,
      inside: countInside(mean, observed, halfWidth),
      apart: meanDeviation(forecasts, mean),
      scores: errors,
      skill: skill(errors.mae, data.report.scores.persistence.mae),
    };
  } finally {
    model.dispose();
  }
}

function halves(part: WindowDataset): [WindowDataset, WindowDataset] {
  const middle = Math.floor(part.starts.length / 2);
  const cut = (from: number, to?: number): WindowDataset => ({
    ...part,
    starts: part.starts.subarray(from, to),
    targetRows: part.targetRows.subarray(from, to),
  });
  return [cut(0, middle), cut(middle)];
}

function throwIfStopped(signal: AbortSignal): void {
  if (signal.aborted) throw new GatewiseError('aborted', 'Stopped as asked.');
}

/** Targets of the windows, in their own unit. */
function observedIn({ targets, targetRows }: WindowDataset, { split }: LoadedData): Float64Array {
  const scaled = Float64Array.from(targetRows, (row) => targets[row] ?? Number.NaN);
  return unscaled(scaled, split.scaling.targets);
}

function meanOf(forecasts: readonly Float64Array[]): Float64Array {
  const sum = (at: number): number => forecasts.reduce((total, own) => total + (own[at] as number), 0);
  return Float64Array.from(forecasts[0] ?? [], (_, at) => sum(at) / forecasts.length);
}

/** How far a single forecast lies from the mean of all, root mean square. */
function meanDeviation(forecasts: readonly Float64Array[], mean: Float64Array): number {
  const squares = forecasts.flatMap((own) => [
    ...own.map((value, at) => (value - (mean[at] as number)) ** 2),
  ]);
  return Math.sqrt(squares.reduce((total, square) => total + square, 0) / squares.length);
}
