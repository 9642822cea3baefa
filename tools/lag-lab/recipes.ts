/**
 * What each part of docs/lag-lab.md trains: one series, one recipe. Those of weather and `lag-3-page` are the page's own. The
 * others were looked for until networks learn the planted truth; a network that has not can tell nobody what it goes by.
 */

import type { StudyRecipe } from '../../src/engine/explain/index.ts';
import {
  adam,
  buildSeries,
  dense,
  dropout,
  lstm,
  makeWindows,
  type Optimizer,
  PLANTED,
  type PlantedId,
  parseCsvBytes,
  plantSeries,
  SEATTLE,
  sgd,
} from '../../src/engine/index.ts';

/** A recipe in the words of the command's options. */
export interface Settings {
  readonly window: number;
  readonly units: number;
  readonly optimizer: 'adam' | 'sgd';
  readonly learningRate: number;
  readonly momentum?: number;
  /** Between LSTM and Dense. */
  readonly dropout?: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly patience: number | null;
  readonly seeds: number;
}

export type PlantedPart = PlantedId | 'lag-3-page';

/** The inputs of a planted series are those of its formula: the study adds its own shadow column. */
export const PLANTED_SETTINGS: Readonly<Record<PlantedPart, Settings>> = {
  'lag-3': {
    window: 12,
    units: 16,
    optimizer: 'sgd',
    learningRate: 0.05,
    momentum: 0.9,
    dropout: 0.3,
    batchSize: 32,
    epochs: 20,
    patience: 10,
    seeds: 8,
  },
  'lag-3-page': {
    window: 10,
    units: 16,
    optimizer: 'adam',
    learningRate: 0.01,
    batchSize: 32,
    epochs: 20,
    patience: 10,
    seeds: 8,
  },
  'difference-24': {
    window: 24,
    units: 32,
    optimizer: 'adam',
    learningRate: 0.005,
    batchSize: 32,
    epochs: 30,
    patience: 12,
    seeds: 8,
  },
  noise: {
    window: 10,
    units: 8,
    optimizer: 'adam',
    learningRate: 0.005,
    batchSize: 32,
    epochs: 20,
    patience: 3,
    seeds: 8,
  },
  'remember-20': {
    window: 20,
    units: 16,
    optimizer: 'adam',
    learningRate: 0.005,
    batchSize: 32,
    epochs: 20,
    patience: 5,
    seeds: 8,
  },
};

/** The page's own for Seattle. */
const SEATTLE_SETTINGS: Settings = {
  window: 14,
  units: 32,
  optimizer: 'adam',
  learningRate: 0.001,
  batchSize: 32,
  epochs: 40,
  patience: 10,
  seeds: 8,
};

/** The page's own for a city's hourly weather, over half a day. */
const NOAA_SETTINGS: Settings = {
  window: 12,
  units: 16,
  optimizer: 'adam',
  learningRate: 0.01,
  batchSize: 128,
  epochs: 5,
  patience: 2,
  seeds: 8,
};

export interface Subject {
  readonly settings: Settings;
  readonly recipe: StudyRecipe;
}

function subject(settings: Settings, seed: number, rest: Pick<StudyRecipe, 'split' | 'features'>): Subject {
  const { units, dropout: rate = 0, batchSize, epochs, patience, seeds } = settings;
  const recipe: StudyRecipe = {
    ...rest,
    layers: [lstm({ units }), ...(rate > 0 ? [dropout({ rate })] : []), dense({ units: 1 })],
    optimizer: optimizerOf(settings),
    loss: 'mse',
    batchSize,
    epochs,
    patience,
    keepBest: true,
    seed,
    seeds,
  };
  return { settings, recipe };
}

function optimizerOf({ optimizer, learningRate, momentum = 0 }: Settings): Optimizer {
  return optimizer === 'adam' ? adam({ learningRate }) : sgd({ learningRate, momentum });
}

/** The series of a part. */
export function seriesOf(part: PlantedPart): PlantedId {
  return part === 'lag-3-page' ? 'lag-3' : part;
}

/** @param seed of the series and of the networks */
export function plantedSubject(part: PlantedPart, seed: number): Subject {
  const settings = PLANTED_SETTINGS[part];
  const id = seriesOf(part);
  const { target, shadow } = PLANTED[id];
  const features = PLANTED[id].features.filter((feature) => feature !== shadow);
  const series = buildSeries(plantSeries(id, seed), { target: [target], features });
  return subject(settings, seed, {
    split: makeWindows(series, { window: settings.window }),
    features: series.columns,
  });
}

/** @param csv the bundled file */
export function seattleSubject(csv: Uint8Array): Subject {
  const series = buildSeries(parseCsvBytes(csv), SEATTLE);
  return subject(SEATTLE_SETTINGS, 1, {
    split: makeWindows(series, SEATTLE),
    features: series.columns,
  });
}

/** The target of the NOAA series, which is one of its inputs too. */
export const NOAA_TARGET = 'DryBulbCelsius';

export function noaaSubject(csv: Uint8Array): Subject {
  const series = buildSeries(parseCsvBytes(csv), {
    target: [NOAA_TARGET],
    date: ['date'],
    features: [NOAA_TARGET, 'DewPointCelsius', 'WindSpeed', 'StationPressure'],
  });
  return subject(NOAA_SETTINGS, 1, {
    split: makeWindows(series, { window: NOAA_SETTINGS.window }),
    features: series.columns,
  });
}
