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

/**
 * The device of all cases that go well, one after the other: most of a case's time goes into compiling kernels, and most kernels
 * have been compiled for a case before it.
 */
let shared: { readonly gpu: GPU; readonly device: GpuDevice } | null = null;

/** Gives the cases' device back. In Node the process lives as long as it is held. */
export function releaseDevice(): void {
  shared?.device.dispose();
  shared = null;
}

/** Runs `body` with a device and fails when a buffer is left or the GPU refused a command. */
export async function withGpu(gpu: GPU, body: (device: GpuDevice) => Promise<void>): Promise<void> {
  if (shared?.gpu !== gpu) releaseDevice();
  shared ??= { gpu, device: await requestGpu({ gpu }) };
  const { device } = shared;
  try {
    await leavesNothing(device, body);
  } catch (error) {
    // What a case that failed has left is not the next one's. One that ran out of time may fail long after.
    if (shared?.device === device) shared = null;
    device.dispose();
    throw error;
  }
}

/** The same with a device of its own, for a body that changes the device itself or looks at what it has compiled. */
async function withOwnGpu(gpu: GPU, body: (device: GpuDevice) => Promise<void>): Promise<void> {
  const device = await requestGpu({ gpu });
  try {
    await leavesNothing(device, body);
  } finally {
    device.dispose();
  }
}

async function leavesNothing(device: GpuDevice, body: (device: GpuDevice) => Promise<void>): Promise<void> {
  await body(device);
  await device.device.queue.onSubmittedWorkDone();
  device.check();
  if (device.liveBuffers !== 0)
    throw new Error(`${device.liveBuffers} buffers (${device.liveBytes} bytes) are still alive at the end.`);
}

/** A case on the device of all cases. */
export const onDevice = (name: string, body: (device: GpuDevice) => Promise<void>): GpuCase => ({
  name,
  run: (gpu) => withGpu(gpu, body),
});

/** A case with a device of its own. */
export const onOwnDevice = (name: string, body: (device: GpuDevice) => Promise<void>): GpuCase => ({
  name,
  run: (gpu) => withOwnGpu(gpu, body),
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
