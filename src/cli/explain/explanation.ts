/** What is found of a model on a device: the methods' maps on its windows, and the study of models trained like it. */
import {
  halfLives as halfLivesOf,
  integratedGradients,
  type LagStudy,
  meanEffects,
  occlusion,
  type Permutation,
  permutation,
  runLagStudy,
  sensitivity,
} from '../../engine/explain/index.ts';
import {
  buildFromKeras,
  GatewiseError,
  type GpuDevice,
  type Sequential,
  type WindowDataset,
} from '../../engine/index.ts';
import { endedEarly } from '../train/fit.ts';
import { optimizerOf } from '../train/forecaster.ts';
import { atOnce, type Method } from './at-once.ts';
import type { ExplainOptions, PlaceMethod } from './options.ts';
import type { ExplainProgress } from './progress.ts';
import type { StudyTask, Subject } from './subject.ts';
import type { Wanted } from './wanted.ts';

export interface Explanation {
  readonly device: string;
  /** [T * D] of each method, lag 1 first. */
  readonly values: ReadonlyMap<PlaceMethod, Float64Array>;
  /** Of the integrated gradients, null without them. */
  readonly residual: number | null;
  /** [H] steps, empty where they are not asked for. */
  readonly halfLives: readonly number[];
  /** Of the model itself, null without targets. */
  readonly permutation: Permutation | null;
  /** Null where nothing was trained. */
  readonly study: LagStudy | null;
}

interface StudiedSubject extends Subject {
  readonly windows: WindowDataset;
  readonly study: StudyTask;
}

/** Whether models are trained for the verdicts: half-lives have none. */
export function trainsSeeds(subject: Subject, { places }: Wanted): subject is StudiedSubject {
  return subject.study !== null && places.length > 0;
}

/**
 * @throws GatewiseError for layers a method cannot go through; 'diverged', 'device-lost'; 'aborted', saying how far it was
 */
export async function explainOn(
  gpu: GpuDevice,
  subject: Subject,
  wanted: Wanted,
  options: ExplainOptions,
  progress: ExplainProgress,
  signal: AbortSignal,
): Promise<Explanation> {
  const { model, window, features } = subject;
  const sequential = await buildFromKeras(
    gpu,
    { config: model.config, weights: model.weights },
    { inputShape: [window, features.length] },
  );
  try {
    const own = await explainModel(sequential, subject, wanted, options, progress, signal);
    const trained = trainsSeeds(subject, wanted)
      ? await trainSeeds(gpu, subject, options, progress, signal)
      : null;
    return { device: gpu.info.label, ...own, study: trained };
  } catch (error) {
    if (!(error instanceof GatewiseError) || error.code !== 'aborted') throw error;
    throw endedEarly(progress.when, options.csv);
  } finally {
    sequential.dispose();
  }
}

async function explainModel(
  sequential: Sequential,
  subject: Subject,
  wanted: Wanted,
  { repeats }: ExplainOptions,
  progress: ExplainProgress,
  signal: AbortSignal,
): Promise<Omit<Explanation, 'device' | 'study'>> {
  const { windows, features, targetScale, seed, study } = subject;
  const inputs = 'kind' in windows ? windows : windows.x;
  const targets = 'kind' in windows ? windows : windows.y && { x: windows.x, y: windows.y };
  const values = new Map<PlaceMethod, Float64Array>();
  const needsPermutation = wanted.places.includes('permutation') || study !== null;
  let residual: number | null = null;
  let permuted: Permutation | null = null;
  let halfLives: readonly number[] = [];
  const methods: Record<string, Method> = {};
  if (wanted.places.includes('gradient')) {
    methods.gradient = async (tell, signal) => {
      const options = { features, targetScale, signal, onProgress: sharesOf(tell) };
      const [map] = await sensitivity(sequential, inputs, options);
      if (map) values.set('gradient', map.values);
    };
  }
  if (wanted.places.includes('ig')) {
    methods['integrated gradients'] = async (tell, signal) => {
      const options = { features, targetScale, signal, onProgress: sharesOf(tell) };
      const [found] = await integratedGradients(sequential, inputs, options);
      if (found) {
        values.set('ig', found.map.values);
        residual = found.residual;
      }
    };
  }
  if (targets && wanted.places.includes('occlusion')) {
    methods.occlusion = async (tell, signal) => {
      const options = { features, targetScale, signal, onProgress: sharesOf(tell) };
      const [map] = await occlusion(sequential, targets, options);
      if (map) values.set('occlusion', map.values);
    };
  }
  if (targets && needsPermutation && wanted.places.length > 0) {
    methods.permutation = async (tell, signal) => {
      const options = { targetScale, repeats, seed, signal, onProgress: sharesOf(tell) };
      permuted = await permutation(sequential, targets, options);
      values.set('permutation', meanEffects(permuted));
    };
  }
  if (wanted.halfLives) {
    methods['half-lives'] = async (tell, signal) => {
      halfLives = await halfLivesOf(sequential, inputs, { signal, onProgress: sharesOf(tell) });
    };
  }
  await atOnce(methods, progress.methods(Object.keys(methods)), signal);
  return { values, residual, halfLives, permutation: permuted };
}

/** What methods tell in windows, as a share of them. */
function sharesOf(tell: (share: number) => void): (done: number, total: number) => void {
  return (done, total) => tell(done / total);
}

function trainSeeds(
  gpu: GpuDevice,
  { features, windows, study: { split, training, layers } }: StudiedSubject,
  { seeds, repeats }: ExplainOptions,
  progress: ExplainProgress,
  signal: AbortSignal,
): Promise<LagStudy> {
  const { loss, epochs, batchSize, patience, seed } = training;
  progress.methods(['the permutation of networks nobody has trained yet']);
  return runLagStudy(gpu, {
    split,
    test: windows,
    features,
    layers: layers(),
    optimizer: optimizerOf(training),
    loss,
    epochs,
    batchSize,
    patience,
    seed,
    seeds,
    repeats,
    signal,
    onProgress: progress.study,
  });
}
