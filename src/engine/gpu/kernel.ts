/**
 * A kernel as data: its assembled WGSL, its bindings and its override constants. Compiles it to a pipeline with an
 * explicit layout. test/unit/wgsl.test.ts reflects each kernel's WGSL and fails when it and this description part.
 */
import { GatewiseError } from '../core/errors.ts';
import type { GpuDevice } from './device.ts';

/** How a binding is used. 'step' and 'time' are uniforms with a dynamic offset, one slot per step and per time step. */
export type BindingKind = 'step' | 'time' | 'read' | 'write';

export interface KernelSpec {
  /** File name without .wgsl, also the label. */
  readonly name: string;
  /** Library files and the kernel's own, joined whole: the very string given to createShaderModule. */
  readonly code: string;
  /** Bindings of group 0 in order: binding k is the k-th entry. */
  readonly bindings: Readonly<Record<string, BindingKind>>;
  /** Names of the override constants a caller must give. */
  readonly constants: readonly string[];
}

export type KernelConstants = Readonly<Record<string, number>>;

/** Bytes of one slot of a uniform with dynamic offsets: WebGPU's default minUniformBufferOffsetAlignment. */
export const UNIFORM_SLOT_BYTES = 256;

/**
 * The pipeline of a kernel with these constants; the same device, kernel and constants give the same pipeline.
 * @throws GatewiseError 'gpu-error' with the compiler's messages: a fault of gatewise, not of the user
 */
export function compileKernel(
  gpu: GpuDevice,
  kernel: KernelSpec,
  constants: KernelConstants,
): Promise<GPUComputePipeline> {
  const given = Object.keys(constants).sort().join();
  const declared = [...kernel.constants].sort().join();
  if (given !== declared) {
    throw new GatewiseError(
      'internal',
      `Kernel ${kernel.name} takes constants ${declared}, received ${given}.`,
    );
  }
  const own = gpu.pipelines.get(kernel) ?? new Map();
  gpu.pipelines.set(kernel, own);
  const key = JSON.stringify(constants);
  const known = own.get(key);
  if (known) return known;
  const compiled = createPipeline(gpu, kernel, constants);
  own.set(key, compiled);
  compiled.catch(() => own.delete(key));
  return compiled;
}

async function createPipeline(
  gpu: GpuDevice,
  kernel: KernelSpec,
  constants: KernelConstants,
): Promise<GPUComputePipeline> {
  const { device } = gpu;
  device.pushErrorScope('validation');
  gpu.shaders.set(kernel.name, kernel.code);
  const module = device.createShaderModule({ label: kernel.name, code: kernel.code });
  const layout = device.createPipelineLayout({
    label: kernel.name,
    bindGroupLayouts: [device.createBindGroupLayout({ label: kernel.name, entries: layoutEntries(kernel) })],
  });
  const scope = device.popErrorScope();
  try {
    const pipeline = await device.createComputePipelineAsync({
      label: kernel.name,
      layout,
      compute: { module, entryPoint: 'main', constants: { ...constants } },
    });
    const error = await scope;
    if (error) throw new Error(error.message);
    return pipeline;
  } catch (error) {
    await scope;
    const { messages } = await module.getCompilationInfo();
    const details = messages.map(
      (message) => `[${message.type} at ${message.lineNum}:${message.linePos}] ${message.message}`,
    );
    const reason = [error instanceof Error ? error.message : String(error), ...details].join(' ');
    throw new GatewiseError('gpu-error', `The kernel ${kernel.name} did not compile on this GPU: ${reason}`);
  }
}

function layoutEntries(kernel: KernelSpec): GPUBindGroupLayoutEntry[] {
  return Object.values(kernel.bindings).map((kind, binding) => ({
    binding,
    visibility: 0x4 /* COMPUTE */,
    buffer:
      kind === 'step' || kind === 'time'
        ? { type: 'uniform', hasDynamicOffset: true }
        : { type: kind === 'read' ? 'read-only-storage' : 'storage' },
  }));
}
