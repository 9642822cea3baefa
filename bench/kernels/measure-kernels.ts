/** Times each kernel of a training step and of a prediction, on the device it is given. */
import type { Part } from '../../src/engine/gpu/timestamps.ts';
import { adam, dense, foldDispatches, type GpuDevice, lstm } from '../../src/engine/index.ts';
import { lossOf } from '../../src/engine/losses/loss.ts';
import { layoutOf } from '../../src/engine/models/parameters.ts';
import { Program } from '../../src/engine/models/program.ts';
import { samplesOf, UploadedSamples } from '../../src/engine/models/samples.ts';
import { ModelState } from '../../src/engine/models/state.ts';
import type { Config } from '../protocol.ts';
import { createWork } from '../work.ts';
import { type StopwatchOptions, timeParts } from './stopwatch.ts';
import { type Purpose, trainingFlops } from './work-of.ts';

/** All dispatches of one kernel that follow each other: one, or one per time step. */
export interface KernelTime {
  readonly kernel: string;
  readonly dispatches: number;
  /** Of one dispatch. */
  readonly workgroups: readonly number[];
  /** Of all of them in one step; several measurements, microseconds. */
  readonly microseconds: readonly number[];
}

const SUBMISSIONS = 5;
const STEPS = 8;
/** Operations a submission may hold: a second's work on a software adapter, where a step of E alone takes ten. */
const FLOPS_PER_SUBMISSION = 1e9;

/** @throws GatewiseError when the GPU refuses a command */
export async function measureKernels(
  gpu: GpuDevice,
  config: Config,
  purpose: Purpose,
  method?: StopwatchOptions['method'],
): Promise<KernelTime[]> {
  const { batch, steps: time, features, units, learningRate } = config;
  const work = createWork(config);
  const optimizer = adam({ learningRate });
  const layout = layoutOf([lstm({ units }), dense({ units: features })], [time, features]);
  const state = new ModelState(gpu, layout, optimizer.slots);
  state.writeWeights(work.weights);
  const data = new UploadedSamples(gpu, samplesOf({ x: work.x, y: work.y }, [time, features], [features]));
  const training = purpose === 'training' ? { loss: lossOf('mse'), optimizer } : {};
  const program = await Program.create(gpu, state, { batch, ...training });
  try {
    const plan = program.bind(data.slots, purpose === 'training' ? 'all' : 'forward');
    const groups = foldDispatches(program.describe());
    const parts = groups.map(
      ({ first, dispatches }): Part =>
        (pass, slot) => {
          for (let k = 0; k < dispatches; k++) plan.encodeOne(pass, slot, first + k);
        },
    );
    const sizes = { members: 1, batch, steps: time, features, units, outputs: features };
    const fitting = Math.floor(FLOPS_PER_SUBMISSION / trainingFlops(sizes));
    const steps = Math.max(1, Math.min(STEPS, config.batches, fitting));
    const prepare = (): void => {
      for (let slot = 0; slot < steps; slot++) {
        program.step.set(slot, {
          first: slot * batch,
          count: batch,
          batchesBefore: 0,
          windowStride: data.count,
          samplingRate: 1,
          ...optimizer.stepRates(state.iterations++),
          seed: 0,
        });
      }
      program.step.flush(steps);
    };
    const options = { submissions: SUBMISSIONS, steps, prepare, ...(method ? { method } : {}) };
    const times = await timeParts(gpu, parts, options);
    return groups.map(({ kernel, dispatches, workgroups }, k) => ({
      kernel,
      dispatches,
      workgroups,
      microseconds: times[k] ?? [],
    }));
  } finally {
    program.dispose();
    data.dispose();
    state.dispose();
  }
}
