/**
 * The answers of Open-Meteo (open-meteo.com, documented there) to what the page asks for: places of a name, and hourly
 * observations. They come from another server, so every field is checked, nothing is copied by key, and what does not
 * fit is refused in one sentence. Pure: asking is the caller's.
 */
import { badInput, type Sentence, sentence } from '../core/errors.ts';
import { type CsvTable, TableBuilder } from './csv-table.ts';
import { HOUR_MS } from './dates.ts';
import { HOURLY, HOURLY_DATE } from './hourly-weather.ts';
import { formatCount, quote } from './words.ts';

export interface Place {
  /** Such as `Lisbon, Portugal`. */
  readonly name: string;
  /** Degrees north and east. */
  readonly latitude: number;
  readonly longitude: number;
}

const PLACES = sentence`list of places`;
const WEATHER = sentence`weather`;
/** Places taken of an answer. */
const MOST_PLACES = 5;
/** Five years with two leap days, hours. */
const MOST_HOURS = (5 * 365 + 2) * 24;
/** Larger numbers are no weather in any of the units. */
const LARGEST_VALUE = 1e5;
const LONGEST_NAME = 80;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:00$/;

/**
 * The places of a name, best first; empty where there is none.
 * @param text the answer of the geocoding service
 * @throws GatewiseError 'bad-input' for anything but the documented form
 */
export function parsePlaces(text: string): Place[] {
  const { results } = parseObject(text, PLACES);
  if (results === undefined) return [];
  if (!Array.isArray(results)) throw notAsked(PLACES, 'results', results, sentence`a list`);
  return results.slice(0, MOST_PLACES).map((value: unknown) => {
    const { name, admin1, country, latitude, longitude } = objectOf(value, PLACES, 'results');
    const parts = [name, admin1, country].map(cleanName).filter((part) => part !== '');
    if (typeof name !== 'string' || cleanName(name) === '') {
      throw notAsked(PLACES, 'name', name, sentence`text`);
    }
    return {
      name: [...new Set(parts)].join(', '),
      latitude: numberWithin(PLACES, 'latitude', latitude, 90),
      longitude: numberWithin(PLACES, 'longitude', longitude, 180),
    };
  });
}

/**
 * Hourly observations as a table: `time`, then temperature, humidity, pressure, wind, precipitation. Hours without a
 * value are missing cells.
 * @param text the answer of the archive service for HOURLY_VARIABLES and timezone=UTC
 * @throws GatewiseError 'bad-input' for anything but the documented form: other units, lists of other lengths, hours
 *   that do not follow each other, a value that is no number
 */
export function parseHourly(text: string): CsvTable {
  const answer = parseObject(text, WEATHER);
  const units = objectOf(answer.hourly_units, WEATHER, 'hourly_units');
  const hourly = objectOf(answer.hourly, WEATHER, 'hourly');
  if (answer.utc_offset_seconds !== 0) {
    throw notAsked(WEATHER, 'utc_offset_seconds', answer.utc_offset_seconds, '0');
  }
  const times = checkTimes(hourly.time);
  const columns = HOURLY.map(({ key, unit }) => {
    if (units[key] !== unit) throw notAsked(WEATHER, `hourly_units.${key}`, units[key], quote(unit));
    return checkValues(key, hourly[key], times.length);
  });
  const builder = new TableBuilder([HOURLY_DATE, ...HOURLY.map(({ column }) => column)], 1, ',');
  builder.reserve(times.length);
  for (const [row, time] of times.entries()) {
    const cells = columns.map((values) => {
      const value = values[row];
      return typeof value === 'number' ? String(value) : '';
    });
    builder.add([time, ...cells], row + 2);
  }
  return builder.finish([]);
}

/** Why the service refused, in its own words; null where it gives none. */
export function parseReason(text: string): string | null {
  try {
    const reason = cleanName(parseObject(text, sentence`refusal`).reason);
    return reason === '' ? null : reason;
  } catch {
    return null;
  }
}

function checkTimes(value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_HOURS) {
    const received = Array.isArray(value) ? `${formatCount(value.length)} hours` : value;
    throw notAsked(
      WEATHER,
      'hourly.time',
      received,
      sentence`a list of 1 to ${formatCount(MOST_HOURS)} hours`,
    );
  }
  const times: unknown[] = value;
  const first = msOf(times[0]);
  return times.map((time, row) => {
    if (typeof time !== 'string' || msOf(time) !== first + row * HOUR_MS) {
      throw notAsked(
        WEATHER,
        `hourly.time[${row}]`,
        time,
        sentence`the full hour after the one before, as 2023-01-31T05:00`,
      );
    }
    return time;
  });
}

/** NaN for anything but a full hour. */
function msOf(time: unknown): number {
  return typeof time === 'string' && TIME.test(time) ? Date.parse(`${time}Z`) : Number.NaN;
}

function checkValues(key: string, value: unknown, hours: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length !== hours) {
    const received = Array.isArray(value) ? `${formatCount(value.length)} values` : value;
    throw notAsked(
      WEATHER,
      `hourly.${key}`,
      received,
      sentence`${formatCount(hours)} values, one for each hour`,
    );
  }
  const values: unknown[] = value;
  const bad = values.findIndex(
    (one) => one !== null && !(typeof one === 'number' && Math.abs(one) <= LARGEST_VALUE),
  );
  if (bad >= 0) throw notAsked(WEATHER, `hourly.${key}[${bad}]`, values[bad], sentence`a number or null`);
  return values;
}

function parseObject(text: string, what: Sentence): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badInput(
      sentence`Open-Meteo\u2019s ${what} is no JSON: received ${quote(text)}, expected the form its documentation describes. Try again later, or open a CSV instead.`,
    );
  }
  return objectOf(value, what, sentence`the answer`);
}

function objectOf(value: unknown, what: Sentence, path: string | Sentence): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw notAsked(what, path, value, sentence`an object`);
}

function numberWithin(what: Sentence, path: string, value: unknown, most: number): number {
  if (typeof value === 'number' && Math.abs(value) <= most) return value;
  throw notAsked(what, path, value, sentence`a number from -${most} to ${most}`);
}

/** A name from outside as one short line; '' for anything but text. */
function cleanName(value: unknown): string {
  if (typeof value !== 'string') return '';
  // Cut before it is cleaned: a name may be megabytes.
  const line = value
    .slice(0, 8 * LONGEST_NAME)
    .replace(/[\p{C}\p{Z}\s]+/gu, ' ')
    .trim();
  const letters = [...line];
  return letters.length > LONGEST_NAME ? `${letters.slice(0, LONGEST_NAME).join('')}\u2026` : line;
}

function notAsked(
  what: Sentence,
  path: string | Sentence,
  received: unknown,
  expected: string | Sentence,
): Error {
  const text =
    received === undefined
      ? sentence`nothing`
      : quote(typeof received === 'string' ? received : JSON.stringify(received));
  return badInput(
    sentence`Open-Meteo\u2019s ${what}: ${path} is ${text}, expected ${expected}. Try again later, or open a CSV instead.`,
  );
}
