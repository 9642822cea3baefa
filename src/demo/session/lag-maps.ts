/**
 * What the methods of the lag lab say of the weights as they are, over the test part. Measured on a model of its own with a
 * copy of the weights, so that training, looking at another epoch or longer windows never come between.
 */
import {
  type ExplainedModel,
  gradientTimesInput,
  type LagMap,
  meanEffects,
  occlusion,
  permutation,
  sensitivity,
  thinned,
} from '../../engine/explain/index.ts';
import type { GpuDevice, Sequential, WindowDataset } from '../../engine/index.ts';
import type { LagMethod, LagQuestion, LagReport } from '../lags/lag-protocol.ts';
import { ToldError } from '../told-error.ts';
import { told } from '../words.ts';
import { fingerprint } from './fingerprint.ts';
import { buildForecaster } from './forecaster.ts';
import { integrated } from './lag-integrated.ts';
import { type LoadedData, prepareData } from './loaded-data.ts';
import type { Trainer } from './trainer.ts';

const REPEATS = 10;
const PATH_STEPS = 64;
/** Multiplications of a method over all windows: a few seconds on a software adapter, less on a graphics card. */
const MOST_PRODUCTS = { software: 4e10, hardware: 1e12 };

export interface LagControl {
  readonly signal: AbortSignal;
  /** Told the share of the work done, 0 to 1. */
  onShare(share: number): void;
}

type Measured = Pick<LagReport, 'values' | 'signed' | 'each'>;

/**
 * @throws GatewiseError for what a model from a file or a series has not, 'aborted' by the signal
 */
export async function lagReport(
  gpu: GpuDevice,
  trainer: Trainer,
  data: LoadedData,
  question: LagQuestion,
  control: LagControl,
): Promise<LagReport> {
  const { recipe, seed, shownEpoch: epoch } = trainer;
  const longer = withOlderRows(data, trainer, question.extra);
  const isShown = question.weights === 'shown';
  const own = trainer.isOwn ? await trainer.read(() => trainer.model.getWeights()) : null;
  const model =
    own === null
      ? await copyOfFile(gpu, trainer)
      : await buildForecaster(gpu, longer, { ...recipe, window: recipe.window + question.extra }, seed, null);
  try {
    if (own === null && !isShown) model.resetWeights(seed);
    if (own !== null && isShown) model.setWeights(own);
    const print = fingerprint(await model.getWeights());
    const units = model.parameters.layout.find(({ gateUnits }) => gateUnits !== null)?.gateUnits ?? 1;
    const most = MOST_PRODUCTS[gpu.info.isFallback ? 'software' : 'hardware'];
    const measuredOn = fewer(longer, units, question.method, most);
    const measured = await measure(model, measuredOn, longer.split.test, question, control);
    const { split, series } = measuredOn;
    return {
      type: 'lags',
      ...question,
      ...measured,
      steps: split.test.window,
      features: series.columns,
      windows: split.test.starts.length,
      epoch,
      fingerprint: print,
    };
  } finally {
    model.dispose();
  }
}

/** The data in windows that reach further back, where that is asked. */
function withOlderRows(data: LoadedData, { recipe, isOwn }: Trainer, extra: number): LoadedData {
  if (extra === 0) return data;
  if (!isOwn) {
    throw new ToldError(
      'bad-input',
      told(
        'The network comes from a file, and only this page\u2019s own can be given longer windows here. Leave the older rows out, or change the units in the settings, which begins with the page\u2019s own network again.',
      ),
    );
  }
  return prepareData(data.source, data.choice, { ...recipe, window: recipe.window + extra });
}

async function copyOfFile(gpu: GpuDevice, trainer: Trainer): Promise<Sequential> {
  const { model, recipe, data } = trainer;
  const inputShape = [recipe.window, data.series.columns.length];
  const { buildFromKeras } = await import('./built-from-file.ts');
  return buildFromKeras(gpu, await trainer.read(() => model.toExport()), { inputShape });
}

/**
 * Of a long series one window of each so many, so that a method takes seconds.
 * @param mostProducts multiplications of a method over all windows
 */
export function fewer(data: LoadedData, units: number, method: LagMethod, mostProducts: number): LoadedData {
  const { test } = data.split;
  const { window: steps, features } = test;
  const products = steps * 4 * units * (features + units) * passes(method, steps * features);
  const most = Math.max(2, Math.floor(mostProducts / products));
  return { ...data, split: { ...data.split, test: thinned(test, most) } };
}

/** How often a method runs the network over each window; backwards counts twice. */
function passes(method: LagMethod, places: number): number {
  switch (method) {
    case 'sensitivity':
      return 3;
    case 'gradient-input':
      return 6;
    case 'integrated':
      return 3 * PATH_STEPS;
    case 'occlusion':
      return places;
    case 'permutation':
      return places * REPEATS;
  }
}

/** @param all the test windows of which those of `data` are some */
export async function measure(
  model: ExplainedModel,
  data: LoadedData,
  all: WindowDataset,
  question: LagQuestion,
  { signal, onShare }: LagControl,
): Promise<Measured> {
  const { test, scaling } = data.split;
  const features = data.series.columns;
  const targetScale = scaling.targets.scale[0] ?? 1;
  const onProgress = (done: number, total = 1): void => onShare(done / total);
  const options = { features, targetScale, signal, onProgress };
  switch (question.method) {
    case 'sensitivity':
      return alone(await sensitivity(model, test, options));
    case 'gradient-input': {
      const sizes = only(await gradientTimesInput(model, test, { ...options, absolute: true }));
      const signed = only(await gradientTimesInput(model, test, options));
      return { values: sizes.values, signed: signed.values, each: null };
    }
    case 'occlusion':
      return alone(await occlusion(model, test, options));
    case 'permutation': {
      const permuted = await permutation(model, test, {
        repeats: REPEATS,
        targetScale,
        signal,
        onProgress,
      });
      return { values: meanEffects(permuted), signed: null, each: null };
    }
    case 'integrated':
      return integrated(model, data, all, question.baseline, { steps: PATH_STEPS, signal, onProgress });
  }
}

const alone = (maps: readonly LagMap[]): Measured => ({
  values: only(maps).values,
  signed: null,
  each: null,
});

/** The map of a model with one member. */
function only(maps: readonly LagMap[]): LagMap {
  const [map] = maps;
  if (map === undefined) throw new ToldError('internal', told('A method gave no numbers.'));
  return map;
}
