import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewiseError } from '../../src/engine/core/errors.ts';
import {
  buildSeries,
  makeWindows,
  parseCsv,
  parseRecipe,
  type Recipe,
  recipeOf,
} from '../../src/engine/data/index.ts';
import { csvOf, noiseRows } from './data-fixtures.ts';

const training = {
  seed: 7,
  epochs: 40,
  batchSize: 32,
  optimizer: { name: 'adam', learningRate: 0.001, clipnorm: null },
  loss: 'mse',
  patience: null,
} as const;

const dayText = (i: number): string => new Date(Date.UTC(2010, 0, 1 + i)).toISOString();

function makeRecipe(): Recipe {
  const rows = noiseRows(60, 3).map((row, i) => [
    `2010-01-01 ${i % 24}:00`.replace('01-01', `01-0${1 + Math.floor(i / 24)}`),
    ...row.map(Math.abs),
  ]);
  const table = parseCsv(csvOf(['when', 'T', 'wv', 'wd'], rows));
  const series = buildSeries(table, { target: ['T'], date: ['when'] });
  return recipeOf(series, makeWindows(series, { window: 4, samplingRate: 2, horizon: 3 }), training);
}

describe('recipe', () => {
  const recipe = makeRecipe();

  it('holds what the run was made of', () => {
    expect(recipe).toMatchObject({
      columns: [
        'T',
        'wv x',
        'wv y',
        'day-of-year sin',
        'day-of-year cos',
        'hour-of-day sin',
        'hour-of-day cos',
      ],
      targets: ['T'],
      features: ['T', 'wv', 'wd'],
      wind: [{ speed: 'wv', direction: 'wd' }],
      timeFeatures: [
        { name: 'day-of-year', periodDays: 365.2425, origin: '1970-01-01T00:00:00Z' },
        { name: 'hour-of-day', periodDays: 1, origin: '1970-01-01T00:00:00Z' },
      ],
      date: ['when'],
      gapRule: expect.stringMatching(/takes the last value before it/),
      window: 4,
      samplingRate: 2,
      horizon: 3,
      split: [60, 20, 20],
      training,
    });
    expect([recipe.mean.length, recipe.scale.length, recipe.targetMean.length]).toEqual([7, 7, 1]);
    expect(recipe.mean[0]).toBe(recipe.targetMean[0]);
  });

  it('says how the season is computed: its words give the inputs', () => {
    const table = parseCsv(
      csvOf(
        ['when', 'T'],
        noiseRows(60, 1).map(([T = 0], i) => [dayText(i), T]),
      ),
    );
    const series = buildSeries(table, { target: ['T'], date: ['when'] });
    const { timeFeatures } = recipeOf(series, makeWindows(series, { window: 4 }), training);
    const [{ periodDays = 0, origin = '', formula = '' } = {}] = timeFeatures;

    expect(formula).toMatch(/^sin and cos of 2 \* pi \* \(t mod p\) \/ p; t: milliseconds since origin/);
    expect(formula).toMatch(/p: periodDays \* 86400000$/);
    const t = Date.parse(dayText(59)) - Date.parse(origin);
    const p = periodDays * 86_400_000;
    const [sin = 0, cos = 0] = series.features.subarray(-2);
    expect([sin, cos]).toEqual([
      expect.closeTo(Math.sin((2 * Math.PI * (t % p)) / p), 12),
      expect.closeTo(Math.cos((2 * Math.PI * (t % p)) / p), 12),
    ]);
  });

  it('comes back equal, to the last bit, from its JSON', () => {
    expect(parseRecipe(JSON.stringify(recipe))).toEqual(recipe);
    expect(parseRecipe(structuredClone(recipe))).toEqual(recipe);
  });

  it('of a run with patience and without dates comes back too', () => {
    const table = parseCsv(csvOf(['a'], noiseRows(60, 1)));
    const series = buildSeries(table, { target: 'all' });
    const plain = recipeOf(series, makeWindows(series, { window: 4 }), { ...training, patience: 5 });

    expect(parseRecipe(JSON.stringify(plain))).toEqual(plain);
  });
});

