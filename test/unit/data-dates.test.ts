import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildSeries, parseCsv, type Series, suggestDate } from '../../src/engine/data/index.ts';
import { csvOf, isoDay, noise, sentenceOf } from './data-fixtures.ts';

const DAY = 86_400_000;

/** A series over a column of dates written as `cells`. */
function seriesWithDates(cells: readonly string[], timeFeatures = true): Series {
  const next = noise(3);
  const table = parseCsv(
    csvOf(
      ['date', 'x'],
      cells.map((cell) => [`"${cell}"`, next()]),
    ),
  );
  return buildSeries(table, { target: ['x'], date: ['date'], timeFeatures });
}

const daysOf = (series: Series): number[] =>
  [...(series.dates as Float64Array)].map((ms) => (ms - Date.UTC(2012, 0, 30)) / DAY);

describe('formats', () => {
  it.each([
    ['ISO', ['2012-01-30', '2012-01-31', '2012-02-01']],
    ['ISO with a time', ['2012-01-30T00:00', '2012-01-31T00:00:00', '2012-02-01 00:00:00.000']],
    ['ISO with a zone', ['2012-01-30T00:00Z', '2012-01-31T02:00+02:00', '2012-01-31T19:30:00-0430']],
    ['slashes, year first', ['2012/1/30', '2012/1/31', '2012/2/1']],
    ['US', ['1/30/2012', '1/31/2012', '2/1/2012']],
    ['US with a time', ['1/30/2012 0:00', '1/31/2012 12:00 AM', '02/01/2012 00:00:00']],
    ['day first with dots', ['30.01.2012', '31.01.2012', '01.02.2012']],
    ['day first with dashes', ['30-01-2012', '31-01-2012', '01-02-2012']],
    ['day first with slashes', ['30/01/2012', '31/01/2012', '1/2/2012']],
    ['two-digit years', ['1/30/12', '1/31/12', '2/1/12']],
    ['24:00', ['2012-01-29 24:00', '2012-01-30 24:00', '2012-01-31 24:00']],
    ['digits alone', ['20120130', '20120131', '20120201']],
    ['digits with the hour', ['2012013000', '2012013100', '2012020100']],
  ])('reads %s', (_, cells) => {
    expect(daysOf(seriesWithDates(cells))).toEqual([0, 1, 2]);
  });

  it('reads any day back from ISO, US and day-first cells with a time', () => {
    const moment = fc.date({
      min: new Date('1950-01-01T00:00Z'),
      max: new Date('2049-12-31T00:00Z'),
      noInvalidDate: true,
    });
    const two = (value: number): string => String(value).padStart(2, '0');
    fc.assert(
      fc.property(moment, (date) => {
        const ms = Math.floor(date.getTime() / 60_000) * 60_000;
        const at = new Date(ms);
        const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate()];
        const time = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
        const later = [`${year + 1}-12-30`, `12/30/${year + 1}`, `30.12.${year + 1}`];

        const read = [
          `${year}-${two(month)}-${two(day)} ${time}`,
          `${month}/${day}/${year} ${time}`,
          `${day}.${month}.${year} ${time}`,
        ].map((cell, i) => seriesWithDates([cell, later[i] as string]).dates?.[0]);

        expect(read).toEqual([ms, ms, ms]);
      }),
      { numRuns: 200 },
    );
  });

  it('finds day and month by the order that runs forward, and says that it had to', () => {
    const dayFirst = seriesWithDates(['01/02/2012', '02/02/2012', '03/02/2012', '04/02/2012', '01/03/2012']);
    const monthFirst = seriesWithDates([
      '02/01/2012',
      '02/02/2012',
      '02/03/2012',
      '02/04/2012',
      '03/01/2012',
    ]);

    expect(daysOf(dayFirst)).toEqual([2, 3, 4, 5, 31]);
    expect(daysOf(monthFirst)).toEqual([2, 3, 4, 5, 31]);
    expect(dayFirst.report.notes[0]).toBe(
      'Dates in column "date" could be read day first or month first; they are read day first.',
    );
  });
});

