/**
 * The lag study on a short planted series: what it finds, what its networks are to the bit, what it takes, and how it is
 * stopped.
 */
import type { Tensor } from '../../../src/engine/core/tensor.ts';
import { plantSeries } from '../../../src/engine/data/plant-series.ts';
import type { PlantedId } from '../../../src/engine/data/planted.ts';
import { buildSeries } from '../../../src/engine/data/series.ts';
import { makeWindows, type WindowDataset, type WindowSplit } from '../../../src/engine/data/windows.ts';
import { ranked } from '../../../src/engine/explain/grade.ts';
import { integratedGradients } from '../../../src/engine/explain/integrated-gradients.ts';
import {
  type LagStudyOptions,
  runLagStudy,
  type StudyProgress,
} from '../../../src/engine/explain/lag-study.ts';
import {
  buildStudyModel,
  type StudyModel,
  studyTargets,
  trainStudyModel,
} from '../../../src/engine/explain/study-model.ts';
import type { StudyRecipe } from '../../../src/engine/explain/study-recipe.ts';
import type { LagStudy } from '../../../src/engine/explain/study-report.ts';
import { thinned } from '../../../src/engine/explain/thinned-windows.ts';
import { VERDICT_RULE, verdictOf } from '../../../src/engine/explain/verdict.ts';
import type { GpuDevice } from '../../../src/engine/gpu/device.ts';
import { dense } from '../../../src/engine/layers/dense.ts';
import { lstm } from '../../../src/engine/layers/lstm.ts';
import { earlyStopping } from '../../../src/engine/models/callbacks.ts';
import { Sequential } from '../../../src/engine/models/sequential.ts';
import { adam } from '../../../src/engine/optimizers/adam.ts';
import type { GpuCase } from '../../harness/gpu-case.ts';
import { equal, onDevice, rejection } from '../support.ts';

const WINDOW = 6;
const SEEDS = 3;
const SEED = 5;

/** A planted series, y = x[t-3] by default, with fewer windows than the page has. */
function shortSplit(id: PlantedId = 'lag-3'): WindowSplit {
  const series = buildSeries(plantSeries(id, 1), { target: ['y'], features: ['x'] });
  const split = makeWindows(series, { window: WINDOW });
  return {
    ...split,
    train: thinned(split.train, 400),
    validation: thinned(split.validation, 100),
    test: thinned(split.test, 150),
  };
}

function recipe(changes: Partial<StudyRecipe> = {}): StudyRecipe {
  return {
    split: shortSplit(),
    features: ['x'],
    layers: [lstm({ units: 8 }), dense({ units: 1 })],
    optimizer: adam({ learningRate: 0.02 }),
    loss: 'mse',
    epochs: 15,
    batchSize: 32,
    patience: 5,
    seeds: SEEDS,
    seed: SEED,
    ...changes,
  };
}

const numbers = (tensors: readonly Tensor[]): number[][] => tensors.map(({ data }) => [...data]);

/** The training windows with targets in the order a member learns them. */
function shuffledTargets(part: WindowDataset, order: Uint32Array | null): WindowDataset {
  if (order === null) return part;
  return {
    ...part,
    targetRows: part.targetRows.map((_, k) => part.targetRows[order[k] as number] as number),
  };
}

/** A single model trained as member e of a study should be. */
async function trainAlone(device: GpuDevice, { split }: StudyModel, e: number): Promise<number[][]> {
  const { layers, optimizer, loss, epochs, batchSize, patience } = recipe();
  const model = new Sequential(layers, { seed: SEED + e }).compile({ optimizer, loss });
  await model.build(device, { inputShape: [WINDOW, 2] });
  const orderOf = studyTargets(SEED, SEEDS);
  const { train, validation } = split;
  await model.fit(shuffledTargets(train, orderOf(e, train.starts.length, 'training')), {
    epochs,
    batchSize,
    seed: SEED + e,
    validationData: shuffledTargets(validation, orderOf(e, validation.starts.length, 'validation')),
    callbacks: [earlyStopping({ patience: patience as number, restoreBestWeights: true })],
  });
  const weights = numbers(await model.getWeights());
  model.dispose();
  return weights;
}

