/**
 * Retraining without a lag or a feature: the expensive truth about what the data, not one network, can do without. Networks
 * train side by side, one for each thing left out and each seed; those of a seed begin with the same weights and see their
 * windows in the same order, so that nothing differs but what is left out (and, with dropout, what drops out).
 */
import { badInput, type GatewiseError } from '../core/errors.ts';
import type { GpuDevice } from '../gpu/device.ts';
import { Sequential } from '../models/sequential.ts';
import { checkMostWindows, checkOutput, checkTargetScale } from './checked-options.ts';
import {
  fittingWindows,
  floatsOf,
  type LeftOut,
  type LeftOutWindows,
  leaveOut,
  writeWindows,
} from './left-out-windows.ts';
import { throwIfStopped } from './one-ahead.ts';
import { type StudyRecipe, stoppingOf } from './study-recipe.ts';
import { thinned } from './thinned-windows.ts';

export interface RetrainFinding {
  readonly leftOut: LeftOut;
  /** What leaving it out adds to the error, in units of the target: mean over the seeds, null where none trained to its end. */
  readonly value: number | null;
  /** The same of each seed; null for one that diverged, with it or without. */
  readonly perSeed: readonly (number | null)[];
}

export interface Retraining {
  readonly seeds: number;
  /** Root mean square error with everything, of each seed; null for one that diverged. */
  readonly rmse: readonly (number | null)[];
  readonly findings: readonly RetrainFinding[];
  /** Sentences on networks and windows left out. */
  readonly notes: readonly string[];
}

export interface RetrainProgress {
  /** Groups trained side by side, and epochs of the present one. */
  readonly group: number;
  readonly groups: number;
  readonly epoch: number;
  readonly epochs: number;
  /** An estimate of all that is left, at most so much where networks stop early. */
  readonly secondsLeft: number;
  /** What is known so far. */
  readonly retraining: Retraining;
}

export interface RetrainOptions extends StudyRecipe {
  /** By default every lag, then every feature. */
  readonly leaveOut?: readonly LeftOut[];
  /** Which output of the model is measured (default 0). */
  readonly output?: number;
  /** Windows of the test part that are looked at, one of each so many, at most (default 512). */
  readonly mostWindows?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: RetrainProgress) => void | Promise<void>;
}

/** Networks trained side by side, and floats of their windows: 64 MiB. */
const MOST_MEMBERS = 48;
const MOST_FLOATS = 2 ** 24;
const DEFAULT_WINDOWS = 512;

/**
 * @throws GatewiseError for what does not fit; 'diverged' when every network of a group diverged; 'aborted' by the signal
 */
export async function retrainWithout(gpu: GpuDevice, options: RetrainOptions): Promise<Retraining> {
  const { features, seeds = 3, epochs, seed, onProgress } = options;
  const things = options.leaveOut ?? everyLagAndFeature(options.split.train.window, features);
  checkOptions(options, things, seeds);
  const { split, notes: thinning } = fittingWindows(options.split, MOST_FLOATS, seed);
  const variants: LeftOut[] = [{ kind: 'nothing' }, ...things];
  const perGroup = Math.max(1, Math.floor(Math.min(MOST_MEMBERS / seeds, MOST_FLOATS / floatsOf(split))));
  const groups = Math.ceil(variants.length / perGroup);
  const errors: (number | null)[][] = [];
  const notes = [...thinning];
  const begun = performance.now();
  for (let group = 0; group < groups; group++) {
    const own = variants.slice(group * perGroup, (group + 1) * perGroup);
    const tell = (epoch: number): void | Promise<void> => {
      const done = (group * perGroup + (own.length * epoch) / epochs) / variants.length;
      const secondsLeft = ((performance.now() - begun) / 1000 / done) * (1 - done);
      const retraining = retrainingOf(seeds, things, errors, notes);
      return onProgress?.({ group, groups, epoch: Math.floor(epoch), epochs, secondsLeft, retraining });
    };
    const trained = await trainGroup(gpu, { ...options, split }, own, seeds, tell);
    errors.push(...trained.errors);
    notes.push(...trained.notes);
  }
  return retrainingOf(seeds, things, errors, notes);
}

function everyLagAndFeature(window: number, features: readonly string[]): LeftOut[] {
  return [
    ...Array.from({ length: window }, (_, k): LeftOut => ({ kind: 'lag', lag: k + 1 })),
    ...features.map((feature): LeftOut => ({ kind: 'feature', feature })),
  ];
}

function checkOptions(options: RetrainOptions, things: readonly LeftOut[], seeds: number): void {
  const { split, features, output = 0, mostWindows = DEFAULT_WINDOWS } = options;
  checkOutput(output, split.train.targetCount);
  checkMostWindows(mostWindows);
  checkTargetScale(split.scaling.targets.scale[output] ?? 1);
  if (!(Number.isInteger(seeds) && seeds >= 1 && seeds <= MOST_MEMBERS))
    throw badInput(`seeds must be a whole number from 1 to ${MOST_MEMBERS}, received ${seeds}.`);
  if (features.length !== split.train.features)
    throw badInput(
      `The windows have ${split.train.features} columns, received ${features.length} names of features.`,
    );
  for (const thing of things) {
    if (thing.kind === 'lag' && !(thing.lag >= 1 && thing.lag <= split.train.window))
      throw badInput(`Lag ${thing.lag} can't be left out of windows of ${split.train.window} rows.`);
    if (thing.kind === 'feature' && !features.includes(thing.feature))
      throw badInput(
        `Feature "${thing.feature}" can't be left out: the features are ${features.join(', ')}.`,
      );
  }
}

