/**
 * The series the page offers, and what each brings: its words, its columns, its settings, its credits. Loading is
 * session/load-preset.ts; "your city" is asked for in views/city-form.ts.
 */
import {
  type BundledSeries,
  HOURLY_DATE,
  HOURLY_TARGET,
  NEW_YORK,
  PLANTED,
  type PlantedId,
  SEATTLE,
} from '../engine/index.ts';
import { DEFAULT_RECIPE, type Recipe } from './recipe.ts';
import { say, str, type Told, told } from './words.ts';

export const PRESET_IDS = [
  'seattle',
  'new-york',
  'city',
  'lag-3',
  'difference-24',
  'noise',
  'remember-20',
] as const;
export type PresetId = (typeof PRESET_IDS)[number];
/** Those that need no answer of the visitor's. */
export type ReadyPresetId = Exclude<PresetId, 'city'>;

export interface Preset {
  readonly id: PresetId;
  /** Under which heading it is offered. */
  readonly group: 'Weather' | 'Planted truth';
  readonly title: Told;
  /** What it is, in one sentence. */
  readonly about: Told;
  readonly target: string;
  readonly unit: string;
  /** Columns that hold the date; empty for none. */
  readonly date: readonly string[];
  /** Input columns; empty for all columns of numbers. */
  readonly features: readonly string[];
  /** What it sets otherwise than the page does. */
  readonly recipe: Partial<Recipe>;
  readonly credits: Told;
  /** The page's title and first sentence with these settings; null where general ones do. */
  readonly words: { readonly title: Told; readonly lead: Told } | null;
  /** What the last value seen is called; null for the name by step and horizon. */
  readonly persistence: Told | null;
}

type Common = Pick<Preset, 'group' | 'date' | 'features' | 'unit' | 'target' | 'credits' | 'persistence'>;

function bundled({ target: [target = ''], date, units }: BundledSeries): Common {
  return {
    group: 'Weather',
    target,
    unit: units[target] ?? '',
    date,
    features: [],
    credits: told('Data: NOAA National Centers for Environmental Information, by way of vega-datasets.'),
    persistence: null,
  };
}

function planted(id: PlantedId): Common {
  const { target, features } = PLANTED[id];
  return {
    group: 'Planted truth',
    target,
    unit: '',
    date: [],
    features,
    credits: told(
      'Numbers made up in this browser from a seed, the same on every computer; MIT, as this page is.',
    ),
    persistence: null,
  };
}

const PRESETS: Readonly<Record<PresetId, Omit<Preset, 'id'>>> = {
  seattle: {
    ...bundled(SEATTLE),
    title: told(str`Seattle, daily weather 2012-2015`),
    about: told('Four years of daily weather: how warm does the next day get?'),
    recipe: {},
    // The page's static text says it.
    words: null,
  },
  'new-york': {
    ...bundled(NEW_YORK),
    title: told(str`New York, daily weather 2012-2015`),
    about: told('The same four years in a place with hotter summers and colder winters.'),
    recipe: {},
    words: {
      title: told('This network predicts tomorrow\u2019s temperature in New York. Open it up.'),
      lead: told('A small LSTM reads two weeks of New York weather and says how warm the next day will get.'),
    },
  },
  city: {
    group: 'Weather',
    title: told(str`Your city, hourly`),
    about: told('Hourly weather of a place and of years you choose, asked of Open-Meteo.'),
    target: HOURLY_TARGET,
    unit: '\u00b0C',
    date: [HOURLY_DATE],
    features: [],
    recipe: { units: 16, window: 24, learningRate: 0.01, batchSize: 128, epochs: 5 },
    credits: told('Weather data by Open-Meteo.com (CC BY 4.0), https://open-meteo.com; places by GeoNames.'),
    words: null,
    persistence: null,
  },
  'lag-3': {
    ...planted('lag-3'),
    title: told(str`Planted: y = x[t\u22123]`),
    about: told(
      'y repeats the x of three rows before; shadow is pure noise. Since y is the row after the newest, t, that x stands at t\u22122 in this page\u2019s count of rows; nothing else matters.',
    ),
    recipe: { units: 16, window: 10, learningRate: 0.01, epochs: 20 },
    words: {
      title: told('This network has to find y = x[t\u22123]. Open it up.'),
      lead: told(
        'A small LSTM reads 10 rows of made-up numbers and says what y will be in the next row. We know what it should find: the x of three rows before, nothing else.',
      ),
    },
  },
  'difference-24': {
    ...planted('difference-24'),
    title: told(str`Planted: y = x[t\u22121] \u2212 x[t\u221224]`),
    about: told(
      'y is the x of the row before it less the x of 24 rows before it, which this page counts as t and t\u221223; shadow is pure noise. The window must reach back 24 rows.',
    ),
    recipe: { window: 24, learningRate: 0.003, epochs: 20 },
    words: {
      title: told('This network has to find y = x[t\u22121] \u2212 x[t\u221224]. Open it up.'),
      lead: told(
        'A small LSTM reads 24 rows of made-up numbers and says what y will be in the next row. We know what it should find: the newest x and the oldest, nothing between.',
      ),
    },
  },
  noise: {
    ...planted('noise'),
    title: told(str`Planted: noise only`),
    about: told(
      'y, x and shadow are random and have nothing to do with each other: whatever a method finds here is not there.',
    ),
    recipe: { units: 16, window: 10, learningRate: 0.005, epochs: 20 },
    words: {
      title: told('There is nothing here to predict. Open the network up.'),
      lead: told(
        'A small LSTM reads 10 rows of made-up numbers and guesses y in the next row. y has nothing to do with them, so the best it can do is to say the mean.',
      ),
    },
  },
  'remember-20': {
    ...planted('remember-20'),
    title: told(str`Planted: a cue kept for 20 rows`),
    about: told(
      'The cue in the first row of the window, \u22121 or 1, is y twenty rows later; between stand zeros, and shadow is pure noise.',
    ),
    recipe: { units: 16, window: 20, learningRate: 0.005, epochs: 10 },
    words: {
      title: told('This network has to remember a cue for 20 rows. Open it up.'),
      lead: told(
        'A small LSTM reads 20 rows of made-up numbers. The first holds a cue, \u22121 or 1, and y is that cue when the window is over: all the network can do is remember.',
      ),
    },
    persistence: told('same as the y told before'),
  },
};

/** In the order in which they are offered. */
export const ALL_PRESETS: readonly Preset[] = PRESET_IDS.map((id) => presetOf(id));

export function presetOf(id: PresetId): Preset {
  return { id, ...PRESETS[id] };
}

/** What a series is called. */
export function seriesName({
  preset,
  name,
}: {
  readonly preset: PresetId | null;
  readonly name: string;
}): string {
  return preset === null || preset === 'city' ? name : say(PRESETS[preset].title);
}

/** The settings a preset brings, whole. */
export function presetRecipe(id: PresetId): Recipe {
  return { ...DEFAULT_RECIPE, ...PRESETS[id].recipe };
}
