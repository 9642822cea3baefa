/** The errors on the test part as lines of a table: the model and the three plain forecasts it has to beat. */

import { skill } from '../../engine/index.ts';
import { formatError, formatSkill, persistenceName } from '../format.ts';
import type { DataReport, Scores } from '../protocol.ts';
import { msg, str } from '../words.ts';

export interface ScoreLine {
  readonly key: string;
  readonly name: string;
  readonly mae: string;
  readonly rmse: string;
  readonly skill: string;
  /** Of the largest MAE, in percent. */
  readonly share: string;
}

const NONE = '\u2013';

/** @param own the model's errors; null while they are not known */
export function scoreLines(
  report: Pick<DataReport, 'preset' | 'scores' | 'stepMs' | 'horizon'>,
  own: Scores | null,
): ScoreLine[] {
  const { persistence, climatology, mean, ridge } = report.scores;
  const lines: readonly (readonly [string, string, Scores | null])[] = [
    ['model', msg('This network'), own],
    ['persistence', msg(str`Persistence (\u201c${persistenceName(report)}\u201d)`), persistence],
    climatology === null
      ? ['mean', msg('Mean of the training part'), mean]
      : ['climatology', msg('Climatology (mean of the season)'), climatology],
    ['ridge', msg('Ridge regression on the same window'), ridge],
  ];
  const largest = Math.max(...lines.map(([, , scores]) => scores?.mae ?? 0), Number.MIN_VALUE);
  return lines.map(([key, name, scores]) => ({
    key,
    name,
    mae: scores === null ? NONE : formatError(scores.mae),
    rmse: scores === null ? NONE : formatError(scores.rmse),
    skill: scores === null ? NONE : formatSkill(skill(scores.mae, persistence.mae)),
    share: scores === null ? '0' : ((100 * scores.mae) / largest).toFixed(1),
  }));
}

/** What the table is of. */
export function scoresCaption({ unit, target }: Pick<DataReport, 'unit' | 'target'>): string {
  const units = unit === '' ? msg(str`in units of ${target}`) : msg(str`in ${unit}`);
  return msg(
    str`Errors on the test part, ${units}; lower is better. MAE is the mean of the absolute errors; RMSE, the root of their mean square, weighs large ones more. Skill is the part of persistence\u2019s MAE that a forecast takes away: 100\u00a0% is perfect, below 0 is worse than persistence.`,
  );
}
