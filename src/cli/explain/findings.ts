/** The rows that are told: a value for each lag and feature, the band it is held against, and what may be said of it. */
import { isInside, VERDICT_RULE, type Verdict } from '../../engine/explain/index.ts';
import type { Explanation } from './explanation.ts';
import type { PlaceMethod } from './options.ts';
import { NOTHING_TRAINED, type Subject } from './subject.ts';

export interface Row {
  /** 1 is the newest row of the window. */
  readonly lag: number;
  readonly feature: string;
  readonly value: number;
  /** What the method gives where there is nothing to find; null where that is not known. */
  readonly nullLow: number | null;
  readonly nullHigh: number | null;
  readonly verdict: Verdict;
}

/** How the rule counts the model itself. */
const OWN_SEED =
  'The model explained has no shadow column; it counts as one more seed, judged by its permutations alone.';

/** The rule behind the verdicts. */
export function ruleOf({ study }: Explanation): string {
  return study === null ? `${NOTHING_TRAINED} ${VERDICT_RULE}` : `${VERDICT_RULE} ${OWN_SEED}`;
}

/** @param lead the method whose values are told; null for none */
export function rowsOf(subject: Subject, explanation: Explanation, lead: PlaceMethod | null): Row[] {
  const values = lead === null ? [] : [...(explanation.values.get(lead) ?? [])];
  const { features } = subject;
  const band = bandOf(explanation, lead);
  return values.map((value, at) => ({
    lag: Math.floor(at / features.length) + 1,
    feature: features[at % features.length] ?? '',
    value,
    nullLow: band?.[0] ?? null,
    nullHigh: band?.[1] ?? null,
    verdict: verdictAt(explanation, at),
  }));
}

/** Of permutations the study's; of gradients the shadow column's lags; of other methods nothing comparable was measured. */
function bandOf({ study }: Explanation, lead: PlaceMethod | null): readonly [number, number] | null {
  if (study === null) return null;
  if (lead === 'permutation') return [study.nullLow, study.nullHigh];
  if (lead !== 'gradient') return null;
  const shadow = study.shadow.map(({ sensitivity }) => sensitivity);
  return [Math.min(...shadow), Math.max(...shadow)];
}

/** That of the seeds, if the model itself does not speak against it. */
function verdictAt({ study, permutation, values }: Explanation, at: number): Verdict {
  const effect = values.get('permutation')?.[at];
  if (study === null || permutation === null || effect === undefined) return 'cannot tell';
  const { nullLow, nullHigh, findings } = study;
  const whole = permutation.wholeWindow.reduce((sum, one) => sum + one, 0) / permutation.repeats;
  if (![effect, whole, nullLow, nullHigh].every(Number.isFinite)) return 'cannot tell';
  const isQuiet = isInside(effect, whole, { low: nullLow, high: nullHigh });
  const { verdict } = findings[at] ?? { verdict: 'cannot tell' };
  return verdict === (isQuiet ? 'not used' : 'used') ? verdict : 'cannot tell';
}
