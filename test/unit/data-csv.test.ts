import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewiseError } from '../../src/engine/core/errors.ts';
import { decodeText, inferColumns, parseCsv } from '../../src/engine/data/index.ts';
import { parseNumber } from '../../src/engine/data/number.ts';
import { csvOf, sentenceOf } from './data-fixtures.ts';

const numbersOf = (text: string, column: string): number[] => [...parseCsv(text).column(column).numbers];

describe('reading cells', () => {
  it('reads plain decimals to the same float64 as Number', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -(10 ** 9), max: 10 ** 9 }),
        fc.integer({ min: 0, max: 6 }),
        (whole, places) => {
          const cell = (whole / 10 ** places).toFixed(places);

          expect(parseNumber(cell)).toBe(Number(cell));
        },
      ),
    );
  });

  it('reads any finite float64 of measurable size back exactly', () => {
    const doubles = fc.double({ noNaN: true, min: -1e30, max: 1e30 });
    fc.assert(
      fc.property(doubles, (value) => {
        expect(parseNumber(Object.is(value, -0) ? '-0' : String(value))).toBe(value);
      }),
    );
  });

  it.each([
    '12abc',
    '',
    '-',
    '.',
    '1.2.3',
    '1,234',
    '0x10',
    'Infinity',
    'inf',
    '1e999',
    '1e31',
    '--1',
    '1 2',
    '+',
  ])('does not take %j for a number', (cell) => expect(parseNumber(cell)).toBeNaN());

  it.each([
    [' 12.5 ', 12.5],
    ['+3', 3],
    ['.5', 0.5],
    ['5.', 5],
    ['-1.5e-3', -0.0015],
    ['\u22125', -5],
    ['1152921504606846976', 2 ** 60],
  ])('takes %j for a number', (cell, value) => expect(parseNumber(cell)).toBe(value));

  it('counts every missing mark once and keeps other values', () => {
    const marks = ['', 'NA', 'n/a', 'NaN', 'nan', 'null', 'NULL', '-9999', '-9999.0', '-9999.00', ' NA '];
    const table = parseCsv(csvOf(['t', 'x'], [...marks.map((mark, i) => [i, mark]), [99, 1.5], [100, -999]]));

    const [, info] = inferColumns(table);

    expect(info).toMatchObject({ missing: marks.length, kind: 'number', min: -999, max: 1.5 });
  });
});

