/**
 * Shared by the GPU cases. One training step on the GPU and the same model in float64 stand in the self-test, which runs
 * on a visitor's device what these cases run on the developer's.
 */
import { GatewiseError } from '../../src/engine/core/errors.ts';
import { type GpuDevice, requestGpu } from '../../src/engine/gpu/device.ts';
import type { GpuCase } from '../harness/gpu-case.ts';

export {
  gpuStep,
  randomNumbers,
  randomWeights,
  referenceModel,
  STEP_SEED,
  type StepInput,
} from '../../src/engine/self-test/training-step.ts';

/** Runs `body` with a device and fails when a buffer is left or the GPU refused a command. */
export async function withGpu(gpu: GPU, body: (device: GpuDevice) => Promise<void>): Promise<void> {
  const device = await requestGpu({ gpu });
  try {
    await body(device);
    await device.device.queue.onSubmittedWorkDone();
    device.check();
    if (device.liveBuffers !== 0)
      throw new Error(
        `${device.liveBuffers} buffers (${device.liveBytes} bytes) are still alive at the end.`,
      );
  } finally {
    device.dispose();
  }
}

/** A case with a device of its own. */
export const onDevice = (name: string, body: (device: GpuDevice) => Promise<void>): GpuCase => ({
  name,
  run: (gpu) => withGpu(gpu, body),
});

export function equal(received: unknown, expected: unknown, what: string): void {
  if (JSON.stringify(received) !== JSON.stringify(expected)) {
    throw new Error(`${what}: ${JSON.stringify(received)}, expected ${JSON.stringify(expected)}.`);
  }
}

/** The GatewiseError a call must be refused with. */
export async function rejection(promise: Promise<unknown>): Promise<GatewiseError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof GatewiseError) return error;
    throw error;
  }
  throw new Error('This should have been refused.');
}
