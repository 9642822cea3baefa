/** How long a training step takes, whole and dispatch by dispatch, on a copy of a model that is thrown away afterwards. */
import { seededRandom } from '../core/random.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import type { GpuDevice } from '../gpu/device.ts';
import { type BoundPlan, type DispatchGroup, foldDispatches } from '../gpu/plan.ts';
import { hasTimestamps, TimestampWatch } from '../gpu/timestamps.ts';
import type { Loss } from '../losses/loss.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { Program } from './program.ts';
import { samplesOf, UploadedSamples } from './samples.ts';
import { ModelState } from './state.ts';
import { sendSteps } from './step-values.ts';

export interface StepProfile {
  readonly batchSize: number;
  /** In order; `nanoseconds` holds one reading a run, of all dispatches of the group, and none without timestamps. */
  readonly parts: readonly (DispatchGroup & { readonly nanoseconds: readonly number[] })[];
  /** Of a step alone in a submission, from submitting it until the queue says it is done; one a run. */
  readonly stepNanoseconds: readonly number[];
}

/** Runs, after one to warm up; fewer where a step is so long that the time is over, but not fewer than the least. */
const RUNS = 30;
const LEAST_RUNS = 3;
const TIME_MS = 1000;

/** @throws GatewiseError when the GPU has no room for the copy or refuses a command */
export async function profileStep(
  gpu: GpuDevice,
  original: ModelState,
  { optimizer, loss }: { readonly optimizer: Optimizer; readonly loss: Loss },
  batchSize: number,
): Promise<StepProfile> {
  const { layout, members } = original;
  const state = await gpu.allocate(() => new ModelState(gpu, layout, optimizer.slots, members));
  let data: UploadedSamples | null = null;
  let program: Program | null = null;
  try {
    for (let e = 0; e < members; e++) state.writeWeights(await original.readWeights(e), e);
    const input = layout.layers[0]?.input ?? [];
    const output = layout.layers.at(-1)?.output ?? [];
    const made = { x: madeUp([batchSize, ...input], 1), y: madeUp([batchSize, ...output], 2) };
    data = new UploadedSamples(gpu, samplesOf(made, input, output), members);
    program = await Program.create(gpu, state, { batch: batchSize, loss, optimizer });
    const run = { gpu, program, plan: program.bind(data.slots) };
    const prepare = sendOne(program, data, () => ({ ...optimizer.stepRates(state.iterations++), seed: 0 }));
    return {
      batchSize,
      stepNanoseconds: await wholeSteps(run, prepare),
      parts: await partsOf(run, prepare),
    };
  } finally {
    program?.dispose();
    data?.dispose();
    state.dispose();
  }
}

interface Run {
  readonly gpu: GpuDevice;
  readonly program: Program;
  readonly plan: BoundPlan;
}

function sendOne(
  program: Program,
  data: UploadedSamples,
  learn: Parameters<typeof sendSteps>[4],
): () => void {
  return () => sendSteps(program, data, 0, 1, learn);
}

async function wholeSteps({ gpu, plan }: Run, prepare: () => void): Promise<number[]> {
  return repeated(async () => {
    prepare();
    const encoder = gpu.device.createCommandEncoder({ label: 'profile' });
    const pass = encoder.beginComputePass();
    plan.encode(pass, 0);
    pass.end();
    const begun = performance.now();
    gpu.device.queue.submit([encoder.finish()]);
    await gpu.device.queue.onSubmittedWorkDone();
    gpu.check();
    return (performance.now() - begun) * 1e6;
  });
}

async function partsOf({ gpu, program, plan }: Run, prepare: () => void): Promise<StepProfile['parts']> {
  const groups = foldDispatches(program.describe());
  if (!hasTimestamps(gpu)) return groups.map((group) => ({ ...group, nanoseconds: [] }));
  const encodeGroup =
    ({ first, dispatches }: DispatchGroup) =>
    (pass: GPUComputePassEncoder, slot: number): void => {
      for (let k = first; k < first + dispatches; k++) plan.encodeOne(pass, slot, k);
    };
  const watch = new TimestampWatch(gpu, groups.map(encodeGroup), 1);
  try {
    const runs = await repeated(() => {
      prepare();
      return watch.run();
    });
    return groups.map((group, k) => ({ ...group, nanoseconds: runs.flatMap((spans) => spans[k] ?? []) }));
  } finally {
    watch.dispose();
  }
}

async function repeated<T>(measure: () => Promise<T>): Promise<T[]> {
  await measure();
  const results: T[] = [];
  const end = performance.now() + TIME_MS;
  while (results.length < LEAST_RUNS || (results.length < RUNS && performance.now() < end)) {
    results.push(await measure());
  }
  return results;
}

/** Numbers between -1 and 1: zeros would be faster than real ones. */
function madeUp(shape: readonly number[], stream: number): Tensor {
  const random = seededRandom(1, stream);
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => 2 * random.next() - 1) };
}
