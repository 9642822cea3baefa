/** A GPU without room: whatever was being made is refused in a sentence, and nothing of it is kept. */
import type { GpuDevice } from '../../../src/engine/gpu/device.ts';
import { dense } from '../../../src/engine/layers/dense.ts';
import { lstm } from '../../../src/engine/layers/lstm.ts';
import { Sequential } from '../../../src/engine/models/sequential.ts';
import { adam } from '../../../src/engine/optimizers/adam.ts';
import type { GpuCase } from '../../harness/gpu-case.ts';
import { equal, onOwnDevice, randomNumbers, rejection } from '../support.ts';

const SHAPE = [5, 2] as const;
const NO_ROOM = { message: 'no room' } as GPUError;

const compiled = (): Sequential =>
  new Sequential([lstm({ units: 4 }), dense({ units: 1 })]).compile({ optimizer: adam(), loss: 'mse' });

/** Lets the device say at the nth allocation from now that it has no room. @returns what ends it */
function withoutRoomAt(gpu: GpuDevice, nth: number): () => void {
  const pop = gpu.device.popErrorScope.bind(gpu.device);
  let scopes = 0;
  gpu.device.popErrorScope = async () => {
    scopes += 1;
    const isHere = scopes === nth;
    const error = await pop();
    return isHere ? NO_ROOM : error;
  };
  return () => {
    gpu.device.popErrorScope = pop;
  };
}

/** Each allocation of a verb fails once, and leaves as much alive as there was. */
async function failsCleanly(gpu: GpuDevice, allocations: number, verb: () => Promise<unknown>) {
  const bytes = gpu.liveBytesByOwner;
  for (let nth = 1; nth <= allocations; nth++) {
    const end = withoutRoomAt(gpu, nth);
    const error = await rejection(verb()).finally(end);
    equal(error.code, 'bad-input', `code at allocation ${nth}`);
    equal(gpu.liveBytesByOwner, bytes, `bytes after allocation ${nth}`);
  }
}

export const cases: GpuCase[] = [
  onOwnDevice('a model that finds no room is refused and leaves no buffer', async (gpu) => {
    await failsCleanly(gpu, 1, () => compiled().build(gpu, { inputShape: SHAPE }));
  }),
  onOwnDevice('a trace that finds no room is refused and leaves no buffer, data and copy', async (gpu) => {
    const model = await compiled().build(gpu, { inputShape: SHAPE });
    const x = { shape: [1, ...SHAPE], data: randomNumbers(10, 1) };
    (await model.keepTrace(x)).dispose();
    await failsCleanly(gpu, 2, () => model.keepTrace(x));
    model.dispose();
  }),
  onOwnDevice(
    'a timing that finds no room is refused and leaves no buffer, weights and program',
    async (gpu) => {
      const model = await compiled().build(gpu, { inputShape: SHAPE });
      await failsCleanly(gpu, 2, () => model.profile(4));
      model.dispose();
    },
  ),
  onOwnDevice('what throws while it makes buffers leaves none', async (gpu) => {
    const made = gpu.allocate(() => {
      gpu.createBuffer('test.first', 64, 0x80);
      return gpu.createBuffer('test.second', Number.MAX_SAFE_INTEGER, 0x80);
    });
    equal((await rejection(made)).code, 'bad-input', 'code');
    equal(gpu.liveBuffers, 0, 'buffers');
  }),
];
