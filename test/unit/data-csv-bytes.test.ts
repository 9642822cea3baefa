/** Files read from their bytes must give what the same text gives, sentence for sentence. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CsvTable, decodeText, parseCsv, parseCsvBytes } from '../../src/engine/data/index.ts';
import { sentenceOf } from './data-fixtures.ts';

/** More lines than the layout is found from, so that the lines behind are read from bytes. */
const HEAD_LINES = 210;
const encoder = new TextEncoder();

function everythingOf(read: () => CsvTable): unknown {
  let table: CsvTable;
  try {
    table = read();
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
  const columns = table.columns.map((name) => {
    const { numbers, missing, textCount, firstTextRow, min, max } = table.column(name);
    return {
      name,
      numbers: [...numbers],
      missing,
      textCount,
      firstTextRow,
      min,
      max,
      cells: table.values(name),
    };
  });
  const lines = Array.from({ length: table.rows }, (_, row) => table.lineOf(row));
  return { columns, lines, notes: table.notes };
}

function expectSame(bytes: Uint8Array): void {
  expect(everythingOf(() => parseCsvBytes(bytes))).toEqual(everythingOf(() => parseCsv(decodeText(bytes))));
}

const cell = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: -1e4, max: 1e4, noNaN: true }).map((value) => value.toFixed(3)) },
  { weight: 2, arbitrary: fc.integer({ min: -99_999, max: 99_999 }).map(String) },
  // More digits than a float64 holds: one division would round twice.
  fc.bigInt({ min: 10n ** 14n, max: 10n ** 18n }).map((digits) => `${digits}`.replace(/^(\d\d)/, '$1.')),
  fc.constantFrom(
    '',
    'NA',
    '-9999',
    '-9999.0',
    '-0',
    '.5',
    '5.',
    '.',
    '-',
    '+7',
    ' 1.5 ',
    '1e5',
    '\u22125',
    '12,5',
    '1,',
    ',5',
    '1.2.3',
    '123456789012345',
    '1234567890123456',
    '0.1234567890123456789',
    '1e31',
    'warm',
    'w\u00e4rmer',
    '2012-01-01',
    '31.01.2012 00:10:00',
    '1/31/2012 13:00 ',
    '12:30',
    '"a, b"',
    'a"b',
    'n',
    '\ud83c\udf27',
  ),
);
const lineEnd = fc.constantFrom('\n', '\r\n', '\r');

describe('a file read from its bytes', () => {
  it('gives the table, the lines and the notes of its text, whatever the lines below the head hold', () => {
    const files = fc.record({
      delimiter: fc.constantFrom(',', ';', '\t', '|'),
      end: lineEnd,
      rows: fc.array(
        fc.oneof({ weight: 9, arbitrary: fc.array(cell, { maxLength: 4 }) }, fc.constant(['n', 'x', 't'])),
        {
          maxLength: 40,
        },
      ),
    });
    fc.assert(
      fc.property(files, ({ delimiter, end, rows }) => {
        const head = Array.from({ length: HEAD_LINES }, (_, i) => [String(i), (i / 8).toFixed(3), 'dry']);
        const lines = [['n', 'x', 't'], ...head, ...rows].map((cells) => cells.join(delimiter));

        expectSame(encoder.encode(lines.join(end)));
      }),
      { numRuns: 1000 },
    );
  });

  it('gives those of its text in a file of one column, with and without empty lines', () => {
    const lines = fc.array(fc.oneof(cell, fc.constant(''), fc.constant('x')), { maxLength: 40 });
    fc.assert(
      fc.property(lines, lineEnd, (cells, end) => {
        const head = Array.from({ length: HEAD_LINES }, (_, i) => String(i));

        expectSame(encoder.encode(['x', ...head, ...cells].join(end)));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['a quoted header', '"n","x (%)"\n', '1,2.5\n'],
    ['a quote far below the head', 'n,x\n', '1,2.5\n', '"a\nb",3\n'],
    ['a quote that is never closed', 'n,x\n', '1,2.5\n', '"a,3\n'],
    ['lines above the header', 'Station: Jena\n\nn,x\n', '1,2.5\n'],
    ['a second, longer table', 'a,b\n1,2\n\nn,x\n', '1,2.5\n'],
    ['a second table behind the head', 'n,x\n', '1,2.5\n', '\nday,y,z\n1,2,3\n'],
    ['a first column of names', 'place,x\n', 'Jena,2.5\n', 'Source: none,\n'],
    ['a byte order mark', '\ufeffn,x\n', '1,2.5\n'],
    ['decimal commas', 'n;x\n', '1;2,5\n', '2;-0,25\n'],
    ['two decimal marks', 'n;x\n', '1;2,5\n', '2;0.25\n'],
    ['two decimal marks the other way', 'n;x\n', '1;2.5\n', '2;0,25\n'],
    ['lines with too many cells', 'n,x\n', '1,2,5\n'],
    ['a NUL byte below the head', 'n,x\n', '1,2.5\n', '2,\0\n'],
    ['a line of over a million characters', 'n,x\n', '1,2.5\n', `2,${'1'.repeat(1_000_001)}\n`],
    ['only empty lines at first', '\n'.repeat(250), 'n,x\n1,2\n'],
    ['nothing', ''],
  ])('gives what its text gives for %s', (_, head, line = '', tail = '') => {
    expectSame(encoder.encode(`${head}${line.repeat(300)}${tail}`));
  });

  it('decodes Latin-1 where the bytes below the head are not UTF-8', () => {
    const text = `n,t\n${'1,dry\n'.repeat(300)}2,w\u00e4rmer\n`;
    const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));

    expect(parseCsvBytes(bytes).values('t').at(-1)).toBe('w\u00e4rmer');
  });

  it('is refused by the sentence its text is refused by', () => {
    expect(sentenceOf(() => parseCsvBytes(Uint8Array.of(0x1f, 0x8b, 8, 0)))).toMatch(/gzip/);
    expect(sentenceOf(() => parseCsvBytes(encoder.encode('1,2\n3,4\n')))).toMatch(/hold no column names/);
  });
});
