/**
 * What trains networks of its own beside whatever else the session does: the study with controls, and retraining without a
 * row or an input. On the same device, by the settings that stand; the page hears of it a few times a second.
 */
import {
  retrainWithout,
  runLagStudy,
  type StudyProgress,
  type StudyRecipe,
} from '../../engine/explain/index.ts';
import { activation, adam, dense, type GpuDevice, lstm } from '../../engine/index.ts';
import type { LagStudyAnswer, RetrainAnswer } from '../lags/lag-protocol.ts';
import type { Emit } from '../protocol.ts';
import { ToldError } from '../told-error.ts';
import { str, told } from '../words.ts';
import { everySoOften } from './lag-work.ts';
import type { LoadedData } from './loaded-data.ts';
import type { Trainer } from './trainer.ts';

const SEEDS = { least: 2, most: 16 };
const REPEATS = 10;
/** Networks for each thing left out. */
const RETRAIN_SEEDS = 3;

export interface LagGround {
  readonly gpu: GpuDevice | null;
  readonly data: LoadedData | null;
  readonly trainer: Trainer | null;
}

/**
 * @throws GatewiseError for what stands in the way, 'aborted' by the signal
 */
export async function lagStudy(
  seeds: number,
  ground: LagGround,
  signal: AbortSignal,
  emit: Emit,
): Promise<LagStudyAnswer> {
  if (!Number.isInteger(seeds) || seeds < SEEDS.least || seeds > SEEDS.most) {
    throw new ToldError(
      'bad-input',
      told(str`Expected ${SEEDS.least} to ${SEEDS.most} seeds, received ${seeds}. Choose a number between.`),
    );
  }
  const { gpu, recipe } = groundOf(ground);
  let phase: StudyProgress['phase'] | null = null;
  const onProgress = everySoOften<StudyProgress>(
    (progress) => {
      phase = progress.phase;
      emit({ type: 'lag-progress', progress });
    },
    signal,
    (progress) => progress.phase !== phase,
  );
  const study = await runLagStudy(gpu, { ...recipe, seeds, repeats: REPEATS, signal, onProgress });
  return { type: 'studied', study, seed: recipe.seed };
}

/**
 * @throws GatewiseError as lagStudy()
 */
export async function lagRetraining(
  ground: LagGround,
  signal: AbortSignal,
  emit: Emit,
): Promise<RetrainAnswer> {
  const { gpu, recipe } = groundOf(ground);
  const retraining = await retrainWithout(gpu, {
    ...recipe,
    seeds: RETRAIN_SEEDS,
    signal,
    onProgress: everySoOften((progress) => {
      emit({ type: 'retrain-progress', progress: { phase: 'training', ...progress } });
    }, signal),
  });
  return { type: 'retrained', retraining };
}

/** The device, and how the page's own network is trained on it. */
export function groundOf({ gpu, data, trainer }: LagGround): {
  gpu: GpuDevice;
  data: LoadedData;
  recipe: StudyRecipe;
} {
  if (gpu === null || data === null || trainer === null) {
    throw new ToldError('no-webgpu', told('There is no graphics device to train networks on.'));
  }
  if (!trainer.isOwn) {
    throw new ToldError(
      'bad-input',
      told(
        'The network comes from a file, and the page\u2019s own is what is trained here. Change the units in the settings, which begins with the page\u2019s own network again.',
      ),
    );
  }
  const { units, learningRate, epochs, batchSize } = trainer.recipe;
  const recipe: StudyRecipe = {
    split: data.split,
    features: data.series.columns,
    layers: [lstm({ units }), dense({ units: 1 }), activation('linear')],
    optimizer: adam({ learningRate }),
    loss: 'mse',
    epochs,
    batchSize,
    patience: trainer.recipe.patience > 0 ? trainer.recipe.patience : null,
    keepBest: trainer.keepsBest,
    seed: trainer.seed,
  };
  return { gpu, data, recipe };
}
