import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildSeries,
  describeMissing,
  GAP_RULE,
  inferColumns,
  parseCsv,
  type Series,
} from '../../src/engine/data/index.ts';
import { csvOf, noiseRows, sentenceOf, seriesOf } from './data-fixtures.ts';

const column = (series: Series, name: string): number[] => {
  const at = series.columns.indexOf(name);
  return Array.from(
    { length: series.rows },
    (_, row) => series.features[row * series.columns.length + at] as number,
  );
};

const MIXED = csvOf(
  ['date', 'temp', 'rain', 'sky', 'site', 'gap'],
  [
    ['2012-01-01', 10.5, 0, 'sun', 7, ''],
    ['2012-01-02', 11.5, 2, 'rain', 7, 'NA'],
    ['2012-01-03', 9.5, 1, 'sun', 7, -9999],
  ],
);

describe('choosing columns', () => {
  it('uses all columns of numbers in file order, the target among them, and says why others are left out', () => {
    const series = buildSeries(parseCsv(MIXED), { target: ['rain'], date: ['date'], timeFeatures: false });

    expect(series.columns).toEqual(['temp', 'rain']);
    expect([...series.features]).toEqual([10.5, 0, 11.5, 2, 9.5, 1]);
    expect([...series.targetValues]).toEqual([0, 2, 1]);
    expect(series.report.dropped).toEqual([
      {
        column: 'sky',
        reason: 'text',
        message: 'Column "sky" left out: it holds text (first: "sun" in line 2).',
      },
      {
        column: 'site',
        reason: 'constant',
        message: 'Column "site" left out: it is constant (7 in every row that has a value).',
      },
      {
        column: 'gap',
        reason: 'empty',
        message: 'Column "gap" left out: it has no value in any of its 3 rows.',
      },
    ]);
    expect(series.report.gapRule).toBe(GAP_RULE);
  });

  it('reports dates that are not used as dates', () => {
    const { dates, report } = buildSeries(parseCsv(MIXED), { target: ['temp'] });

    expect(dates).toBeNull();
    expect(report.dropped[0]).toMatchObject({ column: 'date', reason: 'date' });
  });

  it('takes named features in the order named, without the target where it is not named', () => {
    const series = buildSeries(parseCsv('a,b,c\n1,2,3\n4,6,5\n'), {
      target: ['a'],
      features: ['c', 'b', 'c'],
    });

    expect(series.columns).toEqual(['c', 'b']);
    expect([...series.features]).toEqual([3, 2, 5, 6]);
  });

  it('makes a target of every column it uses with "all"', () => {
    const series = buildSeries(parseCsv(MIXED), { target: 'all', date: ['date'], timeFeatures: false });

    expect(series.targets).toEqual(series.columns);
    expect([...series.targetValues]).toEqual([...series.features]);
  });

  it('trains a file of one column on its own past', () => {
    const series = buildSeries(parseCsv('x\n1\n2\n4\n'), { target: ['x'] });

    expect(series.columns).toEqual(['x']);
    expect(series.targets).toEqual(['x']);
  });

  it('leaves out a column that only counts the rows, unless it is named or is all there is', () => {
    const table = parseCsv('no,x\n1,5\n2,3\n3,8\n4,1\n');

    expect(buildSeries(table, { target: ['x'] }).columns).toEqual(['x']);
    expect(buildSeries(table, { target: ['x'] }).report.dropped[0]?.message).toBe(
      'Column "no" left out: it only counts the rows.',
    );
    expect(buildSeries(table, { target: 'all' }).targets).toEqual(['x']);
    expect(buildSeries(table, { target: ['x'], features: ['no', 'x'] }).columns).toEqual(['no', 'x']);
    expect(buildSeries(parseCsv('no\n1\n2\n3\n'), { target: 'all' }).columns).toEqual(['no']);
    // For whoever offers columns by name, as the page does.
    expect(inferColumns(table).map(({ kind, isRowNumber }) => [kind, isRowNumber])).toEqual([
      ['number', true],
      ['number', false],
    ]);
  });
});

