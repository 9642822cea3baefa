/** Small tables and series for the tests of src/engine/data, and a reader of error sentences. */
import { expect } from 'vitest';
import { GatewiseError } from '../../src/engine/core/errors.ts';
import { buildSeries, parseCsv, type Series, type SeriesOptions } from '../../src/engine/data/index.ts';

/** The sentence of the bad-input error that `run` throws: one line, no more. */
export function sentenceOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(GatewiseError);
    const { code, message } = error as GatewiseError;
    expect(code).toBe('bad-input');
    expect(message).not.toContain('\n');
    expect(message).not.toMatch(/undefined|\[object|NaN,/);
    expect(message).toMatch(/^[A-Z0-9"].*[.)?]$/);
    return message;
  }
  throw new Error('expected a GatewiseError, nothing was thrown');
}

/** CSV text out of a header and rows. */
export function csvOf(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [header, ...rows].map((cells) => cells.join(',')).join('\n');
}

/** A date in ISO form, `days` after 2010-01-01. */
export function isoDay(days: number): string {
  return new Date(Date.UTC(2010, 0, 1 + days)).toISOString().slice(0, 10);
}

/** Series of columns a, b, c, ... out of rows of numbers; target "a" where the options name none. */
export function seriesOf(rows: readonly (readonly number[])[], options: Partial<SeriesOptions> = {}): Series {
  const header = Array.from({ length: rows[0]?.length ?? 0 }, (_, i) => String.fromCharCode(97 + i));
  const cells = rows.map((row) => row.map((value) => (Number.isNaN(value) ? '' : value)));
  return buildSeries(parseCsv(csvOf(header, cells)), { target: ['a'], ...options });
}

/** Repeatable numbers in [-1, 1) that look like noise. */
export function noise(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** Rows of noise with a slow wave, [rows, columns]. */
export function noiseRows(rows: number, columns: number, seed = 7): number[][] {
  const next = noise(seed);
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, i) => Number((Math.sin(row / (5 + i)) + next()).toFixed(4))),
  );
}
