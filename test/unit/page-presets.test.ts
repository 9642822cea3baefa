/** What the page offers: every preset whole, years as typed, and the forecast as CSV. */
import { describe, expect, it } from 'vitest';
import { lastYear, readYears } from '../../src/demo/city/years.ts';
import { forecastCsv } from '../../src/demo/forecast-csv.ts';
import { ALL_PRESETS, presetRecipe } from '../../src/demo/presets.ts';
import type { DataReport, ForecastReport } from '../../src/demo/protocol.ts';
import { DEFAULT_RECIPE, readRecipe, recipeText } from '../../src/demo/recipe.ts';
import { english } from '../../src/demo/words.ts';
import { PLANTED, PLANTED_IDS } from '../../src/engine/data/index.ts';

describe('presets', () => {
  it('are seven, each in one or two sentences with a target and credits', () => {
    expect(ALL_PRESETS.map(({ id }) => id)).toEqual([
      'seattle',
      'new-york',
      'city',
      'lag-3',
      'difference-24',
      'noise',
      'remember-20',
    ]);
    for (const { title, about, target, credits } of ALL_PRESETS) {
      for (const text of [title, about, target, credits]) expect(english(text)).not.toBe('');
      expect(about).toMatch(/[.?]$/);
    }
    expect(ALL_PRESETS.find(({ id }) => id === 'city')?.credits).toMatch(
      /^Weather data by Open-Meteo\.com \(CC BY 4\.0\), https:\/\/open-meteo\.com/,
    );
  });

  it('bring settings that the form takes, Seattle the page\u2019s own', () => {
    for (const { id } of ALL_PRESETS) {
      expect(readRecipe(recipeText(presetRecipe(id)))).toEqual({ recipe: presetRecipe(id) });
    }
    expect(presetRecipe('seattle')).toEqual(DEFAULT_RECIPE);
  });

  it('look back as far as the planted truth lies', () => {
    for (const id of PLANTED_IDS) {
      const { window, horizon } = presetRecipe(id);
      expect(window).toBeGreaterThanOrEqual(Math.max(0, ...PLANTED[id].truth.flatMap(({ lags }) => lags)));
      expect(horizon).toBe(1);
    }
  });
});

describe('years of a city', () => {
  it('are whole ones in order, at most five, up to the last that is over', () => {
    expect(lastYear(new Date('2026-01-01T00:00:00Z'))).toBe(2025);
    expect(readYears('2021', ' 2025 ', 2025)).toEqual({ years: [2021, 2025] });
    expect(readYears('1940', '1940', 2025)).toEqual({ years: [1940, 1940] });
  });

  it.each([
    [
      '2020',
      '2025',
      'expected the first one first, and at most 5 of them, received \u201c2020\u201d to \u201c2025\u201d',
    ],
    ['2024', '2023', 'expected the first one first'],
    ['1939', '1940', 'expected two from 1940 to 2025, received \u201c1939\u201d to \u201c1940\u201d'],
    ['2025', '2026', 'expected two from 1940 to 2025'],
    ['2e3', '2000', 'received \u201c2e3\u201d'],
    ['', '2000', 'received \u201c\u201d to \u201c2000\u201d'],
  ])('from "%s" to "%s" are refused', (from, to, sentence) => {
    const read = readYears(from, to, 2025);

    expect('error' in read ? read.error : '').toContain(sentence);
  });
});

describe('the forecast as CSV', () => {
  const report = (dates: number[] | null, climatology: number[] | null): DataReport => {
    const test = {
      dates: dates === null ? null : Float64Array.from(dates),
      observed: Float64Array.of(0.1 + 0.2, -5),
      persistence: Float64Array.of(1, 2),
      climatology: climatology === null ? null : Float64Array.from(climatology),
    };
    return { test } as DataReport;
  };
  const forecast = { predicted: Float64Array.of(1e-7, 1 / 3) } as ForecastReport;

  it('has every number in full, with days as days and hours as hours', () => {
    const day = Date.UTC(2023, 0, 31);

    expect(forecastCsv(report([day, day + 86_400_000], [7, 8]), forecast, null)).toBe(
      'date,observed,forecast,persistence,climatology\n2023-01-31,0.30000000000000004,1e-7,1,7\n2023-02-01,-5,0.3333333333333333,2,8\n',
    );
    expect(forecastCsv(report([day, day + 3_600_000], null), null, null)).toBe(
      'date,observed,persistence\n2023-01-31T00:00:00.000Z,0.30000000000000004,1\n2023-01-31T01:00:00.000Z,-5,2\n',
    );
  });

  it('counts windows where there are no dates', () => {
    const [low, high] = [Float64Array.of(-1, -2.5), Float64Array.of(1, 2.5)];
    const interval = { low, high, mean: Float64Array.of(0, 0.5), networks: 8 };
    const [head, , second] = forecastCsv(report(null, null), forecast, interval).split('\n');
    expect([head, second]).toEqual([
      'window,observed,forecast,low,high,mean,persistence',
      '2,-5,0.3333333333333333,-2.5,2.5,0.5,2',
    ]);
    expect(forecastCsv(report(null, null), forecast, null).split('\n')[2]).toBe('2,-5,0.3333333333333333,2');
  });
});