/** Trains each variant with each seed, and measures them; member v * seeds + s is variant v from seed s. */
async function trainGroup(
  gpu: GpuDevice,
  options: RetrainOptions,
  variants: readonly LeftOut[],
  seeds: number,
  onEpochs: (epochs: number) => void | Promise<void>,
): Promise<{ errors: (number | null)[][]; notes: string[] }> {
  const { split, features, layers, optimizer, loss, epochs, batchSize, seed, signal } = options;
  const windows = leaveOut(split, features, variants);
  const model = new Sequential(layers, { seed }).compile({ optimizer, loss });
  const { window, features: columns } = split.train;
  throwIfStopped(signal);
  await model.build(gpu, { inputShape: [window, columns], members: variants.length * seeds });
  try {
    await beginAlike(model, seeds);
    const history = await model.fit(windows.train, {
      epochs,
      batchSize,
      seed,
      shuffleSeed: (member) => seed + (member % seeds),
      windowStarts: startsOf(windows, seeds),
      validationData: windows.validation,
      ...(signal ? { signal } : {}),
      callbacks: [
        ...stoppingOf(options),
        { onProgress: ({ epoch, step, stepsPerEpoch }) => onEpochs(epoch + step / stepsPerEpoch) },
      ],
    });
    throwIfStopped(signal);
    const failures = history.members.map(({ error }) => error ?? null);
    const isLeft = failures.map((error) => error === null);
    const errors = await errorsOf(model, options, variants, seeds, isLeft);
    return { errors, notes: notesOf(variants, failures, seeds, seed) };
  } finally {
    model.dispose();
  }
}

function startsOf(windows: LeftOutWindows, seeds: number) {
  return (member: number, _: number, part: 'training' | 'validation'): Uint32Array =>
    windows.startsOf(Math.floor(member / seeds), part);
}

/** Gives every variant the weights of the first. */
async function beginAlike(model: Sequential, seeds: number): Promise<void> {
  for (let s = 0; s < seeds; s++) {
    const weights = await model.getWeights({ member: s });
    for (let member = s + seeds; member < model.members; member += seeds)
      model.setWeights(weights, { member });
  }
}

/**
 * Root mean square error of each variant and seed over test windows with the same left out, in units of the target; null
 * for members that are not left. The networks of one variant predict at a time, in a model of their own.
 */
async function errorsOf(
  model: Sequential,
  { split, features, output = 0, mostWindows = DEFAULT_WINDOWS, seed, signal }: RetrainOptions,
  variants: readonly LeftOut[],
  seeds: number,
  isLeft: readonly boolean[],
): Promise<(number | null)[][]> {
  const test = thinned(split.test, mostWindows, seed);
  const { window, features: columns, targets, targetCount, targetRows, starts } = test;
  const scale = split.scaling.targets.scale[output] ?? 1;
  const x = new Float32Array(starts.length * window * columns);
  const errors: (number | null)[][] = [];
  const measured = await model.copy(seeds, { member: isLeft.indexOf(true) });
  try {
    for (const [v, variant] of variants.entries()) {
      throwIfStopped(signal);
      const own = isLeft.slice(v * seeds, (v + 1) * seeds);
      for (const [s, isThere] of own.entries())
        if (isThere) measured.setWeights(await model.getWeights({ member: v * seeds + s }), { member: s });
      writeWindows(test, features, variant, x);
      const all = await measured.predictMembers({ shape: [starts.length, window, columns], data: x });
      errors.push(
        all.map(({ data }, s) => {
          if (!own[s]) return null;
          let squares = 0;
          for (const [k, row] of targetRows.entries()) {
            const target = targets[row * targetCount + output] as number;
            squares += ((data[k * targetCount + output] as number) - target) ** 2;
          }
          return scale * Math.sqrt(squares / starts.length);
        }),
      );
    }
    return errors;
  } finally {
    measured.dispose();
  }
}

function notesOf(
  variants: readonly LeftOut[],
  failures: readonly (GatewiseError | null)[],
  seeds: number,
  seed: number,
): string[] {
  return failures.flatMap((error, member) => {
    if (error === null) return [];
    const variant = variants[Math.floor(member / seeds)] as LeftOut;
    const without =
      variant.kind === 'nothing'
        ? 'with everything'
        : `without ${variant.kind === 'lag' ? `lag ${variant.lag}` : variant.feature}`;
    return [`The network ${without} of seed ${seed + (member % seeds)} is left out: ${error.message}`];
  });
}

/** @param errors of the variants so far, [variants][seeds], the first of them with everything */
function retrainingOf(
  seeds: number,
  things: readonly LeftOut[],
  errors: readonly (readonly (number | null)[])[],
  notes: readonly string[],
): Retraining {
  const [whole = [], ...others] = errors;
  const findings = others.map((own, k) => {
    const perSeed = own.map((error, s) => {
      const before = whole[s] ?? null;
      return error === null || before === null ? null : error - before;
    });
    const known = perSeed.filter((value) => value !== null);
    const value = known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0) / known.length;
    return { leftOut: things[k] as LeftOut, value, perSeed };
  });
  return { seeds, rmse: whole, findings, notes: [...notes] };
}
