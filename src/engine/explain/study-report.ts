/** What a lag study says: numbers and verdict of each place, and of the controls beside them. */
import type { Verdict } from './verdict.ts';

/** What was found of one place. Effects are what permuting it adds to the error, in units of the target. */
export interface LagFinding {
  readonly lag: number;
  readonly feature: string;
  /** Mean over the seeds, and of each seed the mean over its permutations. */
  readonly value: number;
  readonly perSeed: readonly number[];
  /** Mean size of d forecast / d input, in units of the target per scaled unit of the input: over the seeds, and of each. */
  readonly sensitivity: number;
  readonly sensitivityPerSeed: readonly number[];
  readonly nullLow: number;
  readonly nullHigh: number;
  readonly verdict: Verdict;
}

/** The same of a lag of the shadow column, which nobody judges: it is what the others are judged by. */
export type ShadowFinding = Omit<LagFinding, 'verdict'>;

export interface LagStudy {
  /** Networks on true targets that were measured. */
  readonly seeds: number;
  readonly window: number;
  /** Names of the columns, the shadow column left out. */
  readonly features: readonly string[];
  /** Windows measured on, and permutations of each place so far. */
  readonly windows: number;
  readonly repeats: number;
  /** T * D, lag 1 first, and in it the features in order. */
  readonly findings: readonly LagFinding[];
  /** T, lag 1 first. */
  readonly shadow: readonly ShadowFinding[];
  /** Of each seed, the shadow column's sensitivity at its largest lag. */
  readonly shadowSensitivity: readonly number[];
  readonly nullLow: number;
  readonly nullHigh: number;
  /** Of each seed: root mean square error, and what permuting the whole window adds to it. */
  readonly rmse: readonly number[];
  readonly wholeWindow: readonly number[];
  /** The same bars, in the order of `findings`, of networks nobody trained (one permutation) and of those on shuffled targets. */
  readonly controls: {
    readonly untrained: readonly number[];
    readonly shuffled: readonly number[];
    /** The sensitivity of those on shuffled targets. */
    readonly shuffledSensitivity: readonly number[];
  };
  /** Sentences on networks left out. */
  readonly notes: readonly string[];
  readonly rule: string;
}