/** Checks what a study says against its own evidence, as the rule has it. */
function checkVerdicts(study: LagStudy): void {
  for (const { perSeed, sensitivityPerSeed, verdict, value, lag } of study.findings) {
    const expected = verdictOf({
      effects: perSeed,
      wholeWindow: study.wholeWindow,
      sensitivity: sensitivityPerSeed,
      shadowSensitivity: study.shadowSensitivity,
      band: { low: study.nullLow, high: study.nullHigh },
    });
    equal(verdict, expected, `verdict of lag ${lag}`);
    equal(value, perSeed.reduce((sum, own) => sum + own, 0) / study.seeds, `mean effect of lag ${lag}`);
  }
  study.shadowSensitivity.forEach((largest, seed) => {
    const own = study.shadow.map(({ sensitivityPerSeed }) => sensitivityPerSeed[seed] as number);
    equal(largest, Math.max(...own), `sensitivity of the shadow column, seed ${seed}`);
  });
}

export const cases: GpuCase[] = [
  onDevice(
    'a study of y = x[t-3] finds lag 3 first for every seed and calls it used; the band grows round by round',
    async (device) => {
      const told: StudyProgress[] = [];
      const study = await runLagStudy(device, {
        ...recipe(),
        onProgress: (progress) => void told.push(progress),
      });

      equal([study.seeds, study.window, study.features, study.repeats], [SEEDS, WINDOW, ['x'], 10], 'study');
      equal([study.windows, study.notes, study.rule], [150, [], VERDICT_RULE], 'what it was measured on');
      equal(
        study.findings.map(({ lag }) => lag),
        [1, 2, 3, 4, 5, 6],
        'places',
      );
      for (let seed = 0; seed < SEEDS; seed++) {
        const values = Float64Array.from(study.findings, ({ perSeed }) => perSeed[seed] as number);
        equal(ranked({ window: WINDOW, features: ['x'], values })[0]?.lag, 3, `first lag of seed ${seed}`);
      }
      equal(
        study.findings.map(({ verdict }) => verdict === 'used'),
        [false, false, true, false, false, false],
        'used',
      );
      checkVerdicts(study);
      const untrained = study.controls.untrained[2] as number;
      const shuffled = study.controls.shuffled[2] as number;
      const trained = study.findings[2]?.value as number;
      if (!(Math.max(Math.abs(untrained), Math.abs(shuffled)) < trained / 4))
        throw new Error(`Controls of lag 3 are ${untrained} and ${shuffled}, the network's ${trained}.`);

      const rounds = told.filter((progress) => progress.phase === 'permuting');
      equal(
        rounds.map(({ repeat }) => repeat),
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
        'rounds told',
      );
      rounds.slice(1).forEach(({ study: later }, k) => {
        const { nullLow, nullHigh } = (rounds[k] as (typeof rounds)[number]).study;
        if (later.nullLow > nullLow || later.nullHigh < nullHigh)
          throw new Error(`The band shrank in round ${k + 2}.`);
      });
      equal(rounds.at(-1)?.study, study, 'the last round');
      const first = rounds[0]?.study as LagStudy;
      if (first.nullHigh - first.nullLow >= study.nullHigh - study.nullLow)
        throw new Error('The band did not grow.');
      const training = told.filter((progress) => progress.phase === 'training');
      if (training.length === 0 || training.some(({ secondsLeft }) => !(secondsLeft > 0)))
        throw new Error('No time left was told while training.');
    },
  ),
  onDevice('a study of noise calls no place used', async (device) => {
    const study = await runLagStudy(device, recipe({ split: shortSplit('noise'), epochs: 6 }));

    equal(
      study.findings.filter(({ verdict }) => verdict === 'used'),
      [],
      'places called used',
    );
    checkVerdicts(study);
  }),
  onDevice('integrated gradients put lag 3 of y = x[t-3] first for every seed', async (device) => {
    const built = await buildStudyModel(device, recipe());
    const { split, learners } = await trainStudyModel(built, recipe());
    const features = ['x', 'shadow'];
    const found = await integratedGradients(built.model, thinned(split.test, 20), { features });
    built.model.dispose();

    equal(
      learners.map((e) => ranked((found[e] as (typeof found)[number]).map)[0]),
      learners.map(() => ({ lag: 3, feature: 'x' })),
      'first places',
    );
  }),
  onDevice(
    'networks of a study are, to the bit, single runs with their seeds, on true targets and on shuffled ones',
    async (device) => {
      const built = await buildStudyModel(device, recipe());
      const trained = await trainStudyModel(built, recipe());
      equal(
        [trained.learners, trained.shuffled],
        [
          [0, 1, 2],
          [3, 4, 5],
        ],
        'members',
      );
      const together: number[][][] = [];
      for (const e of [1, 4]) together.push(numbers(await built.model.getWeights({ member: e })));
      built.model.dispose();

      equal(together[0], await trainAlone(device, built, 1), 'member 1');
      equal(together[1], await trainAlone(device, built, 4), 'member 4');
    },
  ),
  onDevice('a training step of 16 networks takes the dispatches of one', async (device) => {
    const built = await buildStudyModel(device, recipe({ seeds: 8 }));
    const together = await built.model.plan(32);
    built.model.dispose();
    const one = new Sequential(recipe().layers).compile({ optimizer: adam(), loss: 'mse' });
    await one.build(device, { inputShape: [WINDOW, 2] });
    const alone = await one.plan(32);
    one.dispose();

    equal(built.learners.length + built.shuffled.length, 16, 'networks');
    equal(
      together.map(({ label }) => label),
      alone.map(({ label }) => label),
      'dispatches',
    );
  }),
  onDevice(
    'a stop in training, and one between rounds, ends a study at once and frees its memory',
    async (device) => {
      const before = device.liveBytes;
      for (const phase of ['training', 'permuting'] as const) {
        const stop = new AbortController();
        let after = 0;
        const onProgress = (progress: StudyProgress): void => {
          if (stop.signal.aborted) after++;
          if (progress.phase === phase) stop.abort();
        };
        const options: LagStudyOptions = {
          ...recipe({ epochs: phase === 'training' ? 10_000 : 1, patience: null }),
          signal: stop.signal,
          onProgress,
        };
        const { code } = await rejection(runLagStudy(device, options));
        equal([code, device.liveBytes], ['aborted', before], `stopped while ${phase}`);
        if (after > 1) throw new Error(`${after} more reports came after the stop.`);
      }
    },
  ),
  onDevice(
    'networks that diverge are left out and told of; with fewer than two left there is no study',
    async (device) => {
      const built = await buildStudyModel(device, recipe({ epochs: 1 }));
      const ruin = async (member: number): Promise<void> => {
        const huge = (await built.model.getWeights({ member })).map(({ shape, data }) => ({
          shape,
          data: data.map((value) => (value < 0 ? -3e38 : 3e38)),
        }));
        built.model.setWeights(huge, { member });
      };
      await ruin(1);
      const trained = await trainStudyModel(built, recipe({ epochs: 1 }));
      await ruin(2);
      const refused = await rejection(trainStudyModel(built, recipe({ epochs: 1 })));
      built.model.dispose();

      equal(
        [trained.learners, trained.shuffled],
        [
          [0, 2],
          [3, 4, 5],
        ],
        'networks left',
      );
      equal(trained.notes.length, 1, 'notes');
      if (!/^The network of seed 6, on true targets, is left out: /.test(trained.notes[0] ?? ''))
        throw new Error(trained.notes[0]);
      if (refused.code !== 'diverged' || !/^Only 1 of 3 networks on true targets/.test(refused.message))
        throw new Error(refused.message);
    },
  ),
  onDevice('settings no study can be made with are refused in a sentence', async (device) => {
    for (const [changes, pattern] of [
      [{ seeds: 1 }, /from 2 to 64, received 1/],
      [{ seeds: 65 }, /received 65/],
      [{ features: ['x', 'y'] }, /1 columns, received 2 names/],
      [{ repeats: 9 }, /repeats must be a whole number of 10 or more, received 9/],
      [{ repeats: Number.NaN }, /received NaN/],
    ] as const) {
      const { code, message } = await rejection(runLagStudy(device, { ...recipe(), ...changes }));
      if (code !== 'bad-input' || !pattern.test(message)) throw new Error(message);
    }
  }),
];
