/**
 * The networks of a lag study, trained side by side in the dispatches of one: the first half learns the true targets, the
 * other half the same targets shuffled, each from a seed of its own. Member e is what a single run with seed + e becomes.
 */
import { badInput, GatewiseError } from '../core/errors.ts';
import { seededRandom } from '../core/random.ts';
import type { WindowSplit } from '../data/windows.ts';
import type { GpuDevice } from '../gpu/device.ts';
import type { TargetOrder } from '../models/fit-options.ts';
import { Sequential } from '../models/sequential.ts';
import { throwIfStopped } from './one-ahead.ts';
import { withShadow } from './shadow-column.ts';
import { type StudyRecipe, stoppingOf } from './study-recipe.ts';

/** Its networks, and which of them are to be measured. */
export interface StudyModel {
  readonly model: Sequential;
  /** With the shadow column, the last one. */
  readonly split: WindowSplit;
  readonly features: readonly string[];
  readonly seed: number;
  /** Members on true targets, and on shuffled ones, that did not diverge. */
  readonly learners: readonly number[];
  readonly shuffled: readonly number[];
  /** Sentences on what was left out. */
  readonly notes: readonly string[];
}

const MOST_SEEDS = 64;
const FEWEST_LEFT = 2;
/** Streams of a member's seed, beside those of its weights and shuffles. */
const ORDER_STREAMS = { training: 0x7a61, validation: 0x7a62 } as const;

/**
 * Builds the networks with fresh weights. dispose() the model.
 * @throws GatewiseError for settings that do not fit the data or the device
 */
export async function buildStudyModel(gpu: GpuDevice, recipe: StudyRecipe): Promise<StudyModel> {
  const { features, layers, optimizer, loss, seeds = 8, seed } = recipe;
  if (!(Number.isInteger(seeds) && seeds >= FEWEST_LEFT && seeds <= MOST_SEEDS))
    throw badInput(`seeds must be a whole number from ${FEWEST_LEFT} to ${MOST_SEEDS}, received ${seeds}.`);
  const columns = recipe.split.train.features;
  if (features.length !== columns)
    throw badInput(`The windows have ${columns} columns, received ${features.length} names of features.`);
  const split = withShadow(recipe.split, seed);
  const model = new Sequential(layers, { seed }).compile({ optimizer, loss });
  await model.build(gpu, { inputShape: [split.train.window, columns + 1], members: 2 * seeds });
  const indices = Array.from({ length: 2 * seeds }, (_, e) => e);
  const [learners, shuffled] = [indices.slice(0, seeds), indices.slice(seeds)];
  return { model, split, features, seed, learners, shuffled, notes: [] };
}

/** The targets each member learns: true ones below `seeds`, shuffled ones from there on, also in validation. */
export function studyTargets(seed: number, seeds: number): TargetOrder {
  return (member, samples, part) =>
    member < seeds ? null : seededRandom(seed + member, ORDER_STREAMS[part]).permutation(samples);
}

export interface StudyTraining {
  readonly signal?: AbortSignal;
  /** Epochs finished, a part of one among them. */
  readonly onEpochs?: (epochs: number) => void | Promise<void>;
}

/**
 * Trains them in one fit.
 * @returns the same model with the members that can be measured
 * @throws GatewiseError 'diverged' when fewer than two of either half are left; 'aborted' by the signal
 */
export async function trainStudyModel(
  built: StudyModel,
  recipe: StudyRecipe,
  { signal, onEpochs }: StudyTraining = {},
): Promise<StudyModel> {
  const { epochs, batchSize, seed } = recipe;
  const { model, split } = built;
  const seeds = model.members / 2;
  throwIfStopped(signal);
  const history = await model.fit(split.train, {
    epochs,
    batchSize,
    seed,
    targetOrder: studyTargets(seed, seeds),
    validationData: split.validation,
    ...(signal ? { signal } : {}),
    callbacks: [
      ...stoppingOf(recipe),
      { onProgress: ({ epoch, step, stepsPerEpoch }) => onEpochs?.(epoch + step / stepsPerEpoch) },
    ],
  });
  throwIfStopped(signal);
  const isLeft = (e: number): boolean => history.members[e]?.stopped !== 'diverged';
  const learners = built.learners.filter(isLeft);
  const shuffled = built.shuffled.filter(isLeft);
  const notes = history.members.flatMap(({ error }, e) =>
    error ? [`${networkName(e, seeds, seed)} is left out: ${error.message}`] : [],
  );
  checkLeft(learners.length, shuffled.length, seeds, 'trained to their end');
  return { ...built, learners, shuffled, notes };
}

/**
 * @param what those left did, to follow their number
 * @throws GatewiseError 'diverged' when fewer are left than a study takes
 */
export function checkLeft(learners: number, shuffled: number, seeds: number, what: string): void {
  if (Math.min(learners, shuffled) >= FEWEST_LEFT) return;
  throw new GatewiseError(
    'diverged',
    `Only ${learners} of ${seeds} networks on true targets and ${shuffled} of ${seeds} on shuffled ones ${what}, a study takes ${FEWEST_LEFT} of each. Train with a smaller learning rate, or with clipnorm.`,
  );
}

/** A network of a study, for people. */
export function networkName(member: number, seeds: number, seed: number): string {
  return `The network of seed ${seed + member}, on ${member < seeds ? 'true' : 'shuffled'} targets,`;
}
