/** Open-Meteo's answers: the documented form is read, anything else is refused in one sentence. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewiseError } from '../../src/engine/core/errors.ts';
import {
  baselines,
  buildSeries,
  HOURLY_DATE,
  HOURLY_TARGET,
  HOURLY_VARIABLES,
  makeWindows,
  parseHourly,
  parsePlaces,
  parseReason,
} from '../../src/engine/data/index.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2023, 0, 1);

interface Weather {
  utc_offset_seconds: number;
  hourly_units: Record<string, string>;
  hourly: { time: unknown[] } & Record<string, unknown[]>;
}

/** An answer in the documented form; each variable is 10 + k plus the hour of the day. */
function weather(hours: number): Weather {
  const time = Array.from({ length: hours }, (_, row) =>
    new Date(START + row * HOUR).toISOString().slice(0, 16),
  );
  const values = HOURLY_VARIABLES.map((key, k) => [key, time.map((_, row) => 10 + k + (row % 24))]);
  return {
    utc_offset_seconds: 0,
    hourly_units: {
      time: 'iso8601',
      temperature_2m: '\u00b0C',
      relative_humidity_2m: '%',
      surface_pressure: 'hPa',
      wind_speed_10m: 'km/h',
      precipitation: 'mm',
    },
    hourly: { time, ...Object.fromEntries(values) },
  };
}

const BERLIN = {
  results: [
    {
      id: 2950159,
      name: 'Berlin',
      latitude: 52.52437,
      longitude: 13.41053,
      country_code: 'DE',
      country: 'Germany',
      admin1: 'State of Berlin',
    },
    {
      id: 1,
      name: 'Berlin',
      latitude: 44.46867,
      longitude: -71.18508,
      country: 'United States',
      admin1: 'New Hampshire',
    },
  ],
  generationtime_ms: 0.6,
};

const parse = (answer: unknown): unknown => parseHourly(JSON.stringify(answer));

/** What a call says when it refuses. */
function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (!(error instanceof GatewiseError)) throw error;
    expect(error.code).toBe('bad-input');
    expect(error.message).not.toMatch(/[\n\r]/);
    expect(error.message.length).toBeLessThan(400);
    return error.message;
  }
  return '';
}

/** A copy with one of its values replaced, found by a path of indices. */
function damaged(value: unknown, path: readonly number[], piece: unknown): unknown {
  const [index = 0, ...rest] = path;
  if (path.length === 0 || typeof value !== 'object' || value === null) return piece;
  const entries: [string, unknown][] = Object.entries(value);
  const at = index % Math.max(1, entries.length);
  const changed = entries.map(([key, one], k) => [key, k === at ? damaged(one, rest, piece) : one] as const);
  return Array.isArray(value) ? changed.map(([, one]) => one) : Object.fromEntries(changed);
}

describe('hourly weather', () => {
  it('becomes a table of time and five columns, null a missing value', () => {
    const answer = weather(48);
    answer.hourly.temperature_2m = [-3.26, null, ...(answer.hourly.temperature_2m ?? []).slice(2)];

    const table = parseHourly(JSON.stringify(answer));

    expect(table.columns).toEqual(['time', 'temperature', 'humidity', 'pressure', 'wind', 'precipitation']);
    expect(table.rows).toBe(48);
    expect(table.notes).toEqual([]);
    expect(Array.from(table.column('temperature').numbers.slice(0, 3))).toEqual([-3.26, Number.NaN, 12]);
    expect(table.column('temperature').missing).toBe(1);
    expect(table.column('precipitation').numbers[25]).toBe(15);
  });

  it('is a series by the hour in UTC, with season and hour as inputs and a climatology by the hour', () => {
    const table = parseHourly(JSON.stringify(weather(24 * 50)));
    const series = buildSeries(table, { target: [HOURLY_TARGET], date: [HOURLY_DATE] });

    const { test } = baselines(series, makeWindows(series, { window: 24 }));

    expect(series.stepMs).toBe(HOUR);
    expect([series.dates?.[0], series.dates?.at(-1)]).toEqual([START, START + (24 * 50 - 1) * HOUR]);
    expect(series.columns.slice(-4)).toEqual([
      'day-of-year sin',
      'day-of-year cos',
      'hour-of-day sin',
      'hour-of-day cos',
    ]);
    // Each day is as the one before, so the mean of the hour is never wrong, and the last hour is wrong by 1 or by 23.
    expect(test.climatology?.scores[0]?.mae).toBeCloseTo(0, 12);
    expect(test.persistence.scores[0]?.mae).toBeCloseTo((23 * 1 + 23) / 24, 12);
  });

  it.each([
    [
      'other units',
      (w: Weather) => Object.assign(w.hourly_units, { temperature_2m: '\u00b0F' }),
      'hourly_units.temperature_2m is "\u00b0F", expected "\u00b0C"',
    ],
    [
      'a list too short',
      (w: Weather) => w.hourly.precipitation?.pop(),
      'hourly.precipitation is "47 values", expected 48 values',
    ],
    [
      'a variable that is not there',
      (w: Weather) => Reflect.deleteProperty(w.hourly, 'surface_pressure'),
      'hourly.surface_pressure is nothing',
    ],
    [
      'an hour left out',
      (w: Weather) => w.hourly.time.splice(20, 1),
      'hourly.time[20] is "2023-01-01T21:00"',
    ],
    ['time that is no time', (w: Weather) => w.hourly.time.fill('soon'), 'hourly.time[0] is "soon"'],
    [
      'local time',
      (w: Weather) => Object.assign(w, { utc_offset_seconds: 3600 }),
      'utc_offset_seconds is "3600", expected 0',
    ],
    [
      'text for a number',
      (w: Weather) => w.hourly.wind_speed_10m?.splice(3, 1, '12'),
      'hourly.wind_speed_10m[3] is "12", expected a number or null',
    ],
    [
      'no weather',
      (w: Weather) => w.hourly.temperature_2m?.splice(3, 1, 1e9),
      'hourly.temperature_2m[3] is "1000000000"',
    ],
    [
      'no hours',
      (w: Weather) => w.hourly.time.splice(0),
      'hourly.time is "0 hours", expected a list of 1 to 43,848 hours',
    ],
  ])('with %s is refused: what was received, what was expected, what to do', (_, spoil, sentence) => {
    const answer = weather(48);

    spoil(answer);

    const message = refusal(() => parse(answer));
    expect(message).toContain(sentence);
    expect(message).toMatch(/^Open-Meteo\u2019s weather: .*Try again later, or open a CSV instead\.$/);
  });

  it('of more than five years is refused', () => {
    expect(refusal(() => parse(weather(43_849)))).toContain('"43,849 hours"');
    expect(refusal(() => parse(weather(43_848)))).toBe('');
  });

  it('damaged in any place, or anything at all, is a table of numbers or one sentence', () => {
    const check = (text: string): void => {
      const message = refusal(() => {
        const table = parseHourly(text);
        for (const name of table.columns.slice(1)) {
          for (const value of table.column(name).numbers) expect(Math.abs(value)).not.toBeGreaterThan(1e5);
        }
      });
      if (message !== '') expect(message).toMatch(/^Open-Meteo/);
    };
    fc.assert(
      fc.property(fc.array(fc.nat(30), { maxLength: 4 }), fc.jsonValue(), (path, piece) =>
        check(JSON.stringify(damaged(weather(24), path, piece))),
      ),
      { numRuns: 300 },
    );
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), check), { numRuns: 300 });
    check('{"__proto__": {"hourly": {}}}');
    check('['.repeat(200_000));
  });
});

