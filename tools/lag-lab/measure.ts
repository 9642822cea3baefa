/** Measures one subject: its lag study, and every other method on the networks the study has trained. */

import {
  type Attribution,
  buildStudyModel,
  expectedGradients,
  foundAbove,
  type Grade,
  gradeLags,
  gradientTimesInput,
  integratedGradients,
  type LagMap,
  type LagStudy,
  type MeasureStudyOptions,
  measureStudy,
  occlusion,
  permuteStudy,
  SHADOW_NAME,
  type StudyModel,
  sensitivity,
  thinned,
  trainStudyModel,
  trueRanks,
} from '../../src/engine/explain/index.ts';
import type { GpuDevice, TrueLags } from '../../src/engine/index.ts';
import type { Subject } from './recipes.ts';

/** How a method does on a planted truth, over the seeds. */
export interface MethodGrade {
  readonly method: string;
  /** For each seed the ranks of the true places among all real ones. */
  readonly ranks: readonly (readonly number[])[];
  /** What lies above the largest value of the shadow column, graded; of each seed. */
  readonly grades: readonly Grade[];
  /** Largest completeness residual of the seeds, where the method has one. */
  readonly residual: number | null;
  /** Of integrated gradients, for each seed: windows whose parts miss more than is promised. */
  readonly missing?: readonly number[];
}

/** What integrated gradients of a window may miss of its change. */
export const MOST_MISSING = 1e-3;

export interface Measured {
  readonly seconds: { readonly training: number; readonly measuring: number };
  readonly studies: readonly LagStudy[];
  readonly methods: readonly MethodGrade[];
}

/** Windows that gradient paths look at. */
export const PATH_WINDOWS = 64;

export interface MeasureSubject {
  readonly truth?: readonly TrueLags[];
  /** Measure the two halves of the test part by themselves. */
  readonly halves?: boolean;
  readonly mostWindows?: number;
  readonly tell: (sentence: string) => void;
}

export async function measureSubject(
  gpu: GpuDevice,
  { recipe }: Subject,
  { truth, halves = false, mostWindows = 400, tell }: MeasureSubject,
): Promise<Measured> {
  const built = await buildStudyModel(gpu, recipe);
  try {
    const begun = performance.now();
    const parts = testParts(built, halves).map((test): MeasureStudyOptions => ({ test, mostWindows }));
    const untrained = [];
    for (const part of parts) untrained.push(await permuteStudy(built, part, 0, 1));
    let told = -1;
    const trained = await trainStudyModel(built, recipe, {
      onEpochs: (done) => {
        if (Math.floor(done) > told) tell(`epoch ${Math.floor(done)} of ${recipe.epochs}`);
        told = Math.floor(done);
      },
    });
    const training = (performance.now() - begun) / 1000;
    const studies: LagStudy[] = [];
    for (const [k, part] of parts.entries()) {
      const before = untrained[k];
      if (before === undefined) continue;
      const onProgress: MeasureStudyOptions['onProgress'] = (progress) => {
        if (progress.phase === 'permuting') tell(`permutation ${progress.repeat} of ${progress.repeats}`);
      };
      studies.push(await measureStudy(trained, before, { ...part, onProgress }));
    }
    const [study] = studies;
    const methods = truth && study ? await gradeMethods(trained, study, truth, mostWindows) : [];
    const measuring = (performance.now() - begun) / 1000 - training;
    return { seconds: { training, measuring }, studies, methods };
  } finally {
    built.model.dispose();
  }
}

function testParts({ split: { test } }: StudyModel, halves: boolean) {
  if (!halves) return [test];
  const middle = Math.floor(test.starts.length / 2);
  const part = (from: number, to: number) => ({
    ...test,
    starts: test.starts.slice(from, to),
    targetRows: test.targetRows.slice(from, to),
  });
  return [part(0, middle), part(middle, test.starts.length)];
}

/** Every method on the networks with true targets. */
async function gradeMethods(
  trained: StudyModel,
  study: LagStudy,
  truth: readonly TrueLags[],
  mostWindows: number,
): Promise<MethodGrade[]> {
  const { model, split, learners } = trained;
  const features = [...trained.features, SHADOW_NAME];
  const test = thinned(split.test, mostWindows);
  const few = thinned(split.test, PATH_WINDOWS);
  const ofLearners = <T>(all: readonly T[]): T[] => learners.map((e) => all[e] as T);
  const grade = (method: string, maps: readonly LagMap[], residual: number | null = null): MethodGrade => ({
    method,
    ranks: maps.map((map) => trueRanks(splitShadow(map).real, truth)),
    grades: maps.map((map) => {
      const { real, largest } = splitShadow(map);
      return gradeLags(foundAbove(real, largest), truth);
    }),
    residual,
  });
  const integrated: Attribution[] = [];
  // One after the other: the points that one needs more of are none of the others'.
  for (const member of learners) {
    const own = await model.copy(1, { member });
    try {
      integrated.push(...(await integratedGradients(own, few, { features })));
    } finally {
      own.dispose();
    }
  }
  const expected = ofLearners(await expectedGradients(model, few, { features, seed: trained.seed }));
  const worst = (all: readonly { readonly residual: number }[]): number =>
    Math.max(...all.map(({ residual }) => residual));
  return [
    grade('permutation', permutationMaps(study)),
    grade('occlusion (training mean)', ofLearners(await occlusion(model, test, { features }))),
    grade('sensitivity', ofLearners(await sensitivity(model, test, { features }))),
    grade(
      'gradient x input',
      ofLearners(await gradientTimesInput(model, test, { features, absolute: true })),
    ),
    {
      ...grade(
        'integrated gradients',
        integrated.map(({ map }) => map),
        worst(integrated),
      ),
      missing: integrated.map(({ residuals }) => residuals.filter((one) => one > MOST_MISSING).length),
    },
    grade(
      'expected gradients',
      expected.map(({ map }) => map),
      worst(expected),
    ),
  ];
}

/** The study's effects as maps with the shadow column, one for each seed. */
function permutationMaps({ findings, shadow, seeds, window, features }: LagStudy): LagMap[] {
  return Array.from({ length: seeds }, (_, s) => ({
    window,
    features: [...features, SHADOW_NAME],
    values: Float64Array.from(
      shadow.flatMap((own, lag) => [
        ...findings.slice(lag * features.length, (lag + 1) * features.length),
        own,
      ]),
      ({ perSeed }) => perSeed[s] ?? Number.NaN,
    ),
  }));
}

/** A map without its last column, and the largest size in that column. */
function splitShadow({ window, features, values }: LagMap): { real: LagMap; largest: number } {
  const isShadow = (at: number): boolean => at % features.length === features.length - 1;
  const shadow = values.filter((_, at) => isShadow(at));
  return {
    real: { window, features: features.slice(0, -1), values: values.filter((_, at) => !isShadow(at)) },
    largest: Math.max(...shadow.map(Math.abs)),
  };
}
