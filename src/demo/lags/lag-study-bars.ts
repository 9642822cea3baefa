/** The bars of a study: what permuting one input costs, by row of the window, for one kind of its networks. */
import type { LagStudy } from '../../engine/explain/index.ts';
import type { LagBar } from '../charts/lag-bars.ts';

/** Trained on the series, before training, or trained on shuffled targets. */
export type Shown = 'true' | 'untrained' | 'shuffled';

/** The input whose places change the error most. */
export function largestInput({ findings, features }: LagStudy): number {
  const sums = features.map((name) =>
    findings.reduce((sum, one) => sum + (one.feature === name ? Math.abs(one.value) : 0), 0),
  );
  return sums.indexOf(Math.max(...sums));
}

export function studyBars(
  { findings, features, window, controls }: LagStudy,
  input: number,
  shown: Shown,
): LagBar[] {
  return Array.from({ length: window }, (_, row) => {
    const at = row * features.length + input;
    const own = findings[at];
    const value = shown === 'true' ? own?.value : controls[shown][at];
    return {
      lag: row + 1,
      parts: [{ fill: 0, value: value ?? 0 }],
      dots: shown === 'true' ? (own?.perSeed ?? []) : [],
    };
  });
}
