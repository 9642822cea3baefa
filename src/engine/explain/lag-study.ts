/**
 * The lag study: which feature, how many rows back, a forecaster goes by, with the controls that make it believable. Trains
 * some networks by the forecaster's recipe and as many on shuffled targets, all with a column of noise, permutes each place
 * in rounds, and judges it by the rule of verdict.ts.
 */
import { badInput } from '../core/errors.ts';
import type { WindowDataset } from '../data/windows.ts';
import type { GpuDevice } from '../gpu/device.ts';
import { type Permutation, permutation } from './permutation.ts';
import { sensitivity } from './sensitivity.ts';
import { SHADOW_NAME } from './shadow-column.ts';
import { StudyEvidence } from './study-evidence.ts';
import { buildStudyModel, type StudyModel, trainStudyModel } from './study-model.ts';
import type { StudyRecipe } from './study-recipe.ts';
import type { LagStudy } from './study-report.ts';
import { thinned } from './thinned-windows.ts';
import { FEWEST_REPEATS } from './verdict.ts';

/** How far a study is; seconds are an estimate of all that is left, at most so much where members stop early. */
export type StudyProgress =
  | {
      readonly phase: 'training';
      readonly epoch: number;
      readonly epochs: number;
      readonly secondsLeft: number;
    }
  | {
      readonly phase: 'permuting';
      readonly repeat: number;
      readonly repeats: number;
      readonly secondsLeft: number;
      /** After the rounds so far: the band grows. */
      readonly study: LagStudy;
    };

export interface MeasureStudyOptions {
  /** Permutations of each place, 10 (the default) or more. */
  readonly repeats?: number;
  /** What is measured on (default: the test part). */
  readonly test?: WindowDataset;
  /** Windows of it that are looked at, one of each so many, at most (default 512). */
  readonly mostWindows?: number;
  /** Which output of the model (default 0). */
  readonly output?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: StudyProgress) => void | Promise<void>;
}

export interface LagStudyOptions extends StudyRecipe, MeasureStudyOptions {}

/**
 * Trains and measures, and gives all GPU memory back however it ends.
 * @throws GatewiseError for what does not fit; 'diverged' when too few networks are left; 'aborted' by the signal, at once
 */
export async function runLagStudy(gpu: GpuDevice, options: LagStudyOptions): Promise<LagStudy> {
  const { epochs, signal, onProgress } = options;
  const repeats = repeatsOf(options);
  const built = await buildStudyModel(gpu, options);
  try {
    const begun = performance.now();
    const untrained = await permuteStudy(built, options, 0, 1);
    const roundMs = performance.now() - begun;
    const msLeft = leftOf(epochs);
    const trained = await trainStudyModel(built, options, {
      ...(signal ? { signal } : {}),
      onEpochs: (done) => {
        const training = msLeft(done);
        if (training === null) return;
        const secondsLeft = (training + repeats * roundMs) / 1000;
        return onProgress?.({ phase: 'training', epoch: Math.floor(done), epochs, secondsLeft });
      },
    });
    return await measureStudy(trained, untrained, options);
  } finally {
    built.model.dispose();
  }
}

/** Time left of so many epochs, ms, by how fast they went since it was first asked: what came before was preparation. */
function leftOf(epochs: number): (done: number) => number | null {
  let first: { readonly at: number; readonly done: number } | null = null;
  return (done) => {
    const at = performance.now();
    first ??= { at, done };
    return done > first.done ? ((at - first.at) / (done - first.done)) * (epochs - done) : null;
  };
}

/**
 * Permutes every place of trained networks, round after round, and judges what it finds.
 * @param untrained a round of the same networks before they were trained, from permuteStudy()
 */
export async function measureStudy(
  trained: StudyModel,
  untrained: Permutation,
  options: MeasureStudyOptions,
): Promise<LagStudy> {
  const { onProgress } = options;
  const repeats = repeatsOf(options);
  const { windows, ...rest } = measuring(trained, options);
  const features = [...trained.features, SHADOW_NAME];
  const maps = await sensitivity(trained.model, windows, { ...rest, features });
  const evidence = new StudyEvidence(trained, maps, untrained);
  const begun = performance.now();
  for (let repeat = 1; ; repeat++) {
    evidence.add(await permuteStudy(trained, options, repeat - 1, 1));
    const study = evidence.toStudy();
    const secondsLeft = ((performance.now() - begun) / repeat) * ((repeats - repeat) / 1000);
    await onProgress?.({ phase: 'permuting', repeat, repeats, secondsLeft, study });
    if (repeat >= repeats) return study;
  }
}

/** @throws GatewiseError for fewer permutations than the rule takes */
function repeatsOf({ repeats = FEWEST_REPEATS }: MeasureStudyOptions): number {
  if (Number.isInteger(repeats) && repeats >= FEWEST_REPEATS) return repeats;
  throw badInput(
    `repeats must be a whole number of ${FEWEST_REPEATS} or more, received ${repeats}: with fewer permutations the null band is too narrow to judge by.`,
  );
}

/** Some repeats of all places, of all networks. */
export async function permuteStudy(
  study: StudyModel,
  options: MeasureStudyOptions,
  firstRepeat: number,
  repeats: number,
): Promise<Permutation> {
  const { windows, ...rest } = measuring(study, options);
  return permutation(study.model, windows, { ...rest, firstRepeat, repeats, seed: study.seed });
}

/** The windows looked at, with the shadow column, and how they are measured. */
function measuring(
  { split, seed }: StudyModel,
  { test, mostWindows = 512, output = 0, signal }: MeasureStudyOptions,
) {
  const { starts, targetRows } = test ?? split.test;
  const targetScale = split.scaling.targets.scale[output];
  return {
    windows: thinned({ ...split.test, starts, targetRows }, mostWindows, seed),
    output,
    ...(targetScale === undefined ? {} : { targetScale }),
    ...(signal ? { signal } : {}),
  };
}
