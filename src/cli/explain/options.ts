/** The options of `gatewise explain`. Those of data and training are train's, without its defaults: the recipe has them. */
import { FEWEST_REPEATS } from '../../engine/explain/index.ts';
import { GatewiseError } from '../../engine/index.ts';
import { architectureOption } from '../model/open-model.ts';
import { inputOption, jsonOption, keyOption } from '../model/report.ts';
import { flag, type OptionValues, oneOf, optional, optionList, text, wholeNumber } from '../option.ts';
import { TRAIN_GROUPS, TRAIN_OPTIONS } from '../train/options.ts';

/** What --method takes; `all` is the default. */
export const METHODS = ['all', 'permutation', 'ig', 'gradient', 'occlusion', 'half-life'] as const;
export type Method = (typeof METHODS)[number];

/** Methods that give a number for each lag and feature, in the order they are told. */
export const PLACE_METHODS = ['permutation', 'gradient', 'ig', 'occlusion'] as const;
export type PlaceMethod = (typeof PLACE_METHODS)[number];

const { target, features, noTimeFeatures } = TRAIN_OPTIONS;
const { epochs, batchSize, optimizer, learningRate, loss, clipnorm, seed, patience } = TRAIN_OPTIONS;

export const EXPLAIN_OPTIONS = {
  data: text(
    'FILE',
    'a .csv or .csv.gz file; of a model of the bundled weather of Seattle it may be left out',
    'the name of a file',
  ),
  target: { ...target, placeholder: 'COL', help: 'the column the model forecasts' },
  features: { ...features, help: 'input columns' },
  date: TRAIN_OPTIONS.date,
  window: optional(TRAIN_OPTIONS.window),
  samplingRate: optional(TRAIN_OPTIONS.samplingRate),
  horizon: optional(TRAIN_OPTIONS.horizon),
  split: optional(TRAIN_OPTIONS.split),
  noTimeFeatures,
  x: {
    ...inputOption,
    help: `windows as the model takes them, in place of --data: ${inputOption.help.slice(12)}`,
  },
  key: keyOption,
  y: text('FILE', 'the targets of --x, scaled as the model gives them', 'the name of a file'),
  yKey: TRAIN_OPTIONS.yKey,
  method: {
    ...oneOf(
      METHODS,
      'all, or one of permutation (what shuffling a place between windows adds to the error), ig (integrated gradients: how much of the forecast hangs on a place), gradient (how the forecast answers to it), occlusion (what its mean in its place adds to the error), half-life (memory of each unit)',
    ),
    placeholder: 'NAME',
  },
  seeds: wholeNumber({
    least: 2,
    most: 64,
    initial: 8,
    help: 'models trained for the verdicts, and as many on shuffled targets',
  }),
  repeats: wholeNumber({
    least: FEWEST_REPEATS,
    most: 1000,
    initial: FEWEST_REPEATS,
    help: 'permutations of each place',
  }),
  seed: {
    ...optional(seed),
    help: 'of all that is drawn: weights, shuffles, noise; by default that of the recipe',
  },
  epochs: optional(epochs),
  batchSize: optional(batchSize),
  optimizer: optional(optimizer),
  learningRate: optional(learningRate),
  loss: optional(loss),
  clipnorm: optional(clipnorm),
  patience: optional(patience),
  csv: text('FILE', 'write the table', 'the name of a file'),
  force: flag('replace the file of --csv if it is there'),
  architecture: architectureOption,
  json: jsonOption,
};

export type ExplainOptions = OptionValues<typeof EXPLAIN_OPTIONS>;
type Key = keyof ExplainOptions;

const TRAINING: readonly Key[] = [
  'epochs',
  'batchSize',
  'optimizer',
  'learningRate',
  'loss',
  'clipnorm',
  'patience',
];

export const EXPLAIN_GROUPS = {
  Data: TRAIN_GROUPS.Data,
  'Arrays in place of data': ['x', 'key', 'y', 'yKey'],
  Explanation: ['method', 'seeds', 'repeats', 'seed'],
  'Training of the seeds': TRAINING,
  Result: ['csv', 'force', 'architecture', 'json'],
} as const satisfies Readonly<Record<string, readonly Key[]>>;

/**
 * @param given which options were given
 * @throws GatewiseError in one sentence for options that do not go together
 */
export function checkTogether({ x, y, method, csv }: ExplainOptions, given: ReadonlySet<Key>): void {
  const among = (keys: readonly Key[]): Key[] => keys.filter((key) => given.has(key));
  const refuse = (sentence: string): never => {
    throw new GatewiseError('bad-input', sentence);
  };
  if (x === null) {
    const lonely = among(['key', 'y', 'yKey']);
    if (lonely.length > 0) {
      refuse(
        `${optionList(lonely)} without --x: arrays are explained of --x X.npy. Give --x, or a series with --data.`,
      );
    }
  } else {
    const others = among([...EXPLAIN_GROUPS.Data, 'seeds', ...TRAINING]);
    if (others.length > 0) {
      refuse(
        `${optionList(others)} beside --x: arrays are explained as they are, nothing is trained on them. Give --x or --data.`,
      );
    }
    const isOfErrors = method === 'permutation' || method === 'occlusion';
    if (y === null && isOfErrors) {
      refuse(
        `--method ${method} tells what the error becomes, and needs --y Y.npy beside --x. Give it, or another method.`,
      );
    }
    if (y === null && given.has('yKey')) refuse('--y-key without --y: there is no file to take an array of.');
  }
  if (csv !== null && method === 'half-life')
    refuse('--csv beside --method half-life: that makes no table. Leave it out, or choose another method.');
}
