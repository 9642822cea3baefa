/** The errors on the test part as lines of a table: the model and the three plain forecasts it has to beat. */
import { persistenceName } from '../format.ts';
import type { DataReport, Scores } from '../protocol.ts';

export interface ScoreLine {
  readonly key: string;
  readonly name: string;
  readonly mae: string;
  readonly rmse: string;
  /** Of the largest MAE, in percent. */
  readonly share: string;
}

/** @param own the model's errors; null while they are not known */
export function scoreLines(
  report: Pick<DataReport, 'scores' | 'stepMs' | 'horizon'>,
  own: Scores | null,
): ScoreLine[] {
  const { persistence, climatology, ridge } = report.scores;
  const lines: readonly (readonly [string, string, Scores | null])[] = [
    ['model', 'This network', own],
    ['persistence', `Persistence (\u201c${persistenceName(report)}\u201d)`, persistence],
    ['climatology', 'Climatology (mean of the season)', climatology],
    ['ridge', 'Ridge regression on the same window', ridge],
  ];
  const largest = Math.max(...lines.map(([, , scores]) => scores?.mae ?? 0), Number.MIN_VALUE);
  return lines.map(([key, name, scores]) => ({
    key,
    name,
    mae: scores?.mae.toFixed(2) ?? '\u2013',
    rmse: scores?.rmse.toFixed(2) ?? '\u2013',
    share: scores === null ? '0' : ((100 * scores.mae) / largest).toFixed(1),
  }));
}

/** What the table is of. */
export function scoresCaption({ unit, target }: Pick<DataReport, 'unit' | 'target'>): string {
  const units = unit === '' ? `in units of ${target}` : `in ${unit}`;
  return `Errors on the test part, ${units}; lower is better. MAE is the mean of the absolute errors; RMSE, the root of their mean square, weighs large ones more.`;
}
