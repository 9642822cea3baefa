/** What `gatewise explain` prints: for programs one object, for spreadsheets a table, for people lines. */
import { CORRELATION_NOTE } from '../../engine/explain/index.ts';
import { csvCell } from '../../engine/index.ts';
import { alignColumns, formatNumber, plural, wrap } from '../text.ts';
import type { Explanation } from './explanation.ts';
import { type Row, rowsOf, ruleOf } from './findings.ts';
import { type Method, PLACE_METHODS, type PlaceMethod } from './options.ts';
import type { Subject } from './subject.ts';

export interface Report {
  readonly subject: Subject;
  readonly explanation: Explanation;
  readonly method: Method;
  /** Whose values lead; null for half-lives alone. */
  readonly lead: PlaceMethod | null;
  readonly rows: readonly Row[];
  /** The other methods, where all were asked for, in the order of the rows. */
  readonly others: readonly (readonly [PlaceMethod, readonly number[]])[];
}

export function reportOf(subject: Subject, explanation: Explanation, method: Method): Report {
  const found = PLACE_METHODS.filter((one) => explanation.values.has(one));
  const lead = method === 'all' ? (found[0] ?? null) : (found.find((one) => one === method) ?? null);
  const others = method === 'all' ? found.slice(1) : [];
  return {
    subject,
    explanation,
    method,
    lead,
    rows: rowsOf(subject, explanation, lead),
    others: others.map((one) => [one, [...(explanation.values.get(one) ?? [])]]),
  };
}

export function jsonReport({ subject, explanation, method, lead, rows, others }: Report): object {
  return {
    device: explanation.device,
    model: subject.file,
    method,
    seeds: explanation.study?.seeds ?? 0,
    unit: unitOf(subject, lead),
    lags: rows,
    ...(method === 'all' && { methods: Object.fromEntries(others) }),
    residual: explanation.residual,
    halfLife: explanation.halfLives,
    rule: ruleOf(explanation),
  };
}

/** A line of names, then a line for each row; numbers as JSON has them, nothing where there is none. */
export function csvReport({ rows, others }: Report): string {
  const head = ['lag', 'feature', 'value', 'nullLow', 'nullHigh', 'verdict', ...others.map(([name]) => name)];
  const lines = rows.map(({ lag, feature, value, nullLow, nullHigh, verdict }, at) =>
    [lag, feature, value, nullLow, nullHigh, verdict, ...others.map(([, values]) => values[at])]
      .map((cell) => csvCell(cell ?? null))
      .join(','),
  );
  return `${[head.join(','), ...lines].join('\n')}\n`;
}

/** What a value is in. */
function unitOf({ unit }: Subject, method: PlaceMethod | null): string {
  return method === 'gradient' ? `${unit} per standard deviation of the input` : unit;
}

const WIDTH = 100;
/** Rows that people are shown. */
const MOST_ROWS = 40;

const MEANINGS: Readonly<Record<PlaceMethod, string>> = {
  permutation: 'what shuffling a place between windows adds to the RMSE',
  gradient: 'mean size of d forecast / d input',
  ig: 'integrated gradients from the training mean, mean size over the windows',
  occlusion: 'what the training mean in a place adds to the RMSE',
};

/** Of methods that have one. */
const BANDS: Readonly<Partial<Record<PlaceMethod, string>>> = {
  permutation: 'the same, one shuffle at a time, of networks on shuffled targets and of the column of noise',
  gradient: 'the same of the column of noise, smallest to largest of its lags',
};

export function reportLines(report: Report): string[] {
  const { subject, explanation, lead, rows } = report;
  const { halfLives, residual } = explanation;
  const lines: string[] = [];
  if (lead !== null) {
    const columns = [['value', lead] as const, ...report.others.map(([name]) => [name, name] as const)];
    lines.push(
      ...columns.map(([name, method]) => `${name}: ${MEANINGS[method]}, in ${unitOf(subject, method)}`),
      ...(hasBand(rows) ? [`null band: ${BANDS[lead]}`] : []),
      'lag: 1 is the newest row of the window',
      '',
      ...table(report),
      ...rest(rows),
      '',
      reading(report),
    );
    if (residual !== null) {
      lines.push(
        `The check: in each window the integrated gradients add up to the forecast less that of the training mean, but for at most ${formatNumber(residual)} of that difference, or, where it is smaller, of a tenth of the usual one (its root mean square over the windows).`,
      );
    }
    lines.push('', ...wrap(`Rule: ${ruleOf(explanation)}`, WIDTH), '', ...wrap(CORRELATION_NOTE, WIDTH));
  }
  if (halfLives.length > 0) {
    if (lead !== null) lines.push('');
    lines.push(
      ...wrap(
        'Half-life of each unit of the first LSTM in steps of the window, direct path only (what travels on through h is not counted):',
        WIDTH,
      ),
      ...wrap(halfLives.map(formatNumber).join('  '), WIDTH),
    );
  }
  return lines;
}

function hasBand(rows: readonly Row[]): boolean {
  return rows.some(({ nullLow }) => nullLow !== null);
}

/** The largest first. */
function sorted(rows: readonly Row[]): { row: Row; at: number }[] {
  return rows
    .map((row, at) => ({ row, at }))
    .sort((a, b) => Math.abs(b.row.value) - Math.abs(a.row.value) || a.at - b.at);
}

function table({ rows, others }: Report): string[] {
  const isBanded = hasBand(rows);
  const band = ({ nullLow, nullHigh }: Row): string[] =>
    isBanded ? [`${formatNumber(nullLow ?? 0)} to ${formatNumber(nullHigh ?? 0)}`] : [];
  const head = [
    'feature',
    'lag',
    'value',
    ...(isBanded ? ['null band'] : []),
    ...others.map(([name]) => name),
    'verdict',
  ];
  const body = sorted(rows)
    .slice(0, MOST_ROWS)
    .map(({ row, at }) => [
      row.feature,
      String(row.lag),
      formatNumber(row.value),
      ...band(row),
      ...others.map(([, values]) => formatNumber(values[at] ?? 0)),
      row.verdict,
    ]);
  return alignColumns([head, ...body]);
}

function rest(rows: readonly Row[]): string[] {
  const count = rows.length - MOST_ROWS;
  return count > 0 ? [`... and ${plural(count, 'smaller value')}; --csv FILE and --json tell all.`] : [];
}

/** One sentence on all rows. */
function reading({ subject, lead, rows, explanation }: Report): string {
  const [largest] = sorted(rows);
  if (largest === undefined) return '';
  const { feature, lag, value } = largest.row;
  const most = `largest: ${feature} at lag ${lag} (${formatNumber(value)} ${unitOf(subject, lead)})`;
  if (explanation.study === null) return `Of ${plural(rows.length, 'place')} the ${most}.`;
  const count = (verdict: Row['verdict']): number => rows.filter((row) => row.verdict === verdict).length;
  return `Of ${plural(rows.length, 'place')} ${count('used')} used, ${count('not used')} not used, ${count('cannot tell')} cannot tell; ${most}.`;
}
