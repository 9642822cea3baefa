/** WebGPU in Node: Dawn, from the npm package `webgpu`, loaded when it is needed and not before. */
import { GatewiseError, type GpuDevice, requestGpu } from '../engine/index.ts';
import { calmTurns } from './calm-turns.ts';
import { TryNextDriver } from './failure.ts';

const NO_ADAPTER =
  'No WebGPU adapter was found, neither a GPU nor the software driver of Chrome or Chromium. Install Chromium (Debian, Ubuntu: apt-get install chromium) or name a browser in GATEWISE_CHROME, or update the graphics driver.';

/**
 * Held while a device is in use: Dawn goes with this object, and a device that outlives it crashes the process.
 * Null otherwise: Node does not exit while it is held.
 */
let held: GPU | null = null;

/**
 * Runs work on a device of the driver that the launcher has chosen, and gives everything back.
 * @throws GatewiseError 'no-adapter', 'device-refused'; TryNextDriver where the launcher knows another driver
 */
export async function withGpu<T>(work: (gpu: GpuDevice) => Promise<T>): Promise<T> {
  const gpu = await openGpu();
  try {
    return await work(gpu);
  } finally {
    await settle(gpu);
    gpu.dispose();
    held = null;
  }
}

/** Dawn sets a new device up on a thread of its own; destroyed before that is done, it takes the process down or never ends. */
async function settle(gpu: GpuDevice): Promise<void> {
  await Promise.race([gpu.device.queue.onSubmittedWorkDone(), gpu.lost]).catch(() => {});
}

async function openGpu(): Promise<GpuDevice> {
  try {
    const { create, globals } = await loadDawn();
    Object.assign(globalThis, globals);
    calmTurns();
    held = create([]);
    return await requestGpu({ gpu: held });
  } catch (error) {
    held = null;
    const nextDriver = Number(process.env.GATEWISE_RETRY_CODE);
    if (nextDriver > 0) throw new TryNextDriver(nextDriver);
    if (error instanceof GatewiseError && error.code !== 'no-adapter') throw error;
    throw new GatewiseError('no-adapter', NO_ADAPTER, { cause: error });
  }
}

async function loadDawn() {
  try {
    return await import('webgpu');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new GatewiseError(
      'no-webgpu',
      `WebGPU for Node (npm package "webgpu") does not load on ${process.platform}-${process.arch}: ${reason}.`,
      { cause },
    );
  }
}
