/** What the page says: the skill in words, errors with units, settings read from typed text. */
import { describe, expect, it } from 'vitest';
import {
  formatDate,
  formatErrorIn,
  formatLoss,
  formatPlural,
  formatSkill,
  formatValue,
  introWords,
  persistenceName,
  skillSentence,
  slug,
  trainedWords,
} from '../../src/demo/format.ts';
import { DEFAULT_RECIPE, readRecipe, recipeText } from '../../src/demo/recipe.ts';

const DAILY = { preset: null, stepMs: 86_400_000, horizon: 1 };

describe('skill in words', () => {
  it('says better only where the forecast is', () => {
    expect(skillSentence({ skill: 0.0524 }, DAILY)).toBe(
      '5.2\u00a0% better than \u201csame as yesterday\u201d',
    );
  });

  it('says worse where it is, and by how much', () => {
    expect(skillSentence({ skill: -0.127 }, DAILY)).toBe(
      '13\u00a0% worse than \u201csame as yesterday\u201d',
    );
  });

  it('claims nothing for less than half a percent', () => {
    expect(skillSentence({ skill: 0.004 }, DAILY)).toBe('no better than \u201csame as yesterday\u201d');
    expect(skillSentence({ skill: -0.004 }, DAILY)).toBe('no better than \u201csame as yesterday\u201d');
  });

  it('compares nothing with a forecast that is never wrong', () => {
    expect(skillSentence({ skill: Number.NaN }, DAILY)).toContain('cannot be compared');
  });

  it('names persistence by the step and the horizon of the data', () => {
    expect(persistenceName({ preset: null, stepMs: 3_600_000, horizon: 6 })).toBe('same as 6 hours before');
    expect(persistenceName({ preset: 'noise', stepMs: null, horizon: 1 })).toBe('same as the row before');
    expect(persistenceName({ preset: 'remember-20', stepMs: null, horizon: 1 })).toBe(
      'same as the y told before',
    );
  });
});

describe('numbers and names', () => {
  it('writes values with their unit and a true minus', () => {
    expect(formatValue(-3.26, '°C')).toBe('\u22123.3\u00a0°C');
    expect(formatValue(Number.NaN, '°C')).toBe('not observed');
    expect([1.234, 12.34].map((value) => formatValue(value, ''))).toEqual(['1.23', '12.3']);
    expect(formatErrorIn(2.3349, '')).toBe('2.33');
  });

  it('gives losses three significant digits, and ones no plural', () => {
    expect([0.04217, 0.9, 12.3456, 1234.5].map(formatLoss)).toEqual(['0.0422', '0.900', '12.3', '1230']);
    expect(formatLoss(Number.NaN)).toBe('not a number');
    expect([0, 1, 2000].map((count) => formatPlural(count, 'row'))).toEqual([
      '0 rows',
      '1 row',
      '2,000 rows',
    ]);
  });

  it('says how much training weights have seen', () => {
    expect(trainedWords({ epoch: 0, step: 0, start: null })).toBe('before training');
    expect(trainedWords({ epoch: 0, step: 1, start: null })).toBe('after 1 step');
    expect(trainedWords({ epoch: 2, step: 0, start: null })).toBe('after 2 epochs');
    expect(trainedWords({ epoch: 1, step: 3, start: null })).toBe('after 1 epoch and 3 steps');
    expect(trainedWords({ epoch: 0, step: 0, start: 'a.keras' })).toBe('as in a.keras');
    expect(trainedWords({ epoch: 2, step: 0, start: 'a.keras' })).toBe('after 2 epochs from a.keras');
  });

  it('names what is forecast, and leaves Seattle to the static text', () => {
    const seattle = { ...DAILY, preset: 'seattle', name: 'Seattle', target: 'temp_max' } as const;
    const power = { preset: null, name: 'power.csv', target: 'load', stepMs: 3_600_000, horizon: 6 };

    expect(introWords(seattle, 14)).toBeNull();
    expect(introWords({ ...seattle, horizon: 7 }, 14)?.title).toBe(
      'This network predicts temp_max, 7 days ahead. Open it up.',
    );
    expect(introWords(power, 48)).toEqual({
      title: 'This network predicts load, 6 hours ahead. Open it up.',
      lead: 'A small LSTM reads 48 hours of power.csv and says what load will be 6 hours later.',
    });
  });

  it('names a preset in its own words, as long as it is read as they say', () => {
    const lag = {
      preset: 'lag-3',
      name: 'Planted: y = x[t\u22123]',
      target: 'y',
      stepMs: null,
      horizon: 1,
    } as const;

    expect(introWords(lag, 10)?.title).toBe('This network has to find y = x[t\u22123]. Open it up.');
    expect(introWords(lag, 12)?.lead).toBe(
      'A small LSTM reads 12 rows of Planted: y = x[t\u22123] and says what y will be 1 row later.',
    );
    expect(introWords({ ...lag, horizon: 2 }, 10)?.title).toBe(
      'This network predicts y, 2 rows ahead. Open it up.',
    );
  });

  it('writes skill as a percentage with a true minus and no minus before nothing', () => {
    expect([0.0524, -0.127, -0.0002, 1, Number.NaN].map(formatSkill)).toEqual([
      '5.2\u00a0%',
      '\u221212.7\u00a0%',
      '0.0\u00a0%',
      '100.0\u00a0%',
      '\u2013',
    ]);
  });

  it('shows the hour only where rows are closer than a day', () => {
    const noon = Date.UTC(2015, 6, 11, 12);

    expect(formatDate(noon, 86_400_000)).toBe('11 Jul 2015');
    expect(formatDate(noon, 3_600_000)).toBe('11 Jul 2015, 12:00');
  });

  it('makes file names of any text', () => {
    expect(slug('Wetter Köln (2020).csv.gz')).toBe('wetter-k-ln-2020');
    expect(slug('???')).toBe('model');
  });
});

describe('settings', () => {
  it('come back from their own text', () => {
    expect(readRecipe(recipeText(DEFAULT_RECIPE))).toEqual({ recipe: DEFAULT_RECIPE });
  });

  it.each([
    ['units', 'many', 'Units: expected a whole number from 1 to 256, received \u201cmany\u201d.'],
    ['units', '', 'Units: expected a whole number from 1 to 256, received nothing.'],
    ['units', '3.5', 'Units: expected a whole number from 1 to 256, received \u201c3.5\u201d.'],
    ['epochs', '1001', 'Epochs: expected a whole number from 1 to 1000, received \u201c1001\u201d.'],
    ['learningRate', '0', 'Learning rate: expected a number above 0, at most 1, received \u201c0\u201d.'],
    [
      'learningRate',
      'Infinity',
      'Learning rate: expected a number above 0, at most 1, received \u201cInfinity\u201d.',
    ],
  ] as const)('%s may not be "%s"', (field, text, message) => {
    expect(readRecipe({ ...recipeText(DEFAULT_RECIPE), [field]: text })).toEqual({
      errors: { [field]: message },
    });
  });
});
