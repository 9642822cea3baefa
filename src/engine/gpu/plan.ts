/**
 * A fixed list of dispatches: pipelines compiled in parallel once, bind groups made once per data set, then encoded
 * again and again without allocating. Knows no layers.
 */
import { GatewiseError } from '../core/errors.ts';
import type { GpuDevice } from './device.ts';
import { compileKernel, type KernelConstants, type KernelSpec, UNIFORM_SLOT_BYTES } from './kernel.ts';

/** Buffers that differ between data sets are named here and given when the plan is bound. */
export type Slot = 'windows' | 'series' | 'targets';

/** One dispatch to be. */
export interface Dispatch {
  readonly kernel: KernelSpec;
  readonly constants: KernelConstants;
  /** A buffer or slot for each storage binding of the kernel. */
  readonly buffers: Readonly<Record<string, GPUBuffer | Slot>>;
  readonly workgroups: readonly [number, number, number];
  /** For kernels with a 'time' binding: which time step. */
  readonly time?: number;
}

/** A dispatch as people see it. */
export interface DispatchInfo {
  /** The kernel's name, and the time step where there is one: "lstm_step_forward t=3". */
  readonly label: string;
  readonly kernel: string;
  readonly workgroups: readonly [number, number, number];
}

/** Dispatches of one kernel that follow each other: one, or one per time step. */
export interface DispatchGroup {
  readonly kernel: string;
  /** Of one dispatch. */
  readonly workgroups: readonly [number, number, number];
  /** Index of the first in the plan. */
  readonly first: number;
  readonly dispatches: number;
}

/** A plan with the dispatches of one kernel taken together where they follow each other. */
export function foldDispatches(plan: readonly DispatchInfo[]): DispatchGroup[] {
  const groups: DispatchGroup[] = [];
  plan.forEach(({ kernel, workgroups }, first) => {
    const last = groups.at(-1);
    if (last?.kernel === kernel) groups[groups.length - 1] = { ...last, dispatches: last.dispatches + 1 };
    else groups.push({ kernel, workgroups, first, dispatches: 1 });
  });
  return groups;
}

interface BoundDispatch {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly workgroups: readonly [number, number, number];
  readonly hasStep: boolean;
  readonly timeOffset: number | null;
}

/** WebGPU's default maxComputeWorkgroupsPerDimension. */
const MAX_WORKGROUPS = 65535;

export class Plan {
  readonly dispatches: readonly Dispatch[];
  private readonly gpu: GpuDevice;
  private readonly pipelines: readonly GPUComputePipeline[];

  private constructor(
    gpu: GpuDevice,
    dispatches: readonly Dispatch[],
    pipelines: readonly GPUComputePipeline[],
  ) {
    this.gpu = gpu;
    this.dispatches = dispatches;
    this.pipelines = pipelines;
  }

  /**
   * Compiles every pipeline of the plan, all at once.
   * @throws GatewiseError when a kernel does not compile, or a dispatch is larger than WebGPU allows
   */
  static async compile(gpu: GpuDevice, dispatches: readonly Dispatch[]): Promise<Plan> {
    for (const { kernel, workgroups } of dispatches) {
      if (workgroups.some((count) => count < 1 || count > MAX_WORKGROUPS)) {
        throw new GatewiseError(
          'bad-input',
          `Kernel ${kernel.name} would need ${workgroups.join(' x ')} workgroups; 1 to ${MAX_WORKGROUPS} are allowed each way. Use a smaller batch, fewer time steps or fewer members.`,
        );
      }
    }
    const pipelines = await Promise.all(
      dispatches.map(({ kernel, constants }) => compileKernel(gpu, kernel, constants)),
    );
    return new Plan(gpu, dispatches, pipelines);
  }

  /** What the plan does, in order. */
  describe(): DispatchInfo[] {
    return this.dispatches.map(({ kernel, workgroups, time }) => ({
      label: time === undefined ? kernel.name : `${kernel.name} t=${time}`,
      kernel: kernel.name,
      workgroups,
    }));
  }

  /** Bind groups for one data set. */
  bind(slots: Readonly<Record<Slot, GPUBuffer>>, step: GPUBuffer, time: GPUBuffer | null): BoundPlan {
    const bound = this.dispatches.map((dispatch, k): BoundDispatch => {
      const { kernel, buffers, workgroups } = dispatch;
      const pipeline = this.pipelines[k] as GPUComputePipeline;
      const entries = Object.entries(kernel.bindings).map(([name, kind], binding): GPUBindGroupEntry => {
        if (kind === 'step') return { binding, resource: { buffer: step, size: UNIFORM_SLOT_BYTES } };
        if (kind === 'time' && time) return { binding, resource: { buffer: time, size: UNIFORM_SLOT_BYTES } };
        const given = buffers[name];
        if (!given)
          throw new GatewiseError('internal', `Kernel ${kernel.name} was given no buffer for "${name}".`);
        return { binding, resource: { buffer: typeof given === 'string' ? slots[given] : given } };
      });
      const group = this.gpu.device.createBindGroup({
        label: kernel.name,
        layout: pipeline.getBindGroupLayout(0),
        entries,
      });
      const hasStep = Object.values(kernel.bindings).includes('step');
      return {
        pipeline,
        group,
        workgroups,
        hasStep,
        timeOffset: dispatch.time === undefined ? null : dispatch.time * UNIFORM_SLOT_BYTES,
      };
    });
    return new BoundPlan(bound);
  }
}

/** A plan with its bind groups. */
export class BoundPlan {
  private readonly dispatches: readonly BoundDispatch[];

  constructor(dispatches: readonly BoundDispatch[]) {
    this.dispatches = dispatches;
  }

  /** Encodes every dispatch, reading the step's values from `slot` of the step uniform. */
  encode(pass: GPUComputePassEncoder, slot: number): void {
    for (let k = 0; k < this.dispatches.length; k++) this.encodeOne(pass, slot, k);
  }

  /** Encodes dispatch `k` alone: whoever times dispatches gives each a pass of its own. */
  encodeOne(pass: GPUComputePassEncoder, slot: number, k: number): void {
    const { pipeline, group, workgroups, hasStep, timeOffset } = this.dispatches[k] as BoundDispatch;
    const stepOffset = slot * UNIFORM_SLOT_BYTES;
    pass.setPipeline(pipeline);
    if (timeOffset !== null) pass.setBindGroup(0, group, [stepOffset, timeOffset]);
    else pass.setBindGroup(0, group, hasStep ? [stepOffset] : []);
    pass.dispatchWorkgroups(workgroups[0], workgroups[1], workgroups[2]);
  }
}
