/** The options of `gatewise train`: names, defaults, ranges and help in one table. */
import { SEATTLE } from '../../engine/index.ts';
import { expectedKeyOption, inputOption, keyOption } from '../model/report.ts';
import { flag, type OptionValues, oneOf, positiveNumber, shares, text, wholeNumber } from '../option.ts';

/** What one training may ask for; beyond, a typing mistake is likelier than a wish. */
const MOST = { rows: 100_000, units: 1024, layers: 16, batch: 65_536, epochs: 1_000_000, seed: 2 ** 32 - 1 };

export const TRAIN_OPTIONS = {
  data: text(
    'FILE',
    'a .csv or .csv.gz file; by default the bundled daily weather of Seattle, 2012 to 2015',
    'the name of a file',
  ),
  target: text(
    'COL[,COL]|all',
    `the column to forecast, or several, or all; ${SEATTLE.target.join(',')} of the bundled series, of a file its only column of numbers`,
    'names of columns with commas between, or all',
  ),
  features: text(
    'COL[,COL]',
    'input columns; by default all columns of numbers, the target included',
    'names of columns with commas between',
  ),
  date: text(
    'COL[,COL]',
    'the column with the date of each row, or several that make it one (year,month,day,hour); adds season and hour to the inputs',
    'names of columns with commas between',
  ),
  window: wholeNumber({
    least: 1,
    most: MOST.rows,
    initial: SEATTLE.window,
    help: 'rows the forecast looks back over',
  }),
  samplingRate: wholeNumber({
    least: 1,
    most: MOST.rows,
    initial: SEATTLE.samplingRate,
    help: 'rows from one step of a window to the next',
  }),
  horizon: wholeNumber({
    least: 1,
    most: MOST.rows,
    initial: SEATTLE.horizon,
    help: 'rows ahead; 1 is the next row',
  }),
  split: shares(
    SEATTLE.split,
    100,
    'shares of training, validation and test part in percent, in time; they must add up to 100',
  ),
  noTimeFeatures: flag('leave season and hour out of the inputs'),
  units: wholeNumber({
    least: 1,
    most: MOST.units,
    initial: 32,
    help: 'memory cells of each LSTM layer; above 512 the first weights alone take seconds',
  }),
  layers: wholeNumber({ least: 1, most: MOST.layers, initial: 1, help: 'LSTM layers' }),
  epochs: wholeNumber({ least: 1, most: MOST.epochs, initial: 40, help: 'passes over the training part' }),
  batchSize: wholeNumber({ least: 1, most: MOST.batch, initial: 32, help: 'windows per training step' }),
  optimizer: oneOf(['adam', 'adamw', 'sgd', 'rmsprop'], 'how the weights are changed'),
  learningRate: positiveNumber({ most: 1e9, initial: 0.001, help: 'size of the changes' }),
  loss: oneOf(['mse', 'mae', 'huber'], 'what is made small'),
  clipnorm: positiveNumber({
    most: 1e9,
    initial: null,
    help: 'longest gradient of a weight matrix; longer ones are shortened',
  }),
  seed: wholeNumber({
    least: 0,
    most: MOST.seed,
    initial: 1,
    help: 'of the first weights and the order of the windows',
  }),
  patience: wholeNumber({
    least: 1,
    most: MOST.epochs,
    initial: null,
    help: 'stop after so many epochs without a smaller val_loss, and go back to the best epoch; by default no early stop',
  }),
  model: text(
    'FILE',
    'go on with the training of the model in this file, its optimizer state included, on --x and --y; no option of data or model goes with it',
    'the name of a file',
  ),
  x: inputOption,
  key: keyOption,
  y: text('FILE', 'what the model should give: .npy, .npz or .csv', 'the name of a file'),
  yKey: expectedKeyOption,
  noShuffle: flag('take the samples in their order, as Keras does with shuffle=False'),
  out: text(
    'FILE',
    'write the model: .keras (with optimizer and recipe), .weights.h5 or .npz; with --model also .h5',
    'the name of a file',
  ),
  force: flag('replace FILE if it is there'),
  json: flag('print one JSON object and nothing else on stdout'),
};

export type TrainOptions = OptionValues<typeof TRAIN_OPTIONS>;

export const TRAIN_GROUPS = {
  Data: [
    'data',
    'target',
    'features',
    'date',
    'window',
    'samplingRate',
    'horizon',
    'split',
    'noTimeFeatures',
  ],
  Model: ['units', 'layers'],
  Training: ['epochs', 'batchSize', 'optimizer', 'learningRate', 'loss', 'clipnorm', 'seed', 'patience'],
  'Going on with a model': ['model', 'x', 'key', 'y', 'yKey', 'noShuffle'],
  Result: ['out', 'force', 'json'],
} as const satisfies Readonly<Record<string, readonly (keyof typeof TRAIN_OPTIONS)[]>>;