describe('layouts', () => {
  it.each([
    ['comma', 'date,x\n2012-01-01,1.5\n2012-01-02,2.5\n'],
    ['semicolon with decimal comma', 'date;x\n2012-01-01;1,5\n2012-01-02;2,5\n'],
    ['semicolon with decimal point', 'date;x\n2012-01-01;1.5\n2012-01-02;2.5\n'],
    ['tab', 'date\tx\n2012-01-01\t1.5\n2012-01-02\t2.5'],
    ['bar', 'date|x\n2012-01-01|1.5\n2012-01-02|2.5'],
    ['quotes', '"date","x"\n"2012-01-01","1.5"\n"2012-01-02","2.5"'],
    ['CRLF', 'date,x\r\n2012-01-01,1.5\r\n2012-01-02,2.5\r\n'],
    ['CR', 'date,x\r2012-01-01,1.5\r2012-01-02,2.5'],
    ['mixed line ends', 'date,x\r\n2012-01-01,1.5\n2012-01-02,2.5\r'],
    ['byte order mark', '\ufeffdate,x\n2012-01-01,1.5\n2012-01-02,2.5'],
    ['trailing separators', 'date,x,,\n2012-01-01,1.5,,\n2012-01-02,2.5,,'],
    ['empty lines', '\n\ndate,x\n\n2012-01-01,1.5\n\n2012-01-02,2.5\n\n'],
  ])('reads a file with %s', (_, text) => {
    const table = parseCsv(text);

    expect(table.columns).toEqual(['date', 'x']);
    expect([...table.column('x').numbers]).toEqual([1.5, 2.5]);
    expect(table.values('date')).toEqual(['2012-01-01', '2012-01-02']);
  });

  it('keeps units and undecoded signs in column names', () => {
    const names = ['Tdew (degC)', 'SWDR (W/m\ufffd)', 'T (°C)', 'rho (g/m**3)'];

    expect(parseCsv(csvOf(names, [[1, 2, 3, 4]])).columns).toEqual(names);
  });

  it('tells the line of a row also behind quoted line ends', () => {
    const table = parseCsv('name,x\n"a\nb",1\nc,2\n');

    expect([table.lineOf(0), table.lineOf(1)]).toEqual([2, 4]);
  });

  it('leaves out lines above the header', () => {
    const table = parseCsv('Station: Seattle\nElevation,130\n\ndate,x,y\n2012-01-01,1,2\n2012-01-02,3,4\n');

    expect(table.columns).toEqual(['date', 'x', 'y']);
    expect(table.lineOf(0)).toBe(5);
    expect(table.notes.join(' ')).toContain('header in line 4');
  });

  it('reads the largest of several tables and says so', () => {
    const hourly = Array.from(
      { length: 30 },
      (_, i) => `2022-01-01T${String(i % 24).padStart(2, '0')}:00,${i},,`,
    );
    const text = [
      'latitude,longitude,zone,',
      '13.1,80.2,Asia/Singapore,',
      ',,,',
      'time,temperature (°C),,',
      ...hourly,
      ',,,',
      'time,temperature_mean (°C),,',
      '01-01-2022,24.9,,',
      '02-01-2022,25.8,,',
    ].join('\n');

    const table = parseCsv(text);

    expect(table.columns).toEqual(['time', 'temperature (°C)']);
    expect(table.rows).toBe(30);
    expect(table.notes).toEqual([
      'The file holds 3 tables; the one with its header in line 4 and 30 rows is read, the others are left out.',
    ]);
  });

  it('takes an empty line in a file of one column for a missing value', () => {
    const table = parseCsv('x\n1\n\n3\n\n');

    expect(table.rows).toBe(3);
    expect(table.column('x').missing).toBe(1);
    expect([0, 1, 2].map((row) => table.lineOf(row))).toEqual([2, 3, 4]);
  });

  it('makes repeated and empty column names unique and says so', () => {
    const table = parseCsv('x,x,,x (2)\n1,2,3,4\n');

    expect(table.columns).toEqual(['x', 'x (2)', 'column 3', 'x (2) (2)']);
    expect(table.notes[0]).toBe('Column 2 has the name "x" of an earlier column; it is called "x (2)" here.');
  });

  it('counts short lines, long lines, repeated headers and footers, with the first line of each', () => {
    const rows = Array.from({ length: 40 }, (_, i) => `${i},${i * 2},${i % 7}`);
    const text = ['n,x,y', ...rows, '40,80', '41,82,1,extra', 'n,x,y', '42,84,3', 'Source: NOAA,,'].join(
      '\n',
    );

    const table = parseCsv(text);

    expect(table.rows).toBe(43);
    expect(table.column('y').missing).toBe(1);
    expect(table.notes).toEqual([
      '1 line with fewer cells than the header: the cells not there count as missing (first: line 42).',
      '1 line with more cells than the header: the cells beyond it are left out (first: line 43).',
      '1 line left out as text without any value (first: line 46).',
      '1 line left out as a copy of the header (first: line 44).',
    ]);
  });

  it('reads the same numbers whether or not a piece ends in the middle of a row', () => {
    const rows = Array.from({ length: 300_000 }, (_, i) => `${i},${(i * 0.25).toFixed(2)},"a, b"`);
    const text = `n,x,t\n${rows.join('\n')}`;
    expect(text.length).toBeGreaterThan(5 * 1024 * 1024);

    const table = parseCsv(text);

    expect(table.rows).toBe(300_000);
    expect(table.column('n').numbers.findIndex((value, i) => value !== i)).toBe(-1);
    expect(table.column('x').numbers.findIndex((value, i) => value !== i * 0.25)).toBe(-1);
    expect(table.lineOf(299_999)).toBe(300_001);
  });
});

describe('columns', () => {
  it('infers the kind of each column with its first value that is no number', () => {
    const table = parseCsv(
      'd,n,c,e,t,m\n2012-01-01,1,5,,sun,1\n2012-01-02,2,5,NA,rain,T\n2012-01-03,3,5,,sun,2\n',
    );

    const infos = inferColumns(table);

    expect(infos.map(({ name, kind }) => [name, kind])).toEqual([
      ['d', 'date'],
      ['n', 'number'],
      ['c', 'constant'],
      ['e', 'empty'],
      ['t', 'text'],
      ['m', 'text'],
    ]);
    expect(infos[5]?.firstBad).toEqual({ value: 'T', line: 3 });
  });
});