describe('refusals', () => {
  const build = (text: string, target: string[] | 'all', features?: string[]) => () =>
    buildSeries(parseCsv(text), { target, ...(features === undefined ? {} : { features }) });

  it.each([
    [
      'text in the target',
      build(MIXED, ['sky']),
      'Target column "sky" can\'t be used: it holds text (first: "sun" in line 2). Expected a column of numbers; choose among "temp", "rain".',
    ],
    [
      'one bad value in the target',
      build('a,b\n1,2\n2,3\nT,4\n', ['a']),
      'Target column "a" can\'t be used: it holds 1 value that is no number ("T" in line 4). Expected a column of numbers; choose among "b".',
    ],
    [
      'a constant target',
      build(MIXED, ['site']),
      'Target column "site" can\'t be learnt: it is constant (7 in every row that has a value). Expected values that change; choose among "temp", "rain".',
    ],
    [
      'a target without a value',
      build(MIXED, ['gap']),
      'Target column "gap" can\'t be used: it has no value in any of its 3 rows. Expected a column of numbers; choose among "temp", "rain".',
    ],
    [
      'no column of numbers',
      build('name,place\nann,york\nbob,leeds\n', 'all'),
      'No column holds numbers to learn from ("name": it holds text (first: "ann" in line 2); "place": it holds text (first: "york" in line 2)). Expected at least one column of numbers that change.',
    ],
    [
      'an unknown target',
      build(MIXED, ['temperature']),
      'There is no column "temperature". The columns are: "date", "temp", "rain", "sky", "site", "gap". Use one of these names.',
    ],
    [
      'an unknown feature',
      build(MIXED, ['temp'], ['temp', 'Rain']),
      'There is no column "Rain". The columns are: "date", "temp", "rain", "sky", "site", "gap". Did you mean "rain"?',
    ],
    ['no target', build(MIXED, []), 'No target column was named. Name the column to forecast, or "all".'],
    [
      'features that are all unusable',
      build(MIXED, ['temp'], ['sky', 'site']),
      'None of the feature columns "sky", "site" can be used: Column "sky" left out: it holds text (first: "sun" in line 2). Column "site" left out: it is constant (7 in every row that has a value). Choose among "temp", "rain".',
    ],
  ])('refuses %s in one sentence', (_, run, sentence) => {
    expect(sentenceOf(run)).toBe(sentence);
  });

  it('counts the values that are no number in a feature it leaves out', () => {
    const { report } = buildSeries(parseCsv('a,b\n1,2\n2,x\n3.5,inf\n'), { target: ['a'] });

    expect(report.dropped[0]?.message).toBe(
      'Column "b" left out: it holds 2 values that are no number (first: "x" in line 3).',
    );
  });

  it('escapes control characters and cuts long values in a sentence', () => {
    const sentence = sentenceOf(build(`a,b\n1,2\n"\u0007\n${'x'.repeat(500)}",3\n`, ['a']));

    expect(sentence.length).toBeLessThan(250);
    expect(sentence).toContain('"\\u0007\\nxxx');
  });
});

describe('gaps', () => {
  it('carries the last value forward, and the first one back at the start', () => {
    const series = seriesOf([
      [Number.NaN, 1],
      [3, 2],
      [Number.NaN, 4],
      [Number.NaN, 5],
      [8, 6],
      [9, 7],
      [Number.NaN, 8],
    ]);

    expect(column(series, 'a')).toEqual([3, 3, 3, 3, 8, 9, 9]);
    expect([...series.targetMissing]).toEqual([1, 0, 1, 1, 0, 0, 1]);
    expect(series.report.missing.map((missing) => describeMissing(missing, 7))).toEqual([
      'Column "a": 4 of 7 values missing (longest gap: 2 rows from line 4).',
    ]);
  });

  it('never uses a later value but before the first one, whatever the gaps', () => {
    const cells = fc.array(fc.oneof(fc.integer({ min: -50, max: 50 }), fc.constant(Number.NaN)), {
      minLength: 3,
      maxLength: 40,
    });
    fc.assert(
      fc.property(cells, (values) => {
        const seen = values.filter((value) => !Number.isNaN(value));
        fc.pre(new Set(seen).size > 1);

        const filled = column(seriesOf(values.map((value, row) => [value, row * row])), 'a');

        const first = values.findIndex((value) => !Number.isNaN(value));
        let last = values[first];
        for (const [row, value] of values.entries()) {
          if (!Number.isNaN(value)) last = value;
          expect(filled[row]).toBe(last);
        }
      }),
    );
  });
});

