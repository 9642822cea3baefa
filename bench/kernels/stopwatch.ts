/**
 * Time of parts of a step on the GPU: between two timestamps each, or, where the adapter has no timestamps, as the
 * difference between the steps that end with a part and those that end before it.
 */
import type { GpuDevice } from '../../src/engine/gpu/device.ts';
import { hasTimestamps, type Part, TimestampWatch } from '../../src/engine/gpu/timestamps.ts';

export interface StopwatchOptions {
  /** Submissions measured, after one to warm up. */
  readonly submissions: number;
  /** Steps in a submission. */
  readonly steps: number;
  /** Called before each submission: writes the values of its steps. */
  readonly prepare?: () => void;
  /** Timestamps unless told otherwise or missing. */
  readonly method?: 'timestamps' | 'differences';
}

/**
 * Microseconds of each part, one per step (timestamps) or per submission (differences).
 * @throws GatewiseError when the GPU refuses a command
 */
export async function timeParts(
  gpu: GpuDevice,
  parts: readonly Part[],
  options: StopwatchOptions,
): Promise<number[][]> {
  return hasTimestamps(gpu) && options.method !== 'differences'
    ? betweenTimestamps(gpu, parts, options)
    : byDifferences(gpu, parts, options);
}

async function betweenTimestamps(
  gpu: GpuDevice,
  parts: readonly Part[],
  { submissions, steps, prepare }: StopwatchOptions,
): Promise<number[][]> {
  const times: number[][] = parts.map(() => []);
  const watch = new TimestampWatch(gpu, parts, steps);
  try {
    for (let submission = -1; submission < submissions; submission++) {
      prepare?.();
      const spans = await watch.run();
      if (submission < 0) continue;
      spans.forEach((own, k) => void times[k]?.push(...own.map((nanoseconds) => nanoseconds / 1000)));
    }
  } finally {
    watch.dispose();
  }
  return times;
}

/** Steps are never run out of order: a backward pass over what a backward pass has left would meet denormal numbers. */
async function byDifferences(
  gpu: GpuDevice,
  parts: readonly Part[],
  { submissions, steps, prepare }: StopwatchOptions,
): Promise<number[][]> {
  const run = async (count: number): Promise<number> => {
    prepare?.();
    const encoder = gpu.device.createCommandEncoder({ label: 'stopwatch' });
    const pass = encoder.beginComputePass();
    for (let slot = 0; slot < steps; slot++) {
      for (const part of parts.slice(0, count)) part(pass, slot);
    }
    pass.end();
    const begun = performance.now();
    gpu.device.queue.submit([encoder.finish()]);
    await gpu.device.queue.onSubmittedWorkDone();
    return ((performance.now() - begun) * 1000) / steps;
  };
  const times: number[][] = parts.map(() => []);
  await run(parts.length);
  for (let submission = 0; submission < submissions; submission++) {
    let before = await run(0);
    for (let count = 1; count <= parts.length; count++) {
      const until = await run(count);
      times[count - 1]?.push(Math.max(0, until - before));
      before = until;
    }
  }
  gpu.check();
  return times;
}