describe('several columns', () => {
  it('joins year, month, day and hour by name in any order', () => {
    const table = parseCsv(
      csvOf(
        ['hour', 'day', 'month', 'year', 'x'],
        [
          [0, 1, 1, 2010, 1],
          [6, 1, 1, 2010, 2],
          [12, 1, 1, 2010, 4],
        ],
      ),
    );

    const series = buildSeries(table, { target: ['x'], date: ['year', 'month', 'day', 'hour'] });

    expect([...(series.dates as Float64Array)]).toEqual([0, 6, 12].map((hour) => Date.UTC(2010, 0, 1, hour)));
    expect(series.columns.slice(0, 1)).toEqual(['x']);
    expect(series.report.dropped).toEqual([]);
  });

  it('joins columns of other names by position', () => {
    const table = parseCsv(
      csvOf(
        ['anno', 'mese', 'giorno', 'x'],
        [
          [2010, 1, 1, 1],
          [2010, 1, 2, 2],
        ],
      ),
    );

    const series = buildSeries(table, { target: ['x'], date: ['anno', 'mese', 'giorno'] });

    expect([...(series.dates as Float64Array)]).toEqual([Date.UTC(2010, 0, 1), Date.UTC(2010, 0, 2)]);
  });

  it.each([
    ['13:30', '14:30'],
    ['13', '14'],
    ['1:30 PM', '2:30 PM'],
  ])('joins a date and a time such as %s', (first, second) => {
    const table = parseCsv(
      csvOf(
        ['day', 'clock', 'x'],
        [
          ['2010-01-01', first, 1],
          ['2010-01-01', second, 2],
        ],
      ),
    );

    const { dates } = buildSeries(table, { target: ['x'], date: ['day', 'clock'] });

    const [a, b] = dates as Float64Array;
    expect((b as number) - (a as number)).toBe(3_600_000);
    expect(new Date(a as number).getUTCHours()).toBe(13);
  });

  it('proposes the date columns of a table', () => {
    expect(suggestDate(parseCsv('x,when\n1,2010-01-01\n2,2010-01-02'))).toEqual(['when']);
    expect(suggestDate(parseCsv('Year,Month,Day,Hour,x\n2010,1,1,0,3\n2010,1,1,1,4'))).toEqual([
      'Year',
      'Month',
      'Day',
      'Hour',
    ]);
    expect(suggestDate(parseCsv('x,y\n1,2\n2,3'))).toEqual([]);
  });
});

describe('order', () => {
  const backwards = Array.from({ length: 50 }, (_, i) => isoDay(49 - i));

  it('sorts a file that runs backwards, values with their dates, and says so', () => {
    const table = parseCsv(
      csvOf(
        ['date', 'x'],
        backwards.map((day, i) => [day, 49 - i + 0.5]),
      ),
    );

    const series = buildSeries(table, { target: ['x'], date: ['date'] });

    expect([...series.targetValues]).toEqual(Array.from({ length: 50 }, (_, i) => i + 0.5));
    expect(series.report.notes[0]).toBe(
      '49 rows out of order (first: line 3): all rows were sorted by time.',
    );
  });

  it('carries values forward in time, not in file order, where it sorts', () => {
    const table = parseCsv(
      csvOf(
        ['date', 'x'],
        backwards.map((day, i) => [day, i === 20 ? 'NA' : 49 - i + 0.5]),
      ),
    );

    const series = buildSeries(table, { target: ['x'], date: ['date'] });

    expect(series.targetValues[29]).toBe(28.5);
    expect(series.targetMissing[29]).toBe(1);
    expect(series.report.missing).toEqual([{ column: 'x', missing: 1, longestGap: 1, longestGapLine: 22 }]);
  });

  it('keeps the order of a file in which a row or two repeat or step back, and says so', () => {
    const cells = Array.from({ length: 60 }, (_, i) => isoDay(i === 10 ? 9 : i === 30 ? 27 : i));

    const series = seriesWithDates(cells);

    expect(series.dates?.[30]).toBe(Date.UTC(2010, 0, 28));
    expect(series.report.notes.slice(0, 2)).toEqual([
      '2 rows with a time already seen, used as in the file (first: line 12).',
      '1 row out of order, used as in the file (first: line 32).',
    ]);
  });

  it('reports steps of another length', () => {
    const series = seriesWithDates([0, 1, 2, 3, 10, 11, 12].map(isoDay));

    expect(series.stepMs).toBe(DAY);
    expect(series.report.notes[0]).toBe(
      '1 step between rows is not 1 day long (first: line 6); windows count rows, not time.',
    );
  });

  it('refuses a file of two places and names the column that tells them apart', () => {
    const days = Array.from({ length: 40 }, (_, i) => isoDay(i));
    const rows = ['Seattle', 'New York'].flatMap((place) => days.map((day, i) => [place, day, i % 7]));
    const table = parseCsv(csvOf(['place', 'date', 'x'], rows));

    expect(sentenceOf(() => buildSeries(table, { target: ['x'], date: ['date'] }))).toBe(
      '40 of 80 rows repeat a date seen before in "date" (first: line 42), expected one row per time. Keep the rows of one place (column "place" holds "Seattle", "New York").',
    );
  });

  it('hints at the hour where the date has days only', () => {
    const rows = Array.from({ length: 48 }, (_, i) => [isoDay(Math.floor(i / 24)), i % 24, i * i]);
    const table = parseCsv(csvOf(['date', 'stunde', 'x'], rows));

    expect(sentenceOf(() => buildSeries(table, { target: ['x'], date: ['date'] }))).toMatch(
      /hour stands in a column of its own/,
    );
    expect(buildSeries(table, { target: ['x'], date: ['date', 'stunde'] }).stepMs).toBe(3_600_000);
  });
});

