/**
 * Time of parts of a step on the GPU: between two timestamps each, or, where the adapter has no timestamps, as the
 * difference between the steps that end with a part and those that end before it.
 */
import { readBuffer } from '../../src/engine/gpu/buffers.ts';
import type { GpuDevice } from '../../src/engine/gpu/device.ts';

/** Encodes a part of the step whose values stand in `slot` of the step uniform. */
export type Part = (pass: GPUComputePassEncoder, slot: number) => void;

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

/** Most queries a set may hold. */
const MAX_QUERIES = 4096;
const QUERY_RESOLVE = 0x200;
const COPY_SRC = 0x04;

/**
 * Microseconds of each part, one per step (timestamps) or per submission (differences).
 * @throws GatewiseError when the GPU refuses a command
 */
export async function timeParts(
  gpu: GpuDevice,
  parts: readonly Part[],
  options: StopwatchOptions,
): Promise<number[][]> {
  const hasTimestamps = gpu.device.features.has('timestamp-query');
  return hasTimestamps && options.method !== 'differences'
    ? betweenTimestamps(gpu, parts, options)
    : byDifferences(gpu, parts, options);
}

async function betweenTimestamps(
  gpu: GpuDevice,
  parts: readonly Part[],
  { submissions, steps, prepare }: StopwatchOptions,
): Promise<number[][]> {
  const perStep = parts.length * 2;
  const stepsAtOnce = Math.max(1, Math.min(steps, Math.floor(MAX_QUERIES / perStep)));
  const queries = stepsAtOnce * perStep;
  const times: number[][] = parts.map(() => []);
  const querySet = gpu.device.createQuerySet({ label: 'stopwatch', type: 'timestamp', count: queries });
  const resolved = gpu.createBuffer('stopwatch', queries * 8, QUERY_RESOLVE | COPY_SRC);
  try {
    for (let submission = -1; submission < submissions; submission++) {
      prepare?.();
      const encoder = gpu.device.createCommandEncoder({ label: 'stopwatch' });
      for (let slot = 0; slot < stepsAtOnce; slot++) {
        parts.forEach((part, k) => {
          const query = slot * perStep + 2 * k;
          const timestampWrites = {
            querySet,
            beginningOfPassWriteIndex: query,
            endOfPassWriteIndex: query + 1,
          };
          const pass = encoder.beginComputePass({ timestampWrites });
          part(pass, slot);
          pass.end();
        });
      }
      encoder.resolveQuerySet(querySet, 0, queries, resolved, 0);
      gpu.device.queue.submit([encoder.finish()]);
      const stamps = new BigUint64Array(await readBuffer(gpu, resolved, 0, queries * 8)); // nanoseconds
      if (submission < 0) continue;
      for (let query = 0; query < queries; query += 2) {
        const span = (stamps[query + 1] ?? 0n) - (stamps[query] ?? 0n);
        times[(query % perStep) / 2]?.push(Number(span) / 1000);
      }
    }
  } finally {
    querySet.destroy();
    gpu.release(resolved);
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
