/**
 * The bars of the lag lab as CSV, a row for each place; after a study its numbers too. Names of inputs may come from a
 * visitor's file: none is taken for a formula.
 */
import type { LagFinding, Retraining } from '../../engine/explain/index.ts';
import { csvCell } from '../../engine/index.ts';
import type { LagTable } from './lag-bars.ts';

/** Columns: lag, steps_before_newest, input, value. */
export function lagCsv({ steps, features, values }: LagTable): string {
  const lines = Array.from({ length: steps * features.length }, (_, at) => {
    const lag = Math.floor(at / features.length) + 1;
    return [lag, lag - 1, csvCell(features[at % features.length] ?? ''), values[at]].join(',');
  });
  return `${['lag,steps_before_newest,input,value', ...lines].join('\n')}\n`;
}

/** Columns: lag, steps_before_newest, input, value, null_low, null_high, sensitivity, verdict, and a seed's value each. */
export function studyCsv(findings: readonly LagFinding[]): string {
  const seeds = findings[0]?.perSeed.map((_, seed) => `seed_${seed + 1}`) ?? [];
  const head = [
    'lag',
    'steps_before_newest',
    'input',
    'value',
    'null_low',
    'null_high',
    'sensitivity',
    'verdict',
    ...seeds,
  ];
  const lines = findings.map(({ lag, feature, value, nullLow, nullHigh, sensitivity, verdict, perSeed }) =>
    [lag, lag - 1, csvCell(feature), value, nullLow, nullHigh, sensitivity, verdict, ...perSeed].join(','),
  );
  return `${[head.join(','), ...lines].join('\n')}\n`;
}

/** Columns: left_out (nothing, lag or input), lag, input, value, and a seed's value each; empty where training diverged. */
export function retrainCsv({ findings, seeds }: Pick<Retraining, 'findings' | 'seeds'>): string {
  const head = [
    'left_out',
    'lag',
    'input',
    'value',
    ...Array.from({ length: seeds }, (_, k) => `seed_${k + 1}`),
  ];
  const lines = findings.map(({ leftOut, value, perSeed }) =>
    [
      leftOut.kind === 'feature' ? 'input' : leftOut.kind,
      leftOut.kind === 'lag' ? leftOut.lag : '',
      leftOut.kind === 'feature' ? csvCell(leftOut.feature) : '',
      value ?? '',
      ...perSeed.map((one) => one ?? ''),
    ].join(','),
  );
  return `${[head.join(','), ...lines].join('\n')}\n`;
}