describe('wind', () => {
  const wind = (speed: string, direction: string, options: object = {}): Series =>
    buildSeries(
      parseCsv(
        csvOf(
          ['t', speed, direction],
          [
            [1, 2, 0],
            [3, 2, 90],
            [2, 4, 180],
            [5, 4, 270],
          ],
        ),
      ),
      {
        target: ['t'],
        ...options,
      },
    );

  it.each([
    ['wv (m/s)', 'wd (deg)'],
    ['max. wv (m/s)', 'wd (deg)'],
    ['WindSpeed', 'WindDirection'],
    ['wind_speed_10m (km/h)', 'wind_direction_10m (°)'],
    ['WS10M', 'WD10M'],
    ['wspd', 'wdir'],
    ['HourlyWindSpeed', 'HourlyWindDirection'],
    ['wind_speed', 'wind_deg'],
  ])('makes a vector of %s and %s', (speed, direction) => {
    const series = wind(speed, direction);

    expect(series.columns).toEqual(['t', `${speed} x`, `${speed} y`]);
    const [x, y] = [column(series, `${speed} x`), column(series, `${speed} y`)];
    for (const [row, [u, v]] of [
      [2, 0],
      [0, 2],
      [-4, 0],
      [0, -4],
    ].entries()) {
      expect(x[row]).toBeCloseTo(u as number, 12);
      expect(y[row]).toBeCloseTo(v as number, 12);
    }
    expect(series.source.wind).toEqual([{ speed, direction }]);
    expect(series.report.dropped).toMatchObject([{ column: direction, reason: 'wind' }]);
  });

  it('shares one direction between mean and maximum speed, in the place of each', () => {
    const header = ['p', 'wv (m/s)', 'max. wv (m/s)', 'wd (deg)', 'T'];
    const table = parseCsv(
      csvOf(
        header,
        noiseRows(9, 5).map((row) => row.map((value) => Math.abs(value))),
      ),
    );

    const { columns } = buildSeries(table, { target: ['T'] });

    expect(columns).toEqual(['p', 'wv (m/s) x', 'wv (m/s) y', 'max. wv (m/s) x', 'max. wv (m/s) y', 'T']);
  });

  it('keeps heights apart', () => {
    const header = ['t', 'wind_speed_10m', 'wind_speed_100m', 'wind_direction_10m', 'wind_direction_100m'];
    const table = parseCsv(
      csvOf(
        header,
        noiseRows(9, 5).map((row) => row.map((value) => Math.abs(value))),
      ),
    );

    expect(buildSeries(table, { target: ['t'] }).source.wind).toEqual([
      { speed: 'wind_speed_10m', direction: 'wind_direction_10m' },
      { speed: 'wind_speed_100m', direction: 'wind_direction_100m' },
    ]);
  });

  it.each([
    ['without a direction among the features', { features: ['t', 'wv'] }],
    ['where the direction is a target', { target: ['wd'] }],
    ['with all columns as targets', { target: 'all' }],
  ])('stays as it is %s', (_, options) => {
    const series = wind('wv', 'wd', options);

    expect(series.columns).toContain('wv');
    expect(series.source.wind).toEqual([]);
  });

  it('keeps the speed beside its vector where the speed is the target', () => {
    expect(wind('wv', 'wd', { target: ['wv'] }).columns).toEqual(['t', 'wv', 'wv x', 'wv y']);
  });

  it('stays as it is where directions are codes, and says so', () => {
    const table = parseCsv(
      csvOf(
        ['t', 'wv', 'wd'],
        [
          [1, 2, 10],
          [2, 3, 990],
          [4, 5, 20],
        ],
      ),
    );

    const series = buildSeries(table, { target: ['t'] });

    expect(series.columns).toEqual(['t', 'wv', 'wd']);
    expect(series.report.notes).toEqual([
      'Wind "wv" and "wd" stay as they are: directions go from 10 to 990, expected 0 to 360 degrees.',
    ]);
  });

  it('refuses a column that has the name of a computed one', () => {
    const table = parseCsv(
      csvOf(
        ['t', 'wv', 'wd', 'wv x'],
        [
          [1, 2, 10, 1],
          [2, 3, 99, 2],
          [4, 5, 20, 4],
        ],
      ),
    );

    expect(sentenceOf(() => buildSeries(table, { target: ['t'] }))).toMatch(
      /^Column "wv x" of the file has the name of a computed input/,
    );
  });
});
