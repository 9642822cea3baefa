/**
 * A trace as CSV, a row for each time step and unit. It holds numbers and dates of our own writing only, no text of a
 * visitor's file, so that nothing needs quoting and no spreadsheet takes a cell for a formula. Numbers are those of the
 * kernels in full.
 */
import type { TraceReport } from './protocol.ts';

const COLUMNS = ['steps_before_newest', 'date', 'unit', 'i', 'f', 'candidate', 'o', 'c', 'h'];

/** The text in parts, one for each time step. */
export function* traceCsv({ steps, units, dates, gates, c, h }: TraceReport): Generator<string> {
  yield `${COLUMNS.join(',')}\n`;
  for (let t = 0; t < steps; t++) {
    const date = isoDate(dates?.[t]);
    let part = '';
    for (let u = 0; u < units; u++) {
      const at = t * units + u;
      const values = [gates.i[at], gates.f[at], gates.c[at], gates.o[at], c[at], h[at]];
      part += `${[steps - 1 - t, date, u, ...values].join(',')}\n`;
    }
    yield part;
  }
}

/** `2015-03-12`, with the time of day where it is not midnight; empty without a date. */
function isoDate(ms: number | undefined): string {
  return ms === undefined ? '' : new Date(ms).toISOString().replace('T00:00:00.000Z', '');
}
