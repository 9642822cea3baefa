/** Time of each dispatch of a training step: every one in a compute pass of its own, between two timestamps. */

import { readBuffer } from '../src/engine/gpu/buffers.ts';
import { adam, dense, type GpuDevice, lstm } from '../src/engine/index.ts';
import { lossOf } from '../src/engine/losses/loss.ts';
import { layoutOf } from '../src/engine/models/parameters.ts';
import { Program, STEPS_PER_SUBMIT } from '../src/engine/models/program.ts';
import { samplesOf, UploadedSamples } from '../src/engine/models/samples.ts';
import { ModelState } from '../src/engine/models/state.ts';
import type { Config, KernelTime } from './protocol.ts';
import type { Work } from './work.ts';

/** Submissions measured, after one to warm up. */
const SUBMISSIONS = 5;
/** Most queries a set may hold. */
const MAX_QUERIES = 4096;
const QUERY_RESOLVE = 0x200;
const COPY_SRC = 0x04;

/**
 * @throws Error when the adapter has no timestamp queries; GatewiseError when the GPU refuses a command
 */
export async function timeKernels(gpu: GpuDevice, config: Config, work: Work): Promise<KernelTime[]> {
  if (!gpu.device.features.has('timestamp-query')) {
    throw new Error(
      `${gpu.info.label} has no timestamp-query: the kernels cannot be timed one by one there.`,
    );
  }
  const { batch, steps, features, units, learningRate } = config;
  const optimizer = adam({ learningRate });
  const layout = layoutOf([lstm({ units }), dense({ units: features })], [steps, features]);
  const state = new ModelState(gpu, layout, optimizer.slots);
  state.writeWeights(work.weights);
  const data = new UploadedSamples(gpu, samplesOf({ x: work.x, y: work.y }, [steps, features], [features]));
  const program = await Program.create(gpu, state, { batch, loss: lossOf('mse'), optimizer });
  const plan = program.bind(data.slots);
  const dispatches = program.describe();
  const times: number[][] = dispatches.map(() => []);

  // Many steps in a submission, as in training.
  const perStep = dispatches.length * 2;
  const stepsPerSubmit = Math.min(config.batches, STEPS_PER_SUBMIT, Math.floor(MAX_QUERIES / perStep));
  const queries = stepsPerSubmit * perStep;
  const querySet = gpu.device.createQuerySet({ label: 'kernels', type: 'timestamp', count: queries });
  const resolved = gpu.createBuffer('kernels.timestamps', queries * 8, QUERY_RESOLVE | COPY_SRC);
  for (let submission = -1; submission < SUBMISSIONS; submission++) {
    const encoder = gpu.device.createCommandEncoder({ label: 'kernels' });
    for (let slot = 0; slot < stepsPerSubmit; slot++) {
      program.step.set(slot, {
        first: slot * batch,
        count: batch,
        windowStride: data.count,
        samplingRate: 1,
        ...optimizer.stepRates(state.iterations++),
        seed: 0,
      });
      dispatches.forEach(({ label }, k) => {
        const query = slot * perStep + 2 * k;
        const timestampWrites = {
          querySet,
          beginningOfPassWriteIndex: query,
          endOfPassWriteIndex: query + 1,
        };
        const pass = encoder.beginComputePass({ label, timestampWrites });
        plan.encodeOne(pass, slot, k);
        pass.end();
      });
    }
    program.step.flush(stepsPerSubmit);
    encoder.resolveQuerySet(querySet, 0, queries, resolved, 0);
    gpu.device.queue.submit([encoder.finish()]);
    const stamps = new BigUint64Array(await readBuffer(gpu, resolved, 0, queries * 8)); // nanoseconds
    if (submission < 0) continue;
    for (let query = 0; query < queries; query += 2) {
      const span = (stamps[query + 1] ?? 0n) - (stamps[query] ?? 0n);
      times[(query % perStep) / 2]?.push(Number(span) / 1000);
    }
  }
  querySet.destroy();
  gpu.release(resolved);
  program.dispose();
  data.dispose();
  state.dispose();
  return dispatches.map((info, k) => ({ ...info, microseconds: times[k] ?? [] }));
}
