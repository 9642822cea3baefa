/** How much of each contender is measured, so that a run ends: a slow one makes fewer steps in fewer rounds. */
import type { Config } from './protocol.ts';

export interface Schedule {
  /** Batches in a round. */
  readonly batches: number;
  /** Rounds it takes part in: the first ones. */
  readonly rounds: number;
}

/** Rounds run before and thrown away, of a contender that is not slow: compilers and caches warm up. */
export const WARM_UP_ROUNDS = 2;
/** A step as long as this needs no warming up beyond its first three, ms. */
export const SLOW_MS = 2000;

/** Aim for the training steps of a round, ms. */
const ROUND_MS = 400;
/** Aim for all rounds of one contender at one config, ms. */
const TOTAL_MS = 90_000;
/** A round is a training loop, a fit and a predict: about as long as this many training loops. */
const LOOPS_PER_ROUND = 2.5;
const ROUNDS = 15;

/** @param stepMs an estimate @param rounds the most; null: what suits it */
export function scheduleOf(config: Config, stepMs: number, rounds: number | null): Schedule {
  const batches = between(ROUND_MS / stepMs, 1, config.batches);
  const roundMs = LOOPS_PER_ROUND * batches * stepMs;
  return { batches, rounds: between(TOTAL_MS / roundMs, 1, rounds ?? ROUNDS) };
}

function between(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, Math.floor(value)));
}