describe('places', () => {
  it('are named with region and country, each once, with coordinates', () => {
    expect(parsePlaces(JSON.stringify(BERLIN))).toEqual([
      { name: 'Berlin, State of Berlin, Germany', latitude: 52.52437, longitude: 13.41053 },
      { name: 'Berlin, New Hampshire, United States', latitude: 44.46867, longitude: -71.18508 },
    ]);
    const twice = {
      results: [{ name: 'Singapore', country: 'Singapore', latitude: 1.29, longitude: 103.85 }],
    };
    expect(parsePlaces(JSON.stringify(twice))[0]?.name).toBe('Singapore');
  });

  it('are none where the answer has no list, and at most five', () => {
    const many = { results: Array.from({ length: 9 }, () => BERLIN.results[0]) };

    expect(parsePlaces('{"generationtime_ms":0.5}')).toEqual([]);
    expect(parsePlaces(JSON.stringify(many))).toHaveLength(5);
  });

  it('outside the globe or without a name are refused', () => {
    const place = (change: object): string =>
      refusal(() => parsePlaces(JSON.stringify({ results: [{ ...BERLIN.results[0], ...change }] })));

    expect(place({ latitude: 91 })).toContain('latitude is "91", expected a number from -90 to 90');
    expect(place({ longitude: '13' })).toContain('longitude is "13"');
    expect(place({ name: ' \u0000 ' })).toContain('name is');
    expect(refusal(() => parsePlaces('{"results": 3}'))).toContain('results is "3", expected a list');
  });

  it('have short names on one line, whatever was sent', () => {
    const long = JSON.stringify({ results: [{ name: 'x'.repeat(5000), latitude: 1, longitude: 2 }] });
    expect(parsePlaces(long)[0]?.name).toBe(`${'x'.repeat(80)}\u2026`);
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constant('\u202e\n\u0007'.repeat(300) + 'x'.repeat(300)),
    );
    fc.assert(
      fc.property(text, text, fc.jsonValue(), (name, country, admin1) => {
        const answer = JSON.stringify({ results: [{ name, country, admin1, latitude: 1, longitude: 2 }] });
        const message = refusal(() => {
          for (const place of parsePlaces(answer)) {
            expect(place.name).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
            expect([...place.name].length).toBeLessThan(3 * 81 + 5);
          }
        });
        if (message !== '') expect(message).toMatch(/^Open-Meteo/);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a refusal', () => {
  it('gives its reason as one line, or none', () => {
    expect(parseReason('{"error":true,"reason":"Parameter \'start_date\'\\n is out of range"}')).toBe(
      "Parameter 'start_date' is out of range",
    );
    expect(['', '<html>', '[]', '{"reason": 3}', '{"reason": " "}'].map(parseReason)).toEqual(
      Array.from({ length: 5 }, () => null),
    );
  });
});
