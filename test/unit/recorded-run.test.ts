/** The run stored with the page is what it says: of the page's defaults, and with the errors its weights have by the reference. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_RECIPE } from '../../src/demo/recipe.ts';
import { type StaticParts, staticParts } from '../../src/demo/recorded/static-html.ts';
import type { StoredStudy } from '../../src/demo/recorded/static-lags.ts';
import { floats, type StoredEpochs, storedRun } from '../../src/demo/recorded/stored-run.ts';
import { fingerprint } from '../../src/demo/session/fingerprint.ts';
import { whyNot } from '../../src/demo/session/recorded-fit.ts';
import { copyWindows } from '../../src/demo/session/window-rows.ts';
import { english } from '../../src/demo/words.ts';
import { baselines, type WindowDataset } from '../../src/engine/index.ts';
import { ReferenceModel } from '../../src/engine/reference/index.ts';
import { referenceErrors, seattleWindows } from '../e2e/seattle.ts';

const read = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
const TEXT = read('src/demo/recorded/seattle.json');
const STUDY = JSON.parse(read('src/demo/recorded/seattle-lags.json')) as StoredStudy;
const STORED = storedRun(JSON.parse(TEXT));
const MORE: StoredEpochs = JSON.parse(read('src/demo/recorded/seattle-epochs.json'));
const LAYERS = [
  { kind: 'lstm', units: DEFAULT_RECIPE.units },
  { kind: 'dense', units: 1 },
] as const;
const weights = STORED.model.weights.map(({ data }) => data);
const { series, split } = seattleWindows(DEFAULT_RECIPE.window);

/** Mean squared error of scaled numbers: the loss. */
function referenceLoss(part: WindowDataset, own: readonly ArrayLike<number>[] = weights): number {
  const y = new ReferenceModel(LAYERS, part.features, own).predict(copyWindows(part, 0, part.starts.length));
  const squares = [...part.targetRows].map((row, n) => ((y.data[n] ?? 0) - (part.targets[row] ?? 0)) ** 2);
  return squares.reduce((sum, square) => sum + square, 0) / squares.length;
}

describe('the recorded run', () => {
  it('was trained with the recipe that the page begins with, on its columns, and is small', () => {
    expect(STORED.recipe).toEqual(DEFAULT_RECIPE);
    expect(STORED.run.seed).toBe(1);
    expect(STORED.run.shownEpoch).toBe(STORED.bestEpoch);
    expect(STORED.data.inputs).toEqual(series.columns);
    expect(STORED.data.target).toBe('temp_max');
    expect(gzipSync(TEXT).length).toBeLessThan(60_000);
  });

  it('has the errors and the skill on the test part that the float64 reference finds for its weights', () => {
    const { mae, rmse } = referenceErrors(LAYERS, weights, DEFAULT_RECIPE.window);
    const [persistence] = baselines(series, split).test.persistence.scores;
    const { scores, skill } = STORED.forecast;

    expect(Math.abs(scores.mae - mae)).toBeLessThan(1e-5);
    expect(Math.abs(scores.rmse - rmse)).toBeLessThan(1e-5);
    expect(Math.abs(skill - (1 - mae / (persistence?.mae ?? Number.NaN)))).toBeLessThan(1e-5);
  });

  it('holds the weights of the epoch with the lowest validation loss, whose loss they have', () => {
    const losses = STORED.rows.map(({ valLoss }) => valLoss);
    const least = Math.min(...losses);

    expect(losses).toHaveLength(DEFAULT_RECIPE.epochs);
    expect(losses.indexOf(least)).toBe(STORED.bestEpoch - 1);
    expect(STORED.forecast).toMatchObject({ epoch: STORED.bestEpoch, isBest: true });
    expect(Math.abs(referenceLoss(split.validation) - least)).toBeLessThan(1e-5);
    expect(fingerprint(STORED.model.weights)).toBe(STORED.fingerprint);
  });
});

