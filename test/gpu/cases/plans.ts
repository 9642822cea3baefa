/** The dispatches of a training step at each shape of the benchmark, as `npm run bench -- --plan` prints them. */
import { type ConfigName, configOf } from '../../../bench/configs.ts';
import { groupDispatches } from '../../../bench/plan.ts';
import { chooseTiles } from '../../../src/engine/kernels/lstm-tiles.ts';
import { dense } from '../../../src/engine/layers/dense.ts';
import { lstm } from '../../../src/engine/layers/lstm.ts';
import { lossOf } from '../../../src/engine/losses/loss.ts';
import { layoutOf } from '../../../src/engine/models/parameters.ts';
import { Program } from '../../../src/engine/models/program.ts';
import { ModelState } from '../../../src/engine/models/state.ts';
import { adam } from '../../../src/engine/optimizers/adam.ts';
import type { GpuCase } from '../../harness/gpu-case.ts';
import { equal, withGpu } from '../support.ts';

interface Plan {
  /** Workgroups of the recurrence, each way; 'step' for one dispatch a time step. */
  readonly recurrence: string;
  readonly weightGradient: string;
  readonly adam: number;
}

/** On a software adapter with two cores, and on a GPU. */
const PLANS: Readonly<Partial<Record<ConfigName, readonly [Plan, Plan]>>> = {
  A: [
    { recurrence: '2 x 1 x 1', weightGradient: '1 x 8 x 1', adam: 83 },
    { recurrence: '8 x 1 x 1', weightGradient: '1 x 8 x 1', adam: 83 },
  ],
  B: [
    { recurrence: '2 x 1 x 1', weightGradient: '2 x 8 x 1', adam: 313 },
    { recurrence: '8 x 1 x 1', weightGradient: '3 x 8 x 1', adam: 313 },
  ],
  C: [
    { recurrence: '16 x 1 x 1', weightGradient: '1 x 16 x 1', adam: 84 },
    { recurrence: '64 x 1 x 1', weightGradient: '1 x 16 x 1', adam: 84 },
  ],
  D: [
    { recurrence: '4 x 1 x 1', weightGradient: '5 x 16 x 1', adam: 1024 },
    { recurrence: '16 x 1 x 1', weightGradient: '9 x 16 x 1', adam: 1024 },
  ],
  E: [
    { recurrence: '8 x 1 x 1', weightGradient: '19 x 16 x 1', adam: 1024 },
    { recurrence: '32 x 1 x 1', weightGradient: '37 x 16 x 1', adam: 1024 },
  ],
  F: [
    { recurrence: '168 steps of 2 x 2 x 1', weightGradient: '66 x 14 x 1', adam: 1024 },
    { recurrence: '168 steps of 2 x 2 x 1', weightGradient: '132 x 14 x 1', adam: 1024 },
  ],
};

function linesOf({ recurrence, weightGradient, adam: groups }: Plan): string[] {
  const [steps, stepGroups] = recurrence.split(' steps of ');
  const of = (way: string): string =>
    stepGroups === undefined ? `1 lstm_${way} ${recurrence}` : `${steps} lstm_step_${way} ${stepGroups}`;
  return [
    of('forward'),
    '1 dense_head 1 x 1 x 1',
    of('backward'),
    `1 lstm_weight_gradient ${weightGradient}`,
    `1 adam ${groups} x 1 x 1`,
  ];
}

function planCase(name: ConfigName, expected: Plan, isSoftware: boolean): GpuCase {
  const { batch, steps, features, units } = configOf(name);
  return {
    name: `a training step at ${name} has the dispatches of its plan on ${isSoftware ? 'a software adapter' : 'a GPU'}`,
    run: (gpu) =>
      withGpu(gpu, async (device) => {
        const optimizer = adam();
        const layout = layoutOf([lstm({ units }), dense({ units: features })], [steps, features]);
        const state = new ModelState(device, layout, optimizer.slots);
        const tiles = chooseTiles(isSoftware, 2, 1, batch);
        const program = await Program.create(device, state, { batch, loss: lossOf('mse'), optimizer, tiles });
        const lines = groupDispatches(program.describe());
        program.dispose();
        state.dispose();

        const received = lines.map(({ count, kernel, workgroups }) => `${count} ${kernel} ${workgroups}`);
        equal(received, linesOf(expected), `plan of ${name}`);
      }),
  };
}

export const cases: GpuCase[] = Object.entries(PLANS).flatMap(([name, [software, gpu]]) => [
  planCase(name as ConfigName, software, true),
  planCase(name as ConfigName, gpu, false),
]);
