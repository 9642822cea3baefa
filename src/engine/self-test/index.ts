/**
 * The self-test: checks of the kernels against the float64 reference, run on whatever device a visitor has. A door of its
 * own, loaded when it is asked for.
 */
import type { GpuDevice } from '../gpu/device.ts';
import { SELF_CHECKS, type SelfCheck } from './checks.ts';

/** What one check found. */
export interface SelfTestResult {
  readonly name: string;
  /** What the error is: "largest error", "relative L2 error", "numbers that differ". */
  readonly measure: string;
  /** Infinity where a value was not finite or the check could not be run to its end. */
  readonly error: number;
  readonly limit: number;
  readonly passed: boolean;
  readonly ms: number;
  /** Why it could not be run to its end; null where it was. */
  readonly problem: string | null;
}

/** How many checks there are. */
export const SELF_TEST_COUNT = SELF_CHECKS.length;

/** Runs check `index` of `SELF_TEST_COUNT`; null where there is none of this number. Never throws. */
export async function runSelfTest(gpu: GpuDevice, index: number): Promise<SelfTestResult | null> {
  const check = SELF_CHECKS[index];
  if (check === undefined) return null;
  const begun = performance.now();
  const { error, problem } = await measured(gpu, check);
  const { name, measure, limit } = check;
  const ms = performance.now() - begun;
  return { name, measure, error, limit, passed: error <= limit, ms, problem };
}

async function measured(
  gpu: GpuDevice,
  check: SelfCheck,
): Promise<{ error: number; problem: string | null }> {
  try {
    const error = await check.run(gpu);
    gpu.check();
    return { error, problem: null };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { error: Number.POSITIVE_INFINITY, problem };
  }
}