describe('the other epochs of the recorded run', () => {
  it('are those that it says it has, of the same run, from the first to the last', () => {
    expect(MORE.fingerprint).toBe(STORED.fingerprint);
    expect(MORE.epochs.map(({ epoch }) => epoch)).toEqual(STORED.epochs);
    expect(STORED.epochs[0]).toBe(1);
    expect(STORED.epochs.at(-1)).toBe(DEFAULT_RECIPE.epochs);
  });

  it.each(MORE.epochs)('have the validation loss that epoch $epoch ended with', ({ epoch, ...one }) => {
    const own = one.weights.map(floats);
    const { valLoss } = STORED.rows[epoch - 1] ?? { valLoss: Number.NaN };

    expect(own.map(({ length }) => length)).toEqual(weights.map(({ length }) => length));
    expect(Math.abs(referenceLoss(split.validation, own) - valLoss)).toBeLessThan(1e-5);
    const named = STORED.model.weights.map((weight, at) => ({ ...weight, data: own[at] ?? weight.data }));
    expect(fingerprint(named)).toBe(one.fingerprint);
  });
});

describe('the recorded run with other data', () => {
  const choice = { features: [], date: ['date'], target: 'temp_max' };

  it('is refused for another target of the same columns, by name', () => {
    expect(whyNot(STORED, { series, choice }, DEFAULT_RECIPE)).toBeNull();
    expect(
      english(whyNot(STORED, { series, choice: { ...choice, target: 'wind' } }, DEFAULT_RECIPE) ?? ''),
    ).toMatch(/was trained to forecast temp_max; this data asks for wind\./);
  });

  it('is refused for other columns and for other settings, by name', () => {
    const [, ...columns] = series.columns;
    expect(english(whyNot(STORED, { series: { ...series, columns }, choice }, DEFAULT_RECIPE) ?? '')).toMatch(
      /reads precipitation, temp_max, .*; this data gives temp_max, temp_min/,
    );
    expect(english(whyNot(STORED, { series, choice }, { ...DEFAULT_RECIPE, window: 20 }) ?? '')).toContain(
      'window 14',
    );
    // As the form calls it.
    expect(english(whyNot(STORED, { series, choice }, { ...DEFAULT_RECIPE, patience: 3 }) ?? '')).toContain(
      'recorded with early stopping 0.',
    );
  });
});

describe('the static HTML of the recorded run', () => {
  let parts: StaticParts;

  beforeAll(async () => {
    parts = await staticParts(JSON.parse(TEXT), STUDY, read('dist/data/seattle.csv'));
  });

  it('shows the errors that the reference finds', () => {
    const { mae } = referenceErrors(LAYERS, weights, DEFAULT_RECIPE.window);
    const plain = baselines(series, split).test.persistence.scores[0]?.mae ?? Number.NaN;
    const percent = (100 * (1 - mae / plain)).toFixed(1);

    expect(parts['gw-stats']).toContain(`>${mae.toFixed(2)}\u00a0\u00b0C</dd>`);
    expect(parts['gw-stats']).toContain(`>${plain.toFixed(2)}\u00a0\u00b0C</dd>`);
    expect(parts['gw-forecast']).toContain(`${percent}\u00a0% better than`);
    expect(parts['gw-learning']).toContain(`<b>${STORED.bestEpoch}</b>`);
  });

  it('draws every day and every epoch with the page\u2019s own charts', () => {
    const points = (html: string, line: string): number[] =>
      [...html.matchAll(new RegExp(`<path class="line line-${line}" d="([^"]+)"`, 'g'))].map(
        ([, path = '']) => path.split('L').length,
      );

    expect(points(parts['gw-forecast'], 'forecast')).toEqual([120, 45]);
    expect(points(parts['gw-forecast'], 'observed')).toEqual([120, 45]);
    expect(points(parts['gw-learning'], 'validation')).toEqual([40, 40]);
    expect('document' in globalThis).toBe(false);
  });

  it('reads out the last day of each drawing, wide and narrow', () => {
    const day = (window: number): string => {
      const date = new Date(series.dates?.[split.test.targetRows[window] ?? 0] ?? 0);
      return date.toLocaleDateString('en-GB', {
        day: 'numeric',
        month: 'short',
        year: 'numeric',
        timeZone: 'UTC',
      });
    };
    const readings = [...parts['gw-forecast'].matchAll(/data-width="(\w+)">([^:<]+): observed/g)];

    expect(readings.map(([, width, date]) => [width, date])).toEqual([
      ['wide', day(119)],
      ['narrow', day(44)],
    ]);
  });

  it('says of each figure that it is recorded', () => {
    for (const part of ['gw-stats', 'gw-forecast', 'gw-learning'] as const) {
      expect(parts[part]).toContain(`A recorded run: epoch ${STORED.bestEpoch} of 40, trained on`);
    }
  });
});
