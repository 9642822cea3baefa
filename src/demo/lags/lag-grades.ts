/** Methods held against a planted truth: what do they name beyond what pure noise reaches, and is it true? */

import {
  foundAbove,
  type Grade,
  gradeLags,
  type LagStudy,
  type NamedPlace,
  type Retraining,
} from '../../engine/explain/index.ts';
import type { TrueLags } from '../../engine/index.ts';
import { formatCount, formatPlural } from '../format.ts';
import type { PresetId } from '../presets.ts';
import { msg, str } from '../words.ts';
import { noiseOf, plantedOf } from './lag-noise.ts';
import type { LagReport } from './lag-protocol.ts';
import { methodWords } from './lag-words.ts';

export interface LagGrade extends Grade {
  readonly name: string;
  /** How much was named. */
  readonly named: string;
  /** What the marks mean here. */
  readonly meaning: string;
}

/** What a planted series is graded by, in the page's own count of lags. */
export interface Planted {
  readonly truth: readonly TrueLags[];
  /** The input that is noise and nothing else. */
  readonly shadow: string;
}

/** Null where no truth is known: it counts from the target's row, as windows do whose target is the next row. */
export function truthOf(preset: PresetId | null, horizon: number): Planted | null {
  return horizon === 1 ? plantedOf(preset) : null;
}

/** Of methods the bars larger in size than any of the noise, of verdicts the places called used. */
export function gradesOf(
  { truth, shadow }: Planted,
  reports: readonly LagReport[],
  study: LagStudy | null,
  retraining: Retraining | null,
): LagGrade[] {
  const methods = reports.flatMap((report) => {
    const { steps: window, features, values } = report;
    const noise = noiseOf(report, shadow);
    if (noise === null) return [];
    const found = foundAbove({ window, features, values }, noise);
    const grade = gradeLags(found, truth);
    const sizeOf = ({ lag, feature }: NamedPlace): number =>
      Math.abs(values[(lag - 1) * features.length + features.indexOf(feature)] ?? 0);
    const wrong = found.filter((place) => gradeLags([place], truth).precision === 0).map(sizeOf);
    const share = Math.max(0, ...wrong) / Math.max(...found.map(sizeOf));
    const meaning = meaningOf(found.length, grade, wrong.length === 0 ? null : share);
    return [{ name: nameOf(report), named: formatPlural(found.length, 'place'), ...grade, meaning }];
  });
  const used = study?.findings.filter(({ verdict }) => verdict === 'used');
  return [
    ...methods,
    ...rowGrades(truth, shadow, retraining),
    ...(used === undefined
      ? []
      : [{ name: msg('Verdicts'), named: formatPlural(used.length, 'place'), ...gradedWords(used, truth) }]),
  ];
}

const gradedWords = (
  found: readonly NamedPlace[],
  truth: readonly TrueLags[],
): Grade & { readonly meaning: string } => {
  const grade = gradeLags(found, truth);
  return { ...grade, meaning: meaningOf(found.length, grade, null) };
};

/**
 * What a precision and a recall say of what was named.
 * @param wrong the largest wrong bar as a share of the largest named one; null where there are no bars, or none is wrong
 */
function meaningOf(named: number, { precision, recall }: Grade, wrong: number | null): string {
  if (precision === null)
    return recall === null
      ? msg('names nothing, and there is nothing to name')
      : msg('names nothing, and misses what is true');
  const right = Math.round(precision * named);
  const isAll = recall === null || recall === 1;
  if (right === named)
    return isAll ? msg('names what is true, and no more') : msg('names only what is true, but not all of it');
  const counts = msg(str`is right in ${formatCount(right)} of ${formatCount(named)}`);
  if (wrong === null) return counts;
  const share = wrong < 0.01 ? msg('less than 1\u00a0%') : msg(str`${Math.round(100 * wrong)}\u00a0%`);
  return msg(
    str`${counts}; the tallest wrong bar has ${share} of the tallest bar\u2019s height, yet is taller than all of the noise`,
  );
}

/** Of retraining the rows that cost more to do without than the noise; whatever the input, since a row is left out whole. */
function rowGrades(truth: readonly TrueLags[], shadow: string, retraining: Retraining | null): LagGrade[] {
  const findings = retraining?.findings ?? [];
  const isNoise = ({ leftOut }: (typeof findings)[number]): boolean =>
    leftOut.kind === 'feature' && leftOut.feature === shadow;
  const noise = findings.find(isNoise)?.value ?? null;
  if (noise === null) return [];
  const feature = '';
  const found = findings.flatMap(({ leftOut, value }) =>
    leftOut.kind === 'lag' && value !== null && value > Math.abs(noise)
      ? [{ lag: leftOut.lag, feature }]
      : [],
  );
  const rows = truth.map(({ lags }) => ({ feature, lags }));
  return [{ name: msg('Retraining'), named: formatPlural(found.length, 'row'), ...gradedWords(found, rows) }];
}

/** Integrated gradients may have been asked with several baselines. */
function nameOf({ method, baseline }: LagReport): string {
  const { name } = methodWords(method);
  if (method !== 'integrated') return name;
  switch (baseline.kind) {
    case 'mean':
      return msg(str`${name}, from the mean`);
    case 'climatology':
      return msg(str`${name}, from the usual`);
    case 'window':
      return msg(str`${name}, from window ${formatCount(baseline.window + 1)}`);
  }
}