describe('refusals', () => {
  const noise = String.fromCharCode(
    ...Array.from({ length: 4000 }, (_, i) => (i * 7919 + (i >> 3) * 31) % 256),
  );
  const utf16 = 'date,x\n2012-01-01,1\n'.split('').join('\0');
  it.each([
    ['empty text', '', /^The file is empty, expected CSV text/],
    ['white space', ' \r\n \n', /^The file is empty/],
    ['binary noise', noise, /^The content is binary data/],
    ['a NUL byte', 'date,x\n2012-01-01,\0\n', /^The content is binary data/],
    ['UTF-16', utf16, /^The text is encoded as UTF-16, expected UTF-8/],
    ['noise decoded as UTF-8', 'a,b\n\ufffd\ufffd\ufffd,1\n', /^The content is binary data/],
    ['no header', '1,2\n3,4\n', /^Line 1 begins with "1, 2", and the first 2 lines hold no column names/],
    [
      'a header alone',
      'date,x\n',
      /^The file has column names \("date", "x"\) in line 1 but no row of values/,
    ],
    [
      'a line of a million characters',
      `x\n${'1'.repeat(1_000_001)}\n`,
      /^Line 2 has 1,000,001 characters, at most 1,000,000/,
    ],
    [
      'too many columns',
      `${'a,'.repeat(1000)}b\n${'1,'.repeat(1000)}1\n`,
      /names 1,001 columns, at most 1,000/,
    ],
    ['an unclosed quote', 'a,b\n1,"2\n3,4\n5,6\n', /^A quote \("\) opened near line \d+ is never closed/],
    ['text after a closing quote', 'a,b\n1,2\n"3"x,4\n', /^Text follows a closing quote \("\) near line 3/],
    [
      'decimal commas between commas',
      'a,b\n1,5,2,5\n3,5,4,5\n',
      /^2 of 2 lines have more cells than the 2 columns/,
    ],
    [
      'two decimal marks',
      'a;b\n1,5;2\n3.5;4\n',
      /^Column "a" mixes decimal points and decimal commas: received "3.5" in line 3/,
    ],
  ])('refuses %s in one sentence', (_, text, sentence) => {
    expect(sentenceOf(() => parseCsv(text))).toMatch(sentence);
  });

  it('names the columns there are when one is unknown, and one that differs by case', () => {
    const table = parseCsv('date,temp_max\n2012-01-01,3\n');

    expect(sentenceOf(() => table.values('rain'))).toBe(
      'There is no column "rain". The columns are: "date", "temp_max". Use one of these names.',
    );
    expect(sentenceOf(() => table.values('Temp_Max'))).toMatch(/Did you mean "temp_max"\?$/);
  });

  it.each([
    ['UTF-16 LE', [0xff, 0xfe, 0x61, 0], /UTF-16/],
    ['UTF-16 BE', [0xfe, 0xff, 0, 0x61], /UTF-16/],
    ['gzip', [0x1f, 0x8b, 8, 0], /gzip/],
    ['a workbook', [0x50, 0x4b, 3, 4], /zip archive or an Excel workbook/],
  ])('refuses bytes of %s', (_, bytes, sentence) => {
    expect(sentenceOf(() => decodeText(Uint8Array.from(bytes)))).toMatch(sentence);
  });

  it('decodes UTF-8, and Latin-1 where the bytes are not UTF-8', () => {
    const latin1 = Uint8Array.from('W/m\u00b2', (char) => char.charCodeAt(0));

    expect(decodeText(new TextEncoder().encode('T (°C)'))).toBe('T (°C)');
    expect(decodeText(latin1)).toBe('W/m²');
  });

  it('answers any text with a table or a sentence', () => {
    const pieces = fc.constantFrom(
      ',',
      ';',
      '\n',
      '\r',
      '"',
      '1',
      '-',
      '.',
      'a',
      'NA',
      '-9999',
      ' ',
      '2012-01-01',
      '\t',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
        try {
          const table = parseCsv(parts.join(''));
          for (const name of table.columns) expect(table.values(name)).toHaveLength(table.rows);
        } catch (error) {
          expect(error).toBeInstanceOf(GatewiseError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('reads 1,000,000 rows of numbers in a few seconds, not minutes', () => {
    const text = `x,y\n${'12.5,-3\n'.repeat(1_000_000)}`;

    const started = performance.now();
    const table = parseCsv(text);

    expect(table.rows).toBe(1_000_000);
    expect(performance.now() - started).toBeLessThan(20_000);
    expect(numbersOf('x\n1\n2', 'x')).toEqual([1, 2]);
  });
});
