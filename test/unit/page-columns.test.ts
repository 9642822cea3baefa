/** Which columns of a file the page ticks before anyone chooses. */
import { describe, expect, it } from 'vitest';
import { offerColumns } from '../../src/demo/session/describe.ts';
import { parseCsv } from '../../src/engine/index.ts';

describe('columns offered by the page', () => {
  it('leaves a row counter among the columns and out of the inputs', () => {
    const rows = Array.from({ length: 40 }, (_, i) => `${i + 1},${(i * 7) % 11},${(i * 5) % 13}`);
    const offered = offerColumns('x.csv', parseCsv(['No,TEMP,PRES', ...rows].join('\n')));

    expect(offered.columns.map(({ name }) => name)).toEqual(['No', 'TEMP', 'PRES']);
    expect(offered.choice).toMatchObject({ target: 'TEMP', features: ['TEMP', 'PRES'] });
  });
});
