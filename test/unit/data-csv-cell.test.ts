/** Cells as spreadsheets read them: numbers as they are, text never a formula, and every text read back by our own reader. */
import { describe, expect, it } from 'vitest';
import { csvCell, parseCsv } from '../../src/engine/index.ts';

describe('a cell of a CSV file', () => {
  it.each([
    [-0.05, '-0.05'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [null, ''],
    ['rain', 'rain'],
    ['wind, "gusts"', '"wind, ""gusts"""'],
    ['two\nlines', '"two\nlines"'],
  ])('of %j is %j', (value, cell) => {
    expect(csvCell(value)).toBe(cell);
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '=HYPERLINK("http://x","y")'])(
    'is no formula: %j',
    (text) => {
      expect(csvCell(text)).toMatch(/^"?'/);
    },
  );

  it('is read back as it was', () => {
    const names = ['rain', 'wind, "gusts"', 'a;b', 'x=1'];
    const table = parseCsv(`${names.map(csvCell).join(',')}\n${names.map(() => 1).join(',')}\n`);
    expect(table.columns).toEqual(names);
  });
});
