/** The series that come with the project: taken from the installed package by the build step, read, split and forecast. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GatewiseError } from '../../src/engine/core/errors.ts';
import {
  type BundledSeries,
  baselines,
  buildSeries,
  makeWindows,
  NEW_YORK,
  parseCsv,
  SEATTLE,
  type Series,
} from '../../src/engine/data/index.ts';

let folder = '';
const textOf = ({ file }: BundledSeries): string => readFileSync(join(folder, file), 'utf8');
const bundle = (): void => {
  execFileSync(process.execPath, ['tools/bundle-data.mjs', folder], { stdio: 'pipe' });
};
const load = (text: string): Series => buildSeries(parseCsv(text), SEATTLE);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatewise-data-'));
  bundle();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('bundled series', () => {
  it('are two of 1,461 days without a gap, and the build writes them only once', () => {
    const written = statSync(join(folder, SEATTLE.file)).mtimeMs;
    bundle();

    expect(statSync(join(folder, SEATTLE.file)).mtimeMs).toBe(written);
    for (const bundled of [SEATTLE, NEW_YORK]) {
      const { rows, dates, report, columns } = buildSeries(parseCsv(textOf(bundled)), bundled);
      expect(rows).toBe(1461);
      expect([dates?.[0], dates?.[1460]]).toEqual([Date.UTC(2012, 0, 1), Date.UTC(2015, 11, 31)]);
      expect(columns).toEqual([
        'precipitation',
        'temp_max',
        'temp_min',
        'wind',
        'day-of-year sin',
        'day-of-year cos',
      ]);
      expect(report.notes).toEqual([]);
      expect(report.missing).toEqual([]);
      expect(report.dropped.map((drop) => drop.column)).toEqual(['weather']);
    }
    expect(textOf(SEATTLE)).not.toBe(textOf(NEW_YORK));
  });

  it('Seattle has the baselines measured for it: persistence 2.36, ridge 2.25 degrees on the last 292 days', () => {
    const series = load(textOf(SEATTLE));

    const split = makeWindows(series, SEATTLE);
    const { test, ridgeLagStep } = baselines(series, split);

    expect(split.borders).toEqual([876, 1168]);
    expect([split.train, split.validation, split.test].map((part) => part.starts.length)).toEqual([
      862, 292, 293,
    ]);
    expect(test.persistence.scores[0]?.mae).toBeCloseTo(2.356, 3);
    expect(test.climatology?.scores[0]?.mae).toBeCloseTo(3.202, 2);
    expect(test.ridge.scores[0]?.mae).toBeCloseTo(2.245, 2);
    expect(ridgeLagStep).toBe(1);
  });

  it('Seattle a week ahead: climatology and ridge beat persistence by a wide margin', () => {
    const series = load(textOf(SEATTLE));

    const { test } = baselines(series, makeWindows(series, { window: 14, horizon: 7 }));

    expect(test.persistence.scores[0]?.mae).toBeGreaterThan(3.9);
    expect(test.climatology?.scores[0]?.mae).toBeLessThan(3.3);
    expect(test.ridge.scores[0]?.mae).toBeLessThan(3.0);
  });

  it('damaged in any place, gives a finite series or one sentence', () => {
    const text = textOf(SEATTLE).split('\n').slice(0, 60).join('\n');
    const junk = fc.constantFrom(
      '',
      ',',
      '\n',
      '"',
      'x',
      '-',
      '9',
      '\0',
      '\ufffd',
      ';',
      '-9999',
      '2012-01-01',
      '1e999',
    );
    const damage = fc.array(fc.tuple(fc.nat(text.length), fc.nat(12), junk), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(damage, (cuts) => {
        const damaged = cuts.reduce(
          (left, [at, length, piece]) => left.slice(0, at) + piece + left.slice(at + length),
          text,
        );
        try {
          const series = load(damaged);
          const { test } = baselines(series, makeWindows(series, { window: 5 }));
          expect(series.features.every(Number.isFinite)).toBe(true);
          expect(test.ridge.predictions.every(Number.isFinite)).toBe(true);
        } catch (error) {
          if (!(error instanceof GatewiseError)) throw error;
          expect(error.code).toBe('bad-input');
          expect(error.message).not.toContain('\n');
        }
      }),
      { numRuns: 300 },
    );
  });
});
