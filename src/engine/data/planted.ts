/**
 * Series with a planted truth: made from seeded random numbers by a formula, so that it is known which rows and columns
 * decide the target and which do not. What a method says of a trained network can be held against `truth`. Each has a
 * column `shadow` that has no part in anything, and the target is no input: the truth would else be there twice.
 * plant-series.ts makes their numbers.
 */

export const PLANTED_IDS = ['lag-3', 'difference-24', 'noise', 'remember-20'] as const;
export type PlantedId = (typeof PLANTED_IDS)[number];

/** The rows of a column that decide the target: lag k is k rows before the target's own row, 1 the row just before it. */
export interface TrueLags {
  readonly feature: string;
  readonly lags: readonly number[];
}

export interface PlantedSeries {
  readonly id: PlantedId;
  /** How `y` is made; x and shadow are independent and standard normal, cue is -1 or 1 with equal chance. */
  readonly formula: string;
  readonly target: 'y';
  /** The inputs, in order. */
  readonly features: readonly string[];
  /** The input that is noise and nothing else. */
  readonly shadow: 'shadow';
  /** Every lag that counts; empty where none does. */
  readonly truth: readonly TrueLags[];
  readonly rows: number;
}

const COMMON = { target: 'y', features: ['x', 'shadow'], shadow: 'shadow', rows: 2000 } as const;
/** Rows from one cue to the next, and from a cue to the target it decides. */
export const KEPT_ROWS = 20;

export const PLANTED: Readonly<Record<PlantedId, PlantedSeries>> = {
  'lag-3': {
    ...COMMON,
    id: 'lag-3',
    formula: 'y[t] = x[t-3]',
    truth: [{ feature: 'x', lags: [3] }],
  },
  'difference-24': {
    ...COMMON,
    id: 'difference-24',
    formula: 'y[t] = x[t-1] - x[t-24]',
    truth: [{ feature: 'x', lags: [1, 24] }],
  },
  noise: {
    ...COMMON,
    id: 'noise',
    formula: 'y[t] is standard normal, independent of all else',
    truth: [],
  },
  'remember-20': {
    ...COMMON,
    id: 'remember-20',
    formula:
      'y[t] = cue[t-20] where t is a multiple of 20, missing elsewhere; cue is 0 between two multiples of 20',
    features: ['cue', 'shadow'],
    truth: [{ feature: 'cue', lags: [KEPT_ROWS] }],
    // One row in twenty has a target, and so a window.
    rows: 20_000,
  },
};