describe('refusals', () => {
  it.each([
    [
      'an impossible day',
      ['2012-02-28', '2012-02-30'],
      'line 3: received "2012-02-30", expected dates such as 2012-01-31',
    ],
    ['text', ['2012-02-28', 'yesterday'], 'line 3: received "yesterday", expected dates'],
    ['a missing date', ['2012-02-28', 'NA', '2012-03-01'], 'line 3: the date is missing, expected dates'],
    ['an impossible hour', ['2012-02-28 25:00', '2012-03-01 00:00'], 'line 2: received "2012-02-28 25:00"'],
    ['a number', ['17.5', '18.5'], 'line 2: received "17.5"'],
    ['a thirteenth month', ['20121301', '20121302'], 'line 2: received "20121301"'],
  ])('names column, line and value of %s', (_, cells, words) => {
    expect(sentenceOf(() => seriesWithDates(cells))).toContain(`Column "date", ${words}`);
  });

  it('refuses a column that mixes day-first and month-first dates', () => {
    expect(sentenceOf(() => seriesWithDates(['13/1/2012', '1/14/2012']))).toMatch(
      /mixes day-first and month-first dates: received "13\/1\/2012" in line 2 and "1\/14\/2012" in line 3/,
    );
  });

  it('refuses parts that make no date, and columns that make none', () => {
    const table = parseCsv(
      csvOf(
        ['year', 'month', 'day', 'x', 'z'],
        [
          [2010, 2, 28, 1, 5],
          [2010, 2, 29, 2, 6],
        ],
      ),
    );

    expect(sentenceOf(() => buildSeries(table, { target: ['x'], date: ['year', 'month', 'day'] }))).toMatch(
      /^Line 3 has no such date: received year "2010", month "2", day "29"/,
    );
    expect(sentenceOf(() => buildSeries(table, { target: ['z'], date: ['day', 'month', 'x'] }))).toMatch(
      /^The date columns "day", "month", "x" can't be combined/,
    );
    expect(sentenceOf(() => buildSeries(table, { target: ['x'], date: ['when'] }))).toMatch(
      /^There is no column "when"/,
    );
  });
});

describe('season and hour', () => {
  it('adds day of year with a year of 365.2425 days, and hour of day only below a day', () => {
    const daily = seriesWithDates([0, 1, 2].map(isoDay));
    const hourly = seriesWithDates(['2010-01-01 00:00', '2010-01-01 06:00', '2010-01-01 12:00']);

    expect(daily.columns).toEqual(['x', 'day-of-year sin', 'day-of-year cos']);
    expect(hourly.columns).toEqual([
      'x',
      'day-of-year sin',
      'day-of-year cos',
      'hour-of-day sin',
      'hour-of-day cos',
    ]);
    const angle = (2 * Math.PI * (Date.UTC(2010, 0, 2) / DAY)) / 365.2425;
    expect(daily.features[4]).toBeCloseTo(Math.sin(angle), 10);
    expect(daily.features[5]).toBeCloseTo(Math.cos(angle), 10);
    expect([...hourly.features].filter((_, at) => at % 5 === 3).map((value) => value.toFixed(9))).toEqual([
      '0.000000000',
      '1.000000000',
      '0.000000000',
    ]);
  });

  it('leaves them out when told to, and keeps the dates', () => {
    const series = seriesWithDates([0, 1, 2].map(isoDay), false);

    expect(series.columns).toEqual(['x']);
    expect(series.dates).toHaveLength(3);
  });

  it('warns where the dates span less than a year', () => {
    const short = seriesWithDates(Array.from({ length: 100 }, (_, i) => isoDay(i)));
    const long = seriesWithDates(Array.from({ length: 366 }, (_, i) => isoDay(i)));

    expect(short.report.notes).toHaveLength(1);
    expect(short.report.notes[0]).toMatch(/^The dates span 99 days, less than a year/);
    expect(long.report.notes).toEqual([]);
  });
});
