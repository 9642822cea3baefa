/** How long it takes: networks side by side against single runs, and the methods that train nothing on one network. */

import {
  ablateGates,
  ablateUnits,
  expectedGradients,
  gradientTimesInput,
  halfLives,
  integratedGradients,
  occlusion,
  permutation,
  sensitivity,
} from '../../src/engine/explain/index.ts';
import {
  adam,
  dense,
  type GpuDevice,
  lstm,
  requestGpu,
  Sequential,
  type WindowSplit,
} from '../../src/engine/index.ts';
import { nodeGpu } from '../../test/harness/node-gpu.ts';

export interface Timing {
  /** Networks trained, and epochs of each. */
  readonly networks: number;
  readonly epochs: number;
  /** Seconds of each try, turn and turn about. */
  readonly together: readonly number[];
  readonly alone: readonly number[];
  readonly dispatches: { readonly together: number; readonly alone: number };
  /**
   * Seconds of all methods on one network over the whole test part, side by side and one after the other: tries on devices
   * that have compiled nothing of theirs.
   */
  readonly atOnce: readonly number[];
  readonly inTurn: readonly number[];
  /** Seconds of each method alone, kernels compiled. */
  readonly methods: readonly { readonly method: string; readonly seconds: number }[];
  readonly windows: number;
}

const NETWORKS = 8;
const EPOCHS = 3;
const TRIES = 3;
const BATCH = 32;
const UNITS = 32;

export async function measureTiming(gpu: GpuDevice, split: WindowSplit): Promise<Timing> {
  const together = await forecaster(gpu, split, NETWORKS);
  const alone = await forecaster(gpu, split, 1);
  try {
    const times = { together: [] as number[], alone: [] as number[] };
    // The first turn compiles kernels and does not count.
    for (let turn = 0; turn <= TRIES; turn++) {
      const first = await seconds(() => trainOnce(together, split, 0));
      const second = await seconds(async () => {
        for (let seed = 0; seed < NETWORKS; seed++) await trainOnce(alone, split, seed);
      });
      if (turn === 0) continue;
      times.together.push(first);
      times.alone.push(second);
    }
    return {
      networks: NETWORKS,
      epochs: EPOCHS,
      ...times,
      dispatches: {
        together: (await together.plan(BATCH)).length,
        alone: (await alone.plan(BATCH)).length,
      },
      ...(await timeAll(split)),
      methods: await timeMethods(alone, split),
      windows: split.test.starts.length,
    };
  } finally {
    together.dispose();
    alone.dispose();
  }
}

async function forecaster(gpu: GpuDevice, { train }: WindowSplit, members: number): Promise<Sequential> {
  const model = new Sequential([lstm({ units: UNITS }), dense({ units: 1 })], { seed: 1 });
  model.compile({ optimizer: adam(), loss: 'mse' });
  return model.build(gpu, { inputShape: [train.window, train.features], members });
}

async function trainOnce(model: Sequential, { train, validation }: WindowSplit, seed: number): Promise<void> {
  await model.fit(train, { epochs: EPOCHS, batchSize: BATCH, seed, validationData: validation });
}

/** All methods, by someone who asks for them first. */
async function timeAll(split: WindowSplit): Promise<Pick<Timing, 'atOnce' | 'inTurn'>> {
  const times = { atOnce: [] as number[], inTurn: [] as number[] };
  for (let turn = 0; turn < TRIES; turn++) {
    times.atOnce.push(await onNewDevice(split, (runs) => Promise.all(runs.map((run) => run()))));
    times.inTurn.push(
      await onNewDevice(split, async (runs) => {
        for (const run of runs) await run();
      }),
    );
  }
  return times;
}

/** Seconds that the methods of a network take which is all that its device has seen. */
async function onNewDevice(
  split: WindowSplit,
  work: (runs: readonly (() => Promise<unknown>)[]) => Promise<unknown>,
): Promise<number> {
  const gpu = await requestGpu({ gpu: await nodeGpu() });
  try {
    const model = await forecaster(gpu, split, 1);
    await trainOnce(model, split, 0);
    const taken = await seconds(() => work(Object.values(methodsOf(model, split))));
    model.dispose();
    return taken;
  } finally {
    gpu.dispose();
  }
}

/** Each alone, kernels compiled: its second run counts. */
async function timeMethods(model: Sequential, split: WindowSplit): Promise<Timing['methods']> {
  const result = [];
  for (const [method, run] of Object.entries(methodsOf(model, split))) {
    await run();
    result.push({ method, seconds: await seconds(run) });
  }
  return result;
}

function methodsOf(
  model: Sequential,
  { test }: WindowSplit,
): Readonly<Record<string, () => Promise<unknown>>> {
  return {
    'permutation, 10 repeats': () => permutation(model, test),
    occlusion: () => occlusion(model, test),
    sensitivity: () => sensitivity(model, test),
    'gradient x input': () => gradientTimesInput(model, test),
    'integrated gradients, 64 steps': () => integratedGradients(model, test),
    'expected gradients, 64 draws': () => expectedGradients(model, test),
    'half-lives': () => halfLives(model, test),
    'ablation of units': () => ablateUnits(model, test),
    'ablation of gates': () => ablateGates(model, test),
  };
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}