describe('reading a recipe', () => {
  const recipe = makeRecipe();
  const changed = (change: object): unknown => ({ ...recipe, ...change });
  it.each([
    ['text that is no JSON', '{', /^gatewise\.json is not valid JSON/],
    ['a list', [], /^gatewise\.json: received \[\], expected an object/],
    ['null', null, /^gatewise\.json: received null/],
    [
      'another format',
      changed({ format: 'x' }),
      /gatewise\.json: format: received "x", expected "gatewise-recipe"/,
    ],
    ['a later version', changed({ version: 2 }), /version: received 2, expected 1/],
    ['a missing field', { ...recipe, mean: undefined }, /mean: received nothing, expected a list/],
    ['a mean too few', changed({ mean: [1] }), /mean: received \[1\], expected 7 finite numbers/],
    [
      'a scale of 0',
      changed({ targetScale: [0] }),
      /targetScale: received \[0\], expected 1 numbers above 0/,
    ],
    [
      'a mean that is text',
      changed({ targetMean: ['1'] }),
      /targetMean: received \["1"\], expected 1 finite numbers/,
    ],
    ['a window of 0', changed({ window: 0 }), /window: received 0, expected a whole number, at least 1/],
    ['half a horizon', changed({ horizon: 0.5 }), /horizon: received 0\.5/],
    ['no target', changed({ targets: [] }), /targets: received \[\], expected at least 1/],
    ['a name twice', changed({ targets: ['T', 'T'] }), /targets: received .* expected no name twice/],
    ['a name that is a number', changed({ date: [3] }), /date: received 3, expected a text/],
    [
      'an unknown time feature',
      changed({ timeFeatures: [{ ...recipe.timeFeatures[0], name: 'week' }] }),
      /timeFeatures: received "week"/,
    ],
    [
      'a time feature of another period',
      changed({ timeFeatures: [{ ...recipe.timeFeatures[0], periodDays: 365 }] }),
      /timeFeatures\[0\]\.periodDays: received 365, expected 365\.2425/,
    ],
    [
      'a time feature of another origin',
      changed({ timeFeatures: [{ ...recipe.timeFeatures[0], origin: '2000-01-01' }] }),
      /timeFeatures\[0\]\.origin: received "2000-01-01"/,
    ],
    [
      'a time feature of another formula',
      changed({ timeFeatures: [{ ...recipe.timeFeatures[0], formula: 't' }] }),
      /timeFeatures\[0\]\.formula: received "t"/,
    ],
    ['another gap rule', changed({ gapRule: 'zero' }), /gapRule: received "zero"/],
    ['two shares', changed({ split: [80, 20] }), /split: received \[80,20\], expected 3 finite numbers/],
    ['an unknown field', changed({ extra: 1 }), /extra: received 1, expected no such field/],
    [
      'an unknown field below',
      changed({ training: { ...training, lr: 1 } }),
      /training\.lr: received 1, expected no such field/,
    ],
    [
      'an optimizer without a name',
      changed({ training: { ...training, optimizer: {} } }),
      /optimizer\.name: received nothing/,
    ],
    [
      'a nested optimizer',
      changed({ training: { ...training, optimizer: { name: 'adam', a: {} } } }),
      /optimizer\.a: received \{\}/,
    ],
    [
      'a wind without direction',
      changed({ wind: [{ speed: 'wv' }] }),
      /wind\[0\]\.direction: received nothing/,
    ],
    ['text over the limit', ' '.repeat(1024 * 1024 + 1), /has 1048577 characters/],
  ])('refuses %s and names the field', (_, json, sentence) => {
    const message = (): unknown => parseRecipe(json);
    expect(message).toThrow(GatewiseError);
    expect(message).toThrow(sentence);
  });

  it('refuses a prototype in any place and pollutes nothing', () => {
    const text = JSON.stringify(recipe);
    const top = text.replace('{', '{"__proto__":{"polluted":1},');
    const inside = text.replace('"optimizer":{', '"optimizer":{"__proto__":"polluted",');

    expect(() => parseRecipe(top)).toThrow(/__proto__: received \{"polluted":1\}, expected no such field/);
    expect(() => parseRecipe(inside)).toThrow(
      /optimizer\.__proto__: received "polluted", expected no such field/,
    );
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('answers anything with a recipe or a sentence', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(recipe)), fc.jsonValue(), (key, value) => {
        try {
          parseRecipe({ ...recipe, [key]: value });
        } catch (error) {
          expect(error).toBeInstanceOf(GatewiseError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('shortens long values in a sentence', () => {
    expect(() => parseRecipe(changed({ mean: Array.from({ length: 500 }, () => 0.123) }))).toThrow(
      /\.\.\., expected 7/,
    );
  });
});
