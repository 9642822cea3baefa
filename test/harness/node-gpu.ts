/**
 * WebGPU in Node: npm `webgpu` (Dawn). vitest.config.ts has set what the driver needs before this process started.
 */
import { create, globals } from 'webgpu';
import { calmTurns } from '../../src/cli/calm-turns.ts';

let current: GPU | null = null;

/**
 * The GPU object of this process; also installs GPUBufferUsage and the other globals a page has.
 * @param settings of Dawn, such as `disable-dawn-features=...`; those of the first call count, as the options do
 * @param options.isCalm false: waits are heard of at once, for a core of the CPU; otherwise long ones end on a millisecond
 * @throws Error without an adapter: a GPU test is then red, never skipped
 */
export async function nodeGpu(
  settings: readonly string[] = [],
  { isCalm = true }: { readonly isCalm?: boolean } = {},
): Promise<GPU> {
  if (current !== null) return current;
  Object.assign(globalThis, globals);
  if (isCalm) calmTurns();
  const gpu = create([...settings]);
  if ((await gpu.requestAdapter()) === null) {
    throw new Error(
      'No WebGPU adapter in Node: Dawn found neither a GPU nor the software Vulkan driver beside Chrome or Chromium. ' +
        'Install Chromium (Debian: apt-get install chromium), or name it in GATEWISE_CHROME.',
    );
  }
  current = gpu;
  return gpu;
}

/** Drops the GPU object: Node does not exit while one is held. */
export function releaseNodeGpu(): void {
  current = null;
}
