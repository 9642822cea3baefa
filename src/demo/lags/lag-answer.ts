/** What the lag lab has measured for the third of the three answers, which stands at the top of the page and is loaded first. */
import { signal } from '@preact/signals-core';
import type { LagStudy, Verdict } from '../../engine/explain/index.ts';
import type { LagReport } from './lag-protocol.ts';

export interface MeasuredLags {
  /** Of a permutation, with the weights that stand. */
  readonly report: Pick<LagReport, 'steps' | 'features' | 'values'>;
  readonly study: LagStudy | null;
}

export const measuredLags = signal<MeasuredLags | null>(null);

export interface LagAnswered {
  /** At the lag asked about, and of all: the largest effect and whose it is. */
  readonly asked: { readonly value: number; readonly feature: string };
  readonly most: { readonly value: number; readonly feature: string; readonly lag: number };
  /** How many inputs of that lag a study judged so; empty without a study. */
  readonly verdicts: readonly { readonly verdict: Verdict; readonly count: number }[];
}

/** @returns null for a window that has no such lag */
export function lagAnswered({ report, study }: MeasuredLags, lag: number): LagAnswered | null {
  const { steps, features, values } = report;
  if (lag > steps) return null;
  const width = features.length;
  const largest = (from: number, to: number): number => {
    let best = from;
    for (let at = from; at < to; at++) if ((values[at] as number) > (values[best] as number)) best = at;
    return best;
  };
  const [asked, most] = [largest((lag - 1) * width, lag * width), largest(0, values.length)];
  const place = (at: number) => ({ value: values[at] as number, feature: features[at % width] ?? '' });
  const judged = study?.findings.filter((one) => one.lag === lag).map(({ verdict }) => verdict) ?? [];
  return {
    asked: place(asked),
    most: { ...place(most), lag: Math.floor(most / width) + 1 },
    verdicts: [...new Set(judged)].map((verdict) => ({
      verdict,
      count: judged.filter((other) => other === verdict).length,
    })),
  };
}
